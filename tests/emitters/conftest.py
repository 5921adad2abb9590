"""Emitters are run as processes, and what they tell is read by the product's own intake."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shared.domain.failure import Failure
from shared.intake import Context, read_logs
from shared.ports import LogEntry, LogRange
from tests.e2e.conftest import town  # noqa: F401 - the region on loopback that the doors' tests use

ROOT = Path(__file__).resolve().parents[2]
EMITTERS = ROOT / "emitters"
WATCHER = EMITTERS / "stuck_rank_watcher.py"
FAKE_MPI = Path(__file__).with_name("fake_mpi.py")
CLUSTER = "ehpc-hz-1"
USER = pwd.getpwuid(os.getuid()).pw_name
PBS = {"PBS_JOBID": "1.scheduler", "PBS_JOBNAME": "cfd-mesh", "PBS_QUEUE": "workq", "PBS_O_LOGNAME": USER}
WAIT_S = 20.0
BOTH = pytest.mark.parametrize("python", ["this", "3.6"], indirect=True)
"""For tests that are also run by the oldest Python."""
QUICK = "--stall-s 0.3 --lost-rank-s 0.2"
SLURM = {
    "SLURM_JOB_ID": "77",
    "SLURM_JOB_START_TIME": "1767608130",
    "SLURM_RESTART_COUNT": "2",
    "SLURMD_NODENAME": "compute007",
    "SLURM_JOB_NAME": "mesh",
    "SLURM_JOB_PARTITION": "long",
    "SLURM_JOB_USER": USER,
}
SQUEUE = "#!/bin/sh\necho 77 77 RUNNING 1767608130 2\n"
"""What a Slurm says of that job."""
UNTIL_GO = "until [ -e go ]; do sleep 0.05; done"


def as_logtail_sends(line: bytes) -> dict[str, str]:
    """A line in Logtail's JSON mode: each member a field, every value text."""
    members: dict[str, Any] = json.loads(line)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items()}


def understood(lines: list[bytes]) -> list[Failure]:
    """What the intake makes of the lines, which must be the same as fields and as raw text in `content`."""
    context = Context(
        region="cn-hangzhou",
        further_regions=frozenset({"cn-beijing"}),
        now=time.time() + 1,
        request_id="r",
        sls_endpoint="https://cn-hangzhou-intranet.log.aliyuncs.com",
        outcome_project="sw",
        outcome_logstore="outcomes",
    )
    source = LogRange(
        endpoint=context.sls_endpoint,
        project="sw",
        logstore="failures",
        shard=0,
        begin_cursor="MQ==",
        end_cursor="Mg==",
    )
    read = []
    for form in (as_logtail_sends, lambda line: {"content": line}):
        entries = [LogEntry(number, int(time.time()), form(line)) for number, line in enumerate(lines)]
        intake = read_logs(entries, source, context)
        assert (intake.unreadable, intake.passed_over) == ([], 0)
        read.append(intake.failures)
    assert read[0] == read[1]
    return read[0]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Until it holds; fails the test if it does not in time."""
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.01)


def _hear_signals() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@dataclass
class Node:
    """A cluster's node: where jobs run, their files lie and emitters write."""

    folder: Path
    python: str
    environ: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def report(self) -> Path:
        """The watcher's default file."""
        return self.folder / f"watcher-{os.getuid()}.log"

    @property
    def output(self) -> Path:
        """The job's standard output."""
        return self.folder / "job.out"

    @property
    def errors(self) -> str:
        """The job's standard error."""
        return (self.folder / "job.err").read_text(errors="replace")

    def start(self, *command: str, environ: Mapping[str, str] | None = None, **how: Any) -> subprocess.Popen[bytes]:
        """A job whose output goes to files, as a scheduler starts it."""
        streams = {
            name: (self.folder / file).open("ab") for name, file in (("stdout", "job.out"), ("stderr", "job.err"))
        }
        process = subprocess.Popen(
            command,
            env={**self.environ, **(PBS if environ is None else environ)},
            cwd=self.folder,
            start_new_session=True,
            # Tests that were started in the background, or with nohup, ignore SIGINT or SIGHUP, and that is inherited.
            preexec_fn=_hear_signals,  # noqa: PLW1509 - no thread of the tests holds a lock that this needs
            **{**streams, **how},
        )
        for stream in streams.values():
            stream.close()
        self.started.append(process)
        return process

    def watch(self, options: str, *command: str, **how: Any) -> subprocess.Popen[bytes]:
        """The command in the watcher, in test time."""
        fast = ["--poll-s", "0.05", "--config", str(self.folder / "none.conf"), *options.split()]
        return self.start(self.python, str(WATCHER), *fast, *(["--", *command] if command else []), **how)

    def lines(self) -> list[bytes]:
        """The lines told so far."""
        return self.report.read_bytes().splitlines() if self.report.exists() else []

    def told(self, number: int = 1) -> list[Failure]:
        """The failures told, once there are so many."""
        wait_for(lambda: len(self.lines()) >= number, f"{number} lines in the report file")
        return understood(self.lines())

    def stop(self) -> None:
        """End what was started, with its watchers: each job is a session of its own."""
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


def fake_mpi(*arguments: object) -> list[str]:
    """The command line of the pretended mpirun."""
    return [sys.executable, str(FAKE_MPI), *map(str, arguments)]


def ended(pid_file: Path) -> bool:
    """Whether the process whose number a file holds is over, reaped or not."""
    try:
        status = Path("/proc", pid_file.read_text().strip(), "stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


@functools.cache
def old_python() -> str | None:
    """A Python 3.6, the oldest that the watcher promises to run on, if this machine has one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which("python3.6"), *map(str, sorted(pyenv.glob("3.6.*/bin/python3.6")))]
    for python in filter(None, found):
        asked = subprocess.run(
            [python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, check=False
        )
        if asked.stdout.strip() == b"(3, 6)":
            return python
    return None


@pytest.fixture
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter that runs the emitter."""
    if getattr(request, "param", "this") == "this":
        return sys.executable
    found = old_python()
    if found is None:
        pytest.skip("this machine has no Python 3.6")
    return found


@pytest.fixture
def node(tmp_path: Path, python: str) -> Iterator[Node]:
    """One node with a folder of its own, and a squeue that knows job 77."""
    made = Node(tmp_path, python)
    squeue = tmp_path / "bin" / "squeue"
    squeue.parent.mkdir()
    squeue.write_text(SQUEUE)
    squeue.chmod(0o755)
    made.environ = {
        "PATH": f"{squeue.parent}:{os.environ['PATH']}",
        "SECONDWIND_CLUSTER_ID": CLUSTER,
        "SECONDWIND_REPORT_DIR": str(tmp_path),
    }
    yield made
    made.stop()


def go(node: Node) -> None:
    """End a job that waits with UNTIL_GO."""
    (node.folder / "go").touch()
