"""The gates about the job itself: is it seen, is it eligible, is it the run that failed."""

from __future__ import annotations

from functools import lru_cache

from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import State
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.runs import rerun_since
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.facts import Facts


def fresh(facts: Facts) -> GateAnswer | None:
    """Was the failure recent when it was told, by the job system's own word where it has one, else as told?

    What goes on is asked at each look, as it may never have been: others may have been in the way when it was told. It
    grows no older while it waits.
    """
    seen, case = facts.seen, facts.case
    if case is not None and seen is None:
        return None
    ended_at = None if seen is None else seen.ended_at
    told_at = facts.ask.now if case is None else case.first_told_at
    age_s = told_at - (facts.failure.occurred_at if ended_at is None else ended_at)
    limit_s = facts.policy.timing.stale_event_s
    young = _of_age(round(age_s), limit_s)
    if age_s <= limit_s:
        return young
    message = f"the failure is {age_s:.0f} s old, more than {limit_s:g} s"
    return GateAnswer(young.saw, young.wanted, Stop(Verdict.SUPPRESSED, Reason.STALE_EVENT, message))


@lru_cache(maxsize=512)
def _of_age(age_s: int, limit_s: float) -> GateAnswer:
    return GateAnswer(f"{age_s} s old", f"at most {limit_s:g} s")


def observed(facts: Facts) -> GateAnswer:
    """Could the job be looked at?"""
    look = facts.observation
    if type(look) is not LookFailed:
        return _OBSERVED
    if not look.worth_repeating:
        stop = Stop(Verdict.REFUSED, Reason.LOOK_REFUSED, f"the job cannot be looked at: {look.message}")
        return GateAnswer(look.code, _OBSERVED.wanted, stop)
    due_at = max(facts.look_again_at, facts.ask.now + (look.retry_after_s or 0))
    reason = Reason.LOOK_CREDENTIALS_REFUSED if look.credentials else Reason.LOOK_FAILED
    message = f"looking at the job failed: {look.message}"
    if look.none_left:
        reason, message = Reason.LOOKS_USED_UP, f"the job was not looked at: {look.message}"
    return GateAnswer(look.code, _OBSERVED.wanted, Stop(Verdict.DEFERRED, reason, message, due_at))


_OBSERVED = GateAnswer("it could be looked at", "the job's live state")


def exists(facts: Facts) -> GateAnswer:
    """Is there exactly one such job, and is it a single one?"""
    seen = facts.snapshot
    saw, wanted = f"{seen.state._value_} {seen.job_id}", "one listed job that is no array parent"
    stop: Stop | None
    if seen.state is _NOT_FOUND:
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_FOUND, "the job system does not list this job or instance")
    else:
        stop = seen.not_single()
    return GateAnswer(saw, wanted, stop)


_NOT_FOUND, _THIS = State.NOT_FOUND, Run.THIS
"""At hand: before Python 3.12 each `Run.THIS` is a call."""
_THIS_RUN = GateAnswer(_THIS.value, _THIS.value)


def restarted_since(facts: Facts) -> GateAnswer:
    """Has the job been restarted since it failed?"""
    if facts.run is _THIS:
        return _THIS_RUN
    stop = None
    if facts.run is Run.EARLIER:
        handled = rerun_since(facts.failure, facts.snapshot, facts.record)
        stop = Stop(
            Verdict.DUPLICATE,
            Reason.RESTARTED_SINCE,
            "the job has been restarted since this failure",
            failure_id=handled.failure_id if handled else "",
        )
    return GateAnswer(facts.run.value, Run.THIS.value, stop)


def eligible(facts: Facts) -> GateAnswer:
    """Is the live state one from which this system reruns?

    What its scheduler has told as ended may be shown as running while it completes (docs/facts/slurm.md#times).
    """
    answer = facts.snapshot.eligible(beside_live=facts.beside_live)
    if answer.stop is None and facts.failure.has_ended:
        return GateAnswer(f"{answer.saw}, told as ended", answer.wanted, _TOLD_AS_ENDED)
    return answer


_TOLD_AS_ENDED = Stop(
    Verdict.INELIGIBLE, Reason.JOB_FINISHED, "whoever told it saw the job end; E-HPC reruns only live jobs"
)


def rerunnable(facts: Facts) -> GateAnswer:
    """Does the job allow to be rerun?"""
    return facts.snapshot.may_rerun()


def no_live_instance(facts: Facts) -> GateAnswer | None:
    """SchedulerX: does an instance of the job live already? RerunJob would start a second one beside it."""
    return None if facts.beside_live else facts.snapshot.alone(facts.record, look_again_at=facts.look_again_at)
