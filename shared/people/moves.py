"""What a person says about a failure: yes or no to one that is held, go on or leave it to one that a breaker stopped.

Pure. Each move gives the new record, together with the outcome that it owes where there is something to tell. The sweep
writes that outcome and, after a yes, goes on through every gate: a person's word makes nothing eligible that is not.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from msgspec.structs import replace

from shared.domain.act import UNSIGNED, Signed
from shared.domain.decision import Ask, Decision
from shared.domain.errors import ActRefused
from shared.domain.job import Scope
from shared.domain.outcome import Outcome, rfc3339
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, OWED_RETRY_S, Case, CaseState, JobRecord, trimmed
from shared.domain.transitions import outcome_of
from shared.domain.verdicts import Verdict


class HoldStanding(str, Enum):
    """Where a case stands towards a person's answer."""

    HELD = "held"
    """It waits for one."""
    EXPIRED = "expired"
    """Its time was over before anybody answered; the sweep closes it, or has."""
    APPROVED = "approved"
    REJECTED = "rejected"
    NEVER_ASKED = "never_asked"
    """It is not held."""


class NotHeld(ActRefused):
    """The case does not wait for a person's answer; `standing` says why, the text says it for people."""

    def __init__(self, case: Case, standing: HoldStanding) -> None:
        self.case = case
        self.standing = standing
        super().__init__(f"failure {case.failure_id} {_words(case, standing)}")


def standing_of(case: Case, now: float) -> HoldStanding:
    """Where the case stands. A hold that is over is over, whether or not the sweep has come by already."""
    if case.state is CaseState.HELD:
        return HoldStanding.EXPIRED if case.due(now) else HoldStanding.HELD
    if case.reason is Reason.REJECTED:
        return HoldStanding.REJECTED
    if case.reason is Reason.HOLD_EXPIRED:
        return HoldStanding.EXPIRED
    return HoldStanding.APPROVED if case.approved_by else HoldStanding.NEVER_ASKED


def approve(record: JobRecord, case: Case, by: str, now: float, signed: Signed = UNSIGNED) -> tuple[JobRecord, Outcome]:
    """The record with a held case due now, and the outcome `deferred/approved` that it owes.

    Only what was asked is passed from then on: where another gate asks for a person, it is held anew. The day after
    which an open failure is given up begins anew: a yes in the hold's last minute is worth as much as one in its first.

    Raises:
        NotHeld: it does not wait for an answer (any more).
    """
    _check_held(case, now)
    going = replace(
        case,
        state=CaseState.DEFERRED,
        due_at=now,
        opened_at=now,
        told_at=case.first_told_at,
        looks=0,
        approved_by=by,
        approved_for=(*case.approved_for, *([] if case.reason is None else [case.reason])),
        passed={**case.passed, **dict.fromkeys(case.held_windows, now)},
        approved_rule=case.held_rule if case.reason is Reason.RULE_HOLDS else case.approved_rule,
    )
    told = _Told(Verdict.DEFERRED, Reason.APPROVED, f"approved by {by}", by, signed)
    return _telling(record, going, told, now)


def reject(record: JobRecord, case: Case, by: str, now: float, signed: Signed = UNSIGNED) -> tuple[JobRecord, Outcome]:
    """The record with a held case closed, and the final outcome `suppressed/rejected` that it owes.

    Raises:
        NotHeld: it does not wait for an answer (any more).
    """
    _check_held(case, now)
    over = trimmed(replace(case, state=CaseState.CLOSED, due_at=None, rejected_by=by))
    told = _Told(Verdict.SUPPRESSED, Reason.REJECTED, f"rejected by {by}", by, signed)
    return _telling(record, over, told, now)


def backlog(record: JobRecord, scope: Scope) -> tuple[Case, ...]:
    """The cases of this cluster or group that an open breaker stopped and that nobody has decided about since."""
    return tuple(case for case in record.cases if waits_behind_breaker(case) and case.failure.scope.key == scope.key)


def waits_behind_breaker(case: Case) -> bool:
    """Whether an open breaker stopped the case, and it is still listed for a person to decide about."""
    listed = case.due_at is not None and case.due_at >= LISTED_AT
    return case.state is CaseState.CLOSED and case.reason is Reason.BREAKER_OPEN and listed


def resume(
    record: JobRecord, case: Case, by: str, now: float, due_at: float, signed: Signed = UNSIGNED
) -> tuple[JobRecord, Outcome]:
    """The record with a case of the backlog open again and due then, and the outcome `deferred/breaker_closed`.

    Nobody approves it by that: a rule or a long run may still hold it for a person.
    """
    going = replace(
        case, state=CaseState.DEFERRED, due_at=due_at, opened_at=due_at, told_at=case.first_told_at, looks=0
    )
    message = f"the breaker was closed and its backlog resumed by {by}"
    if due_at > now:
        message += f"; its turn is at {rfc3339(due_at)}"
    told = _Told(Verdict.DEFERRED, Reason.BREAKER_CLOSED, message, by, signed)
    return _telling(record, going, told, now)


def drop(record: JobRecord, case: Case) -> JobRecord:
    """The record with a case of the backlog left as it was told: `suppressed/breaker_open` stays its last word."""
    return record.with_case(trimmed(replace(case, due_at=None)))


def _check_held(case: Case, now: float) -> None:
    standing = standing_of(case, now)
    if standing is not HoldStanding.HELD:
        raise NotHeld(case, standing)


def _words(case: Case, standing: HoldStanding) -> str:
    if standing is HoldStanding.APPROVED:
        return f"was approved by {case.approved_by} already; it is {case.state.value} now"
    if standing is HoldStanding.REJECTED and case.rejected_by:
        return f"was rejected by {case.rejected_by} already"
    return {
        HoldStanding.REJECTED: "was rejected already",
        HoldStanding.EXPIRED: "was held, but the hold has expired: nobody answered in time",
        HoldStanding.HELD: "is held",
    }.get(standing, f"is not held: it is {case.state.value}")


class _Told(NamedTuple):
    verdict: Verdict
    reason: Reason
    message: str
    by: str
    signed: Signed


def _telling(record: JobRecord, case: Case, told: _Told, now: float) -> tuple[JobRecord, Outcome]:
    decision = Decision(
        verdict=told.verdict,
        reason=told.reason,
        message=told.message,
        actor=told.signed.actor(told.by),
        way=told.signed.way,
        why=told.signed.reason,
        failure_id=case.failure_id,
        job_id=case.failure.job_id,
        attempt=case.attempt,
        job_instance_id=case.failure.job_instance_id,
        data_time=case.failure.data_time,
    )
    ask = Ask(now=now, trigger=told.signed.via, request_id="")
    outcome = outcome_of(case.failure, decision, ask, policy_version="", follow_up=case.outcome_id)
    moved = replace(case, verdict=told.verdict, reason=told.reason, outcome_id=outcome.outcome_id)
    # Owed since long ago: no delivery is about to write it, so the next sweep shall.
    return record.with_case(moved).owing(outcome.fields(), now - OWED_RETRY_S), outcome
