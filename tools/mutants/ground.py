"""Where mutants are tried: a scratch copy with processes that fork test runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from tools.mutants.covering import CoveringError
from tools.mutants.mutations import Mutant
from tools.mutants.rooms import Room
from tools.zoo.copies import Copy

LEAST_S = 10.0
TIMES = 4.0
"""A run may take so much more of a processor than the same tests without a mutant, which were quick to load."""
KILLERS = 12
"""So many tests that saw another mutant of the same file are asked first: the next is often seen by one of them."""


class Try(Struct, frozen=True):
    """One mutant, and where it lives."""

    room: Room
    file: str
    """From the root of the repository."""
    mutant: Mutant


class Tried(Struct, frozen=True):
    """What became of it."""

    room: str
    mutant: Mutant
    killed: bool
    by: str
    """The test that failed, or what happened instead."""
    asked: int
    """How many test functions were to see it."""


class Ground:
    """A scratch copy with its nurseries.

    Args:
        root: the repository.
        folder: where the copy is made.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.copy = Copy(root, folder)
        self._bare = _Nursery(self.copy.root, ())
        self._warm: _Nursery | None = None
        self._sound: set[str] = set()
        self._unsound: set[str] = set()
        """Tests that have been seen passing, or failing, in a fork without a mutant."""
        self._killers: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=KILLERS))
        """By file, the tests that saw the last mutants there."""

    def load(self, files: Sequence[str]) -> None:
        """Tests that will be asked: what they import is loaded once."""
        self._warm = _Nursery(self.copy.root, files)

    def tried(self, wanted: Try, tests: Sequence[str], seconds: float, *, at_import: bool = True) -> Tried:
        """Put the mutant in and run the tests.

        Args:
            wanted: the mutant.
            tests: their ids.
            seconds: how long they take without it.
            at_import: its line is run when modules are loaded, so what survives in loaded ones is tried anew.
        """
        mutant = wanted.mutant
        try:
            compile(mutant.text, wanted.file, "exec", dont_inherit=True)
        except SyntaxError:
            return Tried(wanted.room.name, mutant, killed=True, by="no Python", asked=0)
        for nursery in filter(None, (self._bare, self._warm)):
            nursery.wait()
        whole = (self.copy.root / wanted.file).read_text(encoding="utf-8")
        killers = self._killers[wanted.file]
        left = sorted(tests, key=lambda test: test not in killers)
        left = [test for test in left if test not in self._unsound]
        ended = {"end": "passed"}
        while left:
            run = {"tests": left, "limit_s": LEAST_S + TIMES * seconds, "file": wanted.file, "whole": whole}
            with self.copy.with_texts({wanted.file: mutant.text}):
                nursery, ended = self._ended(run, mutant, at_import=at_import)
            test = ended.get("by", "").partition("[")[0]
            if ended["end"] != "failed" or self._is_sound(test, nursery, run):
                break
            left, ended = [other for other in left if other != test], {"end": "passed"}
        # A test that fails for other reasons, as one of times on a busy machine may, has been loaded all the same.
        if ended["end"] == "broken" and (without := self._bare.ask(run))["end"] == "broken":
            raise CoveringError(f"the tests cannot be loaded without a mutant: {without}")
        killed = ended["end"] != "passed"
        if ended["end"] == "failed" and test not in killers:
            killers.append(test)
        return Tried(wanted.room.name, mutant, killed, ended.get("by") or ended["end"], len(left))

    def _ended(self, run: Mapping[str, object], mutant: Mutant, *, at_import: bool) -> tuple[_Nursery, dict[str, str]]:
        """How the run ends with the mutant in the files, and where it was made."""
        if self._warm and mutant.lines:
            ended = self._warm.ask(run)
            if ended["end"] not in {"anew", "broken"} and not (ended["end"] == "passed" and at_import):
                return self._warm, ended
        return self._bare, self._bare.ask(run)

    def _is_sound(self, test: str, nursery: _Nursery, run: Mapping[str, object]) -> bool:
        """Whether a test passes where there is no mutant: else its failing says nothing of one, now or later.

        One that has not ended in its time has not failed, and one that fails by chance does not do so twice: a busy
        machine takes no test away.
        """
        if test not in self._sound | self._unsound:
            ends = (nursery.ask({**run, "tests": [test]})["end"] for _ in range(2))
            if any(end in {"passed", "late"} for end in ends):
                self._sound.add(test)
            else:
                self._unsound.add(test)
                print(f"\nnot asked, for it fails without a mutant: {test}", flush=True)
        return test in self._sound

    def close(self) -> None:
        """End the nurseries."""
        self._bare.close()
        if self._warm:
            self._warm.close()


class _Nursery:
    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.mutants.nursery", *files],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._says, self._hears = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self._loaded = False

    def wait(self) -> None:
        """Until it has loaded what it is to load. Raises CoveringError if it cannot."""
        if not self._loaded and not self._hears.readline():
            raise CoveringError("the tests cannot be loaded")
        self._loaded = True

    def ask(self, wanted: Mapping[str, object]) -> dict[str, str]:
        self._says.write(json.dumps(wanted) + "\n")
        self._says.flush()
        answer: dict[str, str] = json.loads(self._hears.readline())
        return answer

    def close(self) -> None:
        with self._process:
            self._says.close()
