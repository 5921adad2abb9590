"""Where mutants are tried: a scratch copy with a process that forks test runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from tools.mutants.covering import CoveringError
from tools.mutants.mutations import Mutant
from tools.mutants.rooms import Room
from tools.zoo.copies import Copy

LEAST_S = 15.0
TIMES = 6.0
"""A run may take so much longer than the same tests without a mutant: the machine is busy."""


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
    """A scratch copy and its nursery.

    Args:
        root: the repository.
        folder: where the copy is made.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.copy = Copy(root, folder)
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tools.mutants.nursery"],
            cwd=self.copy.root,
            env={**os.environ, "PYTHONPATH": str(self.copy.root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._says, self._hears = cast("IO[str]", self._nursery.stdin), cast("IO[str]", self._nursery.stdout)

    def tried(self, wanted: Try, tests: Sequence[str], seconds: float) -> Tried:
        """Put the mutant in and run the tests, which take `seconds` without it."""
        mutant = wanted.mutant
        try:
            compile(mutant.text, wanted.file, "exec", dont_inherit=True)
        except SyntaxError:
            return Tried(wanted.room.name, mutant, killed=True, by="no Python", asked=0)
        if not tests:
            return Tried(wanted.room.name, mutant, killed=False, by="", asked=0)
        run = {"tests": list(tests), "limit_s": LEAST_S + TIMES * seconds}
        with self.copy.with_texts({wanted.file: mutant.text}):
            ended = self._ask(run)
        if ended["end"] == "broken" and (without := self._ask(run))["end"] != "passed":
            raise CoveringError(f"the tests do not pass without a mutant: {without}")
        killed = ended["end"] != "passed"
        return Tried(wanted.room.name, mutant, killed, ended.get("by") or ended["end"], len(tests))

    def close(self) -> None:
        """End the nursery."""
        with self._nursery:
            self._says.close()

    def _ask(self, wanted: Mapping[str, object]) -> dict[str, str]:
        self._says.write(json.dumps(wanted) + "\n")
        self._says.flush()
        answer: dict[str, str] = json.loads(self._hears.readline())
        return answer
