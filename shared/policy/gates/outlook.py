"""How far what was told of a run would get it: which of two tellings of one failure is to be believed.

Anybody may tell why a run failed, and the first telling is not the truest: one that says "no space left" would hold a
run for a day in which its broken GPU is told as well. So of what waits the telling stands that gets furthest, and of
two that only wait the one that waits less. It can only hasten a first attempt: where there was one, nothing is weighed
any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.gate import Stop
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.record import Case
from shared.domain.verdicts import Verdict
from shared.policy.conditions import EVIDENCE, Match
from shared.policy.facts import Facts
from shared.policy.gates import job, limits, rules, windows
from shared.policy.rule import Action

_NEVER_FORCED = (job.eligible, job.no_live_instance, rules.rule_switched_on)
_POLICYS = (
    rules.rule_allows,
    windows.outside_windows,
    rules.needs_no_person,
    rules.little_to_lose,
    limits.not_thrashing,
    limits.text_is_new,
    limits.attempts_left,
    limits.late_enough,
    limits.node_sound,
    limits.cooled_down,
    limits.breaker_closed,
)
_RANK = {Verdict.DEFERRED: 1, Verdict.HELD: 2}
_NEVER = 3
LEAST_GAIN_S = 60.0
"""What waits goes on with another telling only where that spares it at least so much."""


def gets_further(facts: Facts, waiting: Case) -> bool:
    """Whether what is told now gets the run further than what waits of it.

    Past a person, or to a rerun at all; or to the same, but sooner.
    """
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
    mine, theirs = _stops(facts), [*_stops(known), *_asking(waiting)]
    gain = _worst(theirs) - _worst(mine)
    return gain > 0 or (gain == 0 and _until(mine, facts) <= _until(theirs, known) - LEAST_GAIN_S)


def _tells_a_cause(facts: Facts) -> bool:
    """Whether a rule knows what is told: a second reporter who only says that it failed is no news to who waits."""
    match = facts.rule.match if facts.rule else Match()
    return any(getattr(match, name) is not None for name in EVIDENCE)


def _stops(facts: Facts) -> Sequence[Stop]:
    """What all gates that ask for evidence say against it, whichever is asked first."""
    rule, forced = facts.rule, facts.forced
    if rule is not None and (rule.mode is Mode.OBSERVE or (rule.action is Action.OBSERVE and not forced)):
        return [_WATCHES]
    gates = _NEVER_FORCED if forced else (*_NEVER_FORCED, *_POLICYS)
    return [answer.stop for gate in gates if (answer := gate(facts)) is not None and answer.stop is not None]


_WATCHES = Stop(Verdict.WOULD_RERUN, Reason.OBSERVE_RULE, "only watched")


def _asking(waiting: Case) -> Sequence[Stop]:
    """What keeps one that names no cause until somebody has read what its job has printed."""
    if waiting.reason is not Reason.OUTPUT_UNREAD:
        return ()
    return [Stop(Verdict.DEFERRED, Reason.OUTPUT_UNREAD, "to be asked about", waiting.due_at)]


def _worst(stops: Sequence[Stop]) -> int:
    """The gravest answer: 0 means rerun."""
    return max((_RANK.get(stop.verdict, _NEVER) for stop in stops), default=0)


def _until(stops: Sequence[Stop], facts: Facts) -> float:
    """Unix seconds until which it waits at the most, where it does nothing but wait; else nothing is gained."""
    if _worst(stops) != _RANK[Verdict.DEFERRED]:
        return 0.0
    bad_nodes = facts.policy.bad_nodes
    longest_s = bad_nodes.max_wait_s if bad_nodes is not None else 0.0
    return max(facts.told_at + longest_s if stop.reason is Reason.BAD_NODE else stop.due_at or 0.0 for stop in stops)
