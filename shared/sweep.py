"""The sweep: takes up what is due in the ledger, looks again, and goes on through the same corridor."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from shared.documents import decode_controls, decode_limit, decode_nodes, decode_record
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import Kind, group_of, kind_of
from shared.domain.limits import SharedLimit
from shared.domain.mode import Controls
from shared.domain.nodes import KnownNodes
from shared.domain.outcome import Outcome
from shared.domain.record import JobRecord
from shared.heal import Healer, Item, Notice, Origin, Report, Result, Walked
from shared.ports import Due, Stored

_LOG = logging.getLogger(__name__)
PAGE = 100
"""Documents that are read at once."""
MAX_DOCUMENTS = 10_000
"""Documents a run takes up at the most, if there is time: the next timer goes on. What becomes of each rerun is looked
for several times, so this bounds how many failures an hour are followed up (docs/scale.md)."""
PORTION_BYTES = 12_000_000
"""Documents that are gone on with together, as the ledger has them. What is due in a cluster or group within a portion
is looked at together, as a list is read from its beginning whoever is sought; all of ten thousand usual ones fit in."""
MANY = 100
"""Scopes with more documents than this come behind those with fewer."""
MAX_PENDING = 500
"""Of these at most so many that wait because their job could not be looked at, while anything else is due: whoever
tells invents as many as they like, and of as many clusters."""
MAX_HINTS = 10_000
"""Due keys that are asked for at once: only names, a megabyte at most."""
MAX_PAGES = 10
"""How often they are asked for: a storm of a hundred thousand in one cluster hides no other's."""
ROOM_S = 6.0
"""No further page is begun with less time than this left: its looks would be refused for want of time."""


def sweep(healer: Healer) -> Report:
    """Take up due documents, oldest first in each scope and scopes in turns, up to the bound or the end of the time.

    Raises:
        LedgerUnavailable: the ledger is out of reach; what is due stays due.
    """
    total = Report()
    keys = _by_scope(_fair(_hints(healer))[:MAX_DOCUMENTS])
    if not keys:
        return total
    healer = healer.under_controls()
    for items, owed in _portions(healer, keys):
        total.join(healer.resume(items, owed))
    return total


def _portions(healer: Healer, keys: Sequence[str]) -> Iterator[tuple[list[Item], Walked]]:
    """What to go on with, as much at once as there is memory for; nothing more once the time is up."""
    items: list[Item] = []
    owed, taken = Walked(), 0
    for start in range(0, len(keys), PAGE):
        now = healer.clock.now()
        if now + ROOM_S > healer.invocation.hard_deadline:
            return
        documents = healer.ledger.load(keys[start : start + PAGE])
        due, told = _due_work(documents, now)
        items += due
        owed.add([told])
        taken += sum(len(stored.document) for stored in documents.values())
        if taken >= PORTION_BYTES or start + PAGE >= len(keys):
            yield items, owed
            items, owed, taken = [], Walked(), 0


def _hints(healer: Healer) -> Iterator[Due]:
    """What is due, oldest first, as far as it is worth asking for."""
    now, after = healer.clock.now(), None
    for _ in range(MAX_PAGES):
        page = healer.ledger.due(now, MAX_HINTS, after)
        yield from page
        if len(page) < MAX_HINTS or healer.clock.now() + ROOM_S > healer.invocation.hard_deadline:
            return
        after = page[-1]


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


def _by_scope(keys: Iterable[str]) -> list[str]:
    """The same, all of a scope together, as it is taken to its end in one turn: none waits behind another's storm.

    Scopes of which nothing but pending documents is due, which anybody may invent, come last.
    """
    scopes: dict[str, list[str]] = {}
    for key in keys:
        scopes.setdefault(group_of(key), []).append(key)
    ordered = sorted(scopes.values(), key=lambda mine: (_all_pending(mine), len(mine) > MANY))
    return [key for mine in ordered for key in mine]


def _all_pending(keys: Iterable[str]) -> bool:
    return all(kind_of(key) is Kind.PENDING for key in keys)


def _due_work(documents: Mapping[str, Stored], now: float) -> tuple[list[Item], Walked]:
    """Cases to go on with and outcomes to write, from documents as they are now: `due` is only a hint.

    On a document that cannot be read nothing is decided, and nothing beside it waits for it.
    """
    items: list[Item] = []
    owed = Walked()
    for key, stored in documents.items():
        try:
            if kind_of(key).shared_limit:
                owed.notices += _told_by_breaker(key, decode_limit(stored.document), now)
                continue
            if kind_of(key) is Kind.CONTROL:
                owed.notices += _told_by_people(key, decode_controls(stored.document), now)
                continue
            if kind_of(key) is Kind.NODES:
                owed.notices += _told_of_nodes(key, decode_nodes(stored.document), now)
                continue
            record = decode_record(stored.document)
            owed.results += _owed_by(key, record, now)
        except (LedgerUnavailable, msgspec.ValidationError) as error:
            _LOG.error("%s is left as it is: %s", key, error)
            continue
        items += [Item(case.failure, Origin(key, case)) for case in record.cases if case.due(now)]
    return items, owed


def _owed_by(key: str, record: JobRecord, now: float) -> list[Result]:
    if not record.owed or record.due_at is None or record.due_at > now:
        return []
    return [Result(Outcome.read(one), None, key) for one in record.owed]


def _told_by_people(key: str, controls: Controls, now: float) -> list[Notice]:
    if controls.due_at is None or controls.due_at > now:
        return []
    return [Notice(key, Outcome.read(one).fields()) for one in controls.acts]


def _told_of_nodes(key: str, nodes: KnownNodes, now: float) -> list[Notice]:
    if nodes.listed_at is None or nodes.listed_at > now:
        return []
    return [Notice(key, Outcome.read(one).fields()) for one in nodes.owed]


def _told_by_breaker(key: str, limit: SharedLimit, now: float) -> list[Notice]:
    if limit.listed_at > now:
        return []
    return [Notice(key, Outcome.read(one).fields()) for one in limit.owed]
