"""The decision: pure, from what was told, what was seen, what is remembered, and the policy.

Gates are asked in order and the first no ends it. Every gate asked is in the answer, so that it can be explained why a
job was not rerun. The same facts give the same decision, in a dry run too: only the last step differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from msgspec.structs import replace

from shared.domain.act import Way
from shared.domain.decision import Decision
from shared.domain.failure import FailureClass
from shared.domain.gate import GateAnswer, Stop
from shared.domain.mode import Mode
from shared.domain.reasons import Reason, is_final
from shared.domain.record import Case
from shared.domain.verdicts import Giver, Step, Verdict
from shared.policy.evidence import bare_owner
from shared.policy.facts import Facts
from shared.policy.gates import attempts, job, limits, rules, tellings, trust, windows
from shared.policy.model import Action

GIVE_UP_AFTER_S = 86_400.0
"""A failure that is still open a day after it was told gets its final verdict."""


class Skip(Enum):
    """Whether a person who forces may pass a gate."""

    NEVER = "never"
    BY_FORCE = "by_force"


_GateFunction = Callable[[Facts], GateAnswer | None]

GATES: tuple[tuple[str, _GateFunction, Skip], ...] = (
    ("rerun_seen", attempts.rerun_seen, Skip.NEVER),
    ("hold_valid", attempts.hold_valid, Skip.NEVER),
    ("attempt_seen", attempts.attempt_seen, Skip.NEVER),
    ("switched_on", rules.switched_on, Skip.NEVER),
    ("may_speak", trust.may_speak, Skip.NEVER),
    ("told_before", tellings.told_before, Skip.NEVER),
    ("fresh", job.fresh, Skip.NEVER),
    ("record_readable", tellings.record_readable, Skip.NEVER),
    ("observed", job.observed, Skip.NEVER),
    ("exists", job.exists, Skip.NEVER),
    ("restarted_since", job.restarted_since, Skip.NEVER),
    ("claims_agree", trust.claims_agree, Skip.NEVER),
    ("eligible", job.eligible, Skip.NEVER),
    ("rerunnable", job.rerunnable, Skip.NEVER),
    ("run_clear", tellings.run_clear, Skip.NEVER),
    ("in_hand", tellings.in_hand, Skip.NEVER),
    ("no_live_instance", job.no_live_instance, Skip.NEVER),
    ("rule_switched_on", rules.rule_switched_on, Skip.NEVER),
    ("rule_allows", rules.rule_allows, Skip.BY_FORCE),
    ("outside_windows", windows.outside_windows, Skip.BY_FORCE),
    ("needs_no_person", rules.needs_no_person, Skip.BY_FORCE),
    ("little_to_lose", rules.little_to_lose, Skip.BY_FORCE),
    ("not_thrashing", limits.not_thrashing, Skip.BY_FORCE),
    ("text_is_new", limits.text_is_new, Skip.BY_FORCE),
    ("attempts_left", limits.attempts_left, Skip.BY_FORCE),
    ("late_enough", limits.late_enough, Skip.BY_FORCE),
    ("node_sound", limits.node_sound, Skip.BY_FORCE),
    ("cooled_down", limits.cooled_down, Skip.BY_FORCE),
    ("breaker_closed", limits.breaker_closed, Skip.BY_FORCE),
    ("calls_take_effect", attempts.calls_take_effect, Skip.NEVER),
)


def gates_before(giver: Giver) -> tuple[str, ...]:
    """The gates that are asked before the first that can give a reason; all, where every gate had passed before."""
    names = tuple(name for name, *_ in GATES)
    if giver.step is Step.GATE:
        return names[: names.index(giver.gates[0])]
    return names if giver.step.after_all_gates else ()


_OF_CASES = {"rerun_seen", "hold_valid", "attempt_seen", "calls_take_effect"}
_GATES_OF_NEW = tuple(row for row in GATES if row[0] not in _OF_CASES)
"""Nothing is to be asked about the case of a failure that has none yet."""
_FORCED = GateAnswer(saw="forced", wanted="not asked")
_Asked = list[tuple[str, GateAnswer]]


def _not_asked(facts: Facts) -> GateAnswer:
    """What a person who forces passes."""
    del facts
    return _FORCED


def _asking(rows: Sequence[tuple[str, _GateFunction, Skip]], *, forced: bool) -> tuple[tuple[str, _GateFunction], ...]:
    return tuple((name, _not_asked if forced and skip is Skip.BY_FORCE else gate) for name, gate, skip in rows)


_ASKED = {
    (of_case, forced): _asking(GATES if of_case else _GATES_OF_NEW, forced=forced)
    for of_case in (True, False)
    for forced in (True, False)
}
"""The gates that are asked, by whether the failure has a case, and whether somebody forces."""


def decide(facts: Facts) -> Decision:
    """Ask the gates in order; `rerun` (or `would_rerun` with tied hands) if none says no.

    A decision `rerun` with reason `accepted` means: reserve and call. With `observed_restart` there is nothing to call.
    """
    asked: _Asked = []
    stop = None
    for name, gate in _ASKED[facts.case is not None, facts.forced]:
        answer = gate(facts)
        if answer is not None:
            asked.append((name, answer))
            stop = answer.stop
            if stop is not None:
                break
    decision = _decision(facts, stop or _last_step(facts), asked)
    return decision if facts.case is None else _give_up(facts, facts.case, decision)


def _last_step(facts: Facts) -> Stop:
    rule = facts.rule
    only_watches = rule is not None and rule.action is _ONLY_WATCH and not facts.forced
    if rule is not None and (only_watches or rule.mode is _OBSERVE):
        return Stop(
            Verdict.WOULD_RERUN,
            Reason.OBSERVE_RULE,
            f"{rule.called} only observes: nothing was called",
        )
    if facts.ask.dry_run:
        return Stop(Verdict.WOULD_RERUN, Reason.DRY_RUN, "a dry run: nothing was called")
    if facts.policy.mode is _OBSERVE:
        return Stop(Verdict.WOULD_RERUN, Reason.OBSERVE_MODE, "mode observe: nothing was called")
    return _ACCEPTED


_ONLY_WATCH, _OBSERVE, _RERUN, _WOULD_RERUN = Action.OBSERVE, Mode.OBSERVE, Verdict.RERUN, Verdict.WOULD_RERUN
_UNKNOWN = FailureClass.UNKNOWN
"""At hand: before Python 3.12 each `Mode.OBSERVE` is a call."""
_ACCEPTED = Stop(Verdict.RERUN, Reason.ACCEPTED, "eligible, within budget, in no other hand")


def _decision(facts: Facts, stop: Stop, asked: _Asked) -> Decision:
    seen, rule, case = facts.seen, facts.rule, facts.case
    attempt = case.attempt if case is not None else 0
    if not attempt and (stop.verdict is _RERUN or stop.verdict is _WOULD_RERUN):
        attempt = facts.attempt_number
    decision = Decision(
        # More names than these, and Python would put them into a dictionary first.
        stop.verdict,
        stop.reason,
        stop.message,
        # An open case ends under its own id, whatever it turned out to be a duplicate of.
        facts.failure_id if case is not None else stop.failure_id or facts.failure_id,
        tuple(asked),
        "" if seen is None else seen.state._value_,
        job_id=facts.job_id,
        rule="" if rule is None else rule.name,
        failure_class=_UNKNOWN if rule is None else rule.failure_class,
        action_api=None if rule is None else rule.action_api,
        attempt=attempt,
        max_attempts=facts.budget.limit.max,
        due_at=stop.due_at,
        life=facts.seen_life,
        job_instance_id=facts.job_instance_id,
        data_time=facts.data_time,
        running_since=None if seen is None else seen.running_since,
        owner="" if seen is None else bare_owner(seen.owner),
    )
    return _by_force(facts, decision) if facts.forced else decision


def _by_force(facts: Facts, decision: Decision) -> Decision:
    return replace(decision, forced=True, actor=facts.forced_by, way=Way.FUNCTION, why=facts.forced_why)


def _give_up(facts: Facts, case: Case, decision: Decision) -> Decision:
    """Nothing stays open longer than a day: neither what waits, nor what would be called once more."""
    if not case.open or facts.ask.now < case.opened_at + GIVE_UP_AFTER_S:
        return decision
    acts = decision.reason in {Reason.ACCEPTED, Reason.DRY_RUN, Reason.OBSERVE_MODE, Reason.OBSERVE_RULE}
    if not acts and is_final(decision.verdict, decision.reason):
        return decision
    if decision.verdict is Verdict.UNKNOWN:
        attempt = decision.attempt
        message = "a day has passed without evidence of what the call did"
        stop = Stop(Verdict.UNKNOWN, Reason.NO_EVIDENCE, message)
    else:
        # After an attempt in doubt it was proven not to have been restarted, or another gate would not have been asked.
        attempt = case.attempt
        was = (case.reason or decision.reason).value
        stop = Stop(Verdict.REFUSED, Reason.GAVE_UP, f"still {was} a day after it was told")
    saw, wanted = f"open for {facts.ask.now - case.opened_at:.0f} s", f"less than {GIVE_UP_AFTER_S:.0f} s"
    return replace(
        decision,
        verdict=stop.verdict,
        reason=stop.reason,
        message=stop.message,
        attempt=attempt,
        asked=(*decision.asked, ("open_less_than_a_day", GateAnswer(saw, wanted, stop))),
        due_at=None,
    )
