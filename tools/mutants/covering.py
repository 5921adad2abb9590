"""Which tests run which lines: known from a run of the tests without any mutant, and kept for the next time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from tools.mutants.mutations import Mutant
from tools.mutants.rooms import OF_ALL, Room
from tools.zoo.copies import Copy

KEPT = Path("build/mutants.json")
ENOUGH_S = 45.0
"""Tests are asked until they have taken so long without the mutant, beside those that are asked of every module."""
FIXED = "not hypothesis and not drawn"
"""Tests with examples of their own. What draws its examples may miss a mutant tomorrow that it finds today."""


class Watched(Struct):
    """One test function."""

    seconds: float
    lines: dict[str, list[int]]
    """By file, from the root."""


class _Kept(Struct):
    """What is known of the tests of one file, as long as nothing changes."""

    digest: str
    tests: dict[str, Watched]


class CoveringError(Exception):
    """The tests fail without a mutant, or do not run."""


def tests_of(root: Path, files: Sequence[str], copies: Sequence[Copy], of: Sequence[str]) -> dict[str, Watched]:
    """The tests of these files by their ids; under an empty one what is run when modules are loaded.

    Only what has changed is run anew.

    Args:
        root: the repository.
        files: with tests, from the root.
        copies: where they are run, side by side.
        of: whose lines are wanted, by their paths from the root. If any are named no others are watched, which takes
            less time, and what was found is not kept.

    Raises:
        CoveringError: they fail.
    """
    kept = _read(root / KEPT)
    common = _digest(root, [root / "shared", root / "tests" / "support", root / "tests" / "conftest.py"])
    digests = {file: common + _digest(root, [root / file, *(root / file).parent.glob("conftest.py")]) for file in files}
    stale = [file for file in files if file not in kept or kept[file].digest != digests[file]]
    shares = [stale[number :: len(copies)] for number in range(len(copies))]
    with ThreadPoolExecutor(len(copies)) as pool:
        for found in pool.map(_watched, copies, shares, [of] * len(copies)):
            for test, what in found.items():
                file = test.partition("::")[0]
                digest = digests.get(file, common)
                if file not in kept or kept[file].digest != digest:
                    kept[file] = _Kept(digest, {})
                before = kept[file].tests.get(test)
                kept[file].tests[test] = what if test or before is None else _both(what, before)
    for file in stale:
        kept.setdefault(file, _Kept(digests[file], {}))
    if not of:
        _keep(root / KEPT, kept)
    return {test: what for file in ("", *files) if file in kept for test, what in kept[file].tests.items()}


def _both(one: Watched, other: Watched) -> Watched:
    files = {**one.lines, **other.lines}
    lines = {file: sorted({*one.lines.get(file, ()), *other.lines.get(file, ())}) for file in files}
    return Watched(one.seconds + other.seconds, lines)


class Covering:
    """Asks which tests may see a mutant.

    Args:
        tests: by their ids, as `tests_of` tells them.
    """

    def __init__(self, tests: Mapping[str, Watched]) -> None:
        self._tests = {test: what for test, what in tests.items() if test}
        self._at_import = {file: frozenset(lines) for file, lines in tests[""].lines.items()} if "" in tests else {}
        self._runs: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for test, what in self._tests.items():
            for file, lines in what.lines.items():
                for line in lines:
                    self._runs[file][line].append(test)

    def at_import(self, mutant: Mutant, file: str) -> bool:
        """Whether it is run when modules are loaded."""
        return not mutant.lines or not self._at_import.get(file, frozenset()).isdisjoint(mutant.lines)

    def seeing(self, mutant: Mutant, file: str, room: Room) -> tuple[list[str], float]:
        """Tests that may see it, the room's own and the quick ones first, and how long they take without it (seconds).

        They run it. Of what is run at import the room's own need not: what a class says of itself they may only read.
        Where answers are kept whoever runs anything of the module may have been given one.
        """
        runs = self._runs[file]
        lines: Iterable[int] = mutant.lines or runs
        running = {test for line in lines for test in runs.get(line, ())}
        at_import = self.at_import(mutant, file)
        first = (*OF_ALL, *room.tests) if at_import else room.tests
        found = running | {test for test in self._tests if at_import and test.startswith(first)}
        found.update(*(runs.values() if mutant.kept else ()))
        asked, seconds, enough_s = [], 0.0, ENOUGH_S
        for test in sorted(
            found, key=lambda test: (_place(test, first), test not in running, self._tests[test].seconds)
        ):
            if seconds < enough_s:
                asked.append(test)
                seconds += self._tests[test].seconds
                enough_s += self._tests[test].seconds if test.startswith(OF_ALL) else 0.0
        return asked, seconds


def _place(test: str, first: Sequence[str]) -> int:
    """The room's own come before all others; what is asked of every module before these."""
    return next(
        (number if start in OF_ALL else len(OF_ALL) for number, start in enumerate(first) if test.startswith(start)),
        len(first) + len(OF_ALL),
    )


def _watched(copy: Copy, files: Sequence[str], of: Sequence[str]) -> dict[str, Watched]:
    if not files:
        return {}
    report = copy.root.parent / "covering.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-m",
        FIXED,
        "-p",
        "tools.mutants.witness",
        "--tb=short",
    ]
    ran = subprocess.run(
        [*command, *files],
        cwd=copy.root,
        env={
            **os.environ,
            "PYTHONPATH": str(copy.root),
            "MUTANTS_REPORT": str(report),
            "MUTANTS_FILES": os.pathsep.join(of),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise CoveringError(f"the tests fail without a mutant:\n{ran.stdout[-3000:]}")
    return msgspec.json.decode(report.read_bytes(), type=dict[str, Watched])


def _read(path: Path) -> dict[str, _Kept]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Kept])
    except (OSError, msgspec.MsgspecError):
        return {}


def _keep(path: Path, kept: Mapping[str, _Kept]) -> None:
    """Whole or not at all: another run may read, or write, at the same time."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        new.write_bytes(msgspec.json.encode(kept))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _digest(root: Path, places: Sequence[Path]) -> str:
    files = [file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])]
    texts = {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in files}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
