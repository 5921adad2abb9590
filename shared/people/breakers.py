"""Breakers by hand: which there are, what waits behind them, opening, closing, and what becomes of the backlog."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from shared.documents import decode_limit, limit_of, limit_write, record_write
from shared.domain.act import UNSIGNED, Signed
from shared.domain.job import Scope
from shared.domain.keys import Kind, breaker_key, group_of, job_of, kind_of, scope_of_breaker
from shared.domain.limits import SharedLimit, closed_by_hand, opened
from shared.domain.record import JobRecord
from shared.domain.room import LARGEST_BYTES, fitted
from shared.people.moves import backlog, drop, resume, waits_behind_breaker
from shared.people.walk import BATCH, TRIES, BegunAnew, Contended, as_listed, batches, listed, records
from shared.ports import Ledger, Stored, Write


class Backlog(str, Enum):
    """What becomes of the failures that an open breaker stopped."""

    RESUME = "resume"
    """They are taken up by the sweep, each asked every gate anew."""
    DROP = "drop"
    """Their `suppressed/breaker_open` was their last word."""


class BreakerSeen(Struct, frozen=True, kw_only=True):
    """One cluster's or group's breaker."""

    scope: str
    """The cluster's or group's own key, `<system>/<region>/…`."""
    limit: SharedLimit | None
    """None: the document is malformed. The corridor takes that for a no, so nothing is rerun there."""
    waiting: int
    """Failures that it stopped and that nobody has decided about. After closing, what a delivery under way added."""


class Changed(Struct, frozen=True, kw_only=True):
    """A breaker before and after a person's change; equal if it already was as wanted."""

    before: SharedLimit
    after: SharedLimit


class Settled(Struct, frozen=True, kw_only=True):
    """What was done with a backlog."""

    changed: int
    left: int
    """Failures that others kept changing; repeating takes them up."""


def breakers(ledger: Ledger) -> list[BreakerSeen]:
    """Every breaker that ever counted a job, by scope, with what waits behind it.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    keys = {key for key in listed(ledger) if kind_of(key) is Kind.BREAKER}
    waiting: dict[str, int] = {}
    for _, _, record in records(ledger, lambda _: True):
        for case in filter(waits_behind_breaker, record.cases):
            key = breaker_key(case.failure.scope)
            waiting[key] = waiting.get(key, 0) + 1
    wanted = sorted(keys | waiting.keys())
    found: dict[str, Stored] = {}
    for some in batches(wanted):
        found.update(ledger.load(some))
    return [
        BreakerSeen(scope=scope_of_breaker(key), limit=limit_of(key, found.get(key)), waiting=waiting.get(key, 0))
        for key in wanted
        # The index may name what has gone since.
        if key in found or key in waiting
    ]


def known_scopes(ledger: Ledger) -> dict[str, bool]:
    """The keys of clusters and groups that the ledger knows, and of each whether a job of it waits for something.

    Where none does it has a breaker. What has been quiet since the ledger began is not known, and is no mistake.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    known: dict[str, bool] = {}
    for key in listed(ledger):
        if kind_of(key) is Kind.BREAKER:
            known.setdefault(scope_of_breaker(key), False)
        elif kind_of(key) is Kind.JOB:
            known[group_of(key)] = True
    return known


def open_breaker(ledger: Ledger, scope: Scope, *, why: str, by: str, now: float, signed: Signed = UNSIGNED) -> Changed:
    """Open it, effective before the next attempt is reserved; one that is open stays as it is.

    Raises:
        Contended: deliveries kept changing the document; nothing was changed.
        LedgerUnavailable: out of reach, the document is malformed, or it is not known whether it was saved: repeating
            does no harm.
    """
    return _change(ledger, scope, lambda known: opened(known, scope, why, now, by, signed), now)


def close_breaker(
    ledger: Ledger, scope: Scope, *, by: str, now: float, signed: Signed = UNSIGNED, seen: float | None = None
) -> Changed:
    """Close it; one that is closed stays as it is. What waits behind it is not touched.

    `seen`: since when the person was shown it open (0: closed); None: whatever it is now. Raises as `open_breaker`,
    BegunAnew where it is open since another moment.
    """

    def change(known: SharedLimit) -> SharedLimit:
        if seen is not None and known.opened_at not in {None, seen}:
            raise BegunAnew(f"what opened the breaker of {scope.key}")
        return closed_by_hand(known, scope, now, by, signed)

    return _change(ledger, scope, change, now)


def breaker_of(ledger: Ledger, scope: Scope) -> SharedLimit | None:
    """One breaker as it is; None if its document is malformed. Raises LedgerUnavailable if it is out of reach."""
    key = breaker_key(scope)
    return limit_of(key, ledger.load([key]).get(key))


def waiting_behind(ledger: Ledger, scope: Scope) -> int:
    """How many failures of the cluster or group wait. Raises LedgerUnavailable."""
    return sum(len(backlog(record, scope)) for _, _, record in records(ledger, _may_have(scope)))


def settle(
    ledger: Ledger,
    scope: Scope,
    how: Backlog,
    *,
    by: str,
    now: float,
    per_minute: int,
    signed: Signed = UNSIGNED,
) -> Settled:
    """Resume or drop the backlog of a breaker that is closed, 100 documents a write.

    The breaker must be closed before. Resumed under an open breaker, a failure would meet it again at the next sweep
    and be back in the backlog after the person was told that it goes on; dropped under one, others would follow. So a
    crash leaves a closed breaker and a rest of the backlog, and to repeat the whole command goes on with that rest:
    what was resumed or dropped is no longer in it.

    Args:
        ledger: where it is.
        scope: the cluster or group.
        how: what becomes of the failures.
        by: who says so.
        now: unix seconds.
        per_minute: of a resumed backlog, how many are due in each minute, so that it does not open the breaker again.
        signed: as whom the machine knows them, and why.

    Raises:
        LedgerUnavailable: out of reach, or it is not known what was saved: repeat it.
    """
    taken = left = 0
    for _ in range(TRIES):
        # Again until nothing is found: somebody else may have changed a record underneath, the list may lag behind, and
        # deliveries that read the breaker while it was open may still add to the backlog.
        met, changed = _round(ledger, _Turns(scope, how, by, now, per_minute, taken, signed))
        taken, left = taken + changed, met - changed
        if not met:
            break
    return Settled(changed=taken, left=left)


class _Turns(Struct, frozen=True):
    """One round over a backlog."""

    scope: Scope
    how: Backlog
    by: str
    now: float
    per_minute: int
    taken: int
    """Failures that earlier rounds have given their turn."""
    signed: Signed

    def decided(self, key: str, record: JobRecord, met: int) -> tuple[JobRecord, int]:
        """The record with its share of the backlog decided, and how many failures that is."""
        cases = backlog(record, self.scope)
        due_at = self.now + 60.0 * ((self.taken + met) // self.per_minute)
        for case in (as_listed(key, one) for one in cases):
            if self.how is Backlog.DROP:
                record = drop(record, case)
            else:
                record, _ = resume(record, case, self.by, self.now, due_at, self.signed)
        return record, len(cases)


def _round(ledger: Ledger, turns: _Turns) -> tuple[int, int]:
    """How many failures of the backlog were met, and how many of them changed."""
    met = changed = 0
    batch: dict[str, tuple[Write, int]] = {}
    for key, stored, record in records(ledger, _may_have(turns.scope)):
        decided, count = turns.decided(key, record, met)
        met += count
        within = fitted(decided, LARGEST_BYTES) if count else None
        if within is not None:  # else it stays listed: no ledger need have room for it
            batch[key] = (record_write(key, within, stored.version, turns.now), count)
        if len(batch) == BATCH:
            changed += _saved(ledger, batch)
            batch = {}
    return met, changed + _saved(ledger, batch)


def _saved(ledger: Ledger, batch: dict[str, tuple[Write, int]]) -> int:
    """How many failures the batch changed; what conflicted is met again in the next round."""
    conflicts = ledger.save([write for write, _ in batch.values()]) if batch else frozenset()
    return sum(count for key, (_, count) in batch.items() if key not in conflicts)


def _may_have(scope: Scope) -> Callable[[str], bool]:
    """A failure that could not be looked at when it was told waits under `pending/`, whatever its cluster or group."""
    return lambda key: kind_of(key) is Kind.PENDING or job_of(key, scope) is not None


def _change(ledger: Ledger, scope: Scope, change: Callable[[SharedLimit], SharedLimit], now: float) -> Changed:
    key = breaker_key(scope)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        before = decode_limit(stored.document) if stored else SharedLimit()
        after = change(before)
        if after == before or not ledger.save([limit_write(key, after, stored, now)]):
            return Changed(before=before, after=after)
    raise Contended(key)
