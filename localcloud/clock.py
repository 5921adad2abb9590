"""Where the local cloud's time comes from: the machine's clock, or one that a test moves by hand."""

from __future__ import annotations

import time
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """The only source of time in the local cloud."""

    def now(self) -> float:
        """Unix seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()


class MovableClock:
    """The machine's own clock, which can be moved on while it runs; safe to share between threads."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._lock = Lock()

    def now(self) -> float:
        """Unix seconds."""
        with self._lock:
            return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        with self._lock:
            self._ahead_s += seconds


class ManualClock:
    """Stands still until it is advanced; safe to share between threads."""

    def __init__(self, start: float) -> None:
        self._now = start
        self._lock = Lock()

    def now(self) -> float:
        """Unix seconds."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds. Raises ValueError for a negative number: no way back."""
        if seconds < 0:
            raise ValueError(f"a clock cannot be advanced by {seconds} s")
        with self._lock:
            self._now += seconds
