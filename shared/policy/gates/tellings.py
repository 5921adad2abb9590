"""The gates about the telling beside what is remembered of the job: told before, its run clear, in hand already."""

from __future__ import annotations

from shared.domain.evidence import EvidenceFrom
from shared.domain.gate import GateAnswer, Stop
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState
from shared.domain.verdicts import Verdict
from shared.policy.conditions import WORDS
from shared.policy.facts import Facts
from shared.policy.gates.outlook import gets_further
from shared.policy.rule import Tells


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
