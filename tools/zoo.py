"""The bug zoo: puts each known bug of `zoo/` into a copy of the repository and lets the tests catch it.

A bug counts as caught if a test fails with it and the same test passes without it. Whatever else happens (no test
fails, an edit no longer fits, the tests cannot be collected, the copy is not what was imported) is said, and the exit
status is 1. Two bugs at a time, each in a copy of its own; the repository itself is never touched.

    python tools/zoo.py [NAME …]     only the bugs whose file name contains one of these
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import msgspec
import yaml
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
COPIES = 2
FAST_SUITE = ("tests/unit", "tests/proof")
"""Asked if the tests that a bug names do not catch it."""
TEST_TIMEOUT_S = 60
RUN_TIMEOUT_S = 900.0
CLEAN_UP_S = 30.0
_SOME_FAILED = 1


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """One place of a bug. `find` must be in the file exactly once."""

    file: str
    find: str
    replace: str


class Bug(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `zoo/`."""

    title: str
    why: str
    """What harm it does in life."""
    edits: list[Edit]
    tests: list[str]
    """Where it should be caught: files, folders or single tests, as narrow as possible."""


class Finding(Struct, kw_only=True):
    """What became of one bug."""

    name: str
    seconds: float = 0.0
    caught_by: str = ""
    """The test that failed; empty if the bug is not caught."""
    problem: str = ""


class ZooError(Exception):
    """The zoo itself is out of order."""


class Copy:
    """A scratch copy of the repository: what git tracks, and what it would track."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve() / "copy"
        self._report = folder.resolve() / "report.json"
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the developer's git
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for name in listed.stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (self._root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self._root / name)

    @contextmanager
    def having(self, bug: Bug) -> Iterator[None]:
        """The copy with the bug in it; whole again afterwards. Raises ZooError if an edit does not fit."""
        files = {edit.file for edit in bug.edits}
        whole = {file: (self._root / file).read_text() for file in files if (self._root / file).is_file()}
        sick = dict(whole)
        for edit in bug.edits:
            found = sick.get(edit.file, "").count(edit.find)
            if found != 1 or edit.find == edit.replace:
                raise ZooError(f"{edit.file} has {found} times what is to be replaced, not once:\n{edit.find}")
            sick[edit.file] = sick[edit.file].replace(edit.find, edit.replace)
        try:
            self._write(sick)
            yield
        finally:
            self._write(whole)

    def failing(self, tests: Sequence[str], *options: str) -> list[str]:
        """The tests that fail. Raises ZooError if pytest could not run them, or ran them on another code."""
        self._report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "tools.zoo_witness", *options]
        settled = ["--hypothesis-seed=0", f"--timeout={TEST_TIMEOUT_S}", f"--rootdir={self._root}"]
        status, said = self._run([*command, *settled, *tests])
        if status not in {0, _SOME_FAILED} or not self._report.is_file():
            raise ZooError(f"pytest ended with {status} on {' '.join(tests)}:\n{said[-1500:]}")
        report = json.loads(self._report.read_text())
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

    def _write(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            path = self._root / name
            path.write_text(text)
            # Python takes compiled code for current if size and second agree, as they may here.
            Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


Copies = SimpleQueue[Copy]
"""Those that nobody uses."""


def main(wanted: Sequence[str]) -> int:
    """Exit status: 0 if every bug was caught."""
    started = time.monotonic()
    bugs = {path.stem: _bug(path) for path in sorted((ROOT / "zoo").glob("*.yaml"))}
    if wanted:
        bugs = {name: bug for name, bug in bugs.items() if any(part in name for part in wanted)}
    with tempfile.TemporaryDirectory(prefix="zoo-") as scratch:
        copies = Copies()
        for number in range(COPIES):
            copies.put(Copy(Path(scratch) / str(number)))
        with ThreadPoolExecutor(COPIES) as pool:
            examined = [pool.submit(_examine, name, bug, copies) for name, bug in bugs.items()]
            try:
                findings = [_told(future.result()) for future in as_completed(examined)]
            except BaseException:
                pool.shutdown(cancel_futures=True)  # whoever interrupts does not mean the rest
                raise
            _check_without_bugs(findings, pool, copies)
    caught = sum(1 for finding in findings if finding.caught_by)
    print(f"{time.monotonic() - started:.0f} s\n{caught}/{len(bugs)}", flush=True)
    return 0 if bugs and caught == len(bugs) else 1


def _bug(path: Path) -> Bug:
    try:
        bug = msgspec.convert(yaml.safe_load(path.read_text()), Bug)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ZooError(f"{path.name}: {error}") from error
    if not (bug.edits and bug.tests and bug.why):
        raise ZooError(f"{path.name}: a bug has edits, tests and a reason to be feared")
    return bug


@contextmanager
def _borrowed(copies: Copies) -> Iterator[Copy]:
    """A copy that nobody else uses meanwhile."""
    copy = copies.get()
    try:
        yield copy
    finally:
        copies.put(copy)


def _examine(name: str, bug: Bug, copies: Copies) -> Finding:
    finding = Finding(name=name)
    with _borrowed(copies) as copy:
        started = time.monotonic()
        try:
            with copy.having(bug):
                failed = copy.failing(bug.tests, "-x") or copy.failing(FAST_SUITE, "-x")
            finding.caught_by = failed[0] if failed else ""
        except ZooError as error:
            finding.problem = str(error)
        finding.seconds = time.monotonic() - started
    return finding


def _told(finding: Finding) -> Finding:
    found = f"caught by {finding.caught_by}" if finding.caught_by else finding.problem or "SURVIVED"
    print(f"{finding.name:<40} {finding.seconds:5.1f} s  {found}", flush=True)
    return finding


def _check_without_bugs(findings: list[Finding], pool: ThreadPoolExecutor, copies: Copies) -> None:
    """A test that fails without the bug as well has caught nothing."""
    tests = sorted({finding.caught_by for finding in findings if finding.caught_by})

    def failing(some: list[str]) -> list[str]:
        with _borrowed(copies) as copy:
            return copy.failing(some) if some else []

    shares = [tests[number::COPIES] for number in range(COPIES)]
    failed = {test for some in pool.map(failing, shares) for test in some}
    for finding in findings:
        if finding.caught_by in failed:
            print(f"{finding.name}: {finding.caught_by} fails without the bug as well", flush=True)
            finding.caught_by = ""


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ZooError as error:
        sys.exit(str(error))
