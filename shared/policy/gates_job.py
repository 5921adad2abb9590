"""The gates about the job itself: is it seen, is it eligible, is it the run that failed, is it in hand already."""

from __future__ import annotations

from shared.domain.conclusion import Aftermath, Conclusion, aftermath, conclude
from shared.domain.job import State
from shared.domain.reasons import Reason, Verdict
from shared.domain.record import Case, CaseState
from shared.domain.runs import Run, life_of, rerun_since
from shared.domain.snapshot import TRIGGER_DATA_RERUN, EhpcSnapshot, LookFailed, SchedulerxSnapshot
from shared.policy.facts import Answer, Facts, Stop

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1800.0


def pause_s(looks: int) -> float:
    """How long to wait before looking again: 30 s, doubling, at most 30 minutes."""
    return min(FIRST_PAUSE_S * 2.0 ** min(looks, 10), LONGEST_PAUSE_S)


def _look_again_at(facts: Facts) -> float:
    return facts.ask.now + pause_s(facts.case.looks if facts.case else 0)


def rerun_seen(facts: Facts) -> Answer | None:
    """Asked of an accepted rerun: did it take place, and how did it end? It ends here, whatever is seen."""
    case = facts.case
    if case is None or case.state is not CaseState.DONE:
        return None
    wanted = f"what became of {case.life}"
    known = Stop(Verdict.RERUN, case.reason or Reason.ACCEPTED, "nothing new to see", _look_again_at(facts))
    if isinstance(facts.observation, LookFailed):
        return Answer(saw=facts.observation.code, wanted=wanted, stop=known)
    seen = aftermath(case, facts.observation, facts.policy.timing.settle_s)
    if seen is Aftermath.NOT_RESTARTED and case.reason is not Reason.ACCEPTED:
        seen = Aftermath.WAIT  # it was seen before: a list that lags proves nothing against it
    return Answer(saw=f"{facts.observation.state.value}: {seen.value}", wanted=wanted, stop=_seen(seen, known, facts))


def _seen(seen: Aftermath, known: Stop, facts: Facts) -> Stop:
    if seen is Aftermath.WAIT:
        return known
    if seen is Aftermath.NOT_RESTARTED:
        message = "the service accepted the rerun, but it did not take place"
        return Stop(Verdict.UNKNOWN, Reason.NOT_RESTARTED, message, facts.ask.now)
    if seen is Aftermath.RESTARTED:
        if known.reason is Reason.OBSERVED_RESTART:
            return known  # told already
        return Stop(Verdict.RERUN, Reason.SEEN_RESTARTED, "the job was seen to run again", _look_again_at(facts))
    reason, message = {
        Aftermath.SUCCEEDED: (Reason.SEEN_SUCCEEDED, "the rerun succeeded"),
        Aftermath.FAILED: (Reason.SEEN_FAILED, "the rerun failed"),
        Aftermath.ENDED: (Reason.SEEN_ENDED, "the rerun has ended"),
    }[seen]
    return Stop(Verdict.RERUN, reason, message)


def hold_valid(facts: Facts) -> Answer | None:
    """Asked of a held case that the sweep took up: nobody answered in time, so it expires closed."""
    if facts.case is None or facts.case.state is not CaseState.HELD:
        return None
    stop = Stop(Verdict.SUPPRESSED, Reason.HOLD_EXPIRED, "nobody approved it in time")
    return Answer(saw="no answer", wanted="a person's approval in time", stop=stop)


def attempt_seen(facts: Facts) -> Answer | None:
    """Asked of an attempt in doubt: what became of its call? Only `not restarted` goes on to the other gates."""
    case = facts.case
    if case is None or not case.in_doubt:
        return None
    wanted = f"proof of what attempt {case.attempt} did to {case.life}"
    if isinstance(facts.observation, LookFailed):
        stop = Stop(Verdict.UNKNOWN, Reason.NOT_SETTLED, "could not look at the job", _look_again_at(facts))
        return Answer(saw=facts.observation.code, wanted=wanted, stop=stop)
    conclusion = conclude(case, facts.observation, facts.policy.timing.settle_s)
    saw = f"{facts.observation.state.value} {life_of(facts.observation)}: {conclusion.value}"
    return Answer(saw=saw, wanted=wanted, stop=_stop_of(conclusion, case, facts))


def _stop_of(conclusion: Conclusion, case: Case, facts: Facts) -> Stop | None:
    settled_at = case.may_leave_until + facts.policy.timing.settle_s + 1
    not_yet = Stop(
        Verdict.UNKNOWN,
        Reason.NOT_SETTLED,
        "nothing proves yet whether the call took effect",
        max(settled_at, _look_again_at(facts))
        if conclusion is Conclusion.NO_EVIDENCE
        else max(settled_at, facts.ask.now + 1),
    )
    return {
        Conclusion.RESTARTED: Stop(
            Verdict.RERUN, Reason.OBSERVED_RESTART, "the job was seen to have been restarted", _look_again_at(facts)
        ),
        Conclusion.NOT_RESTARTED: None,
        Conclusion.WAIT: not_yet,
        Conclusion.NO_EVIDENCE: not_yet,
        Conclusion.ENDED: Stop(Verdict.INELIGIBLE, Reason.JOB_FINISHED, "the run ended by itself before it was rerun"),
        Conclusion.STARTED: Stop(
            Verdict.DUPLICATE, Reason.STARTED, "the queued job has started, by itself or by the call"
        ),
        Conclusion.NOT_OBSERVABLE: Stop(
            Verdict.UNKNOWN,
            Reason.NOT_OBSERVABLE,
            "rerunning a queued job leaves no trace, so nobody can tell",
        ),
    }[conclusion]


def told_before(facts: Facts) -> Answer | None:
    """Has this very telling been handled, or is it being handled?"""
    if facts.case is not None:
        return None
    known = facts.record.case_of_telling(facts.failure.telling_id)
    return Answer(
        saw="a new telling" if known is None else f"told before: {known.state.value}",
        wanted="a telling not handled before",
        stop=None if known is None or _may_take_over(known, facts) else _duplicate(known),
    )


def _may_take_over(known: Case, facts: Facts) -> bool:
    """A person who forces may go on with what only waits; never with an attempt in doubt."""
    return facts.ask.force and known.state in {CaseState.DEFERRED, CaseState.HELD}


def _duplicate(known: Case) -> Stop:
    if known.open:
        return Stop(
            Verdict.DUPLICATE,
            Reason.IN_HAND,
            f"this failure is in hand: {known.state.value}",
            failure_id=known.failure_id,
        )
    return Stop(
        Verdict.DUPLICATE,
        Reason.ALREADY_HANDLED,
        "this failure has been handled",
        failure_id=known.failure_id,
    )


def fresh(facts: Facts) -> Answer | None:
    """Is the failure recent enough to act on? Asked when it is told, not when a recorded one goes on."""
    if facts.case is not None:
        return None
    age_s = facts.ask.now - facts.failure.occurred_at
    limit_s = facts.policy.timing.stale_event_s
    stop = Stop(Verdict.SUPPRESSED, Reason.STALE_EVENT, f"the failure is {age_s:.0f} s old, more than {limit_s:g} s")
    return Answer(saw=f"{age_s:.0f} s old", wanted=f"at most {limit_s:g} s", stop=stop if age_s > limit_s else None)


def observed(facts: Facts) -> Answer:
    """Could the job be looked at?"""
    look = facts.observation
    if not isinstance(look, LookFailed):
        return Answer(saw=look.state.value, wanted="the job's live state")
    if not look.worth_repeating:
        stop = Stop(Verdict.REFUSED, Reason.LOOK_REFUSED, f"the job cannot be looked at: {look.message}")
        return Answer(saw=look.code, wanted="the job's live state", stop=stop)
    due_at = max(_look_again_at(facts), facts.ask.now + (look.retry_after_s or 0))
    stop = Stop(Verdict.DEFERRED, Reason.LOOK_FAILED, f"looking at the job failed: {look.message}", due_at)
    return Answer(saw=look.code, wanted="the job's live state", stop=stop)


def exists(facts: Facts) -> Answer:
    """Is there exactly one such job, and is it a single one?"""
    seen = facts.snapshot
    stop = None
    if seen.state is State.NOT_FOUND:
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_FOUND, "the job system does not list this job or instance")
    elif isinstance(seen, EhpcSnapshot) and seen.ambiguous:
        stop = Stop(Verdict.INELIGIBLE, Reason.AMBIGUOUS_JOB_ID, "several jobs have this number: name the server part")
    elif isinstance(seen, EhpcSnapshot) and _array_parent(seen):
        stop = Stop(Verdict.INELIGIBLE, Reason.ARRAY_PARENT, "rerunning an array parent restarts every subjob")
    return Answer(saw=f"{seen.state.value} {seen.job_id}", wanted="one listed job that is no array parent", stop=stop)


def _array_parent(seen: EhpcSnapshot) -> bool:
    if "[" in seen.job_id:
        return not seen.job_id.partition("[")[2].partition("]")[0].isdigit()
    return bool(seen.array_request)


def restarted_since(facts: Facts) -> Answer:
    """Has the job been restarted since it failed?"""
    stop = None
    if facts.run is Run.EARLIER:
        handled = rerun_since(facts.failure, facts.snapshot, facts.record)
        stop = Stop(
            Verdict.DUPLICATE,
            Reason.RESTARTED_SINCE,
            "the job has been restarted since this failure",
            failure_id=handled.failure_id if handled else "",
        )
    return Answer(saw=facts.run.value, wanted=Run.THIS.value, stop=stop)


def eligible(facts: Facts) -> Answer:
    """Is the live state one from which this system reruns?"""
    seen = facts.snapshot
    stop = None
    if isinstance(seen, EhpcSnapshot):
        wanted = "RUNNING or QUEUED"
        if seen.state is State.FINISHED:
            stop = Stop(Verdict.INELIGIBLE, Reason.JOB_FINISHED, "the job has ended; E-HPC reruns only live jobs")
        elif seen.state not in {State.RUNNING, State.QUEUED}:
            stop = Stop(
                Verdict.INELIGIBLE,
                Reason.STATE_NOT_ELIGIBLE,
                f"E-HPC does not rerun a job that is {seen.state.value}",
            )
    else:
        states = {State.FAILED, State.RUNNING, State.QUEUED} if facts.beside_live else {State.FAILED}
        wanted = "FAILED, RUNNING or QUEUED" if facts.beside_live else "FAILED"
        if seen.state not in states:
            stop = Stop(
                Verdict.INELIGIBLE,
                Reason.STATE_NOT_ELIGIBLE,
                f"the instance is {seen.state.value}, not failed",
            )
    return Answer(saw=seen.state.value, wanted=wanted, stop=stop)


def rerunnable(facts: Facts) -> Answer:
    """Does the job allow to be rerun?"""
    seen = facts.snapshot
    stop = None
    if isinstance(seen, EhpcSnapshot):
        if not seen.rerunnable:
            stop = Stop(Verdict.INELIGIBLE, Reason.NOT_RERUNNABLE, "the job was submitted as not rerunnable")
        return Answer(saw=f"Rerunable {seen.rerunnable}", wanted="Rerunable True", stop=stop)
    if not seen.enabled:
        stop = Stop(Verdict.INELIGIBLE, Reason.JOB_DISABLED, "the job is disabled")
    return Answer(saw=f"enabled {seen.enabled}", wanted="enabled True", stop=stop)


def run_clear(facts: Facts) -> Answer:
    """Is it certain that the live run is the one that failed?"""
    message = "the run began too close to the failure to tell which run failed: tell started_at"
    stop = (
        Stop(Verdict.DEFERRED, Reason.RUN_UNCLEAR, message, _look_again_at(facts)) if facts.run is Run.UNCLEAR else None
    )
    return Answer(saw=facts.run.value, wanted=Run.THIS.value, stop=stop)


def in_hand(facts: Facts) -> Answer:
    """Is another attempt of the job in doubt, or has this life had its verdict?"""
    life = life_of(facts.snapshot)
    own = facts.case.failure_id if facts.case else ""
    same_life = facts.record.case_of_life(life)
    wanted = "no attempt in doubt, and a life without a verdict"
    if same_life is not None and same_life.failure_id != own and not _may_take_over(same_life, facts):
        return Answer(saw=f"{life}: {same_life.state.value}", wanted=wanted, stop=_duplicate(same_life))
    busy = facts.record.in_doubt
    if busy is not None and busy.failure_id != own:
        message = "another attempt of this job is not settled yet"
        stop = Stop(Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND, message, max(busy.due_at or 0, facts.ask.now + 1))
        return Answer(saw=f"{busy.life}: {busy.state.value}", wanted=wanted, stop=stop)
    waiting = _waiting_for_same_life(facts, own)
    if waiting is not None:
        return Answer(saw=f"{waiting.state.value} already", wanted=wanted, stop=_duplicate(waiting))
    return Answer(saw=life or "no life", wanted=wanted)


def _waiting_for_same_life(facts: Facts, own: str) -> Case | None:
    """A deferred or held case without an attempt that means the same run of the same job."""
    for case in facts.record.cases:
        waits = case.state in {CaseState.DEFERRED, CaseState.HELD} and not case.attempt
        if waits and case.failure_id != own and case.failure_id == facts.failure_id:
            return None if _may_take_over(case, facts) else case
    return None


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
        stop = Stop(Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND, message, _look_again_at(facts))
    return Answer(saw=f"{live.instance_id} {live.state.value}", wanted=wanted, stop=stop)
