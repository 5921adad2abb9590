"""The sweep: takes up what is due in the ledger, looks again, and goes on through the same corridor."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

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
from shared.ports import Stored
from shared.sweep_turns import ROOM_S, Turns

_LOG = logging.getLogger(__name__)
PAGE = 25
"""Documents that are read at once: each may have 2 MB (`shared.domain.room`), which shows when it is here. With what a
portion has before its last page that is 62 MB at the most."""
PORTION_BYTES = 12_000_000
"""Documents that are gone on with together, as the ledger has them. What is due in a cluster or group within a portion
is looked at together, as a list is read from its beginning whoever is sought; all of ten thousand usual ones fit in."""


def sweep(healer: Healer) -> Report:
    """Take up due documents, as far as it is their turn, up to the bound or the end of the time.

    Raises:
        LedgerUnavailable: the ledger is out of reach; what is due stays due.
    """
    total, had, left_out = Report(), set[str](), set[str]()
    turns = Turns(healer.ledger, healer.clock, healer.invocation.hard_deadline)
    keys = turns.keys()
    if not keys:
        return total
    healer = healer.under_controls()
    for scopes, items, owed in _portions(healer, keys):
        total.join(healer.resume(items, owed))
        had |= scopes
        left_out |= {item.failure.scope.key for item in items} - healer.looked_into
    turns.had(had - left_out)
    return total


def _portions(healer: Healer, keys: Sequence[str]) -> Iterator[tuple[set[str], list[Item], Walked]]:
    """What to go on with, as much at once as there is memory for, and of which scopes; nothing more without time.

    A scope that is not all in a portion goes on behind the others: large documents of one delay no other.
    """
    left = deque(keys)
    items: list[Item] = []
    scopes, owed, taken = set[str](), Walked(), 0
    while left:
        now = healer.clock.now()
        if now + ROOM_S > healer.invocation.hard_deadline:
            return
        page = [left.popleft() for _ in range(min(PAGE, len(left)))]
        found = healer.ledger.load(page)
        documents = {key: found[key] for key in page if key in found}  # a ledger has an order of its own
        due, told = _due_work(documents, now)
        items += due
        owed.add([told])
        scopes |= set(map(group_of, page))
        taken += sum(len(stored.document) for stored in documents.values())
        if taken >= PORTION_BYTES or not left:
            yield scopes, items, owed
            left = _behind_others(left, group_of(page[-1]))
            items, scopes, owed, taken = [], set(), Walked(), 0


def _behind_others(keys: Sequence[str], scope: str) -> deque[str]:
    mine = [key for key in keys if group_of(key) == scope]
    return deque([*(key for key in keys if group_of(key) != scope), *mine])


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
