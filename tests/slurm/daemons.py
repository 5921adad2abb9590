"""A real Slurm of four nodes on loopback: munged, slurmctld and slurmd as whoever runs the tests, all in one folder.

Nothing of it needs root, a user of its own or a place outside the folder. What is ended is ended by its process id.
Slurm's waits are short by its own configuration: `cred_expire` is also how long a requeued job waits before it may
start again (slurm.conf(5); 120 s by default), SlurmdTimeout until a silent node is down, KillWait from TERM to KILL.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.test_slurm import ROOT, WHERE

NODES = ("n1", "n2", "n3", "n4")
REQUEUE_WAIT_S = 5
"""The least that Slurm takes for `cred_expire`."""
BOOT_S = 90.0


@dataclass
class Daemons:
    """The processes of one cluster."""

    folder: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Configure and start everything; returns when all nodes are idle."""
        command = [sys.executable, "-m", "tests.slurm.keeper", str(self.folder)]
        self.keeper = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
        self.environ = {**os.environ, "PATH": WHERE, "SLURM_CONF": str(self.folder / "slurm.conf")}
        for name in ("munge", "state", *NODES):
            (self.folder / name).mkdir()
        self._write()
        self._munged()
        self._run("slurmctld")
        for node in NODES:
            self.start_node(node)
        wait_for(lambda: self.run("sinfo", "-hN", "-o%t").split() == ["idle"] * len(NODES), "four idle nodes", BOOT_S)

    def stop(self) -> None:
        """End all that belongs to it, by process id, and remove the folder. The same comes about if we are killed."""
        if self.keeper is not None:
            self.keeper.communicate()

    def pid(self, name: str) -> int:
        """Of a daemon: a node's name, `slurmctld` or `munged`; 0 if it does not run."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text())
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return 0
        return 0 if state in "ZX" else pid

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a daemon and wait until it is gone."""
        pid = self.pid(name)
        if pid:
            os.kill(pid, number)
            with contextlib.suppress(AssertionError):
                wait_for(lambda: self.pid(name) != pid, f"end of {name}", 8)
            if self.pid(name) == pid:
                os.kill(pid, signal.SIGKILL)
        (self.folder / f"{name}.pid").unlink(missing_ok=True)

    def start_node(self, node: str) -> None:
        """Start a node's daemon, if it does not run."""
        if not self.pid(node):
            self._run("slurmd", "-N", node)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The controller hears and does nothing for as long; what was asked of it in that time it does afterwards."""
        os.kill(self.pid("slurmctld"), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid("slurmctld"), signal.SIGCONT)

    def run(self, *command: str, timeout_s: float = 30) -> str:
        """What a command of Slurm prints, whatever its exit status."""
        return self.call(*command, timeout_s=timeout_s).stdout

    def call(self, *command: str, timeout_s: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a command of Slurm; times are printed as unix seconds. Raises subprocess.TimeoutExpired."""
        environ = {**self.environ, "SLURM_TIME_FORMAT": "%s"}
        return subprocess.run(
            command, env=environ, cwd=self.folder, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def _run(self, *command: str) -> None:
        done = self.call(*command, "-f", self.environ["SLURM_CONF"])
        assert done.returncode == 0, (command, done.stderr)

    def _munged(self) -> None:
        munge = self.folder / "munge"
        (munge / "key").write_bytes(secrets.token_bytes(128))
        (munge / "key").chmod(0o400)
        command = ["munged", "--force", f"--key-file={munge}/key", f"--socket={munge}/sock", f"--log-file={munge}/log"]
        command += [f"--pid-file={self.folder}/munged.pid", f"--seed-file={munge}/seed", "--num-threads=2"]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr

    def _write(self) -> None:
        """slurm.conf, and the scripts that it names."""
        me, host = getpass.getuser(), socket.gethostname().partition(".")[0]
        last = self.port + len(NODES)
        self.script(
            "epilog.sh",
            f'if [ -e {self.folder}/slow_epilog ]; then /bin/sleep "$(/bin/cat {self.folder}/slow_epilog)"; fi',
        )
        emitter = ROOT / "emitters" / "reporting-only" / "epilog_slurmctld.sh"
        settings = f"SECONDWIND_CLUSTER_ID=ehpc-hz-slurm\nSECONDWIND_REPORT_DIR={self.folder}\n"
        (self.folder / "emitters.conf").write_text(settings)
        self.script("jobcomp.sh", f"SECONDWIND_EMITTERS_CONF={self.folder}/emitters.conf exec /bin/bash {emitter}")
        (self.folder / "slurm.conf").write_text(f"""ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={self.port}
SlurmUser={me}
SlurmdUser={me}
AuthType=auth/munge
AuthInfo=socket={self.folder}/munge/sock,cred_expire={REQUEUE_WAIT_S}
CredType=cred/munge
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/%n
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/%n.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd-%n.log
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/script
JobCompLoc={self.folder}/jobcomp.sh
Epilog={self.folder}/epilog.sh
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
ReturnToService=2
SlurmdTimeout=12
SlurmctldTimeout=30
MessageTimeout=4
SlurmdParameters=config_overrides
InactiveLimit=0
KillWait=2
MinJobAge=300
JobRequeue=1
NodeName=DEFAULT CPUs=8 RealMemory=1000 State=UNKNOWN
NodeName=n[1-4] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{self.port + 1}-{last}]
PartitionName=workq Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
""")

    def script(self, name: str, text: str) -> Path:
        """An executable bash script in the folder."""
        path = self.folder / name
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
        return path


def free_ports(count: int) -> int:
    """The first of so many ports on loopback that nobody listens on."""
    for first in range(21_000 + os.getpid() % 1_000 * 20, 60_000, count + 1):
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(condition: Callable[[], object], what: str, most_s: float = 60.0) -> None:
    """Until it holds; fails the test if it does not in time, which is long, for the machine may be busy."""
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)
