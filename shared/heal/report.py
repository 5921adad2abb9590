"""Outcomes to the Logstore, once a delivery, and the acknowledgement that they are no longer owed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.domain.decision import Ask
from shared.domain.errors import SinkUnavailable
from shared.domain.failure import Unreadable
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason, Verdict
from shared.domain.record import JobRecord
from shared.heal.books import Books
from shared.heal.items import Report, Result
from shared.ports import Ledger, OutcomeSink

OWED_PER_DOCUMENT = 200
"""Outcomes without a job of their own that one `owed/…` document keeps: 200 of at most 8 KiB."""
_LOG = logging.getLogger(__name__)
_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def result_of_unreadable(record: Unreadable, ask: Ask) -> Result:
    """The outcome of a record that could not be understood: every fault, and the bounded original."""
    message = "; ".join(str(fault) for fault in record.faults)[:2048]
    failure_id = stable_id("invalid", record.event_id, record.raw)
    known = {
        "system",
        "region",
        "cluster_id",
        "namespace",
        "group_id",
        "job_id",
        "job_instance_id",
        "data_time",
    }
    outcome = Outcome(
        outcome_id=stable_id("outcome", failure_id, message, ask.dry_run),
        failure_id=failure_id,
        final="true",
        at=rfc3339(ask.now),
        verdict=Verdict.INVALID.value,
        reason=Reason.NOT_UNDERSTOOD.value,
        message=message,
        trigger=ask.trigger.value,
        event_id=record.event_id,
        request_id=ask.request_id,
        dry_run="true" if ask.dry_run else "false",
        raw=record.raw,
        **{name: value for name, value in record.hints.items() if name in known},
    )
    return Result(outcome, None, "")


@dataclass(frozen=True, slots=True)
class Reporter:
    """Writes the outcomes of one delivery."""

    ledger: Ledger
    sink: OutcomeSink

    def deliver(self, results: Sequence[Result], ask: Ask, *, fold: bool = True) -> Report:
        """Put all outcomes; what the Logstore does not take stays owed in the ledger.

        Raises:
            LedgerUnavailable: outcomes that the Logstore refused could not be kept either.
        """
        kept = _folded(results) if fold else list(results)
        report = Report(kept, folded=len(results) - len(kept))
        if not kept:
            return report
        try:
            self.sink.put([result.outcome.fields() for result in kept])
        except SinkUnavailable as error:
            _LOG.warning("outcomes stay owed: %s", error)
            self._keep([result.outcome for result in kept if not result.key], ask)
            self._put_off({result.key for result in kept if result.key}, ask.now)
        else:
            self._acknowledge(results, ask.now)
        return report

    def _keep(self, outcomes: Sequence[Outcome], ask: Ask) -> None:
        """Outcomes that no record owes are kept under the delivery's own key."""
        books = Books(self.ledger, ask.now)
        chunks = [outcomes[start : start + OWED_PER_DOCUMENT] for start in range(0, len(outcomes), OWED_PER_DOCUMENT)]
        by_key = {f"owed/{stable_id(*(one.outcome_id for one in chunk))}": chunk for chunk in chunks}
        books.open(by_key)
        for key, chunk in by_key.items():
            books.put(key, JobRecord(owed=tuple(one.fields() for one in chunk), owed_at=ask.now))
        # A conflict means that the same outcomes are being kept by the same delivery, told twice.
        books.save()

    def _put_off(self, keys: Collection[str], now: float) -> None:
        """Records that owe go to the end of the sweep's line; a conflict means that somebody is busy with them."""
        books = Books(self.ledger, now)
        books.open(keys)
        for key in keys:
            books.put(key, books.record(key).put_off(now))
        books.save()

    def _acknowledge(self, results: Sequence[Result], now: float) -> None:
        """Strike what was written from the records that owe it.

        A conflict leaves it to the sweep: the same outcome written twice has the same id.
        """
        by_key: dict[str, list[str]] = {}
        for result in results:
            if result.key:
                by_key.setdefault(result.key, []).append(result.outcome.outcome_id)
        if not by_key:
            return
        books = Books(self.ledger, now)
        books.open(by_key)
        for key, outcome_ids in by_key.items():
            books.put(key, books.record(key).paid(outcome_ids))
        books.save()


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
