"""The gates of switches and rules: is it switched on, does its rule let it be healed, must a person weigh it first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from shared.domain.gate import GateAnswer, Stop
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.facts import Facts
from shared.policy.rule import Action

_HOUR_S = 3600.0


def switched_on(facts: Facts) -> GateAnswer:
    """Is Second Wind switched on?"""
    if facts.policy.mode is _BY_ITSELF:
        return _AUTO
    if facts.policy.mode is Mode.OBSERVE:
        return _OBSERVE
    stop = Stop(Verdict.SUPPRESSED, Reason.KILL_SWITCH, "the kill switch is on (mode off)")
    return GateAnswer(Mode.OFF.value, _AUTO.wanted, stop)


_BY_ITSELF, _IGNORE, _HOLD = Mode.AUTO, Action.IGNORE, Action.HOLD
"""At hand: before Python 3.12 each `Mode.AUTO` is a call."""
_AUTO, _OBSERVE = GateAnswer(Mode.AUTO.value, "auto or observe"), GateAnswer(Mode.OBSERVE.value, "auto or observe")


def rule_switched_on(facts: Facts) -> GateAnswer | None:
    """Is the matching rule switched on? Its own kill switch is passed by nobody."""
    rule = facts.rule
    if rule is None or rule.mode is None:
        return None
    if rule.mode is not Mode.OFF:
        return GateAnswer(f"{rule.name or rule.called}: {rule.mode.value}", "auto or observe")
    message = f"the kill switch of {rule.called} is on (mode off)"
    return GateAnswer(
        f"{rule.name or rule.called}: off", "auto or observe", Stop(Verdict.SUPPRESSED, Reason.KILL_SWITCH, message)
    )


def rule_allows(facts: Facts) -> GateAnswer:
    """Does the first matching rule let it be healed?"""
    rule = facts.rule
    if rule is None:
        stop = Stop(Verdict.SUPPRESSED, Reason.NO_RULE, "no rule of the policy matches")
        return GateAnswer("no rule", _ALLOWING, stop)
    return _ignored(rule.name) if rule.action is _IGNORE else _allowed(rule.name, rule.action._value_)


_ALLOWING = "a rule that does not ignore it"


@lru_cache(maxsize=512)
def _allowed(rule: str, action: str) -> GateAnswer:
    return GateAnswer(f"{rule}: {action}", _ALLOWING)


@lru_cache(maxsize=512)
def _ignored(rule: str) -> GateAnswer:
    stop = Stop(Verdict.SUPPRESSED, Reason.RULE_IGNORES, f"rule {rule} ignores it")
    return GateAnswer(f"{rule}: {_IGNORE.value}", _ALLOWING, stop)


def needs_no_person(facts: Facts) -> GateAnswer:
    """Can it be rerun without asking a person, or has one said yes to each question?"""
    asked = _questions(facts)
    if not asked:
        return _NOTHING_TO_ASK
    for stop in asked:
        by = facts.rule.name if facts.rule is not None and stop.reason is Reason.RULE_HOLDS else ""
        if not facts.approved(stop.reason, by):
            return GateAnswer(stop.reason.value, _NOTHING_TO_ASK.wanted, stop)
    reasons = ", ".join(stop.reason.value for stop in asked)
    return GateAnswer(f"approved by a person ({reasons})", _NOTHING_TO_ASK.wanted)


_NO_QUESTIONS: Sequence[Stop] = ()
_NOTHING_TO_ASK = GateAnswer("nothing to ask", "nothing that a person must weigh")


def _questions(facts: Facts) -> Sequence[Stop]:
    """What a person has to weigh."""
    rule, weighed = facts.rule, facts.snapshot.wants_person()
    if weighed is not None and rule is not None and weighed[0].value in rule.unasked:
        weighed = None
    held_by = rule if rule is not None and rule.action is _HOLD else None
    if held_by is None and weighed is None:
        return _NO_QUESTIONS
    expires = facts.ask.now + facts.hold_expires_s
    asked = []
    if held_by is not None:
        asked.append(Stop(Verdict.HELD, Reason.RULE_HOLDS, f"rule {held_by.name} holds it for a person", expires))
    if weighed is not None:
        asked.append(Stop(Verdict.HELD, *weighed, expires))
    return asked


def little_to_lose(facts: Facts) -> GateAnswer | None:
    """Is the live run young enough to be thrown away without asking a person?"""
    own = facts.rule.max_lost_h if facts.rule else None
    limit_h = facts.policy.max_lost_h if own is None else own
    if limit_h is None:
        return None
    since, wanted = facts.snapshot.running_since, _at_most_h(limit_h)
    if since is None:
        return GateAnswer("no run to lose", wanted)
    age_h = (facts.ask.now - since) / _HOUR_S
    if age_h <= limit_h:
        return GateAnswer(f"{age_h:.1f} h", wanted)
    if facts.approved(Reason.TOO_MUCH_TO_LOSE):
        return GateAnswer(f"{age_h:.1f} h, approved by a person", wanted)
    message = f"rerunning it would throw {age_h:.1f} h of work away, more than {limit_h:g} h"
    stop = Stop(Verdict.HELD, Reason.TOO_MUCH_TO_LOSE, message, facts.ask.now + facts.hold_expires_s)
    return GateAnswer(f"{age_h:.1f} h", wanted, stop)


@lru_cache(maxsize=64)
def _at_most_h(limit_h: float) -> str:
    return f"at most {limit_h:g} h"
