"""What the simulated world does by itself, in the order of time.

Events wait in a queue until somebody looks (`tick`); they then happen one after the other, each at its own
moment. So a ManualClock that jumps an hour and a system clock that creeps give the same world.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from threading import RLock

from localcloud.clock import Clock


class Timeline:
    """The queue of planned events. Whoever reads or changes the world holds `lock` and calls `tick` first."""

    def __init__(self, clock: Clock) -> None:
        self.lock = RLock()
        self._clock = clock
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._moment: float | None = None

    def now(self) -> float:
        """Unix seconds: the clock's, or during an event the moment for which it was planned."""
        with self.lock:
            return self._clock.now() if self._moment is None else self._moment

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Plan an event. One planned for the past happens at the next tick, and believes that it is then."""
        with self.lock:
            heapq.heappush(self._events, (moment, next(self._order), action))

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Plan an event that many seconds from now."""
        with self.lock:
            self.at(self.now() + delay_s, action)

    def tick(self) -> None:
        """Let everything happen that is due by the clock. Within an event, where a tick is on, do nothing."""
        with self.lock:
            if self._moment is not None:
                return
            until = self._clock.now()
            try:
                while self._events and self._events[0][0] <= until:
                    self._moment, _, action = heapq.heappop(self._events)
                    action()
            finally:
                self._moment = None
