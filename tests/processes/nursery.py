"""Processes for the nights: they come from one parent, which kills them and leaves none behind."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection, Listener
from pathlib import Path

from tests.proof.truth import Invoked

ROOT = Path(__file__).parents[2]


@dataclass
class Hand:
    """One process."""

    who: Invoked
    pid: int
    wire: Connection


class Nursery:
    """Processes on demand; none is left behind when it is closed."""

    def __init__(self, folder: Path) -> None:
        path = str(folder / "night.sock")
        self._listener = Listener(path, "AF_UNIX")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.night_worker", path],
            cwd=ROOT,
            env={"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def spawn(self) -> tuple[int, Connection]:
        """A new process: its id, and the way to it."""
        pid = int(self._ask("spawn"))
        return pid, self._listener.accept()

    def kill(self, pid: int) -> None:
        """SIGKILL; it is gone when this returns."""
        self._ask(f"kill {pid}")

    def _ask(self, command: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the processes' parent has died, status {self._process.poll()}")
        return answer

    def close(self) -> None:
        """End every process, and what they come from."""
        with self._process:
            self._listener.close()
