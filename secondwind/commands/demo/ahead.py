"""The timers' functions with a clock that goes ahead, in processes of their own.

What takes minutes by its own bounds (a node's grace, a silence) is let pass by moving Second Wind's clock, and that of
the local cloud with it: a rerun that begins before its call, by clocks that differ, would be somebody else's.
"""

from __future__ import annotations

import time
from typing import Any

from shared import reality
from shared.configuration import prepare
from shared.runtime import handle_discover, handle_sweep

AHEAD_S = 400.0
"""More than the shortest silence that a policy may name, and than the usual grace."""


def initialize(context: Any) -> None:
    """As of each function, after which it is later."""
    reality.SystemClock.now = lambda _: time.time() + AHEAD_S  # type: ignore[assignment, method-assign]
    prepare(context)


def discover(event: bytes, context: Any) -> dict[str, Any]:
    """As `functions.discover.index.handler`."""
    return handle_discover(event, context)


def sweep(event: bytes, context: Any) -> dict[str, Any]:
    """As `functions.sweep.index.handler`."""
    return handle_sweep(event, context)
