"""The bug zoo: puts each known bug of `zoo/` into a copy of the repository and lets the tests catch it.

A bug counts as caught if a test fails with it and the same test passes without it. Whatever else happens (no test
fails, a change no longer fits, the tests cannot be collected, the copy is not what was imported) is said, and the exit
status is 1. Two bugs at a time, each in a copy of its own; the repository itself is never touched.

    python -m tools.zoo [WORD …]             only the bugs whose name, or whose file's, contains one of the words
    python -m tools.zoo --check [WORD …]     runs nothing: which bugs no longer fit, a line each
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from msgspec import Struct

from tools.zoo.bugs import Bug, ZooError, read_bugs
from tools.zoo.changes import Misfit
from tools.zoo.copies import Copy
from tools.zoo.stale import stale

ROOT = Path(__file__).resolve().parents[2]
COPIES = 2
FAST_SUITE = ("tests/unit", "tests/proof")
"""Asked if the tests that a bug names do not catch it."""
Copies = SimpleQueue[Copy]
"""Those that nobody uses."""


class Finding(Struct, kw_only=True):
    """What became of one bug."""

    name: str
    seconds: float = 0.0
    caught_by: str = ""
    """The test that failed; empty if the bug is not caught."""
    problem: str = ""


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Exit status: 0 if every bug that was asked for was caught, or fits. Raises ZooError."""
    parser = argparse.ArgumentParser(prog="python -m tools.zoo", description="Known bugs, which the tests must catch.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="part of a bug's name or of its file's; default: all")
    parser.add_argument("--check", action="store_true", help="run nothing, say which bugs no longer fit the code")
    asked = parser.parse_args(arguments)
    zoo = {
        file: [bug for bug in bugs if not asked.words or any(word in f"{file} {bug.name}" for word in asked.words)]
        for file, bugs in read_bugs(root / "zoo").items()
    }
    if not any(zoo.values()):
        raise ZooError("there is no such bug")
    return _check(root, zoo) if asked.check else _run(root, [bug for bugs in zoo.values() for bug in bugs])


def _check(root: Path, zoo: Mapping[str, Sequence[Bug]]) -> int:
    """A line with tabs for each thing that does not fit (see `Stale.line`), then bugs that fit/total."""
    found = list(stale(root, zoo))
    for one in found:
        print(one.line())
    bugs = {bug.name for some in zoo.values() for bug in some}
    print(f"{len(bugs - {one.bug for one in found})}/{len(bugs)}")
    return 1 if found else 0


def _run(root: Path, bugs: Sequence[Bug]) -> int:
    """A line for each bug, then bugs that were caught/total."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zoo-") as scratch:
        copies = Copies()
        for number in range(COPIES):
            copies.put(Copy(root, Path(scratch) / str(number)))
        with ThreadPoolExecutor(COPIES) as pool:
            examined = [pool.submit(_examine, bug, copies) for bug in bugs]
            try:
                findings = [_told(future.result()) for future in as_completed(examined)]
            except BaseException:
                pool.shutdown(cancel_futures=True)  # whoever interrupts does not mean the rest
                raise
            _check_without_bugs(findings, pool, copies)
    caught = sum(1 for finding in findings if finding.caught_by)
    print(f"{time.monotonic() - started:.0f} s\n{caught}/{len(bugs)}", flush=True)
    return 0 if caught == len(bugs) else 1


@contextmanager
def _borrowed(copies: Copies) -> Iterator[Copy]:
    """A copy that nobody else uses meanwhile."""
    copy = copies.get()
    try:
        yield copy
    finally:
        copies.put(copy)


def _examine(bug: Bug, copies: Copies) -> Finding:
    finding = Finding(name=bug.name)
    with _borrowed(copies) as copy:
        started = time.monotonic()
        try:
            with copy.having(bug):
                failed = copy.failing(bug.tests, "-x") or copy.failing(FAST_SUITE, "-x")
            finding.caught_by = failed[0] if failed else ""
        except (Misfit, ZooError) as error:
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
