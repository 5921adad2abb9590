"""How many calls a run may make: by the pace that all functions share in the ledger, by time, and a turn's share."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.documents import limit_of, limit_write
from shared.domain.keys import pace_key_of
from shared.domain.limits import PACE_WINDOW_S, room, take_tokens
from shared.ports import Clock, Ledger

BLOCK = 10
"""Tokens of a pace that are taken together: a ledger round trip less for each other call."""
TRIES = 3
ROOM_S = 15.0
"""With less time left no call is begun: what was found must still go its way. A short run keeps half of its time."""


def calls_until(now: float, deadline: float) -> float:
    """Until when calls may be begun in a run that begins now and is over at the deadline."""
    return deadline - min(ROOM_S, (deadline - now) / 2)


@dataclass(slots=True)
class Allowance:
    """The calls of one run to one job system in one region."""

    ledger: Ledger
    clock: Clock
    until: float
    """Unix seconds after which no call is begun."""
    system: str
    region: str
    per_minute: int
    _held: dict[str, int] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)

    @property
    def in_time(self) -> bool:
        """Whether a call may still be begun."""
        return self.clock.now() < self.until

    def take(self, operation: str) -> bool:
        """One call of it; False: the pace is used up for this minute, or the time."""
        if not self.in_time or operation in self._empty:
            return False
        if not self._held.get(operation):
            self._held[operation] = self._fetch(operation)
        if not self._held[operation]:
            self._empty.add(operation)
            return False
        self._held[operation] -= 1
        return True

    def _fetch(self, operation: str) -> int:
        """Take a few tokens from the pace that all functions share; who cannot write it gets none."""
        key = pace_key_of(self.system, self.region, operation)
        for _ in range(TRIES):
            now = self.clock.now()
            stored = self.ledger.load([key]).get(key)
            limit = limit_of(key, stored)
            if limit is None:
                return 0
            wanted = min(BLOCK, room(limit, self.per_minute, PACE_WINDOW_S, now))
            if not wanted:
                return 0
            taken = take_tokens(limit, wanted, PACE_WINDOW_S, now)
            if not self.ledger.save([limit_write(key, taken, stored, now)]):
                return wanted if self.in_time else 0  # the ledger may have taken long
        return 0


@dataclass(slots=True)
class Turn:
    """One turn's share of a budget (`shared.systems.discovery.Calls`)."""

    budget: Allowance
    left: int
    dry: bool = False
    """The pace or the time said no: another turn in this run would be told the same."""

    used: int = 0

    def may(self, operation: str) -> bool:
        """One call, if the turn, the pace and the time have it."""
        if self.left <= 0:
            return False
        if not self.budget.take(operation):
            self.dry = True
            return False
        self.left -= 1
        self.used += 1
        return True
