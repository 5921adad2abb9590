"""A clock that runs faster than the machine's, and the same in every process that knows its three numbers."""

from __future__ import annotations

import time


class FastClock:
    """`start + speed x (machine time - start) + ahead_s`: only `ahead_s` ever changes, and only while nobody works.

    Args:
        start: unix seconds at which both clocks agree.
        speed: seconds of this clock a second of the machine.
        ahead_s: jumped over, in this clock's seconds.
    """

    def __init__(self, start: float, speed: float, ahead_s: float = 0.0) -> None:
        self.start = start
        self.speed = speed
        self.ahead_s = ahead_s

    def now(self) -> float:
        """Unix seconds."""
        return self.start + self.speed * (time.time() - self.start) + self.ahead_s

    @property
    def numbers(self) -> tuple[float, float, float]:
        """What another process makes the same clock from."""
        return self.start, self.speed, self.ahead_s
