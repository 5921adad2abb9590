"""A transport to OpenAPI that is told what to answer, and what a look for untold failures is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock

Ending = Reply | CallFailed
Script = Callable[[ApiCall], Ending]
Listed = Sequence[dict[str, Any]]
"""Jobs as E-HPC lists them."""
Pages = Callable[[Listed, ApiCall], Ending]
"""The page of these jobs that a call asks for."""


class FakeApi:
    """Answers by script, keeps what it was asked, and takes one second of the clock a call."""

    def __init__(self, clock: Clock, script: Script) -> None:
        self.asked: list[ApiCall] = []
        self._clock = clock
        self._script = script

    def call(self, wanted: ApiCall) -> Ending:
        """Answer by the script."""
        self.asked.append(wanted)
        self._clock.moment += 1.0
        return self._script(wanted)

    def parameters(self, action: str) -> list[dict[str, str]]:
        """Of every call of that operation."""
        return [dict(wanted.parameters) for wanted in self.asked if wanted.action == action]


Play = Callable[[Script], FakeApi]
"""Makes a transport that answers by a script."""


class Few:
    """So many calls are left in a turn (`shared.systems.discovery.Calls`)."""

    def __init__(self, left: int = 1_000) -> None:
        self.left = left

    def may(self, operation: str) -> bool:
        """One less."""
        assert operation
        self.left -= 1
        return self.left >= 0


def fits(glob: str, name: str) -> bool:
    """As the policy's globs do (`shared.systems.discovery.Fits`)."""
    return fnmatchcase(name, glob)
