"""How far what was told of a run would get it: which of two tellings of one failure is to be believed.

Anybody may tell why a run failed, and the first telling is not the truest: one that says "no space left" would hold a
run for a day in which its broken GPU is told as well. So of what waits the telling stands that gets furthest. It can
only hasten a first attempt: where there was one, nothing is weighed any more.
"""

from __future__ import annotations

from shared.domain.mode import Mode
from shared.domain.record import Case
from shared.domain.verdicts import Verdict
from shared.policy import gates_calendar, gates_job, gates_nodes, gates_policy, gates_text
from shared.policy.conditions import EVIDENCE, Match
from shared.policy.facts import Facts
from shared.policy.rule import Action

_NEVER_FORCED = (gates_job.eligible, gates_job.no_live_instance, gates_policy.rule_switched_on)
_POLICYS = (
    gates_policy.rule_allows,
    gates_calendar.outside_windows,
    gates_policy.needs_no_person,
    gates_policy.little_to_lose,
    gates_policy.not_thrashing,
    gates_text.text_is_new,
    gates_policy.attempts_left,
    gates_text.late_enough,
    gates_nodes.node_sound,
    gates_policy.cooled_down,
    gates_policy.breaker_closed,
)
_RANK = {Verdict.DEFERRED: 1, Verdict.HELD: 2}
_NEVER = 3


def gets_further(facts: Facts, waiting: Case) -> bool:
    """Whether what is told now gets the run further than what waits of it: past a person, or to a rerun at all."""
    if waiting.attempt or waiting.life is not None or not _tells_a_cause(facts):
        return False
    known = Facts(
        failure=waiting.failure,
        observation=facts.observation,
        record=facts.record,
        breaker=facts.breaker,
        policy=facts.policy,
        ask=facts.ask,
        case=waiting,
        suspects=facts.suspects,
    )
    return _worst(facts) < _worst(known)


def _tells_a_cause(facts: Facts) -> bool:
    """Whether a rule knows what is told: a second reporter who only says that it failed is no news to who waits."""
    match = facts.rule.match if facts.rule else Match()
    return any(getattr(match, name) is not None for name in EVIDENCE)


def _worst(facts: Facts) -> int:
    """The gravest answer of all gates that ask for evidence, whichever is asked first: 0 means rerun."""
    rule, forced = facts.rule, facts.forced
    if rule is not None and (rule.mode is Mode.OBSERVE or (rule.action is Action.OBSERVE and not forced)):
        return _NEVER
    gates = _NEVER_FORCED if forced else (*_NEVER_FORCED, *_POLICYS)
    stops = [answer.stop for gate in gates if (answer := gate(facts)) is not None and answer.stop is not None]
    return max((_RANK.get(stop.verdict, _NEVER) for stop in stops), default=0)
