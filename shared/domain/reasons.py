"""Reasons: the stable codes that say why. Text never drives control flow, these do.

A reason is one row of `Reason`: its code, the verdicts that it is told with, who gives it, what it means and what would
have to change. The reference, `explain` and every dry run are made from these rows.
"""

from __future__ import annotations

from shared.domain.reason_row import ReasonRow
from shared.domain.verdicts import OPEN_VERDICTS, Giver, Step, Verdict


def _gate(*names: str) -> Giver:
    return Giver(Step.GATE, names)


_by = Giver
_V = Verdict
_DONE = "Nothing: it was rerun."
_SEEN = "Nothing: it was rerun, and this is how the rerun went on."


class Reason(ReasonRow):
    """Why, one stable code each. A member is its code."""

    @classmethod
    def named(cls, code: str) -> Reason:
        """The reason with that code. Raises ValueError."""
        try:
            return cls[code.upper()]
        except KeyError:
            raise ValueError(f"there is no reason {code!r:.80}") from None

    # fmt: off
    ACCEPTED = ("accepted", _V.RERUN, _by(Step.ALL_PASSED),
        "The API accepted the rerun.", _DONE)
    OBSERVED_RESTART = ("observed_restart", _V.RERUN, _gate("attempt_seen"),
        "The call's answer was lost or unclear, and a look showed that the job was restarted since.", _DONE)
    SEEN_RESTARTED = ("seen_restarted", _V.RERUN, _gate("rerun_seen"),
        "After an accepted rerun: the job was seen to run, or to wait for its turn, again.", _SEEN)
    SEEN_SUCCEEDED = ("seen_succeeded", _V.RERUN, _gate("rerun_seen"),
        "After an accepted rerun of SchedulerX: the new instance succeeded.", _SEEN)
    SEEN_FAILED = ("seen_failed", _V.RERUN, _gate("rerun_seen"),
        "After an accepted rerun of SchedulerX: the new instance failed.",
        "The rerun failed as well: its own failure has to be told, and is another one.")
    SEEN_NO_RUN = ("seen_no_run", _V.RERUN, _gate("rerun_seen"),
        "After a rerun: the job has ended, and the list shows no run of it that began after the call.",
        "If its work is not done, run it anew; what has ended on E-HPC has to be submitted anew.")
    SEEN_ENDED = ("seen_ended", _V.RERUN, _gate("rerun_seen"),
        "After an accepted rerun: the new run has ended; how is not known.", _SEEN)
    DRY_RUN = ("dry_run", _V.WOULD_RERUN, _by(Step.ALL_PASSED),
        "Every gate passed, in a dry run.", "Send it without `dry_run`.")
    OBSERVE_MODE = ("observe_mode", _V.WOULD_RERUN, _by(Step.ALL_PASSED),
        "Every gate passed, in mode `observe`.",
        "Set the mode to `auto`, in the policy, in SECONDWIND_MODE and by hand: the strictest holds.")
    OBSERVE_RULE = ("observe_rule", _V.WOULD_RERUN, _by(Step.ALL_PASSED),
        "Every gate passed, and the rule only observes.",
        "Give the rule the action `rerun`, and no mode stricter than `auto`.")
    STATE_NOT_ELIGIBLE = ("state_not_eligible", _V.INELIGIBLE, _gate("eligible"),
        "The job, or the instance named, is in a state from which its system does not rerun.",
        "E-HPC reruns RUNNING or QUEUED, the others FAILED (SchedulerX with `beside_live: true` also live ones).")
    JOB_FINISHED = ("job_finished", _V.INELIGIBLE, _gate("attempt_seen", "eligible"),
        "E-HPC: the job has ended, well or badly.",
        "E-HPC reruns only live jobs: tell failures before the job ends, or submit it anew.")
    NOT_FOUND = ("not_found", _V.INELIGIBLE, _gate("exists"),
        "The job system does not list the job or the instance.",
        "Tell the id, cluster, group and region under which the job system lists the job.")
    NOT_RERUNNABLE = ("not_rerunnable", _V.INELIGIBLE, _gate("rerunnable"),
        "E-HPC: the job was submitted as not rerunnable. DataWorks: the node's settings do not let it run again.",
        "E-HPC: submit it as rerunnable (PBS `-r y`, Slurm `--requeue`). DataWorks: let the node be rerun.")
    ARRAY_PARENT = ("array_parent", _V.INELIGIBLE, _gate("exists"),
        "E-HPC: a whole array is named; rerunning it would restart every subjob.",
        "Name the one subjob that failed (`12[3]`), not the whole array.")
    AMBIGUOUS_JOB_ID = ("ambiguous_job_id", _V.INELIGIBLE, _gate("exists"),
        "E-HPC: several jobs have this number, and no server part was told.",
        "Tell the id with its server part, as `1.scheduler`.")
    JOB_DISABLED = ("job_disabled", _V.INELIGIBLE, _gate("rerunnable"),
        "SchedulerX: the job is disabled. DataWorks: the node is frozen.",
        "Enable the job in SchedulerX; unfreeze the node in DataWorks.")
    LIVE_INSTANCE = ("live_instance", _V.INELIGIBLE, _gate("no_live_instance"),
        "SchedulerX: another instance of the job lives, and a rerun would start a second one beside it.",
        "The live instance has to end, or a rule with `beside_live: true` has to match.")
    ALREADY_HANDLED = ("already_handled", _V.DUPLICATE, _gate("told_before", "in_hand"),
        "This failure has had its verdict; a telling of it came again.",
        "Nothing: this failure has had its verdict; look at the outcome with its failure id.")
    IN_HAND = ("in_hand", _V.DUPLICATE, _gate("told_before", "run_clear", "in_hand"),
        "This failure is being handled already.",
        "Nothing: this failure is being handled; look at the outcomes with its failure id.")
    OUTWEIGHED = ("outweighed", _V.DUPLICATE, _by(Step.TELLING),
        "It waited or was held, and another telling of the same failure gets it further: it goes on with that one.",
        "Nothing: this failure goes on with another telling; look at the outcomes with its failure id.")
    RESTARTED_SINCE = ("restarted_since", _V.DUPLICATE, _gate("attempt_seen", "restarted_since"),
        "The job has been restarted since it failed, by its scheduler, a person, or an earlier rerun.",
        "Nothing: the job has been restarted since it failed.")
    STARTED = ("started", _V.DUPLICATE, _gate("attempt_seen"),
        "E-HPC: the job was queued when its rerun was reserved, and has started since.",
        "Nothing: the queued job has started.")
    KILL_SWITCH = ("kill_switch", _V.SUPPRESSED, _gate("switched_on", "rule_switched_on"),
        "Mode `off` holds: in the policy, its rule, `SECONDWIND_MODE`, or set by hand.",
        "Lift the mode `off` in the policy, its rule, SECONDWIND_MODE or by hand: any of them holds.")
    RULE_IGNORES = ("rule_ignores", _V.SUPPRESSED, _gate("rule_allows"),
        "The rule that matched has the action `ignore`.",
        "Give the rule another action, put one that matches above it, or force it by hand.")
    MAINTENANCE = ("maintenance", (_V.SUPPRESSED, _V.DEFERRED, _V.HELD), _gate("outside_windows"),
        "A window of the policy is open for the job: deferred until it closes, held for a person, or left alone.",
        ("Deferred: nothing, it goes on by itself when the window closes. Held: a person has to approve it. "
         "Suppressed: force it by hand, or end the window."))
    NO_RULE = ("no_rule", _V.SUPPRESSED, _gate("rule_allows"),
        "No rule matched.", "Write a rule that matches it; a last one with an empty match catches all.")
    ATTEMPTS_USED_UP = ("attempts_used_up", _V.SUPPRESSED, _gate("attempts_left"),
        "The job's attempt budget in this window is used up.",
        "Wait until attempts leave the window (the system's own retries count), raise `attempts`, or force it.")
    BREAKER_OPEN = ("breaker_open", _V.SUPPRESSED, _gate("breaker_closed"),
        "The breaker of the cluster or group is open.",
        "A person has to close the breaker: `secondwind breaker close`.")
    STALE_EVENT = ("stale_event", _V.SUPPRESSED, _gate("fresh"),
        "The failure was told later than `timing.stale_event_s`.",
        "Tell failures sooner, or raise `timing.stale_event_s`.")
    HOLD_EXPIRED = ("hold_expired", _V.SUPPRESSED, _gate("hold_valid"),
        "Nobody approved it within a day.",
        "Approve it while it is held (`secondwind approve`), or force it by hand.")
    REJECTED = ("rejected", _V.SUPPRESSED, _by(Step.PERSON),
        "A person rejected it while it was held.", "A person said no; force it by hand if that was a mistake.")
    CLASS_ATTEMPTS_USED_UP = ("class_attempts_used_up", _V.SUPPRESSED, _gate("attempts_left"),
        "The budget of the failure's class is used up for this job.",
        "Wait until attempts leave the window, raise the class's budget under `classes`, or force it by hand.")
    THRASHING = ("thrashing", _V.SUPPRESSED, _gate("not_thrashing"),
        "The job failed more often in the window than `thrash` allows.",
        "Mend what makes it fail again and again, wait until the window of `thrash` is over, or force it by hand.")
    SAME_TEXT_AGAIN = ("same_text_again", _V.SUPPRESSED, _gate("text_is_new"),
        "The job was rerun for this very text before, as often as `same_text` allows, and failed with it again.",
        "Mend what the text says, write a rule for it, wait for the end of the window, or force it by hand.")
    TOO_MANY_OPEN = ("too_many_open", _V.SUPPRESSED, _by(Step.RECORD),
        "It would have to wait, or waited for its run to be clear, and too many of the job wait: 128, 16 such, 1 MB.",
        "Tell it again when some of them have ended, with `started_at` of the run that failed: it need not wait.")
    UNTRUSTED_SOURCE = ("untrusted_source", _V.SUPPRESSED, _gate("may_speak", "claims_agree"),
        "Who told it may not speak for this job, or what was told contradicts the live job.",
        "List under `sources` who told it, for this job, and tell owner, node and start as the live job has them.")
    NOT_SEEN = ("not_seen", _V.REFUSED, _by(Step.LOOKING),
        "About a place that the policy's `discover` names, not a job: it cannot be looked through.",
        "Mend what `message` names; it is asked again all the time, and told once.")
    MACHINE_SUSPECTED = ("machine_suspected", _V.SUPPRESSED, _by(Step.LOOKING),
        "About a machine on which jobs run, not about a job: an event said that it was lost, or may be.",
        "Nothing: its jobs are looked at, and each that is lost is told.")
    MACHINE_ANNOUNCED = ("machine_announced", _V.SUPPRESSED, _by(Step.LOOKING),
        "About a machine on which jobs run, not about a job: maintenance is announced.",
        "Nothing has happened yet: drain the node in time.")
    RERUN_ELSEWHERE = ("rerun_elsewhere", _V.SUPPRESSED, _by(Step.LOOKING),
        "The job system's platform tells that somebody else had the job run again, not Second Wind.",
        "Nothing: its next look sees the new life.")
    NODE_SUSPECT = ("node_suspect", _V.SUPPRESSED, _by(Step.NODE),
        "About a node, not a job: so many jobs failed on it as `bad_nodes` allows no node.",
        "Look at the node, drain it if it is at fault, or clear it: `secondwind nodes clear`.")
    NODE_CLEARED = ("node_cleared", _V.SUPPRESSED, _by(Step.NODE),
        "About a node, not a job: a person has cleared it, or its scheduler gives it no more jobs.",
        "Nothing: no job waits for this node any more.")
    BREAKER_OPENED = ("breaker_opened", _V.SUPPRESSED, _by(Step.BREAKER),
        "About a breaker, not a job: it has opened.",
        "A person has to look at the cluster or group, then close it: `secondwind breaker close`.")
    BREAKER_CLOSED = ("breaker_closed", (_V.SUPPRESSED, _V.DEFERRED), _by(Step.PERSON),
        "Suppressed: about a breaker, a person has closed it. Deferred: a failure behind it was resumed.",
        "Nothing: it goes on by itself; jobs are rerun there again.")
    MODE_SET = ("mode_set", _V.SUPPRESSED, _by(Step.MODE),
        "About a mode, not a job: a person has set one.",
        "A person has to take it back if it was meant for a while: `secondwind mode clear`.")
    MODE_CLEARED = ("mode_cleared", _V.SUPPRESSED, _by(Step.MODE),
        "About a mode, not a job: a person has taken one back.",
        "Nothing: the policy's mode and SECONDWIND_MODE hold again.")
    COOLDOWN = ("cooldown", _V.DEFERRED, _gate("cooled_down"),
        "The wait before the next attempt is not over.", "Nothing: it goes on by itself when the cooldown is over.")
    DELAY = ("delay", _V.DEFERRED, _gate("late_enough"),
        "The rule's `delay_s` after the failure is not over.",
        "Nothing: it goes on by itself when the rule's `delay_s` is over.")
    BAD_NODE = ("bad_node", _V.DEFERRED, _gate("node_sound"),
        "It failed on a suspected node, and a rerun may be given the same node again.",
        "Drain the node or clear it (`secondwind nodes clear`); it goes on by itself after `max_wait_s`.")
    RUN_UNCLEAR = ("run_unclear", _V.DEFERRED, _gate("run_clear"),
        "The failure's time is so close to a start of the job that it is not clear which run is meant.",
        "Tell `started_at` of the run that failed, from the scheduler's own clock.")
    OTHER_RUN_IN_HAND = ("other_run_in_hand", _V.DEFERRED, _gate("in_hand", "no_live_instance"),
        "Another attempt at the same job is not settled yet.",
        "Nothing: it goes on by itself when the other attempt is settled.")
    THROTTLED = ("throttled", _V.DEFERRED, _by(Step.CALL),
        "The job system's API takes no calls at the moment.",
        "Nothing: it goes on by itself when the service takes calls again.")
    RETRYABLE_REFUSAL = ("retryable_refusal", _V.DEFERRED, _by(Step.CALL),
        "The API certainly did not do it; a later call may succeed.",
        "Nothing: it goes on by itself; the service's code says what it lacked.")
    CALL_IN_VAIN = ("call_in_vain", _V.DEFERRED, _gate("calls_take_effect"),
        "Its calls get no usable answer, and looks prove that they do nothing; the next one waits, each time longer.",
        "Nothing: it goes on by itself, for a day after it was told; see why the service does not answer, or force it.")
    LOOK_FAILED = ("look_failed", _V.DEFERRED, _gate("observed"),
        "The job could not be looked at; worth repeating.",
        "Nothing: it goes on by itself when the job can be looked at.")
    LOOKS_USED_UP = ("looks_used_up", _V.DEFERRED, _gate("observed"),
        "The delivery was about more places, or jobs of one, than one looks at or the service shows at once.",
        "Nothing: the sweep looks at the job.")
    CREDENTIALS_REFUSED = ("credentials_refused", _V.DEFERRED, _by(Step.CALL),
        "The key with which the rerun call was signed was refused; nothing was done.",
        "Somebody has to mend the function's role or key; then it goes on, for a day after it was told.")
    LOOK_CREDENTIALS_REFUSED = ("look_credentials_refused", _V.DEFERRED, _gate("observed"),
        "The key with which the look at the job was signed was refused; nothing was done.",
        "Somebody has to mend the function's role or key; then it goes on, for a day after it was told.")
    LOOK_TOO_OLD = ("look_too_old", _V.DEFERRED, _by(Step.UNSENT),
        "The look at the job was older than `timing.observation_max_age_s` before the call could leave.",
        "Nothing: it goes on by itself after a fresh look.")
    DEADLINE = ("deadline", _V.DEFERRED, _by(Step.UNSENT),
        "The invocation's time was used up before the call.",
        "Nothing: the sweep goes on; give the function more time if this happens often.")
    PACE = ("pace", _V.DEFERRED, _by(Step.SHARED),
        "The operation's calls of this minute are used up.",
        "Nothing: it goes on by itself when the operation's pace leaves room.")
    WHOLE_IN_HAND = ("whole_in_hand", _V.DEFERRED, _by(Step.SHARED),
        "What the job is a part of is being rerun for another failure in it, and one call may restart both.",
        "Nothing: once that call has taken effect the job is looked at again.")
    CONTENDED = ("contended", _V.DEFERRED, _by(Step.SHARED),
        "Other invocations were changing the same ledger documents.",
        "Nothing: it goes on by itself.")
    OUTPUT_UNREAD = ("output_unread", _V.DEFERRED, _by(Step.SHARED),
        "What is told names no cause, and a delivery asks what only so many jobs have printed.",
        "Nothing: the sweep asks, for ten minutes. A cause told by which it is rerun goes first.")
    RATE = ("rate", _V.DEFERRED, _by(Step.SHARED),
        "The policy's `rate` of the cluster or group is used up for this window.",
        "Nothing: it goes on by itself in the next window of `rate`.")
    OWNER_SHARE = ("owner_share", _V.DEFERRED, _by(Step.SHARED),
        "The job's owner has had their share of the cluster's or group's breaker or rate (`per_owner`).",
        "Nothing: it goes on by itself when the window leaves the owner room.")
    APPROVED = ("approved", _V.DEFERRED, _by(Step.PERSON),
        "A person approved it; due now.",
        "Nothing: a person approved it, and it goes on by itself.")
    RECORD_UNREADABLE = ("record_unreadable", (_V.DEFERRED, _V.REFUSED), _gate("record_readable"),
        "A ledger document is malformed. Deferred where the failure can wait elsewhere, else refused.",
        "Somebody has to repair or delete the malformed ledger document.")
    RECORD_FULL = ("record_full", _V.REFUSED, _by(Step.RECORD),
        "The job's ledger document has no room for it: too much waits there, or what was told is too large.",
        "Tell it again with a shorter message, or when some of the job's open failures have ended.")
    RULE_HOLDS = ("rule_holds", _V.HELD, _gate("needs_no_person"),
        "The rule that matched has the action `hold`.",
        "A person has to approve it: `secondwind approve`.")
    OWN_PARAMETERS = ("own_parameters", _V.HELD, _gate("needs_no_person"),
        "SchedulerX: the instance has parameters of its own, which RerunJob cannot carry.",
        "A person has to approve it, without the parameters of the instance: `secondwind approve`.")
    TRIGGERED_BY_API = ("triggered_by_api", _V.HELD, _gate("needs_no_person"),
        "SchedulerX: the instance was triggered by API.",
        "A person has to approve it (`secondwind approve`), or trigger it by API again.")
    WORKFLOW = ("workflow", _V.HELD, _gate("needs_no_person"),
        "SchedulerX: the instance is part of a workflow.",
        "A person has to approve it (`secondwind approve`), or rerun the workflow.")
    DEV_ENVIRONMENT = ("dev_environment", _V.HELD, _gate("needs_no_person"),
        "DataWorks: the instance is of the development environment, where somebody is at work.",
        "A person has to approve it (`secondwind approve`), or a rule has to name it under `unasked`.")
    TOO_MUCH_TO_LOSE = ("too_much_to_lose", _V.HELD, _gate("little_to_lose"),
        "The live run is older than `max_lost_h`: a rerun would throw that work away.",
        "A person has to approve it (`secondwind approve`), or `max_lost_h` has to be larger.")
    API_REFUSED = ("api_refused", _V.REFUSED, _by(Step.CALL),
        "The rerun call was refused for good.",
        "The service refused, and repeating would not help: its code and message say why.")
    LOOK_REFUSED = ("look_refused", _V.REFUSED, _gate("observed"),
        "Looking at the job was refused for good, for instance for want of a right.",
        "The service refuses to show the job: its message says what right or setting is missing.")
    GAVE_UP = ("gave_up", _V.REFUSED, _by(Step.AGE),
        "Still open a day after it was told.",
        "Mend what kept it open for a day, then send it by hand.")
    ANSWER_LOST = ("answer_lost", _V.UNKNOWN, _by(Step.CALL),
        "The rerun call left, and no usable answer came back.",
        "Nothing: the sweep looks whether the call took effect.")
    PART_FAILURE = ("part_failure", _V.UNKNOWN, _by(Step.CALL),
        "E-HPC did a part of a batch and did not say which.",
        "Nothing: the sweep looks which jobs of the call were rerun.")
    NOT_SETTLED = ("not_settled", _V.UNKNOWN, _gate("attempt_seen"),
        "Too early to tell, or the job could not be looked at; the sweep looks again.",
        "Nothing: the sweep looks again.")
    NOT_OBSERVABLE = ("not_observable", _V.UNKNOWN, _gate("attempt_seen"),
        "The job was queued before the call and is queued after it: nobody can ever tell.",
        "Look at the job: nobody can tell whether a queued one was rerun.")
    NO_EVIDENCE = ("no_evidence", _V.UNKNOWN, _by(Step.AGE),
        "A day has passed without proof of what the call did.",
        "Look at the job: a day has passed without proof of what the call did.")
    NOT_RESTARTED = ("not_restarted", _V.UNKNOWN, _gate("rerun_seen"),
        "The API accepted the rerun, and the job did not restart; a new attempt follows within the budget.",
        "Nothing: it is tried again within its budget.")
    CHANNEL_REFUSES = ("channel_refuses", _V.REFUSED, _by(Step.MESSAGE),
        "About a channel of `notify`, not a job: it takes no message; `api_code` says why.",
        "Somebody has to mend the channel: `secondwind notify test`. What waits for it is told then, for a day.")
    MESSAGE_GIVEN_UP = ("message_given_up", _V.REFUSED, _by(Step.MESSAGE),
        "About a channel of `notify`, not a job: a message waited for a day, or its answer was lost three times.",
        "Nothing: look at the outcomes of that day, and mend the channel: `secondwind notify test`.")
    NOT_UNDERSTOOD = ("not_understood", _V.INVALID, _by(Step.INTAKE),
        "No readable announcement of a failure; `message` names every fault.",
        "Correct what the faults name and send it again.")
    # fmt: on


FINAL_UNKNOWN_REASONS = frozenset({Reason.NOT_OBSERVABLE, Reason.NO_EVIDENCE})


def is_final(verdict: Verdict, reason: Reason) -> bool:
    """Whether nothing follows this outcome; `unknown` is final only when nobody can ever tell."""
    return verdict not in OPEN_VERDICTS or (verdict is Verdict.UNKNOWN and reason in FINAL_UNKNOWN_REASONS)
