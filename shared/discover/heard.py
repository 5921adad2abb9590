"""What the platform tells that is no failure: of machines, and of reruns that no call of ours can have made."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.discover.machines import note_machines
from shared.discover.told import notice
from shared.documents import decode_record
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Intake, ToldRerun, Trigger
from shared.domain.keys import job_key
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.heal import Healer, Report
from shared.policy.gates.trust import may_tell
from shared.ports import Ledger, Stored

CLOCKS_S = 60.0
"""Our clock and the platform's may differ so much."""
TAKES_S = 300.0
"""So long after a call of ours left, the platform may tell of it."""
LOADED = 100
"""Records that are read at once."""
MOST_LOOKED_UP = 1_000
"""Jobs of one delivery whose records are read: anybody can name more."""
_LOG = logging.getLogger(__name__)


def note(healer: Healer, intake: Intake, region: str, trigger: Trigger) -> Report:
    """Remember and tell what a delivery says beside its failures.

    Raises:
        LedgerUnavailable: the delivery must come again.
    """
    report = note_machines(healer, intake.noted, region, trigger, dry_run=intake.dry_run)
    report.join(note_reruns(healer, intake.reruns, trigger, dry_run=intake.dry_run))
    return report


def note_reruns(healer: Healer, told: Sequence[ToldRerun], trigger: Trigger, *, dry_run: bool) -> Report:
    """Tell who else ran jobs again whose failures are known here; of every other job nothing is told.

    Nothing is decided by it: that a job lives again is seen at its next look, whoever had it run.

    Raises:
        LedgerUnavailable: the delivery must come again.
    """
    total, now, left = Report(), healer.clock.now(), MOST_LOOKED_UP
    outcomes: list[Outcome] = []
    for rerun in told:
        heard = may_tell(healer.policy, rerun.speaker, by_hand=rerun.by_hand)
        named = rerun.job_ids[:left] if heard else ()
        left -= len(named)
        others = _not_ours(healer.ledger, rerun, named)
        total.passed_over += not others
        outcomes += [_outcome(rerun, job_id, now, trigger, dry_run=dry_run) for job_id in others]
    if outcomes:
        total.join(healer.tell(outcomes, trigger))
    return total


def _not_ours(ledger: Ledger, rerun: ToldRerun, named: Sequence[str]) -> list[str]:
    """Of the jobs named those that we know of and cannot have had run again then."""
    keys = {job_key(rerun.scope, job_id): job_id for job_id in named}
    listed = list(keys)
    chunks = (ledger.load(listed[start : start + LOADED]) for start in range(0, len(listed), LOADED))
    return [keys[key] for chunk in chunks for key, stored in chunk.items() if _is_anothers(key, stored, rerun.at)]


def _is_anothers(key: str, stored: Stored, at: float) -> bool:
    """Whether no call of ours can have done it. Of a document that nobody can read nothing is concluded."""
    try:
        return not _may_be_ours(decode_record(stored.document), at)
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return False


def _may_be_ours(record: JobRecord, at: float) -> bool:
    return any(_under_way(case, at) for case in record.cases)


def _under_way(case: Case, at: float) -> bool:
    if not case.attempt:
        return False
    until = max(case.may_leave_until, case.reserved_at)
    return case.reserved_at - CLOCKS_S <= at <= until + TAKES_S


def _outcome(rerun: ToldRerun, job_id: str, now: float, trigger: Trigger, *, dry_run: bool) -> Outcome:
    return notice(
        stable_id("rerun elsewhere", rerun.scope.key, job_id, rerun.event_id, rerun.at),
        Reason.RERUN_ELSEWHERE,
        f"{rerun.by or 'somebody'} had it run again at {rfc3339(rerun.at)}: no call of Second Wind's",
        trigger,
        now,
        rerun.scope.place,
        dry_run=dry_run,
        event_id=rerun.event_id,
        job_id=job_id,
    )
