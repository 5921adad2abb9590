"""Faults to order: what an operation answers, or fails to answer, apart from what it does.

    faults.add(Fault("RerunJobs", FaultKind.CLOSE_AFTER_EFFECT, times=1))
    faults.add(Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=30))  # the effect comes late

Each call takes the oldest fault that fits it, if it is signed rightly and within its rate limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from threading import Lock

from localcloud.wire.http import Response

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class FaultKind(str, Enum):
    """What goes wrong, and whether the operation does its work all the same."""

    DELAY_BEFORE_EFFECT = "delay_before_effect"
    DELAY_AFTER_EFFECT = "delay_after_effect"
    CLOSE_BEFORE_EFFECT = "close_before_effect"
    CLOSE_AFTER_EFFECT = "close_after_effect"
    HTML_BEFORE_EFFECT = "html_before_effect"
    HTML_AFTER_EFFECT = "html_after_effect"
    EMPTY_BEFORE_EFFECT = "empty_before_effect"
    EMPTY_AFTER_EFFECT = "empty_after_effect"
    ERROR_BEFORE_EFFECT = "error_before_effect"
    ERROR_AFTER_EFFECT = "error_after_effect"
    THROTTLED = "throttled"
    PART_FAILURE = "part_failure"
    """Of a batch only what is named in `done` is done, and the service says that some of it failed."""


PREVENTS = frozenset(
    {
        FaultKind.CLOSE_BEFORE_EFFECT,
        FaultKind.HTML_BEFORE_EFFECT,
        FaultKind.EMPTY_BEFORE_EFFECT,
        FaultKind.ERROR_BEFORE_EFFECT,
        FaultKind.THROTTLED,
    }
)
"""Faults with which the operation does nothing (before the answer: see `effect_after_s`)."""


def any_call(_parameters: Mapping[str, str]) -> bool:
    """Fits every call."""
    return True


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    action: str
    """The operation's name."""
    kind: FaultKind
    _: KW_ONLY
    times: int | None = 1
    """How many calls it meets; None: all."""
    skip: int = 0
    """How many fitting calls pass untouched first."""
    match: Callable[[Mapping[str, str]], bool] = any_call
    """Which calls, by their parameters."""
    status: int = 500
    """HTTP status of the error kinds; 200 with services that refuse so: their refusal with that code and message."""
    code: str = "InternalError"
    message: str = "The request processing has failed due to some unknown error."
    delay_s: float = 0.0
    """Of the two delays."""
    retry_after_ms: int | None = None
    """With THROTTLED: how long to wait, as the header `x-acs-retry-after` tells it."""
    done: frozenset[str] = frozenset()
    effect_after_s: float | None = None
    """With a kind that prevents the effect: it comes all the same, that long after the answer."""


class Faults:
    """The faults that wait for their calls. Safe between threads."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self.sleep = sleep
        """How delays are spent; a test may advance its clock instead."""
        self._lock = Lock()
        self._waiting: list[tuple[Fault, list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Let it wait for its calls."""
        with self._lock:
            self._waiting.append((fault, [0]))

    def clear(self) -> None:
        """Take back all that wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, action: str, parameters: Mapping[str, str]) -> Fault | None:
        """The fault for this call, used up by one."""
        with self._lock:
            for entry in self._waiting:
                fault, met = entry
                if fault.action != action or not fault.match(parameters):
                    continue
                met[0] += 1
                if met[0] <= fault.skip:
                    continue
                if fault.times is not None and met[0] >= fault.skip + fault.times:
                    self._waiting.remove(entry)
                return fault
        return None


def spoiled(kind: FaultKind) -> Response | None:
    """What takes the place of the answer; None where the answer is an error body or stays as it is."""
    if kind in {FaultKind.CLOSE_BEFORE_EFFECT, FaultKind.CLOSE_AFTER_EFFECT}:
        return Response(close=True)
    if kind in {FaultKind.HTML_BEFORE_EFFECT, FaultKind.HTML_AFTER_EFFECT}:
        return Response(200, HTML, {"content-type": "text/html"})
    if kind in {FaultKind.EMPTY_BEFORE_EFFECT, FaultKind.EMPTY_AFTER_EFFECT}:
        return Response(200, b"", {"content-type": "application/json"})
    return None
