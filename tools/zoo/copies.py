"""A scratch copy of the repository: a bug is put into it, and its tests are run."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.zoo.bugs import Bug, ZooError
from tools.zoo.changes import changed

TEST_TIMEOUT_S = 60
RUN_TIMEOUT_S = 900.0
CLEAN_UP_S = 30.0
_SOME_FAILED = 1
_OWN = "tests/unit/zoo"
"""These fail with any bug, because its change no longer fits where it has been made."""


class Copy:
    """What git tracks of the repository `root`, and what it would track, in a folder of its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = folder.resolve() / "copy"
        self._report = folder.resolve() / "report.json"
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the developer's git
            cwd=root,
            capture_output=True,
            check=True,
        )
        for name in listed.stdout.decode().split("\0"):
            if name and (root / name).is_file():
                (self._root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, self._root / name)

    @contextmanager
    def having(self, bug: Bug) -> Iterator[None]:
        """The copy with the bug in it; whole again afterwards. Raises Misfit if a change does not fit."""
        with self.with_texts(changed(self._root, bug.changes)):
            yield

    @contextmanager
    def with_texts(self, texts: Mapping[str, str]) -> Iterator[None]:
        """The copy with these files, by their paths from its root; whole again afterwards."""
        whole = {name: (self._root / name).read_text(encoding="utf-8") for name in texts}
        try:
            self._write(texts)
            yield
        finally:
            self._write(whole)

    @property
    def root(self) -> Path:
        """Where the copy stands."""
        return self._root

    def failing(self, tests: Sequence[str], *options: str) -> list[str]:
        """The tests that fail. Raises ZooError if pytest could not run them, or ran them on another code."""
        self._report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "tools.zoo.witness", *options]
        settled = ["--hypothesis-seed=0", f"--timeout={TEST_TIMEOUT_S}", f"--rootdir={self._root}", f"--ignore={_OWN}"]
        status, said = self._run([*command, *settled, *tests])
        if status not in {0, _SOME_FAILED} or not self._report.is_file():
            raise ZooError(f"pytest ended with {status} on {' '.join(tests)}:\n{said[-1500:]}")
        report = json.loads(self._report.read_text(encoding="utf-8"))
        if not Path(report["shared"]).is_relative_to(self._root):
            raise ZooError(f"the tests saw {report['shared']}, which is not the copy")
        failed: list[str] = report["failed"]
        return failed

    def _run(self, command: list[str]) -> tuple[int, str]:
        environment = {**os.environ, "PYTHONPATH": str(self._root), "ZOO_REPORT": str(self._report)}
        with subprocess.Popen(
            command,
            cwd=self._root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=RUN_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)  # lets fixtures end the servers that they started
                with suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=CLEAN_UP_S)
                process.kill()
                raise ZooError(f"no end of the tests after {RUN_TIMEOUT_S:.0f} s") from None
        return process.returncode, said

    def _write(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            path = self._root / name
            path.write_text(text, encoding="utf-8")
            # Python takes compiled code for current if size and second agree, as they may here.
            Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
