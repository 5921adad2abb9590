"""The gates about what was begun for the failure: the rerun watched, the hold, the attempt whose call is in doubt."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.gate import GateAnswer, Stop
from shared.domain.proof import Aftermath, Conclusion
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState
from shared.domain.snapshot import LookFailed, Snapshot
from shared.domain.verdicts import Verdict
from shared.policy.facts import Facts, pause_s

BEGINS_S = 6.0
"""After so long what begins is looked at again: a little more than a run has to be old to be one."""


def rerun_seen(facts: Facts) -> GateAnswer | None:
    """Asked of an accepted rerun: did it take place, and how did it end? It ends here, whatever is seen."""
    case = facts.case
    if case is None or case.state is not CaseState.DONE:
        return None
    wanted = f"what became of {case.life or ''}"
    known = Stop(Verdict.RERUN, case.reason or Reason.ACCEPTED, "nothing new to see", facts.look_again_at)
    if isinstance(facts.observation, LookFailed):
        return GateAnswer(saw=facts.observation.code, wanted=wanted, stop=known)
    others = facts.record.attempted_beside(case)
    seen = facts.observation.aftermath(case, others, settled=_settled(case, facts.observation, facts))
    if seen is Aftermath.NOT_RESTARTED and case.reason is not Reason.ACCEPTED:
        seen = Aftermath.WAIT  # it was seen before: a list that lags proves nothing against it
    if seen is Aftermath.NO_FURTHER_RUN and case.reason is Reason.SEEN_RESTARTED:
        seen = Aftermath.ENDED
    stop = _seen(seen, known, facts, case.calls_in_vain)
    return GateAnswer(saw=f"{facts.observation.state.value}: {seen.value}", wanted=wanted, stop=stop)


def _settled(case: Case, seen: Snapshot, facts: Facts) -> bool:
    """Whether the look began so late that an effect of the call would show: it comes within `settle_s`, or never."""
    return seen.look_begun_at >= case.may_leave_until + facts.policy.timing.settle_s


def _seen(seen: Aftermath, known: Stop, facts: Facts, vain: int) -> Stop:
    if seen is Aftermath.WAIT:
        return known
    if seen is Aftermath.BEGINNING:
        return replace(known, due_at=facts.ask.now + BEGINS_S)
    if seen is Aftermath.NOT_RESTARTED:
        message = "the service accepted the rerun, but it did not take place"
        return Stop(Verdict.UNKNOWN, Reason.NOT_RESTARTED, message, facts.ask.now + _vain_wait_s(vain + 1))
    if seen is Aftermath.RESTARTED:
        if known.reason is Reason.OBSERVED_RESTART:
            return known  # told already
        return Stop(
            Verdict.RERUN,
            Reason.SEEN_RESTARTED,
            "the job was seen to run, or to wait for its turn, again",
            facts.look_again_at,
        )
    reason, message = {
        Aftermath.SUCCEEDED: (Reason.SEEN_SUCCEEDED, "the rerun succeeded"),
        Aftermath.FAILED: (Reason.SEEN_FAILED, "the rerun failed"),
        Aftermath.ENDED: (Reason.SEEN_ENDED, "the rerun has ended"),
        Aftermath.NO_FURTHER_RUN: (
            Reason.SEEN_NO_RUN,
            "the job has ended, and the list shows no run of it that began after the call",
        ),
    }[seen]
    return Stop(Verdict.RERUN, reason, message)


def hold_valid(facts: Facts) -> GateAnswer | None:
    """Asked of a held case that the sweep took up: nobody answered in time, so it expires closed."""
    if facts.case is None or facts.case.state is not CaseState.HELD:
        return None
    stop = Stop(Verdict.SUPPRESSED, Reason.HOLD_EXPIRED, "nobody approved it in time")
    return GateAnswer(saw="no answer", wanted="a person's approval in time", stop=stop)


def attempt_seen(facts: Facts) -> GateAnswer | None:
    """Asked of an attempt in doubt: what became of its call? Only `not restarted` goes on to the other gates."""
    case = facts.case
    if case is None or not case.in_doubt:
        return None
    wanted = f"proof of what attempt {case.attempt} did to {case.life or ''}"
    if isinstance(facts.observation, LookFailed):
        message = f"could not look at the job: {facts.observation.message}"
        stop = Stop(Verdict.UNKNOWN, Reason.NOT_SETTLED, message, facts.look_again_at)
        return GateAnswer(saw=facts.observation.code, wanted=wanted, stop=stop)
    others = facts.record.attempted_beside(case)
    conclusion = facts.observation.conclude(case, others, settled=_settled(case, facts.observation, facts))
    saw = f"{facts.observation.state.value} {facts.observation.life or ''}: {conclusion.value}"
    return GateAnswer(saw=saw, wanted=wanted, stop=_stop_of(conclusion, case, facts))


def _stop_of(conclusion: Conclusion, case: Case, facts: Facts) -> Stop | None:
    settled_at = case.may_leave_until + facts.policy.timing.settle_s + 1
    not_yet = Stop(
        Verdict.UNKNOWN,
        Reason.NOT_SETTLED,
        "nothing proves yet whether the call took effect",
        max(settled_at, facts.look_again_at)
        if conclusion is Conclusion.NO_EVIDENCE
        else max(settled_at, facts.ask.now + 1),
    )
    return {
        Conclusion.RESTARTED: Stop(
            Verdict.RERUN, Reason.OBSERVED_RESTART, "the job was seen to have been restarted since", facts.look_again_at
        ),
        Conclusion.RESTARTED_BEFORE: Stop(
            Verdict.DUPLICATE, Reason.RESTARTED_SINCE, "the job had been restarted before the call could leave"
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


def calls_take_effect(facts: Facts) -> GateAnswer | None:
    """Asked of an attempt whose call is proven to have done nothing: had more calls of it done nothing?

    The first is repeated at once. Before each further one the wait doubles, from a minute up to half an hour.
    """
    case = facts.case
    if case is None or not case.in_doubt:
        return None
    count = case.vain_by_now
    wanted, wait_s = "no call in vain before this one", _vain_wait_s(count)
    if not wait_s:
        return GateAnswer(f"{count} in vain", wanted)
    message = f"{count} calls for it had no effect: the next one leaves in {wait_s:.0f} s"
    due_at = facts.ask.now + wait_s
    return GateAnswer(f"{count} in vain", wanted, Stop(Verdict.DEFERRED, Reason.CALL_IN_VAIN, message, due_at))


def _vain_wait_s(count: int) -> float:
    """How long the next call waits after so many that did nothing, whoever wants it: a budget may be forced."""
    return pause_s(count - 1) if count > 1 else 0.0
