"""Held failures: list them, find one by its id, and answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from shared.documents import decode_record, record_write
from shared.domain.act import UNSIGNED, Signed
from shared.domain.errors import ActRefused
from shared.domain.keys import CONTROLS_KEY
from shared.domain.links import digest_of
from shared.domain.mode import Mode
from shared.domain.outcome import Outcome
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.room import LARGEST_BYTES, fitted
from shared.people.modes import check_mode, controls_of
from shared.people.moves import approve, reject
from shared.people.walk import TRIES, Contended, as_listed, records
from shared.ports import Ledger

MIN_PREFIX = 6
"""Characters of a failure id that a person must give at the least."""


class Hold(Struct, frozen=True, kw_only=True):
    """A case and the ledger document that it is in."""

    key: str
    case: Case


class UnknownId(ActRefused):
    """No case that the ledger lists has such an id."""


class AmbiguousId(ActRefused):
    """Several held failures' ids begin like that; `found` has them."""

    def __init__(self, wanted: str, found: Sequence[Hold]) -> None:
        self.found = tuple(found)
        ids = ", ".join(hold.case.failure_id for hold in found)
        super().__init__(f"{wanted} is the beginning of {len(found)} ids: {ids}")


def holds(ledger: Ledger) -> list[Hold]:
    """Every held failure, the one that expires first first.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    held = [hold for hold in _cases(ledger) if hold.case.state is CaseState.HELD]
    return sorted(held, key=lambda hold: (hold.case.due_at or 0.0, hold.case.failure_id))


def open_cases(ledger: Ledger) -> list[Hold]:
    """Every failure of which something still follows, the oldest first. Raises LedgerUnavailable."""
    return sorted((hold for hold in _cases(ledger) if hold.case.open), key=lambda hold: hold.case.opened_at)


def find(ledger: Ledger, wanted: str) -> Hold:
    """The held case with that id, or whose id alone begins so.

    If none is held, one that is not held any more: to answer it tells who was first.

    Raises:
        UnknownId: there is none that the ledger lists, or fewer than six characters were given.
        AmbiguousId: there are several.
        LedgerUnavailable: the ledger is out of reach.
    """
    found = find_all(ledger, [wanted])[wanted]
    if isinstance(found, Hold):
        return found
    raise found


def find_all(ledger: Ledger, wanted: Iterable[str]) -> dict[str, Hold | UnknownId | AmbiguousId]:
    """What `find` has for each, or raises: the ledger is gone through once, however many they are.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    found: dict[str, list[Hold]] = {one: [] for one in wanted}
    by_start: dict[str, list[str]] = {}
    for one in found:
        by_start.setdefault(one[:MIN_PREFIX], []).append(one)
    for hold in _cases(ledger) if any(len(start) == MIN_PREFIX for start in by_start) else ():
        for one in by_start.get(hold.case.failure_id[:MIN_PREFIX], ()):
            if hold.case.failure_id.startswith(one):
                found[one].append(hold)
    return {one: _only(one, holds) for one, holds in found.items()}


def _only(wanted: str, found: Sequence[Hold]) -> Hold | UnknownId | AmbiguousId:
    """The one that is meant by the beginning of its id."""
    if len(wanted) < MIN_PREFIX:
        return UnknownId(f"give at least {MIN_PREFIX} characters of the failure's id")
    held = [hold for hold in found if hold.case.state is CaseState.HELD]
    # A case that has moved to the job's own document has left a closed copy behind.
    unique = {hold.case.failure_id: hold for hold in sorted(held or found, key=lambda hold: hold.case.open)}
    if not unique:
        return UnknownId(f"no failure that waits for anything has an id that begins with {wanted}")
    return next(iter(unique.values())) if len(unique) == 1 else AmbiguousId(wanted, list(unique.values()))


def as_now(ledger: Ledger, hold: Hold) -> Hold:
    """The case as its document has it now; as it was if it is not there any more. Raises LedgerUnavailable."""
    stored = ledger.load([hold.key]).get(hold.key)
    case = decode_record(stored.document).case(hold.case.failure_id) if stored else None
    return hold if case is None else Hold(key=hold.key, case=as_listed(hold.key, case))


class CaseChanged(ActRefused):
    """It is held, but not what the person was shown: nothing was changed. `hold` is the case as it is now."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(f"failure {hold.case.failure_id} has changed since it was shown; nothing was done")


def answer(
    ledger: Ledger,
    hold: Hold,
    *,
    yes: bool,
    by: str,
    now: float,
    signed: Signed = UNSIGNED,
    seen: str = "",
    of_policy: Mode = Mode.AUTO,
) -> Outcome:
    """Approve or reject; the outcome that the record now owes.

    `seen`: digest of what the person was shown, `digest_of`; empty: whatever it is now is answered. `of_policy`: as in
    `in_the_way`.

    Raises:
        ModeInTheWay: a yes would have it closed for good; nothing was changed.
        NotHeld: somebody, or the end of the hold, was first; nothing was changed.
        CaseChanged: it is held, and is not what was shown; nothing was changed.
        UnknownId: the case is gone.
        Contended: others changed the record three times; nothing was changed.
        LedgerUnavailable: out of reach, or it is not known whether it was saved: repeating tells.
    """
    decide = approve if yes else reject
    for _ in range(TRIES):
        found = ledger.load([hold.key, CONTROLS_KEY])
        stored = found.get(hold.key)
        record = decode_record(stored.document) if stored else JobRecord()
        case = record.case(hold.case.failure_id)
        if stored is None or case is None:
            raise UnknownId(f"failure {hold.case.failure_id} is not in the ledger any more")
        changed, outcome = decide(record, as_listed(hold.key, case), by, now, signed)
        if seen and seen != digest_of(hold.key, case):
            raise CaseChanged(Hold(key=hold.key, case=as_listed(hold.key, case)))
        if yes:
            check_mode(controls_of(found.get(CONTROLS_KEY)).at(now), of_policy, case.held_rule)
        write = record_write(hold.key, fitted(changed, LARGEST_BYTES) or changed, stored.version, now)
        if not ledger.save([write]):
            return outcome
    raise Contended(hold.key)


def _cases(ledger: Ledger) -> Iterator[Hold]:
    for key, _, record in records(ledger, lambda _: True):
        for case in record.cases:
            yield Hold(key=key, case=as_listed(key, case))
