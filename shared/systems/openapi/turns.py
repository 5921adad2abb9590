"""What discoveries have in common: calls that are read on with, until one fails, none is left, or all is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from shared.domain.job import Scope
from shared.domain.snapshot import LookFailed
from shared.systems.discovery import Calls, Fits, Listed, exact
from shared.systems.openapi.calls import CallFailed
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.results import look_failed, malformed

Answer = TypeVar("Answer")


class StopError(Exception):
    """The reading cannot go on now: with a problem, or for want of calls."""

    def __init__(self, problem: LookFailed | None = None) -> None:
        self.problem = problem


def take(calls: Calls, operation: str) -> None:
    """Take one call of that operation. Raises StopError where none is left."""
    if not calls.may(operation):
        raise StopError


def answered(said: Answer | CallFailed, now: float) -> Answer:
    """What a call answered. Raises StopError where it failed."""
    if isinstance(said, CallFailed):
        raise StopError(look_failed(said, now))
    return said


def ended(read: Callable[[], None], now: float) -> tuple[bool, LookFailed | None]:
    """Read on: whether all was read, and if something is wrong with the scope, what.

    Without time to ask nothing is: the next turn goes on.
    """
    problem = _stopped(read, now)
    late = problem is not None and problem.problem is not None and problem.problem.code == NoAnswer.DEADLINE.value
    return problem is None, None if problem is None or late else problem.problem


def meant(
    globs: Sequence[str],
    fits: Fits,
    read: Callable[[], Iterable[str]],
    scope: Callable[[str], Scope],
    now: float,
    *,
    ask: bool,
) -> Listed:
    """The scopes that a policy's entry means: those named, and those of a listing that fit its globs.

    Args:
        globs: names and globs, as the entry has them.
        fits: whether a glob fits a name.
        read: lists the names that there are, with `take` and `answered`.
        scope: the scope of a name.
        now: unix seconds.
        ask: list also where every name is known.
    """
    named, there = exact(globs), dict[str, None]()

    def listing() -> None:
        for name in read():
            there[name] = None

    asked = ask or len(named) < len(globs)
    stop = _stopped(listing, now) if asked else None
    fitting = (name for name in there if any(fits(glob, name) for glob in globs))
    whole = asked and stop is None
    return Listed(
        scopes=tuple(map(scope, dict.fromkeys([*named, *fitting]))),
        missing=tuple(glob for glob in globs if whole and not any(fits(glob, name) for name in there)),
        problem=stop.problem if stop else None,
    )


def _stopped(read: Callable[[], None], now: float) -> StopError | None:
    """What stopped a reading; None: it came to its end."""
    try:
        read()
    except StopError as stop:
        return stop
    except msgspec.ValidationError as error:
        return StopError(malformed(error, now))
    return None
