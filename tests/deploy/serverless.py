"""The command line of Serverless Devs, from its npm package as pinned in deploy/, run on an s.yaml without network.

It starts processes that outlive it: one reports each command to its makers, one looks for a newer version. `s set
analysis disable` is the documented switch of the first
(https://docs.serverless-devs.com/user-guide/builtin/set/); `NODE_ENV=test` makes the pinned version start neither.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PINNED = ("package.json", "package-lock.json")
ENTRY = Path("node_modules", "@serverless-devs", "s", "bin", "s")
WATCH = Path(__file__).with_name("watched.cjs")
TIME_S = 60.0
ENVIRONMENT = {
    "SW_REGION": "cn-hangzhou",
    "SW_ACCOUNT": "1234567890123456",
    "SW_PROJECT": "sw-logs",
    "SW_INSTANCE": "sw-ledger",
}
"""What a user must set, made up."""


def install(node: str, npm: str) -> list[str]:
    """The command, installed once by `npm ci` into build/, which checks the pinned hash. Raises CalledProcessError."""
    pinned = b"".join((ROOT / "deploy" / name).read_bytes() for name in PINNED)
    folder = ROOT / "build" / f"s-{hashlib.sha256(pinned).hexdigest()[:16]}"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "s.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ENTRY).is_file():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            for name in PINNED:
                shutil.copy(ROOT / "deploy" / name, making)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
            subprocess.run(command, cwd=making, check=True, timeout=100)
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)
    return [node, str(folder / ENTRY)]


@dataclass
class Serverless:
    """Runs `s` on one s.yaml with a home of its own and no variable of this machine but the PATH."""

    command: list[str]
    home: Path
    template: Path = ROOT / "s.yaml"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    path: str = os.environ.get("PATH", os.defpath)
    alone: bool = True
    """Whether its reports and its look for a newer version are switched off."""
    outlived: list[str] = field(default_factory=list)
    """Processes that lived on when a command was over, until they were ended here."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, whatever its status; with it ends whatever it started."""
        own = self.home / ".s"
        own.mkdir(parents=True, exist_ok=True)
        self._watched.touch()
        if self.alone:
            (own / "set-config.yml").write_text("analysis: disable\n", encoding="utf-8")
        command = [*self.command, *arguments, "-t", str(self.template)]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                output, _ = running.communicate(timeout=TIME_S)
            finally:
                self._end(running.pid)
        return subprocess.CompletedProcess(command, running.returncode, output)

    def noted(self, kind: str) -> list[str]:
        """What watched.cjs wrote of that kind, `process` or `network`."""
        lines = self._watched.read_text(encoding="utf-8").splitlines() if self._watched.exists() else []
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{kind} ")]

    @property
    def _watched(self) -> Path:
        return self.home / "watched"

    def _end(self, group: int) -> None:
        """End the command's group, and by its id each process that left the group to live on."""
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        for line in self.noted("process"):
            pid = int(line.split(" ", 1)[0])
            if is_alive(pid) and _group(pid) != group:
                self.outlived.append(line)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": self.path,
            "HOME": str(self.home),
            "serverless_devs_config_home": str(self.home),
            "FC3_COMPONENT": str(ROOT / "deploy" / "fc3-stub"),
            "ALIBABA_CLOUD_ACCOUNT_ID": "1234567890123456",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "made-up",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "made-up",
            "NODE_OPTIONS": f'--require="{WATCH}"',
            "SECONDWIND_WATCHED": str(self._watched),
            **({"NODE_ENV": "test"} if self.alone else {}),
            **self.environment,
        }

    def preview(self) -> dict[str, Any]:
        """What `s preview` makes of it."""
        done = self.run("preview", "-o", "json")
        assert done.returncode == 0, done.stdout
        shown: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
        return shown


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is over and not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path("/proc", str(pid), "stat")
    with suppress(OSError):
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
    return not Path("/proc/self").exists()


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
