"""The decision: pure, from what was told, what was seen, what is remembered, and the policy.

Gates are asked in order and the first no ends it. Every gate asked is in the answer, so that it can be explained why a
job was not rerun. The same facts give the same decision, in a dry run too: only the last step differs.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec.structs import replace

from shared.domain.decision import Decision, Gate
from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.domain.reasons import Reason, Verdict, is_final
from shared.domain.runs import life_of
from shared.domain.snapshot import EhpcSnapshot, LookFailed
from shared.policy import gates_calendar, gates_case, gates_job, gates_policy, gates_text, gates_trust
from shared.policy.facts import Answer, Facts, Stop
from shared.policy.model import Action

GIVE_UP_AFTER_S = 86_400.0
"""A failure that is still open a day after it was told gets its final verdict."""


class Skip(Enum):
    """Whether a person who forces may pass a gate."""

    NEVER = "never"
    BY_FORCE = "by_force"


_GateFunction = Callable[[Facts], "Answer | None"]

GATES: tuple[tuple[str, _GateFunction, Skip], ...] = (
    ("rerun_seen", gates_case.rerun_seen, Skip.NEVER),
    ("hold_valid", gates_case.hold_valid, Skip.NEVER),
    ("attempt_seen", gates_case.attempt_seen, Skip.NEVER),
    ("switched_on", gates_policy.switched_on, Skip.NEVER),
    ("may_speak", gates_trust.may_speak, Skip.NEVER),
    ("told_before", gates_case.told_before, Skip.NEVER),
    ("fresh", gates_job.fresh, Skip.NEVER),
    ("record_readable", gates_case.record_readable, Skip.NEVER),
    ("observed", gates_job.observed, Skip.NEVER),
    ("exists", gates_job.exists, Skip.NEVER),
    ("restarted_since", gates_job.restarted_since, Skip.NEVER),
    ("claims_agree", gates_trust.claims_agree, Skip.NEVER),
    ("eligible", gates_job.eligible, Skip.NEVER),
    ("rerunnable", gates_job.rerunnable, Skip.NEVER),
    ("run_clear", gates_job.run_clear, Skip.NEVER),
    ("in_hand", gates_case.in_hand, Skip.NEVER),
    ("no_live_instance", gates_job.no_live_instance, Skip.NEVER),
    ("rule_switched_on", gates_policy.rule_switched_on, Skip.NEVER),
    ("rule_allows", gates_policy.rule_allows, Skip.BY_FORCE),
    ("outside_windows", gates_calendar.outside_windows, Skip.BY_FORCE),
    ("needs_no_person", gates_policy.needs_no_person, Skip.BY_FORCE),
    ("little_to_lose", gates_policy.little_to_lose, Skip.BY_FORCE),
    ("not_thrashing", gates_policy.not_thrashing, Skip.BY_FORCE),
    ("text_is_new", gates_text.text_is_new, Skip.BY_FORCE),
    ("attempts_left", gates_policy.attempts_left, Skip.BY_FORCE),
    ("late_enough", gates_text.late_enough, Skip.BY_FORCE),
    ("cooled_down", gates_policy.cooled_down, Skip.BY_FORCE),
    ("breaker_closed", gates_policy.breaker_closed, Skip.BY_FORCE),
)


_OF_CASES = {"rerun_seen", "hold_valid", "attempt_seen"}
_GATES_OF_NEW = tuple(row for row in GATES if row[0] not in _OF_CASES)
"""Nothing is to be asked about the case of a failure that has none yet."""
_FORCED = {name: Gate(name=name, passed=True, saw="forced", wanted="not asked") for name, *_ in GATES}


def decide(facts: Facts) -> Decision:
    """Ask the gates in order; `rerun` (or `would_rerun` with tied hands) if none says no.

    A decision `rerun` with reason `accepted` means: reserve and call. With `observed_restart` there is nothing to call.
    """
    asked: list[Gate] = []
    forced = facts.forced
    for name, gate, skip in GATES if facts.case is not None else _GATES_OF_NEW:
        if forced and skip is Skip.BY_FORCE:
            asked.append(_FORCED[name])
            continue
        answer = gate(facts)
        if answer is None:
            continue
        if answer.gate is None:
            answer.gate = Gate(name=name, passed=answer.stop is None, saw=answer.saw, wanted=answer.wanted)
        asked.append(answer.gate)
        if answer.stop is not None:
            return _give_up(facts, _decision(facts, answer.stop, asked))
    return _give_up(facts, _decision(facts, _last_step(facts), asked))


def _last_step(facts: Facts) -> Stop:
    rule = facts.rule
    only_watches = rule is not None and rule.action is Action.OBSERVE and not facts.forced
    if rule is not None and (only_watches or rule.mode is Mode.OBSERVE):
        return Stop(
            Verdict.WOULD_RERUN,
            Reason.OBSERVE_RULE,
            f"{rule.called} only observes: nothing was called",
        )
    if facts.ask.dry_run:
        return Stop(Verdict.WOULD_RERUN, Reason.DRY_RUN, "a dry run: nothing was called")
    if facts.policy.mode is Mode.OBSERVE:
        return Stop(Verdict.WOULD_RERUN, Reason.OBSERVE_MODE, "mode observe: nothing was called")
    return _ACCEPTED


_ACCEPTED = Stop(Verdict.RERUN, Reason.ACCEPTED, "eligible, within budget, in no other hand")


def _decision(facts: Facts, stop: Stop, asked: list[Gate]) -> Decision:
    acting = stop.verdict is Verdict.RERUN or stop.verdict is Verdict.WOULD_RERUN
    seen = None if isinstance(facts.observation, LookFailed) else facts.observation
    reserved = facts.case.attempt if facts.case else 0
    rule, of_ehpc = facts.rule, isinstance(seen, EhpcSnapshot)
    return Decision(
        verdict=stop.verdict,
        reason=stop.reason,
        message=stop.message,
        gates=tuple(asked),
        # An open case ends under its own id, whatever it turned out to be a duplicate of.
        failure_id=facts.failure_id if facts.case else stop.failure_id or facts.failure_id,
        state=seen.state._value_ if seen else "",
        job_id=facts.job_id,
        rule=rule.name if rule else "",
        failure_class=rule.failure_class if rule else FailureClass.UNKNOWN,
        attempt=facts.attempt_number if acting else reserved,
        max_attempts=facts.budget.limit.max,
        due_at=stop.due_at,
        life=life_of(seen) if seen else "",
        job_instance_id=None if of_ehpc else facts.job_instance_id,
        data_time=None if of_ehpc else facts.data_time,
    )


def _give_up(facts: Facts, decision: Decision) -> Decision:
    """Nothing stays open longer than a day: neither what waits, nor what would be called once more."""
    case = facts.case
    if case is None or not case.open or facts.ask.now < case.opened_at + GIVE_UP_AFTER_S:
        return decision
    acts = decision.reason in {Reason.ACCEPTED, Reason.DRY_RUN, Reason.OBSERVE_MODE, Reason.OBSERVE_RULE}
    if not acts and is_final(decision.verdict, decision.reason):
        return decision
    age = Gate(
        name="open_less_than_a_day",
        passed=False,
        saw=f"open for {facts.ask.now - case.opened_at:.0f} s",
        wanted=f"less than {GIVE_UP_AFTER_S:.0f} s",
    )
    ended = replace(decision, gates=(*decision.gates, age), due_at=None)
    if decision.verdict is Verdict.UNKNOWN:
        message = "a day has passed without evidence of what the call did"
        return replace(ended, reason=Reason.NO_EVIDENCE, message=message)
    # After an attempt in doubt it was proven not to have been restarted, or another gate would not have been asked.
    was = (case.reason or decision.reason).value
    message = f"still {was} a day after it was told"
    return replace(ended, verdict=Verdict.REFUSED, reason=Reason.GAVE_UP, message=message, attempt=case.attempt)
