"""The sweep: takes up what is due in the ledger, looks again, and goes on through the same corridor."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from shared.domain.errors import LedgerUnavailable
from shared.domain.outcome import Outcome
from shared.domain.record import JobRecord, decode_record
from shared.heal import Healer, Item, Origin, Report, Result
from shared.ports import Due, Stored

_LOG = logging.getLogger(__name__)
PAGE = 100
MAX_DOCUMENTS = 1000
"""Documents a run takes up at the most: the next timer goes on."""
ROOM_S = 3.0
"""No further page is begun with less time than this left."""


def sweep(healer: Healer) -> Report:
    """Take up due documents, oldest first, until none is left, the bound is reached or the time is used up.

    Raises:
        LedgerUnavailable: the ledger is out of reach; what is due stays due.
    """
    total = Report()
    after: Due | None = None
    for _ in range(MAX_DOCUMENTS // PAGE):
        now = healer.clock.now()
        if now + ROOM_S > healer.invocation.hard_deadline:
            break
        page = healer.ledger.due(now, PAGE, after)
        if not page:
            break
        after = page[-1]
        items, owed = _due_work(healer.ledger.load([due.key for due in page]), now)
        report = healer.resume(items, owed)
        total.results += report.results
        total.folded += report.folded
        if len(page) < PAGE:
            break
    return total


def _due_work(documents: Mapping[str, Stored], now: float) -> tuple[list[Item], list[Result]]:
    """Cases to go on with and outcomes to write, from documents as they are now: `due` is only a hint.

    On a document that cannot be read nothing is decided, and nothing beside it waits for it.
    """
    items: list[Item] = []
    owed: list[Result] = []
    for key, stored in documents.items():
        try:
            record = decode_record(stored.document)
        except LedgerUnavailable as error:
            _LOG.error("%s is left as it is: %s", key, error)
            continue
        owed += _owed_by(key, record, now)
        items += [Item(case.failure, Origin(key, case)) for case in record.cases if case.due(now)]
    return items, owed


def _owed_by(key: str, record: JobRecord, now: float) -> list[Result]:
    if not record.owed or record.due_at is None or record.due_at > now:
        return []
    return [Result(msgspec.convert(one, Outcome), None, key) for one in record.owed]
