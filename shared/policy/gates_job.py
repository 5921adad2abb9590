"""The gates about the job itself: is it seen, is it eligible, is it the run that failed."""

from __future__ import annotations

from functools import lru_cache

from shared.domain.job import LIVE_STATES, State
from shared.domain.reasons import Reason, Verdict
from shared.domain.record import CaseState
from shared.domain.runs import Run, rerun_since
from shared.domain.snapshot import TRIGGER_DATA_RERUN, EhpcSnapshot, LookFailed, SchedulerxSnapshot
from shared.policy.facts import Answer, Facts, Stop


def fresh(facts: Facts) -> Answer | None:
    """Is the failure recent enough to act on? Asked when it is told, not when a recorded one goes on."""
    if facts.case is not None:
        return None
    age_s = facts.ask.now - facts.failure.occurred_at
    limit_s = facts.policy.timing.stale_event_s
    saw, wanted = f"{age_s:.0f} s old", _at_most_s(limit_s)
    if age_s <= limit_s:
        return Answer(saw, wanted)
    message = f"the failure is {age_s:.0f} s old, more than {limit_s:g} s"
    return Answer(saw, wanted, Stop(Verdict.SUPPRESSED, Reason.STALE_EVENT, message))


@lru_cache(maxsize=64)
def _at_most_s(limit_s: float) -> str:
    return f"at most {limit_s:g} s"


def observed(facts: Facts) -> Answer:
    """Could the job be looked at?"""
    look = facts.observation
    if not isinstance(look, LookFailed):
        return _OBSERVED
    if not look.worth_repeating:
        stop = Stop(Verdict.REFUSED, Reason.LOOK_REFUSED, f"the job cannot be looked at: {look.message}")
        return Answer(look.code, _OBSERVED.wanted, stop)
    due_at = max(facts.look_again_at, facts.ask.now + (look.retry_after_s or 0))
    stop = Stop(Verdict.DEFERRED, Reason.LOOK_FAILED, f"looking at the job failed: {look.message}", due_at)
    return Answer(look.code, _OBSERVED.wanted, stop)


_OBSERVED = Answer("it could be looked at", "the job's live state")


def exists(facts: Facts) -> Answer:
    """Is there exactly one such job, and is it a single one?"""
    seen = facts.snapshot
    saw, wanted = f"{seen.state._value_} {seen.job_id}", "one listed job that is no array parent"
    stop = None
    if seen.state is State.NOT_FOUND:
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_FOUND, "the job system does not list this job or instance")
    elif isinstance(seen, EhpcSnapshot) and seen.ambiguous:
        stop = Stop(Verdict.INELIGIBLE, Reason.AMBIGUOUS_JOB_ID, "several jobs have this number: name the server part")
    elif isinstance(seen, EhpcSnapshot) and _array_parent(seen):
        stop = Stop(Verdict.INELIGIBLE, Reason.ARRAY_PARENT, "rerunning an array parent restarts every subjob")
    return Answer(saw, wanted, stop)


def _array_parent(seen: EhpcSnapshot) -> bool:
    if "[" in seen.job_id:
        return not seen.job_id.partition("[")[2].partition("]")[0].isdigit()
    return bool(seen.array_request)


_THIS_RUN = Answer(Run.THIS.value, Run.THIS.value)


def restarted_since(facts: Facts) -> Answer:
    """Has the job been restarted since it failed?"""
    if facts.run is Run.THIS:
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
    return Answer(facts.run.value, Run.THIS.value, stop)


_EHPC_STATES = {state: Answer(state.value, "RUNNING or QUEUED") for state in (State.RUNNING, State.QUEUED)}
_FAILED = Answer(State.FAILED.value, "FAILED")


def eligible(facts: Facts) -> Answer:
    """Is the live state one from which this system reruns?"""
    state = facts.snapshot.state
    if isinstance(facts.snapshot, EhpcSnapshot):
        return _EHPC_STATES.get(state) or Answer(state.value, "RUNNING or QUEUED", _ehpc_stop(state))
    if not facts.beside_live:
        if state is State.FAILED:
            return _FAILED
        wanted = _FAILED.wanted
    else:
        wanted = "FAILED, RUNNING or QUEUED"
        if state is State.FAILED or state in LIVE_STATES:
            return Answer(state.value, wanted)
    message = f"the instance is {state.value}, not failed"
    return Answer(state.value, wanted, Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, message))


def _ehpc_stop(state: State) -> Stop:
    if state is State.FINISHED:
        return Stop(Verdict.INELIGIBLE, Reason.JOB_FINISHED, "the job has ended; E-HPC reruns only live jobs")
    return Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, f"E-HPC does not rerun a job that is {state.value}")


_RERUNNABLE = Answer("Rerunable True", "Rerunable True")
_ENABLED = Answer("enabled True", "enabled True")


def rerunnable(facts: Facts) -> Answer:
    """Does the job allow to be rerun?"""
    seen = facts.snapshot
    if isinstance(seen, EhpcSnapshot):
        if seen.rerunnable:
            return _RERUNNABLE
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_RERUNNABLE, "the job was submitted as not rerunnable")
        return Answer("Rerunable False", _RERUNNABLE.wanted, stop)
    if seen.enabled:
        return _ENABLED
    return Answer(
        "enabled False", _ENABLED.wanted, Stop(Verdict.INELIGIBLE, Reason.JOB_DISABLED, "the job is disabled")
    )


_CLEAR = Answer("it is certain which run failed", "certainty which run failed")


def run_clear(facts: Facts) -> Answer:
    """Is it certain that the live run is the one that failed?"""
    if facts.run is not Run.UNCLEAR:
        return _CLEAR
    message = "the run began too close to the failure to tell which run failed: tell started_at"
    stop = Stop(Verdict.DEFERRED, Reason.RUN_UNCLEAR, message, facts.look_again_at)
    return Answer(facts.run.value, _CLEAR.wanted, stop)


def no_live_instance(facts: Facts) -> Answer | None:
    """SchedulerX: does an instance of the job live already? RerunJob would start a second one beside it."""
    seen = facts.snapshot
    if not isinstance(seen, SchedulerxSnapshot) or facts.beside_live:
        return None
    live = next((other for other in seen.others if other.live), None)
    wanted = "no live instance of the job"
    if live is None:
        return Answer(saw="none", wanted=wanted)
    ours = live.trigger_type == TRIGGER_DATA_RERUN and any(case.state is CaseState.DONE for case in facts.record.cases)
    stop = Stop(
        Verdict.INELIGIBLE,
        Reason.LIVE_INSTANCE,
        f"instance {live.instance_id} of the job is {live.state.value}",
    )
    if ours:
        message = f"instance {live.instance_id}, a rerun of another day, is {live.state.value}"
        stop = Stop(Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND, message, facts.look_again_at)
    return Answer(saw=f"{live.instance_id} {live.state.value}", wanted=wanted, stop=stop)
