"""Whose turn it is in a sweep: which due documents a run asks for, and which clusters and groups it takes first.

Whoever tells failures puts as many names into the ledger as they like, of as many clusters as they invent, and nobody
waits behind them for ever:

- Of more names than a run asks for it asks for the oldest, and then for those behind which the run before stopped. So
  each of N due names is asked for within N / 50,000 + 2 runs.
- Documents are taken one of each scope in turns, and then all of a scope together. Scopes with few come before those
  with many, and what only waits for a look last, since anybody can invent that. But of each five scopes one is the next
  in a round through all that have more than that, and two are the next of those that only wait for a look, oldest
  first: one in which something was rerun before, and one that nobody knows. So of n scopes each has its turn within n
  runs, and within n / 3 where twelve are at work at once; and a known one does not wait behind invented ones.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from msgspec.structs import replace

from shared.documents import decode_rounds, rounds_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import ROUNDS_KEY, Kind, breaker_of, group_of, kind_of
from shared.domain.rounds import Rounds
from shared.ports import Clock, Due, Ledger

_LOG = logging.getLogger(__name__)
MAX_DOCUMENTS = 10_000
"""Documents a run takes up at the most, if there is time: the next timer goes on. What becomes of each rerun is looked
for several times, so this bounds how many failures an hour are followed up (docs/scale.md)."""
MANY = 100
"""Scopes with more documents than this come behind those with fewer."""
MAX_PENDING = 500
"""Of the documents at most so many that wait because their job could not be looked at, while anything else is due."""
MAX_HINTS = 10_000
"""Due keys that are asked for at once: only names, a megabyte at most."""
OLDEST_PAGES = 5
"""How often the oldest are asked for."""
ROUND_PAGES = 5
"""How often those are asked for behind which the run before stopped."""
AT_ONCE = 12
"""Of so many scopes all are begun at once (`shared.side_by_side.LANES`): no order matters."""
ROOM_S = 6.0
"""No further page is begun with less time than this left: its looks would be refused for want of time."""


class Turns:
    """Those of one run.

    Args:
        ledger: the ledger.
        clock: what is due by now is asked for.
        deadline: unix seconds at which the run is over.
    """

    def __init__(self, ledger: Ledger, clock: Clock, deadline: float) -> None:
        self._ledger, self._clock, self._deadline = ledger, clock, deadline
        self._version: int | None = None
        self._read = False
        self._before = self._after = Rounds()
        self._round: list[str] = []
        """Scopes in the order of the round, where not all begin at once."""

    def keys(self) -> list[str]:
        """What to go on with, in order; all of a scope together.

        Raises:
            LedgerUnavailable: as every use of the ledger.
        """
        scopes: dict[str, list[str]] = {}
        for key in _fair(self._hints())[:MAX_DOCUMENTS]:
            scopes.setdefault(group_of(key), []).append(key)
        self._keep()  # at once: a run that dies over these must not die over the same ones again
        return [key for scope in self._in_order(scopes) for key in scopes[scope]]

    def had(self, scopes: Collection[str]) -> None:
        """These have had their turn: the next run goes on behind them. Nothing is written where nobody was left out.

        Raises:
            LedgerUnavailable: as every use of the ledger.
        """
        for scope in self._round:
            if scope not in scopes:
                break
            self._after = replace(self._after, scope=scope)
        self._keep()

    def _keep(self) -> None:
        """Write down where the next run goes on. Of two runs at once one conflicts: what it took comes once more."""
        if self._after != self._before:
            self._before = self._after
            self._ledger.save([rounds_write(self._after, self._version, self._clock.now())])
            self._version = (self._version or 0) + 1

    def _hints(self) -> Iterator[Due]:
        """What is due, the oldest first, as far as it is worth asking for."""
        now = self._clock.now()
        last = yield from self._pages(now, None, OLDEST_PAGES)
        if last is not None:
            before = self._rounds()
            end = yield from self._pages(now, max(last, Due(before.due_at, before.key)), ROUND_PAGES)
            self._after = replace(before, due_at=end.due_at if end else 0.0, key=end.key if end else "")

    def _pages(self, now: float, after: Due | None, most: int) -> Generator[Due, None, Due | None]:
        """What is due behind that; returns the last of it, or None where that is all."""
        for _ in range(most):
            if after is not None and self._clock.now() + ROOM_S > self._deadline:
                break
            page = self._ledger.due(now, MAX_HINTS, after)
            yield from page
            if len(page) < MAX_HINTS:
                return None
            after = page[-1]
        return after

    def _rounds(self) -> Rounds:
        """How far sweeps have come; from the beginning where nobody can read it, and then it stays as it is."""
        if self._read:
            return self._after
        stored = self._ledger.load([ROUNDS_KEY]).get(ROUNDS_KEY)
        self._read = True
        if stored is not None:
            self._version = stored.version
            try:
                self._before = self._after = decode_rounds(stored.document)
            except LedgerUnavailable as error:
                _LOG.error("%s is left as it is: %s", ROUNDS_KEY, error)
                self._version = None
        return self._after

    def _in_order(self, scopes: dict[str, list[str]]) -> list[str]:
        """In which order they are begun; those of which the same holds by what is due of them since longest."""
        waiting = [scope for scope, keys in scopes.items() if all(kind_of(key) is Kind.PENDING for key in keys)]
        apart, crowded = frozenset(waiting), len(scopes) > AT_ONCE
        known = self._known(waiting) if crowded else apart
        order = sorted(
            scopes, key=lambda scope: (scope in apart, scope in apart and scope not in known, len(scopes[scope]) > MANY)
        )
        if not crowded:
            return order
        all_others = sorted(scopes.keys() - apart)
        last = self._rounds().scope
        self._round = [*(one for one in all_others if one > last), *(one for one in all_others if one <= last)]
        of_known = [scope for scope in waiting if scope in known]
        return _woven(self._round, of_known, [scope for scope in waiting if scope not in known], order=order)

    def _known(self, scopes: Sequence[str]) -> frozenset[str]:
        """Those in which something was rerun before: that nobody can invent."""
        breakers = {breaker_of(scope): scope for scope in scopes}
        return frozenset(breakers[key] for key in self._ledger.load(list(breakers)))


def _woven(*firsts: Sequence[str], order: Sequence[str]) -> list[str]:
    """One of each of the first, and two as they are in order, again and again; each of them once."""
    fives = zip_longest(*firsts, order[::2], order[1::2])
    return list(dict.fromkeys(scope for scope in chain.from_iterable(fives) if scope is not None))


def _fair(hints: Iterable[Due]) -> list[str]:
    """Keys in turns, one of each cluster and group, each one's oldest first: a storm in one delays no other.

    What is pending waits in its scope's turn; beyond its bound it comes last.
    """
    queues: dict[str, deque[str]] = {}
    for due in hints:
        queue = queues.setdefault(group_of(due.key), deque())
        if len(queue) < MAX_DOCUMENTS:
            queue.append(due.key)
    turns: list[str] = []
    late: list[str] = []
    pending = 0
    while queues:
        for scope in list(queues):
            key = queues[scope].popleft()
            waits = kind_of(key) is Kind.PENDING
            pending += waits
            (late if waits and pending > MAX_PENDING else turns).append(key)
            if not queues[scope]:
                del queues[scope]
    return turns + late
