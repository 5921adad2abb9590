"""Verdicts and reasons: the stable codes that an outcome carries. Text never drives control flow, these do."""

from __future__ import annotations

from enum import Enum


class Verdict(str, Enum):
    """What became of a failure (contract.md, Verdicts)."""

    RERUN = "rerun"
    WOULD_RERUN = "would_rerun"
    INELIGIBLE = "ineligible"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"
    HELD = "held"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    INVALID = "invalid"


class Reason(str, Enum):
    """Why, one stable code each."""

    # rerun, would_rerun
    ACCEPTED = "accepted"
    OBSERVED_RESTART = "observed_restart"
    SEEN_RESTARTED = "seen_restarted"
    SEEN_SUCCEEDED = "seen_succeeded"
    SEEN_FAILED = "seen_failed"
    SEEN_ENDED = "seen_ended"
    DRY_RUN = "dry_run"
    OBSERVE_MODE = "observe_mode"
    OBSERVE_RULE = "observe_rule"
    # ineligible
    STATE_NOT_ELIGIBLE = "state_not_eligible"
    JOB_FINISHED = "job_finished"
    NOT_FOUND = "not_found"
    NOT_RERUNNABLE = "not_rerunnable"
    ARRAY_PARENT = "array_parent"
    AMBIGUOUS_JOB_ID = "ambiguous_job_id"
    JOB_DISABLED = "job_disabled"
    LIVE_INSTANCE = "live_instance"
    # duplicate
    ALREADY_HANDLED = "already_handled"
    IN_HAND = "in_hand"
    RESTARTED_SINCE = "restarted_since"
    STARTED = "started"
    # suppressed
    KILL_SWITCH = "kill_switch"
    RULE_IGNORES = "rule_ignores"
    NO_RULE = "no_rule"
    ATTEMPTS_USED_UP = "attempts_used_up"
    BREAKER_OPEN = "breaker_open"
    STALE_EVENT = "stale_event"
    HOLD_EXPIRED = "hold_expired"
    REJECTED = "rejected"
    CLASS_ATTEMPTS_USED_UP = "class_attempts_used_up"
    THRASHING = "thrashing"
    UNTRUSTED_SOURCE = "untrusted_source"
    BREAKER_OPENED = "breaker_opened"
    BREAKER_CLOSED = "breaker_closed"
    # deferred
    COOLDOWN = "cooldown"
    RUN_UNCLEAR = "run_unclear"
    OTHER_RUN_IN_HAND = "other_run_in_hand"
    THROTTLED = "throttled"
    RETRYABLE_REFUSAL = "retryable_refusal"
    LOOK_FAILED = "look_failed"
    LOOK_TOO_OLD = "look_too_old"
    DEADLINE = "deadline"
    PACE = "pace"
    CONTENDED = "contended"
    RATE = "rate"
    APPROVED = "approved"
    # held
    RULE_HOLDS = "rule_holds"
    OWN_PARAMETERS = "own_parameters"
    TRIGGERED_BY_API = "triggered_by_api"
    WORKFLOW = "workflow"
    TOO_MUCH_TO_LOSE = "too_much_to_lose"
    # refused
    API_REFUSED = "api_refused"
    LOOK_REFUSED = "look_refused"
    GAVE_UP = "gave_up"
    # unknown
    ANSWER_LOST = "answer_lost"
    PART_FAILURE = "part_failure"
    NOT_SETTLED = "not_settled"
    NOT_OBSERVABLE = "not_observable"
    NO_EVIDENCE = "no_evidence"
    NOT_RESTARTED = "not_restarted"
    # invalid
    NOT_UNDERSTOOD = "not_understood"


OPEN_VERDICTS = frozenset({Verdict.DEFERRED, Verdict.HELD, Verdict.UNKNOWN})
FINAL_UNKNOWN_REASONS = frozenset({Reason.NOT_OBSERVABLE, Reason.NO_EVIDENCE})


def is_final(verdict: Verdict, reason: Reason) -> bool:
    """Whether nothing follows this outcome; `unknown` is final only when nobody can ever tell."""
    return verdict not in OPEN_VERDICTS or (verdict is Verdict.UNKNOWN and reason in FINAL_UNKNOWN_REASONS)
