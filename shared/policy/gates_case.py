"""The gates about the failure's own case: its attempts, was it told before, is its run clear, is it in hand already."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.evidence import EvidenceFrom
from shared.domain.gate import GateAnswer, Stop
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState
from shared.domain.snapshot import LookFailed, Snapshot
from shared.domain.verdicts import Verdict
from shared.policy.conditions import WORDS
from shared.policy.facts import Facts, pause_s
from shared.policy.outlook import gets_further
from shared.policy.rule import Tells

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
    return GateAnswer(
        saw=f"{facts.observation.state.value}: {seen.value}", wanted=wanted, stop=_seen(seen, known, facts)
    )


def _settled(case: Case, seen: Snapshot, facts: Facts) -> bool:
    """Whether the look began so late that an effect of the call would show: it comes within `settle_s`, or never."""
    return seen.look_begun_at >= case.may_leave_until + facts.policy.timing.settle_s


def _seen(seen: Aftermath, known: Stop, facts: Facts) -> Stop:
    if seen is Aftermath.WAIT:
        return known
    if seen is Aftermath.BEGINNING:
        return replace(known, due_at=facts.ask.now + BEGINS_S)
    if seen is Aftermath.NOT_RESTARTED:
        message = "the service accepted the rerun, but it did not take place"
        return Stop(Verdict.UNKNOWN, Reason.NOT_RESTARTED, message, facts.ask.now)
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
        stop = Stop(Verdict.UNKNOWN, Reason.NOT_SETTLED, "could not look at the job", facts.look_again_at)
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
    wanted = "no call in vain before this one"
    if count <= 1:
        return GateAnswer(f"{count} in vain", wanted)
    due_at = facts.ask.now + pause_s(count - 1)
    message = f"{count} calls for it had no effect: the next one leaves in {due_at - facts.ask.now:.0f} s"
    return GateAnswer(f"{count} in vain", wanted, Stop(Verdict.DEFERRED, Reason.CALL_IN_VAIN, message, due_at))


def told_before(facts: Facts) -> GateAnswer | None:
    """Has this very telling been handled, or is it being handled?

    Of a case that the sweep took up: has the telling come again meanwhile, and is it in another document?
    """
    if facts.case is not None and (facts.case.attempt or facts.known_elsewhere is None):
        return None
    known = facts.known_elsewhere
    if facts.case is None and facts.record.cases:
        known = facts.record.case_of_telling(facts.failure.telling_id) or known or _asked_about(facts)
    if known is None:
        return _NEW_TELLING
    stop = None if _may_take_over(known, facts) else _duplicate(known)
    return GateAnswer(saw=f"told before: {known.state.value}", wanted=_NEW_TELLING.wanted, stop=stop)


def _asked_about(facts: Facts) -> Case | None:
    """The same failure told in other words, ended on what its job had printed: nobody asks for that again.

    Not where the words tell a cause: whoever tells a failure first, and no cause, denies nothing to who knows it.
    """
    case = None if facts.forced else facts.record.case(facts.failure_id)
    if case is None or case.state is not CaseState.CLOSED or case.failure.message_from is EvidenceFrom.TOLD:
        return None
    return None if _tells_a_cause(facts) else case


def _tells_a_cause(facts: Facts) -> bool:
    """Whether what is told names a cause in words: an effect, or an exit code, may have the one that was printed."""
    rule = facts.rule
    if rule is None or rule.tells is Tells.EFFECT:
        return False
    return any(getattr(rule.match, name) is not None for name in WORDS)


_NEW_TELLING = GateAnswer("a new telling", "a telling not handled before")


def _may_take_over(known: Case, facts: Facts) -> bool:
    """A person who forces may go on with what only waits, or begin anew where nothing was done. It must have been seen.

    Never with an attempt in doubt.
    """
    waits = known.state in {CaseState.DEFERRED, CaseState.HELD}
    return facts.ask.force and (waits or known.undone) and facts.seen is not None


def _duplicate(known: Case) -> Stop:
    if known.open:
        return _in_hand(known)
    return Stop(
        Verdict.DUPLICATE,
        Reason.ALREADY_HANDLED,
        "this failure has been handled",
        failure_id=known.failure_id,
    )


def _in_hand(known: Case) -> Stop:
    return Stop(
        Verdict.DUPLICATE,
        Reason.IN_HAND,
        f"this failure is in hand: {known.state.value}",
        failure_id=known.failure_id,
    )


def record_readable(facts: Facts) -> GateAnswer | None:
    """Can everything be read that is remembered of the job? Asked only if not: a malformed record is no empty one."""
    if not facts.unreadable:
        return None
    message = f"the ledger document {facts.unreadable} cannot be read: nothing is decided on it"
    stop = Stop(Verdict.DEFERRED, Reason.RECORD_UNREADABLE, message, facts.look_again_at)
    return GateAnswer(saw=f"{facts.unreadable} is malformed", wanted="the job's record", stop=stop)


_UNCLEAR = Run.UNCLEAR
"""At hand: before Python 3.12 each `Run.UNCLEAR` is a call."""
_CLEAR = GateAnswer("it is certain which run failed", "certainty which run failed")


def run_clear(facts: Facts) -> GateAnswer:
    """Is it certain that the live run is the one that failed?"""
    if facts.run is not _UNCLEAR:
        return _CLEAR
    waits = facts.record.case(facts.failure_id) if facts.case is None else None
    if waits is not None and waits.open and not _goes_on_with(waits, facts):
        return GateAnswer(f"{facts.run.value}: {waits.state.value} already", _CLEAR.wanted, _in_hand(waits))
    message = "the run began too close to the failure to tell which run failed: tell started_at"
    stop = Stop(Verdict.DEFERRED, Reason.RUN_UNCLEAR, message, facts.look_again_at)
    return GateAnswer(facts.run.value, _CLEAR.wanted, stop)


def in_hand(facts: Facts) -> GateAnswer:
    """Is another attempt of the job in doubt, or has this life had its verdict, or a person's no?"""
    if not facts.record.cases:
        return _NO_CASES
    life = facts.seen_life
    own = facts.case.failure_id if facts.case else ""
    same_life = facts.record.case_of_life(life)
    wanted = _NO_CASES.wanted
    if same_life is not None and same_life.failure_id != own and not _may_take_over(same_life, facts):
        return GateAnswer(saw=f"{life}: {same_life.state.value}", wanted=wanted, stop=_duplicate(same_life))
    said_no = _rejected(facts, own)
    if said_no is not None:
        return GateAnswer(saw="rejected by a person", wanted=wanted, stop=_duplicate(said_no))
    busy = facts.record.in_doubt
    if busy is not None and busy.failure_id != own:
        message = "another attempt of this job is not settled yet"
        stop = Stop(Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND, message, max(busy.due_at or 0, facts.ask.now + 1))
        return GateAnswer(saw=f"{busy.life or ''}: {busy.state.value}", wanted=wanted, stop=stop)
    waiting = _waiting_for_same_life(facts, own)
    if waiting is not None:
        return GateAnswer(saw=f"{waiting.state.value} already", wanted=wanted, stop=_duplicate(waiting))
    return GateAnswer(saw=str(life or "no life"), wanted=wanted)


_NO_CASES = GateAnswer("no other case of this job", "no attempt in doubt, and a life without a verdict")


def _waiting_for_same_life(facts: Facts, own: str) -> Case | None:
    """A deferred or held case without an attempt that means the same run of the same job."""
    for case in facts.record.cases:
        waits = case.state in {CaseState.DEFERRED, CaseState.HELD} and not case.attempt
        if waits and case.failure_id != own and case.failure_id == facts.failure_id:
            return None if _goes_on_with(case, facts) else case
    return None


def _goes_on_with(waiting: Case, facts: Facts) -> bool:
    """Whether this telling takes the waiting case on: a person forces it, or it gets further than what was told."""
    return _may_take_over(waiting, facts) or (not facts.ask.force and gets_further(facts, waiting))


def _rejected(facts: Facts, own: str) -> Case | None:
    """What a person said no to, if it is this run: whatever else is told of it, only a person takes that back."""
    if facts.ask.force:
        return None
    life = facts.snapshot.life
    for case in facts.record.cases:
        same = case.failure_id == facts.failure_id or (life is not None and life.observable and case.held_life == life)
        if case.reason is Reason.REJECTED and same and case.failure_id != own:
            return case
    return None
