"""The gates that the policy sets: kill switch, rules, hold, budget, cooldown, breaker."""

from __future__ import annotations

from shared.domain.mode import Mode
from shared.domain.reasons import Reason, Verdict
from shared.domain.snapshot import TRIGGER_API, SchedulerxSnapshot
from shared.policy.facts import Answer, Facts, Stop
from shared.policy.model import Action

HOLD_EXPIRES_S = 86_400.0
"""A hold that nobody answered expires closed after a day."""


def switched_on(facts: Facts) -> Answer:
    """Is Second Wind switched on?"""
    mode, wanted = facts.policy.mode, "auto or observe"
    if mode is not Mode.OFF:
        return Answer(saw=mode.value, wanted=wanted)
    stop = Stop(Verdict.SUPPRESSED, Reason.KILL_SWITCH, "the kill switch is on (mode off)")
    return Answer(saw=mode.value, wanted=wanted, stop=stop)


def rule_allows(facts: Facts) -> Answer:
    """Does the first matching rule let it be healed?"""
    rule, wanted = facts.rule, "a rule that does not ignore it"
    if rule is None:
        return Answer("no rule", wanted, Stop(Verdict.SUPPRESSED, Reason.NO_RULE, "no rule of the policy matches"))
    saw = f"{rule.name}: {rule.action.value}"
    if rule.action is Action.IGNORE:
        return Answer(saw, wanted, Stop(Verdict.SUPPRESSED, Reason.RULE_IGNORES, f"rule {rule.name} ignores it"))
    return Answer(saw, wanted)


def needs_no_person(facts: Facts) -> Answer:
    """Can it be rerun without asking a person?"""
    stop = _hold(facts)
    return Answer(
        saw=stop.reason.value if stop else "nothing to ask",
        wanted="nothing that a person must weigh",
        stop=stop,
    )


def _hold(facts: Facts) -> Stop | None:
    expires = facts.ask.now + HOLD_EXPIRES_S
    if facts.rule is not None and facts.rule.action is Action.HOLD:
        return Stop(Verdict.HELD, Reason.RULE_HOLDS, f"rule {facts.rule.name} holds it for a person", expires)
    seen = facts.snapshot
    if not isinstance(seen, SchedulerxSnapshot) or seen.instance is None:
        return None
    if seen.own_parameters:
        return Stop(
            Verdict.HELD,
            Reason.OWN_PARAMETERS,
            "the instance had parameters of its own, which RerunJob cannot carry",
            expires,
        )
    if seen.instance.trigger_type == TRIGGER_API:
        return Stop(
            Verdict.HELD,
            Reason.TRIGGERED_BY_API,
            "the instance was triggered by API; RerunJob cannot repeat that",
            expires,
        )
    if seen.instance.workflow:
        return Stop(Verdict.HELD, Reason.WORKFLOW, "the instance is part of a workflow", expires)
    return None


def attempts_left(facts: Facts) -> Answer:
    """Is there an attempt left in the budget's window?"""
    budget = facts.attempts
    wanted = f"fewer than {budget.max} in {budget.window_s:g} s"
    if facts.case is not None and facts.case.attempt:
        return Answer(saw=f"attempt {facts.case.attempt} is reserved already", wanted=wanted)
    used = facts.attempts_used
    stop = Stop(Verdict.SUPPRESSED, Reason.ATTEMPTS_USED_UP, f"{used} attempts in {budget.window_s:g} s are used up")
    return Answer(saw=str(used), wanted=wanted, stop=stop if used >= budget.max else None)


def cooled_down(facts: Facts) -> Answer:
    """Is the cooldown after the last attempt over?"""
    wait_s = facts.record.not_before - facts.ask.now
    reserved = facts.case is not None and facts.case.attempt > 0
    if wait_s <= 0 or reserved:
        return Answer(saw="over", wanted="over")
    stop = Stop(Verdict.DEFERRED, Reason.COOLDOWN, f"cooling down for {wait_s:.0f} s more", facts.record.not_before)
    return Answer(saw=f"{wait_s:.0f} s left", wanted="over", stop=stop)


def breaker_closed(facts: Facts) -> Answer:
    """Is the breaker of this cluster or group closed?"""
    if facts.policy.breaker is None or facts.breaker.opened_at is None:
        return Answer(saw="closed", wanted="closed")
    message = f"the breaker is open ({facts.breaker.why}); it never closes itself"
    return Answer(saw="open", wanted="closed", stop=Stop(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, message))
