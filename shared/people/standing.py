"""The ledger at one moment, for whoever reports: what is open, what is owed, which breakers are open."""

from __future__ import annotations

import msgspec

from shared.documents import decode_box, decode_controls, decode_limit, decode_nodes, decode_record
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import Kind, kind_of, scope_of_breaker
from shared.people.walk import batches, listed
from shared.ports import Ledger, Stored
from shared.report.standing import LedgerStanding


class _Sum(msgspec.Struct):
    owed: set[str]
    open: dict[str, float]
    open_breakers: set[str]
    unreadable: int = 0


def standing(ledger: Ledger) -> LedgerStanding:
    """Walk everything that is listed; linear in it.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    found = _Sum(owed=set(), open={}, open_breakers=set())
    for some in batches(listed(ledger)):
        for key, stored in ledger.load(some).items():
            found.unreadable += not _added(found, key, stored)
    return LedgerStanding(
        owed=frozenset(found.owed),
        open=found.open,
        open_breakers=frozenset(found.open_breakers),
        unreadable=found.unreadable,
    )


def _added(found: _Sum, key: str, stored: Stored) -> bool:
    """Whether the document could be read."""
    try:
        _add(found, key, stored)
    except LedgerUnavailable:
        return False
    return True


def _add(found: _Sum, key: str, stored: Stored) -> None:
    kind = kind_of(key)
    owed: tuple[dict[str, str], ...] = ()
    if kind is Kind.BREAKER:
        limit = decode_limit(stored.document)
        owed = limit.owed
        if limit.opened_at is not None:
            found.open_breakers.add(scope_of_breaker(key))
    elif kind is Kind.CONTROL:
        owed = decode_controls(stored.document).acts
    elif kind is Kind.NODES:
        owed = decode_nodes(stored.document).owed
    elif kind is Kind.BOX:
        owed = decode_box(stored.document).owed
    elif kind.is_record:
        record = decode_record(stored.document)
        owed = record.owed
        found.open.update({case.failure_id: case.opened_at for case in record.cases if case.open})
    found.owed.update(one.get("outcome_id", "") for one in owed)
