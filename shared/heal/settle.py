"""What the calls did, written into the ledger together with the outcomes owed."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.decision import Ask
from shared.domain.record import CaseState
from shared.domain.settlement import settled, unsent
from shared.heal.item import Item
from shared.heal.records import Records
from shared.policy.model import Policy

TRIES = 3


def settle(items: Sequence[Item], records: Records, policy: Policy, ask: Ask) -> None:
    """Save the results of these reserved items, one round trip for all.

    Where another invocation has taken a reservation over meanwhile, its record stands: it decides by looking.

    Raises:
        LedgerUnavailable: it is not known what was saved; the reservations are due and will be looked at.
    """
    pending = list(items)
    for _ in range(TRIES):
        for item in pending:
            _settle(item, records, policy, ask)
        conflicts = records.save()
        for item in pending:
            if item.key in records.refused:
                item.owed_by = ""  # told all the same; the attempt stays reserved, and is looked at when it is due
        pending = [item for item in pending if item.key in conflicts]
        if not pending:
            return
        records.open([item.key for item in pending])
    for item in pending:
        item.outcome = None


def _settle(item: Item, records: Records, policy: Policy, ask: Ask) -> None:
    item.outcome = None
    if not records.readable(item.key):
        return
    record = records.record(item.key)
    case = record.case(item.decided.failure_id)
    if case is None or case.state is not CaseState.RESERVED or case.owner != item.owner:
        return
    version = policy.policy_version
    if item.call is not None:
        record, item.outcome = settled(
            record,
            case,
            item.decided,
            item.call,
            ask,
            policy_version=version,
            settle_s=policy.timing.settle_s,
            batch=item.batch,
        )
    elif item.unsent is not None:
        record, item.outcome = unsent(record, case, item.decided, item.unsent, ask, version, item.batch)
    item.owed_by = item.key
    records.put(item.key, record)
