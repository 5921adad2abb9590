"""How an invocation begins: until when it lasts, and by which clock; anew where a look shows that one to be wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from msgspec import Struct

from shared.domain.errors import ClockOff
from shared.reality import SystemClock

DEFAULT_TIMEOUT_S = 60.0
"""Assumed where the context names no timeout, as a test event's may not."""
TRIES = 2
"""How often answers are listened to: a time that one of them told has to be confirmed by the next."""
Answer = dict[str, Any]
_LOG = logging.getLogger(__name__)


class Start(Struct, frozen=True):
    """How an invocation begins."""

    clock: SystemClock
    spent_s: float = 0.0
    """Of its time, by a clock that was wrong."""

    def deadline(self, context: Any) -> float:
        """Unix seconds at which an invocation that begins now is over."""
        return self.clock.now() - self.spent_s + timeout_of(context)


def timeout_of(context: Any) -> float:
    """Seconds that an invocation may take."""
    return float(getattr(getattr(context, "function", None), "timeout", None) or DEFAULT_TIMEOUT_S)


def by_a_right_clock(handle: Callable[[bytes, Any, Start], Answer]) -> Callable[[bytes, Any], Answer]:
    """The handler, begun anew where a look shows that its clock is wrong: by that one nothing is decided.

    It is as if the delivery came again. Where services contradict one another, the machine's own clock is taken.
    """

    @wraps(handle)
    def handled(event: bytes, context: Any) -> Answer:
        spent_s = 0.0
        for _ in range(TRIES):
            clock = SystemClock()
            begun = clock.now()
            try:
                return handle(event, context, Start(clock, spent_s))
            except ClockOff as off:
                _LOG.warning("%s: begun anew", off)
                spent_s += max(0.0, clock.now() - begun)
        return handle(event, context, Start(SystemClock(heeds=False), spent_s))

    return handled
