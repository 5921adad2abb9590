"""How a case moves once its call was made, or certainly was not, and the outcome that each move owes. Pure.

`settled` by the result of the call, `unsent` by our own choice, `watched` by a later look at an accepted rerun.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.call import CallResult, Effect
from shared.domain.decision import Ask, Decision
from shared.domain.outcome import Outcome
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.transitions import WATCH_S, outcome_of, told_by
from shared.domain.verdicts import Verdict

THROTTLE_WAIT_S = 60.0
"""The services' limits are per minute."""


def settled(
    record: JobRecord,
    case: Case,
    decision: Decision,
    call: CallResult,
    ask: Ask,
    *,
    policy_version: str,
    settle_s: float,
    batch: int = 1,
) -> tuple[JobRecord, Outcome]:
    """The record with the result of a call that named `batch` jobs.

    An accepted rerun is due once more: that it took place is seen, not believed (a rerun of a queued job leaves no
    trace to look for).
    """
    verdict, reason, state = _meaning(call)
    told = replace(decision, verdict=verdict, reason=reason, message=call.message or decision.message)
    due_at = None
    if call.effect is Effect.NOT_DONE_LATER:
        due_at = ask.now + (call.retry_after_s or THROTTLE_WAIT_S)
    elif call.effect is Effect.UNKNOWN:
        due_at = call.left_at + settle_s + 1
    watch_until = 0.0
    if call.effect is Effect.DONE and (case.life is None or case.life.observable):
        due_at, watch_until = call.left_at + settle_s + 1, ask.now + WATCH_S
    moved = replace(
        case,
        state=state,
        due_at=due_at,
        watch_until=watch_until,
        may_leave_until=call.left_at,
        looks=0,
        most_a_call=(batch + 1) // 2 if call.effect is Effect.UNKNOWN and batch > 1 else case.most_a_call,
    )
    outcome = outcome_of(case.failure, told, ask, policy_version=policy_version, follow_up=case.outcome_id, call=call)
    return told_by(record.left_by(case, call.left_at), moved, told, outcome, ask), outcome


def unsent(
    record: JobRecord, case: Case, decision: Decision, reason: Reason, ask: Ask, policy_version: str, batch: int = 0
) -> tuple[JobRecord, Outcome]:
    """The record after the call was not made for lack of time or of a fresh look: due at once, attempt kept.

    `batch`: of how many jobs it would have been the call, after larger ones were refused; 0: of as many as may be.
    """
    message = {
        Reason.DEADLINE: "the invocation's time was used up before the call",
        Reason.LOOK_TOO_OLD: "the look at the job was too old before the call left",
    }.get(reason, decision.message)
    told = replace(decision, verdict=Verdict.DEFERRED, reason=reason, message=message)
    most = batch or case.most_a_call
    moved = replace(case, state=CaseState.DEFERRED, due_at=ask.now, may_leave_until=ask.now, most_a_call=most)
    outcome = outcome_of(case.failure, told, ask, policy_version=policy_version, follow_up=case.outcome_id)
    return told_by(record.left_by(case, ask.now), moved, told, outcome, ask), outcome


def watched(
    record: JobRecord, case: Case, decision: Decision, ask: Ask, policy_version: str
) -> tuple[JobRecord, Outcome | None]:
    """The record after a look at what became of an accepted rerun; an outcome if there is something new to tell.

    A rerun that was not seen to take place is open again: its next attempt is a new one, within the budget.
    """
    again = decision.verdict is Verdict.UNKNOWN
    over = decision.due_at is None or decision.due_at > case.watch_until
    moved = replace(
        case,
        state=CaseState.DEFERRED if again else CaseState.DONE,
        attempt=0 if again else case.attempt,
        calls_in_vain=case.calls_in_vain + again,
        due_at=None if over and not again else decision.due_at,
        looks=case.looks + 1,
    )
    if (case.verdict, case.reason) == (decision.verdict, decision.reason):
        return record.with_case(moved), None
    outcome = outcome_of(case.failure, decision, ask, policy_version=policy_version, follow_up=case.outcome_id)
    return told_by(record, moved, decision, outcome, ask), outcome


def _meaning(call: CallResult) -> tuple[Verdict, Reason, CaseState]:
    if call.effect is Effect.DONE:
        return Verdict.RERUN, Reason.ACCEPTED, CaseState.DONE
    if call.effect is Effect.NOT_DONE_USELESS:
        return Verdict.REFUSED, Reason.API_REFUSED, CaseState.REFUSED
    if call.effect is Effect.NOT_DONE_LATER:
        if call.credentials:
            return Verdict.DEFERRED, Reason.CREDENTIALS_REFUSED, CaseState.DEFERRED
        reason = Reason.THROTTLED if call.code.startswith("Throttling") else Reason.RETRYABLE_REFUSAL
        return Verdict.DEFERRED, reason, CaseState.DEFERRED
    reason = Reason.PART_FAILURE if call.code == "PartFailure" else Reason.ANSWER_LOST
    return Verdict.UNKNOWN, reason, CaseState.UNKNOWN
