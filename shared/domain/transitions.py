"""How a decision moves a case from state to state before any call, and the outcome that each move owes. Pure.

`reserved`: the attempt counts, and the call may leave. `waiting`: deferred, held, or in doubt still. `closed`: an open
case ends. `recorded`: a failure that was just told ends at once, and must be known when it is told again. The outcome
is owed by the record in the same write as the state that it tells. `settlement` has the moves after a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.call import CallResult
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Failure, FailureClass, Trigger
from shared.domain.mode import Mode
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason, is_final
from shared.domain.record import LISTED_AT, AttemptMark, Case, CaseState, JobRecord, trimmed
from shared.domain.verdicts import Verdict

MAX_TELLINGS = 4096
"""Tellings that are known to mean one failure: each rank of a large job may tell it, and what says no time is known by
nothing else when the platform sends it again."""
WATCH_S = 86_400.0
"""How long the sweep looks what became of a rerun."""
MAX_MARKS = 20
"""Attempts of one class that are remembered, however long ago: no budget of any policy allows more."""


class Reservation(Struct, frozen=True, kw_only=True):
    """What an attempt is reserved with."""

    owner: str
    may_leave_until: float
    """The invocation's hard deadline: the call cannot leave later."""
    settle_s: float
    cooldown_s: float
    """Drawn pause before the next attempt."""
    known_reruns: tuple[int, ...] = ()
    fingerprint: str = ""
    """Of the failure's text: whether it comes again is asked by it."""


def outcome_of(
    failure: Failure,
    decision: Decision,
    ask: Ask,
    *,
    policy_version: str,
    follow_up: str = "",
    call: CallResult | None = None,
    observed: bool = False,
) -> Outcome:
    """The outcome record of a decision, or of what a call then did; `observed`: nothing comes of it, by the mode."""
    verdict, reason = decision.verdict._value_, decision.reason._value_  # `value` is a call each time
    identity = (decision.failure_id, verdict, reason, decision.attempt)
    mode = Mode.OBSERVE.value if observed else ""
    return Outcome(
        outcome_id=stable_id("outcome", *identity, follow_up, failure.event_id, ask.dry_run, *([mode] if mode else ())),
        failure_id=decision.failure_id,
        final=_text(is_final(decision.verdict, decision.reason)),
        follow_up=follow_up,
        at=rfc3339(ask.now),
        verdict=verdict,
        reason=reason,
        message=decision.message,
        trigger=ask.trigger._value_,
        event_id=failure.event_id,
        place=failure.scope.place,
        job_id=decision.job_id,
        job_instance_id="" if decision.job_instance_id is None else str(decision.job_instance_id),
        data_time=decision.data_time or "",
        state=decision.state,
        rule=decision.rule,
        policy_version=policy_version,
        attempt=str(decision.attempt) if decision.attempt else "",
        max_attempts=str(decision.max_attempts) if decision.max_attempts else "",
        api=call.api if call else "",
        api_request_id=call.request_id if call else "",
        api_code=call.code if call else "",
        request_id=ask.request_id,
        dry_run=_text(ask.dry_run),
        mode=mode,
        actor=decision.actor,
        way=decision.way.value if decision.way else "",
        why=decision.why,
        forced="true" if decision.forced else "",
        **decision.evidence,
    )


def reserved(
    record: JobRecord, failure: Failure, case: Case | None, decision: Decision, ask: Ask, terms: Reservation
) -> JobRecord:
    """The record with the attempt reserved: from now on it counts, whatever happens."""
    base = case or new_case(record, failure, decision, ask)
    taken = replace(
        base,
        failure=replace(base.failure, job_id=decision.job_id),
        failure_id=decision.failure_id,
        state=CaseState.RESERVED,
        due_at=terms.may_leave_until + terms.settle_s + 1,
        life=decision.life,
        attempt=decision.attempt,
        owner=terms.owner,
        reserved_at=ask.now,
        may_leave_until=terms.may_leave_until,
        action_api=decision.action_api,
        calls_in_vain=base.vain_by_now,
        known_reruns=terms.known_reruns,
        fingerprint=terms.fingerprint,
        tellings=_told(base, failure),
        **_force(decision),
    )
    marked = _marked(record, base, decision, ask.now, terms)
    return replace(marked, not_before=ask.now + terms.cooldown_s).with_case(taken)


def _marked(record: JobRecord, case: Case, decision: Decision, now: float, terms: Reservation) -> JobRecord:
    """The record with the attempts that count, the one now reserved last; reserved once more it stays the same one."""
    known = record.mark_of(case)
    mine = known or AttemptMark(decision.attempt, now, decision.failure_class)
    others = [mark for mark in record.attempts if mark is not known]
    latest = _latest(others)
    marks = (*latest, replace(mine, left_by=terms.may_leave_until, failure_id=decision.failure_id))
    return replace(record, attempts=marks, forgotten=record.forgotten + len(others) - len(latest))


def _latest(marks: Sequence[AttemptMark]) -> list[AttemptMark]:
    had: dict[FailureClass, int] = {}
    kept: list[AttemptMark] = []
    for mark in reversed(marks):
        had[mark.failure_class] = had.get(mark.failure_class, 0) + 1
        if had[mark.failure_class] <= MAX_MARKS:
            kept.append(mark)
    return kept[::-1]


def _unread_since(case: Case, decision: Decision, ask: Ask) -> float | None:
    """See `Case`: whatever else keeps it meanwhile, the question is still to be asked."""
    if not decision.unread:
        return None
    return case.unread_since or (ask.now if decision.reason is Reason.OUTPUT_UNREAD else 0.0)


def waiting(
    record: JobRecord, failure: Failure, case: Case | None, decision: Decision, ask: Ask, policy_version: str
) -> tuple[JobRecord, Outcome | None]:
    """The record with the failure still open.

    An outcome only if there is something new to tell, of the failure or to whoever tells it.
    """
    base = case or new_case(record, failure, decision, ask)
    state = {Verdict.HELD: CaseState.HELD, Verdict.UNKNOWN: CaseState.UNKNOWN}.get(decision.verdict, CaseState.DEFERRED)
    moved = replace(
        base,
        state=state,
        due_at=decision.due_at,
        looks=base.looks + (decision.reason is not Reason.LOOKS_USED_UP),
        calls_in_vain=base.calls_in_vain if state is CaseState.UNKNOWN else base.vain_by_now,
        run_clear=base.run_clear or decision.run_clear,
        unread_since=_unread_since(base, decision, ask),
        tellings=_told(base, failure),
        **_force(decision),
    )
    if state is CaseState.HELD:
        moved = replace(
            moved,
            held_life=decision.life,
            held_since=decision.running_since,
            held_rule=decision.rule,
            held_windows=decision.windows,
            held_owner=decision.owner,
        )
    if ask.trigger is Trigger.SWEEP and (base.verdict, base.reason) == (decision.verdict, decision.reason):
        return record.with_case(moved), None
    outcome = outcome_of(failure, decision, ask, policy_version=policy_version, follow_up=base.outcome_id)
    return told_by(record, moved, decision, outcome, ask), outcome


def closed(
    record: JobRecord, case: Case, decision: Decision, ask: Ask, policy_version: str
) -> tuple[JobRecord, Outcome]:
    """The record with an open case ended by what was seen or decided, without a call."""
    done = decision.verdict is Verdict.RERUN
    moved = replace(case, state=CaseState.DONE if done else CaseState.CLOSED, due_at=_listed(decision))
    if done:
        # Seen to have been restarted; how that run ends is worth a further look.
        moved = replace(moved, due_at=decision.due_at, watch_until=ask.now + WATCH_S, looks=0)
    outcome = outcome_of(case.failure, decision, ask, policy_version=policy_version, follow_up=case.outcome_id)
    return told_by(record, moved, decision, outcome, ask), outcome


def recorded(
    record: JobRecord, failure: Failure, decision: Decision, ask: Ask, policy_version: str
) -> tuple[JobRecord, Outcome]:
    """The record with a failure that ends as soon as it is told: the same telling is known from now on."""
    case = new_case(record, failure, decision, ask)
    over = replace(
        case,
        state=CaseState.CLOSED,
        due_at=_listed(decision),
        run_clear=decision.run_clear,
        tellings=_told(case, failure),
    )
    outcome = outcome_of(failure, decision, ask, policy_version=policy_version)
    return told_by(record, over, decision, outcome, ask), outcome


def _listed(decision: Decision) -> float | None:
    """What an open breaker stopped is kept for a person, who may resume it; the sweep never takes it up."""
    return LISTED_AT if decision.reason is Reason.BREAKER_OPEN else None


def handed_over(record: JobRecord, case: Case) -> JobRecord:
    """The record after another record, under the job's live id, has taken the case over: nothing more to tell here."""
    return record.with_case(replace(case, state=CaseState.CLOSED, due_at=None))


def outweighed(
    record: JobRecord, case: Case, failure: Failure, decision: Decision, ask: Ask, policy_version: str
) -> tuple[JobRecord, Case]:
    """The case as another telling of its failure has it, and the record owing the answer to the telling before."""
    message = "another telling of this failure gets it further, and it goes on with that one"
    told = replace(decision, verdict=Verdict.DUPLICATE, reason=Reason.OUTWEIGHED, message=message, attempt=0)
    outcome = outcome_of(case.failure, told, ask, policy_version=policy_version, follow_up=case.outcome_id)
    return record.owing(outcome.fields(), ask.now), replace(case, failure=failure)


def not_taken_in(decision: Decision, waits_for: Reason | None = None) -> Decision:
    """The decision instead of to wait, where too many failures of the job wait already."""
    reason = waits_for or decision.reason
    why = f"it would wait ({reason.value}), and too many failures of this job wait already"
    return replace(decision, verdict=Verdict.SUPPRESSED, reason=Reason.TOO_MANY_OPEN, message=why, due_at=None)


def new_case(record: JobRecord, failure: Failure, decision: Decision, ask: Ask) -> Case:
    """A case that begins now; its state is set by the move that follows.

    Tellings of an earlier case of the same failure (an open breaker stopped it, and is closed now) stay known.
    """
    earlier = record.case(decision.failure_id)
    return Case(
        failure=failure,
        failure_id=decision.failure_id,
        state=CaseState.DEFERRED,
        opened_at=ask.now,
        tellings=earlier.tellings if earlier else (),
    )


def also_told(case: Case, telling_id: str) -> Case:
    """The case with one more telling known to mean it."""
    tellings = case.tellings
    if telling_id in tellings:  # as seldom: of thousands each comparison counts
        tellings = tuple(known for known in tellings if known != telling_id)
    return replace(case, tellings=(*tellings, telling_id)[-MAX_TELLINGS:])


def _told(case: Case, failure: Failure) -> tuple[str, ...]:
    return also_told(case, failure.telling_id).tellings


def told_by(record: JobRecord, case: Case, decision: Decision, outcome: Outcome, ask: Ask) -> JobRecord:
    """The record with the case as moved, owing the outcome that tells it."""
    known = replace(case, verdict=decision.verdict, reason=decision.reason, outcome_id=outcome.outcome_id)
    if not known.open and known.due_at != LISTED_AT:
        # Nobody decides on the evidence of a case that is over; long messages need not be kept for a month.
        known = trimmed(known)
    return record.with_case(known).owing(outcome.fields(), ask.now)


def _force(decision: Decision) -> dict[str, Any]:
    """What a case keeps of a person's force."""
    if not decision.forced:
        return {}
    return {"forced": True, "forced_by": decision.actor, "forced_why": decision.why}


def _text(value: bool) -> str:  # noqa: FBT001 - one argument, one meaning
    return "true" if value else "false"
