"""Which question an outcome's reason answers: the gate that said no, or the step beside the gates that spoke.

Static and complete: every reason has its row, and every gate named is one of `shared.policy.decide.GATES`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from shared.domain.reasons import Reason
from shared.policy.decide import GATES


class Step(str, Enum):
    """Where on its way a failure got its answer. The value says it to people."""

    GATE = "a gate said no"
    ALL_PASSED = "no gate said no"
    AGE = "it had been open for a day"
    SHARED = "a limit that many jobs share had no room at this moment"
    UNSENT = "the call was not made after all"
    CALL = "the call itself was answered so, or not answered"
    PERSON = "a person decided"
    BREAKER = "it is about the breaker itself, not about a job"
    INTAKE = "it could not be understood, so no gate was asked"


class Answered(Struct, frozen=True):
    """Who gave a reason."""

    step: Step
    gates: tuple[str, ...] = ()
    """The gates that can give it, in the order in which they are asked; empty where none can."""

    @property
    def before(self) -> tuple[str, ...]:
        """The gates asked before the first of them; all, where every gate had passed before."""
        if self.step is Step.GATE:
            return NAMES[: NAMES.index(self.gates[0])]
        return NAMES if self.step in _AFTER_ALL_GATES else ()


NAMES: tuple[str, ...] = tuple(name for name, _, _ in GATES)
"""The gates in the order in which they are asked."""
_AFTER_ALL_GATES = frozenset({Step.ALL_PASSED, Step.SHARED, Step.UNSENT, Step.CALL})


def _gate(*names: str) -> Answered:
    return Answered(Step.GATE, names)


ANSWERED: dict[Reason, Answered] = {
    Reason.ACCEPTED: Answered(Step.ALL_PASSED),
    Reason.DRY_RUN: Answered(Step.ALL_PASSED),
    Reason.OBSERVE_MODE: Answered(Step.ALL_PASSED),
    Reason.OBSERVE_RULE: Answered(Step.ALL_PASSED),
    Reason.OBSERVED_RESTART: _gate("attempt_seen"),
    Reason.SEEN_RESTARTED: _gate("rerun_seen"),
    Reason.SEEN_SUCCEEDED: _gate("rerun_seen"),
    Reason.SEEN_FAILED: _gate("rerun_seen"),
    Reason.SEEN_ENDED: _gate("rerun_seen"),
    Reason.STATE_NOT_ELIGIBLE: _gate("eligible"),
    Reason.JOB_FINISHED: _gate("attempt_seen", "eligible"),
    Reason.NOT_FOUND: _gate("exists"),
    Reason.NOT_RERUNNABLE: _gate("rerunnable"),
    Reason.ARRAY_PARENT: _gate("exists"),
    Reason.AMBIGUOUS_JOB_ID: _gate("exists"),
    Reason.JOB_DISABLED: _gate("rerunnable"),
    Reason.LIVE_INSTANCE: _gate("no_live_instance"),
    Reason.ALREADY_HANDLED: _gate("told_before", "in_hand"),
    Reason.IN_HAND: _gate("told_before", "in_hand"),
    Reason.RESTARTED_SINCE: _gate("restarted_since"),
    Reason.STARTED: _gate("attempt_seen"),
    Reason.KILL_SWITCH: _gate("switched_on", "rule_switched_on"),
    Reason.RULE_IGNORES: _gate("rule_allows"),
    Reason.NO_RULE: _gate("rule_allows"),
    Reason.ATTEMPTS_USED_UP: _gate("attempts_left"),
    Reason.CLASS_ATTEMPTS_USED_UP: _gate("attempts_left"),
    Reason.THRASHING: _gate("not_thrashing"),
    Reason.SAME_TEXT_AGAIN: _gate("text_is_new"),
    Reason.DELAY: _gate("late_enough"),
    Reason.MAINTENANCE: _gate("outside_windows"),
    Reason.UNTRUSTED_SOURCE: _gate("may_speak", "claims_agree"),
    Reason.BREAKER_OPEN: _gate("breaker_closed"),
    Reason.STALE_EVENT: _gate("fresh"),
    Reason.HOLD_EXPIRED: _gate("hold_valid"),
    Reason.REJECTED: Answered(Step.PERSON),
    Reason.BREAKER_OPENED: Answered(Step.BREAKER),
    Reason.BREAKER_CLOSED: Answered(Step.PERSON),
    Reason.COOLDOWN: _gate("cooled_down"),
    Reason.RUN_UNCLEAR: _gate("run_clear"),
    Reason.OTHER_RUN_IN_HAND: _gate("in_hand", "no_live_instance"),
    Reason.THROTTLED: Answered(Step.CALL),
    Reason.RETRYABLE_REFUSAL: Answered(Step.CALL),
    Reason.LOOK_FAILED: _gate("observed"),
    Reason.LOOK_TOO_OLD: Answered(Step.UNSENT),
    Reason.DEADLINE: Answered(Step.UNSENT),
    Reason.PACE: Answered(Step.SHARED),
    Reason.CONTENDED: Answered(Step.SHARED),
    Reason.RATE: Answered(Step.SHARED),
    Reason.APPROVED: Answered(Step.PERSON),
    Reason.RECORD_UNREADABLE: _gate("record_readable"),
    Reason.RULE_HOLDS: _gate("needs_no_person"),
    Reason.OWN_PARAMETERS: _gate("needs_no_person"),
    Reason.TRIGGERED_BY_API: _gate("needs_no_person"),
    Reason.WORKFLOW: _gate("needs_no_person"),
    Reason.TOO_MUCH_TO_LOSE: _gate("little_to_lose"),
    Reason.API_REFUSED: Answered(Step.CALL),
    Reason.LOOK_REFUSED: _gate("observed"),
    Reason.GAVE_UP: Answered(Step.AGE),
    Reason.ANSWER_LOST: Answered(Step.CALL),
    Reason.PART_FAILURE: Answered(Step.CALL),
    Reason.NOT_SETTLED: _gate("attempt_seen"),
    Reason.NOT_OBSERVABLE: _gate("attempt_seen"),
    Reason.NO_EVIDENCE: Answered(Step.AGE),
    Reason.NOT_RESTARTED: _gate("rerun_seen"),
    Reason.NOT_UNDERSTOOD: Answered(Step.INTAKE),
}
