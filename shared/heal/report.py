"""Outcomes to the Logstore, once a delivery, and the acknowledgement that they are no longer owed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.documents import struck
from shared.domain.decision import Ask
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.failure import Intake, Unreadable
from shared.domain.keys import owed_key
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.record import JobRecord
from shared.domain.room import shortened, size_of
from shared.domain.verdicts import Verdict
from shared.heal.item import Left, Notice, Report, Result, Walked
from shared.heal.records import Records
from shared.ports import Ledger, OutcomeSink, Write

TRIES = 3
OWED_BYTES = 500_000
"""Outcomes without a job of their own that one `owed/…` document keeps together, as JSON."""
STRUCK_TOGETHER = 500
"""Documents that are read and written back at once to strike what was told: ten thousand would take 60 MB."""
_LOG = logging.getLogger(__name__)
_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def result_of_unreadable(record: Unreadable, ask: Ask) -> Result:
    """The outcome of a record that could not be understood: every fault, and the bounded original."""
    message = "; ".join(str(fault) for fault in record.faults)[:2048]
    failure_id = stable_id("invalid", record.event_id, record.raw)
    outcome_id = stable_id("outcome", failure_id, message, ask.dry_run)
    told = _not_understood(outcome_id, failure_id, message, ask)
    return Result(replace(told, event_id=record.event_id, raw=record.raw, place=record.hints), None, "")


def result_of_flood(intake: Intake, ask: Ask) -> Result:
    """One outcome for the records beyond those that are told whole: how many, and what was wrong with them."""
    kinds = sorted(intake.more.items(), key=lambda kind: (-kind[1], kind[0]))
    listed = "; ".join(f"{count} x {kind}" for kind, count in kinds)
    message = f"{sum(intake.more.values())} more records could not be understood: {listed}"[:4096]
    failure_id = stable_id("flood", ask.request_id, intake.more_until, message)
    outcome_id = stable_id("outcome", failure_id, ask.dry_run)
    return Result(_not_understood(outcome_id, failure_id, message, ask), None, "")


def _not_understood(outcome_id: str, failure_id: str, message: str, ask: Ask) -> Outcome:
    return Outcome(
        outcome_id=outcome_id,
        failure_id=failure_id,
        final="true",
        at=rfc3339(ask.now),
        verdict=Verdict.INVALID.value,
        reason=Reason.NOT_UNDERSTOOD.value,
        message=message,
        trigger=ask.trigger.value,
        request_id=ask.request_id,
        dry_run="true" if ask.dry_run else "false",
    )


class Reporter(Struct, frozen=True):
    """Writes the outcomes of one delivery."""

    ledger: Ledger
    sink: OutcomeSink

    def deliver(self, walked: Walked, ask: Ask, *, fold: bool = True) -> Report:
        """Put all outcomes; what the Logstore does not take stays owed in the ledger.

        Raises:
            LedgerUnavailable: outcomes that the Logstore refused could not be kept either.
        """
        results, notices = walked.results, walked.notices
        kept = _folded(results) if fold else list(results)
        report = Report(kept, folded=len(results) - len(kept))
        if not kept and not notices:
            return report
        try:
            self.sink.put([*(result.outcome.fields() for result in kept), *(notice.fields for notice in notices)])
        except SinkUnavailable as error:
            _LOG.warning("outcomes stay owed: %s", error)
            self._keep([result.outcome for result in kept if not result.key], ask)
            self._strike(_keys(kept, notices), walked.left, ask.now, paid=False)
        else:
            self._strike(_keys(results, notices), walked.left, ask.now, paid=True)
        return report

    def _keep(self, outcomes: Sequence[Outcome], ask: Ask) -> None:
        """Outcomes that no record owes are kept under the delivery's own key."""
        records = Records(self.ledger, ask.now)
        chunks = _within_documents([outcome.fields() for outcome in outcomes])
        by_key = {owed_key(stable_id(*(one["outcome_id"] for one in chunk))): chunk for chunk in chunks}
        left = list(by_key)
        for _ in range(TRIES):
            records.open(left)
            for key in left:
                if not records.readable(key):
                    raise LedgerUnavailable(f"{key} cannot be read: outcomes would get lost")
                records.put(key, JobRecord(owed=tuple(by_key[key]), owed_at=ask.now))
            conflicts = records.save()
            left = [key for key in left if key in conflicts]
            if not left:
                return
        raise LedgerUnavailable(f"others keep changing {left[0]}: outcomes would get lost")

    def _strike(self, owed: Mapping[str, Sequence[str]], left: Mapping[str, Left], now: float, *, paid: bool) -> None:
        """Strike what was written from the documents that owe it; put those off that still do.

        A conflict leaves it to the sweep: the same outcome written twice has the same id.
        """
        keys = list(owed)
        for start in range(0, len(keys), STRUCK_TOGETHER):
            some = {key: owed[key] for key in keys[start : start + STRUCK_TOGETHER]}
            known = {key: left[key] for key in some if key in left}
            changed = self._strike_some(some, known, now, paid=paid).intersection(known)
            if changed:  # others have written it since: read it after all
                self._strike_some({key: some[key] for key in changed}, {}, now, paid=paid)

    def _strike_some(
        self, owed: Mapping[str, Sequence[str]], known: Mapping[str, Left], now: float, *, paid: bool
    ) -> frozenset[str]:
        """Strike in those that are known as they were left, and in the others as they are read; which conflicted.

        What a power cut undoes of that is told again, with the same id.
        """
        records = Records(self.ledger, now, lasting=False)
        records.know(known)
        unknown = [key for key in owed if key not in known]
        shared = records.open(unknown) if unknown else {}
        writes: list[Write] = []
        for key, outcome_ids in owed.items():
            if records.readable(key):
                record = records.record(key)
                records.put(key, record.paid(outcome_ids) if paid else record.put_off(now))
            write = struck(key, shared[key], outcome_ids, now, paid=paid) if key in shared else None
            writes += [] if write is None else [write]
        return records.save(writes)


def _within_documents(owed: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """The outcomes in as few documents as have room for them; one that has room in none is shortened."""
    chunk: list[dict[str, str]] = []
    taken = 0
    for whole in owed:
        one = whole if size_of(whole) <= OWED_BYTES else shortened(whole)
        if chunk and taken + size_of(one) > OWED_BYTES:
            yield chunk
            chunk, taken = [], 0
        chunk.append(one)
        taken += size_of(one)
    if chunk:
        yield chunk


def _keys(results: Sequence[Result], notices: Sequence[Notice]) -> dict[str, list[str]]:
    """Ids of outcomes by the document that owes them."""
    by_key: dict[str, list[str]] = {}
    for result in results:
        if result.key:
            by_key.setdefault(result.key, []).append(result.outcome.outcome_id)
    for notice in notices:
        by_key.setdefault(notice.key, []).append(notice.fields.get("outcome_id", ""))
    return by_key


def _folded(results: Sequence[Result]) -> list[Result]:
    """One result a failure: the one that a record owes, else the weightiest; the order of telling decides nothing."""
    best: dict[str, Result] = {}
    for result in results:
        known = best.get(result.outcome.failure_id)
        if known is None or _weight(result) < _weight(known):
            best[result.outcome.failure_id] = result
    chosen = {id(result) for result in best.values()}
    return [result for result in results if id(result) in chosen]


def _weight(result: Result) -> tuple[bool, int, str]:
    return (not result.key, _RANK[Verdict(result.outcome.verdict)], result.outcome.outcome_id)
