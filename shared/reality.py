"""The one module that touches the real clock and real chance."""

from __future__ import annotations

import random
import time


class SystemClock:
    """Implements `shared.ports.Clock`."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()


class SystemChance:
    """Implements `shared.ports.Chance`."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()
