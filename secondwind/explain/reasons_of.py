"""Which reasons a verdict is told with: static and complete, as a test reads it out of the code that decides."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.reasons import Reason, Verdict

REASONS_OF: Mapping[Verdict, tuple[Reason, ...]] = {
    Verdict.RERUN: (
        Reason.ACCEPTED,
        Reason.OBSERVED_RESTART,
        Reason.SEEN_RESTARTED,
        Reason.SEEN_SUCCEEDED,
        Reason.SEEN_FAILED,
        Reason.SEEN_ENDED,
    ),
    Verdict.WOULD_RERUN: (
        Reason.DRY_RUN,
        Reason.OBSERVE_MODE,
        Reason.OBSERVE_RULE,
    ),
    Verdict.INELIGIBLE: (
        Reason.STATE_NOT_ELIGIBLE,
        Reason.JOB_FINISHED,
        Reason.NOT_FOUND,
        Reason.NOT_RERUNNABLE,
        Reason.ARRAY_PARENT,
        Reason.AMBIGUOUS_JOB_ID,
        Reason.JOB_DISABLED,
        Reason.LIVE_INSTANCE,
    ),
    Verdict.DUPLICATE: (
        Reason.ALREADY_HANDLED,
        Reason.IN_HAND,
        Reason.RESTARTED_SINCE,
        Reason.STARTED,
    ),
    Verdict.SUPPRESSED: (
        Reason.KILL_SWITCH,
        Reason.RULE_IGNORES,
        Reason.NO_RULE,
        Reason.ATTEMPTS_USED_UP,
        Reason.CLASS_ATTEMPTS_USED_UP,
        Reason.THRASHING,
        Reason.SAME_TEXT_AGAIN,
        Reason.MAINTENANCE,
        Reason.UNTRUSTED_SOURCE,
        Reason.BREAKER_OPEN,
        Reason.STALE_EVENT,
        Reason.HOLD_EXPIRED,
        Reason.REJECTED,
        Reason.BREAKER_OPENED,
        Reason.BREAKER_CLOSED,
    ),
    Verdict.DEFERRED: (
        Reason.COOLDOWN,
        Reason.DELAY,
        Reason.MAINTENANCE,
        Reason.RUN_UNCLEAR,
        Reason.OTHER_RUN_IN_HAND,
        Reason.THROTTLED,
        Reason.RETRYABLE_REFUSAL,
        Reason.LOOK_FAILED,
        Reason.LOOK_TOO_OLD,
        Reason.DEADLINE,
        Reason.PACE,
        Reason.CONTENDED,
        Reason.RATE,
        Reason.APPROVED,
        Reason.BREAKER_CLOSED,
        Reason.RECORD_UNREADABLE,
    ),
    Verdict.HELD: (
        Reason.RULE_HOLDS,
        Reason.OWN_PARAMETERS,
        Reason.TRIGGERED_BY_API,
        Reason.WORKFLOW,
        Reason.TOO_MUCH_TO_LOSE,
        Reason.MAINTENANCE,
    ),
    Verdict.REFUSED: (
        Reason.API_REFUSED,
        Reason.LOOK_REFUSED,
        Reason.GAVE_UP,
        Reason.RECORD_UNREADABLE,
    ),
    Verdict.UNKNOWN: (
        Reason.ANSWER_LOST,
        Reason.PART_FAILURE,
        Reason.NOT_SETTLED,
        Reason.NOT_OBSERVABLE,
        Reason.NO_EVIDENCE,
        Reason.NOT_RESTARTED,
    ),
    Verdict.INVALID: (Reason.NOT_UNDERSTOOD,),
}
"""Which reasons a verdict is told with. Two reasons go with two verdicts, `breaker_closed` and `record_unreadable`;
`maintenance` goes with three."""


def verdicts_of(reason: Reason) -> tuple[Verdict, ...]:
    """The verdicts with which a reason is told; one, as a rule."""
    return tuple(verdict for verdict, reasons in REASONS_OF.items() if reason in reasons)
