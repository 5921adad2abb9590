"""When a kept connection was last used: after a pause nobody knows whether the peer still has it.

Balancers, proxies and servers drop idle connections, some without a word, and a function's instance may stand still
between two invocations. What is sent on such a connection gets no answer, and nobody can tell whether it arrived.
"""

from __future__ import annotations

import time

IDLE_S = 4.0
"""A connection that was not used for longer is not used again: less than any idle time-out that is known to us."""


class LastUse:
    """The moment of a connection's last use, by both clocks of the machine.

    This is the network's own time, so it is no parameter: one clock may stand still while an instance is frozen, the
    other may be set.
    """

    def __init__(self) -> None:
        self.touch()

    def touch(self) -> None:
        """It is being used now."""
        self._steady, self._wall = time.monotonic(), time.time()

    @property
    def stale(self) -> bool:
        """Whether the pause since then is too long, by either clock; a wall clock that was set back proves nothing."""
        return time.monotonic() - self._steady > IDLE_S or abs(time.time() - self._wall) > IDLE_S
