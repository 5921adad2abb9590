"""Which rules before it take all that a rule matches: told where it is certain, and only there."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Any, cast

from msgspec.structs import replace

from shared.policy.conditions import PATTERNS, PLACES, REFUSING, Match, listed
from shared.policy.evidence import SIGNALS, range_of
from shared.policy.globs import glob_test
from shared.policy.rule import CauseLine, Rule
from shared.systems import SYSTEMS
from shared.systems.system import System

_ALL_AT_ONCE = {"system", "all_of", *REFUSING}
"""Conditions of which not any one listed value is enough; job systems are gone through one by one anyway."""


def takers_of(rule: Rule, before: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that take all that the rule matches, each a system or one of a list; none if that is not certain."""
    for parts in ((rule,), *_apart(rule)):
        found = [_taker(before, part, system) for part in parts for system in systems_of(rule.match)]
        takers = {one.name: one for one in found if one is not None}
        if None not in found:
            return tuple(takers.values())
    return ()


def _apart(rule: Rule) -> Iterator[list[Rule]]:
    """The rule as several, one for each value of a condition that is content with any of them."""
    # What stands first of several patterns is not told by each of them alone.
    whole = {*_ALL_AT_ONCE, "message"} if rule.cause is CauseLine.FIRST else _ALL_AT_ONCE
    for field, asked in _asked(rule.match):
        if field not in whole and isinstance(asked, tuple):
            yield [replace(rule, match=replace(rule.match, **{field: one})) for one in asked]


def _taker(before: Sequence[Rule], rule: Rule, system: System) -> Rule | None:
    return next((one for one in before if _takes(one, rule) and includes(one.match, rule.match, system)), None)


def _takes(wider: Rule, narrower: Rule) -> bool:
    """Whether its `cause` lets it: a pattern that is first for the one has to be the other's, too."""
    own, other = (set(listed(one.match.message)) for one in (narrower, wider))
    return wider.cause is CauseLine.ANY or (narrower.cause is CauseLine.FIRST and own <= other)


def systems_of(match: Match) -> list[System]:
    """The job systems whose failures it may match."""
    return list(SYSTEMS) if match.system is None else [SYSTEMS.named(name) for name in listed(match.system)]


def includes(wider: Match, narrower: Match, system: System) -> bool:
    """Whether it is certain that the first matches each failure of the system that the second matches."""
    if wider.system is not None and system.name not in listed(wider.system):
        return False
    for field, asked in _asked(wider):
        if "*" in listed(asked) and field in _always_told(system):
            continue
        if field == "not_near" and _hits_as_little(wider, narrower):
            continue
        if field in PATTERNS:
            if not _asks_as_much(field, frozenset(listed(asked)), narrower):
                return False
            continue
        if not _is_within(field, listed(getattr(narrower, field)), listed(asked)):
            return False
    return True


@functools.lru_cache(maxsize=1024)
def _asked(match: Match) -> tuple[tuple[str, Any], ...]:
    """Its conditions but that on the system. A rule is compared with each of the others, and has two or three."""
    fields = ((field, getattr(match, field)) for field in Match.__struct_fields__ if field != "system")
    return tuple((field, asked) for field, asked in fields if asked is not None)


def _always_told(system: System) -> set[str]:
    """Conditions on what each failure of the system tells."""
    return {"region", *(part.label for part in system.parts)}


def of_others(system: System) -> set[str]:
    """Conditions that no failure of the system can meet."""
    return set(PLACES) - _always_told(system)


def _asks_as_much(field: str, asked: frozenset[str], narrower: Match) -> bool:
    """Whether each text that the narrower match is content with has what the field of the wider one asks for."""
    if field in REFUSING:
        return asked <= set(listed(narrower.not_message))
    found = set(listed(narrower.all_of))
    if field == "all_of":
        one = [frozenset(listed(some)) for some in (narrower.message, narrower.any_of) if some is not None]
        return all(pattern in found or {pattern} in one for pattern in asked)
    choices = [set(listed(some)) for some in (narrower.message, narrower.any_of) if some is not None]
    return bool(found & asked) or any(choice <= asked for choice in choices)


def _hits_as_little(wider: Match, narrower: Match) -> bool:
    """Whether what clears a line for the narrower match clears it for the wider one."""
    refused = {*listed(narrower.not_message), *listed(narrower.not_near)}
    own = set(listed(narrower.message))
    return own <= set(listed(wider.message)) and set(listed(wider.not_near)) <= refused


def _is_within(field: str, narrower: Sequence[Any], wider: Sequence[Any]) -> bool:
    """Whether a condition other than on the text has values, each of which one of another's covers."""
    covers = {"reason": operator.eq, "exit_code": _spans, "signal": _names}.get(field, _fits)
    return bool(narrower) and all(any(covers(one, other) for one in wider) for other in narrower)


def _spans(wider: int | str, narrower: int | str) -> bool:
    (low, high), (least, most) = (cast("tuple[int, int]", range_of(told)) for told in (wider, narrower))
    return low <= least and most <= high


def _names(wider: int | str, narrower: int | str) -> bool:
    return SIGNALS.get(str(wider), wider) == SIGNALS.get(str(narrower), narrower)


def _fits(wider: str, narrower: str) -> bool:
    """Whether each text that the one glob fits the other does. A `?` may not stand for a `*`, which is any text."""
    return wider == narrower or (glob_test([wider])(narrower) and not ("?" in wider and "*" in narrower))
