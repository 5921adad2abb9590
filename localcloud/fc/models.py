"""What an invocation of a function is, for all that call functions: doors, queues, triggers and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

EVENT_BYTES_MAX = 32 * 1024 * 1024
"""Largest body of a synchronous invocation."""


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What came of one invocation. A returned value, whatever it says, is a success."""

    body: bytes
    """The function's answer, or the error as JSON."""
    error: dict[str, Any] | None
    """`errorMessage`, `errorType`, and `stackTrace` where there is one; None if the handler returned."""
    request_id: str
    log: str
    """What the function logged meanwhile, at most the last 256 KiB."""


Function = Callable[[bytes], InvocationResult]
"""Whatever takes an event as a deployed function does."""
