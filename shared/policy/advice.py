"""What would have to change for a failure to be rerun: one sentence a reason, for people."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.reasons import Reason

_DONE = "Nothing: it was rerun."
_SEEN = "Nothing: it was rerun, and this is how the rerun went on."

WOULD_CHANGE: Mapping[Reason, str] = {
    Reason.ACCEPTED: _DONE,
    Reason.OBSERVED_RESTART: _DONE,
    Reason.SEEN_RESTARTED: _SEEN,
    Reason.SEEN_SUCCEEDED: _SEEN,
    Reason.SEEN_FAILED: "The rerun failed as well: its own failure has to be told, and is another one.",
    Reason.SEEN_ENDED: _SEEN,
    Reason.DRY_RUN: "Send it without `dry_run`.",
    Reason.OBSERVE_MODE: "Set the mode to `auto`, in the policy, in SECONDWIND_MODE and by hand: the strictest holds.",
    Reason.OBSERVE_RULE: "Give the rule the action `rerun`, and no mode stricter than `auto`.",
    Reason.STATE_NOT_ELIGIBLE: "The job has to be in a state from which its system reruns: E-HPC RUNNING or QUEUED, "
    "SchedulerX FAILED (a rule with `beside_live: true` adds RUNNING and QUEUED).",
    Reason.JOB_FINISHED: "E-HPC reruns only live jobs: tell failures before the job ends, or submit it anew.",
    Reason.NOT_FOUND: "Tell the id, cluster, group and region under which the job system lists the job.",
    Reason.NOT_RERUNNABLE: "Submit the job as rerunnable (PBS `-r y`, Slurm `--requeue`).",
    Reason.ARRAY_PARENT: "Name the one subjob that failed (`12[3]`), not the whole array.",
    Reason.AMBIGUOUS_JOB_ID: "Tell the id with its server part, as `1.scheduler`.",
    Reason.JOB_DISABLED: "Enable the job in SchedulerX.",
    Reason.LIVE_INSTANCE: "The live instance has to end, or a rule with `beside_live: true` has to match.",
    Reason.ALREADY_HANDLED: "Nothing: this failure has had its verdict; look at the outcome with its failure id.",
    Reason.IN_HAND: "Nothing: this failure is being handled; look at the outcomes with its failure id.",
    Reason.RESTARTED_SINCE: "Nothing: the job has been restarted since it failed.",
    Reason.STARTED: "Nothing: the queued job has started.",
    Reason.KILL_SWITCH: "Lift the mode `off` in the policy, its rule, SECONDWIND_MODE or by hand: any of them holds.",
    Reason.RULE_IGNORES: "Give the rule another action, put one that matches above it, or force it by hand.",
    Reason.MAINTENANCE: "Deferred: nothing, it goes on by itself when the window closes. Held: a person has to approve "
    "it. Suppressed: force it by hand, or end the window.",
    Reason.NO_RULE: "Write a rule that matches it; a last one with an empty match catches all.",
    Reason.ATTEMPTS_USED_UP: "Wait until attempts leave the window, raise `attempts`, or force it by hand; retries of "
    "the job system's own count as well.",
    Reason.CLASS_ATTEMPTS_USED_UP: "Wait until attempts leave the window, raise the class's budget under `classes`, or "
    "force it by hand.",
    Reason.THRASHING: "Mend what makes the job fail again and again, wait until failures leave the window of `thrash`, "
    "or force it by hand.",
    Reason.SAME_TEXT_AGAIN: "Mend what the text says, write a rule for it, wait until failures leave the window of "
    "`same_text`, or force it by hand.",
    Reason.BREAKER_OPEN: "A person has to close the breaker: `secondwind breaker close`.",
    Reason.BREAKER_OPENED: "A person has to look at the cluster or group, then close it: `secondwind breaker close`.",
    Reason.BREAKER_CLOSED: "Nothing: it goes on by itself; jobs are rerun there again.",
    Reason.STALE_EVENT: "Tell failures sooner, or raise `timing.stale_event_s`.",
    Reason.HOLD_EXPIRED: "Approve it while it is held (`secondwind approve`), or force it by hand.",
    Reason.REJECTED: "A person said no; force it by hand if that was a mistake.",
    Reason.UNTRUSTED_SOURCE: "List under `sources` who told it, for this job, and tell owner, node and start as "
    "the live job has them.",
    Reason.COOLDOWN: "Nothing: it goes on by itself when the cooldown is over.",
    Reason.DELAY: "Nothing: it goes on by itself when the rule's `delay_s` is over.",
    Reason.RUN_UNCLEAR: "Tell `started_at` of the run that failed, from the scheduler's own clock.",
    Reason.OTHER_RUN_IN_HAND: "Nothing: it goes on by itself when the other attempt is settled.",
    Reason.THROTTLED: "Nothing: it goes on by itself when the service takes calls again.",
    Reason.RETRYABLE_REFUSAL: "Nothing: it goes on by itself; the service's code says what it lacked.",
    Reason.LOOK_FAILED: "Nothing: it goes on by itself when the job can be looked at.",
    Reason.LOOK_TOO_OLD: "Nothing: it goes on by itself after a fresh look.",
    Reason.DEADLINE: "Nothing: the sweep goes on; give the function more time if this happens often.",
    Reason.PACE: "Nothing: it goes on by itself when the operation's pace leaves room.",
    Reason.CONTENDED: "Nothing: it goes on by itself.",
    Reason.RATE: "Nothing: it goes on by itself in the next window of `rate`.",
    Reason.APPROVED: "Nothing: a person approved it, and it goes on by itself.",
    Reason.RECORD_UNREADABLE: "Somebody has to repair or delete the malformed ledger document.",
    Reason.RULE_HOLDS: "A person has to approve it: `secondwind approve`.",
    Reason.OWN_PARAMETERS: "A person has to approve it, without the parameters of the instance: `secondwind approve`.",
    Reason.TRIGGERED_BY_API: "A person has to approve it (`secondwind approve`), or trigger it by API again.",
    Reason.WORKFLOW: "A person has to approve it (`secondwind approve`), or rerun the workflow.",
    Reason.TOO_MUCH_TO_LOSE: "A person has to approve it (`secondwind approve`), or `max_lost_h` has to be larger.",
    Reason.API_REFUSED: "The service refused, and repeating would not help: its code and message say why.",
    Reason.LOOK_REFUSED: "The service refuses to show the job: its message says what right or setting is missing.",
    Reason.GAVE_UP: "Mend what kept it open for a day, then send it by hand.",
    Reason.ANSWER_LOST: "Nothing: the sweep looks whether the call took effect.",
    Reason.PART_FAILURE: "Nothing: the sweep looks which jobs of the call were rerun.",
    Reason.NOT_SETTLED: "Nothing: the sweep looks again.",
    Reason.NOT_OBSERVABLE: "Look at the job: nobody can tell whether a queued one was rerun.",
    Reason.NO_EVIDENCE: "Look at the job: a day has passed without proof of what the call did.",
    Reason.NOT_RESTARTED: "Nothing: it is tried again within its budget.",
    Reason.NOT_UNDERSTOOD: "Correct what the faults name and send it again.",
}
"""Every reason with which a failure, or a breaker, can be told."""


def would_change(reason: Reason) -> str:
    """What would have to change for a failure with this reason to be rerun."""
    return WOULD_CHANGE[reason]
