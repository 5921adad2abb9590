"""Small policies over small texts, each against the definition of its words: the same hundreds each time."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from shared.policy.conditions import listed
from shared.policy.match import earliest_cause, first_match
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.model import Action, CauseLine, Match, Policy, Rule, Tells
from tests.unit.decide.facts import make_failure

_PATTERNS = ("red fault", "(?i)BLUE", "green$", r"\d{2}", "red.*blue", "^grey", "fault|error", "[xyz]{2}", "grey sea")
_LINES = (
    "red fault",
    "a blue sea",
    "the green",
    "green day",
    "dark grey",
    "12 of them",
    "red and blue",
    "blue and red",
    "grey sea",
    "an error",
    "xyz",
    "INFO red",
)
_NOISE = ("INFO", "^grey")
_FAINT = ("sea$",)
_PADDING = ("", "\n" + "=" * 1024, "\n" + "=" * SHORT_BYTES)


def _some(chance: random.Random, often: float) -> str | tuple[str, ...] | None:
    """One pattern, a list of two or three, or none."""
    if chance.random() > often:
        return None
    return (
        tuple(chance.sample(_PATTERNS, 3))[chance.randrange(2) :] if chance.random() < 0.4 else chance.choice(_PATTERNS)
    )


def _rule(chance: random.Random, name: str) -> Rule:
    message = _some(chance, 0.7)
    match = Match(
        message=message,
        all_of=_some(chance, 0.3),
        any_of=_some(chance, 0.4),
        not_message=_some(chance, 0.2),
        not_near=None if message is None else _some(chance, 0.3),
    )
    first = message is not None and chance.random() < 0.4
    return Rule(
        name=name,
        match=match,
        action=Action.RERUN,
        cause=CauseLine.FIRST if first else CauseLine.ANY,
        tells=Tells.CAUSE if first or chance.random() < 0.6 else Tells.EFFECT,
    )


def _policy(chance: random.Random) -> Policy:
    rules = tuple(_rule(chance, str(number)) for number in range(chance.randrange(1, 7)))
    return Policy(
        version=1, rules=rules, ignore_lines=_NOISE[chance.randrange(3) :], faint_lines=_FAINT[chance.randrange(2) :]
    )


class _Told:
    """A text line by line, without noise, and what is on which line."""

    def __init__(self, policy: Policy, message: str, faint: Sequence[str]) -> None:
        lines = [one for one in message.split("\n") if one]
        noise = [compile_pattern(one) for one in (*policy.ignore_lines, *faint)]
        self.lines = [one for one in lines if not any(each.search(one.encode()) for each in noise)]
        causes = [rule for rule in policy.rules if rule.tells is Tells.CAUSE]
        hits = [self.first(one) for rule in causes for one in listed(rule.match.message)]
        self.earliest = min((hit for hit in hits if hit is not None), default=None)

    def first(self, pattern: str) -> int | None:
        """The first line that has it."""
        compiled = compile_pattern(pattern)
        return next((place for place, line in enumerate(self.lines) if compiled.search(line.encode())), None)

    def clear(self, pattern: str, refused: Sequence[str]) -> bool:
        """Whether the first line that has it has none of the others."""
        place = self.first(pattern)
        near = () if place is None else self.lines[place : place + 1]
        return bool(near) and not any(compile_pattern(one).search(line.encode()) for one in refused for line in near)

    def any_of(self, patterns: Sequence[str]) -> bool:
        """Whether one of them is on some line."""
        return any(self.first(one) is not None for one in patterns)

    def falls_under(self, rule: Rule) -> bool:
        """As docs/policy.md says it."""
        match = rule.match
        own = listed(match.message)
        return (
            (not own or any(self.clear(one, listed(match.not_near)) for one in own))
            and all(self.any_of([one]) for one in listed(match.all_of))
            and (match.any_of is None or self.any_of(listed(match.any_of)))
            and not self.any_of(listed(match.not_message))
            and (rule.cause is CauseLine.ANY or self.earliest in map(self.first, own))
        )


def _expected(policy: Policy, text: str) -> tuple[str | None, str]:
    """The rule and the earliest cause: with what is faint where nothing else tells them."""
    both = [_Told(policy, text, faint) for faint in (policy.faint_lines, ())]
    rules = [next((rule for rule in policy.rules if told.falls_under(rule)), None) for told in both]
    rule = rules[0] if rules[0] is not None and not rules[0].match.empty else rules[1]
    causes = [told.lines[told.earliest] for told in both if told.earliest is not None]
    return rule.name if rule else None, causes[0] if causes else ""


@pytest.mark.parametrize("seed", range(6))
def test_the_first_rule_whose_words_all_hold_decides(seed: int) -> None:
    """Short texts, longer ones and long ones; the second text of some words as the first."""
    chance = random.Random(seed)
    for _ in range(16):
        policy = _policy(chance)
        for _ in range(9):
            lines = chance.choices(_LINES, k=chance.randrange(6))
            for padding in _PADDING:
                text = "\n".join(lines) + padding
                expected, cause = _expected(policy, text)
                for again in ("", "\nand more"):
                    rule = first_match(policy, make_failure(message=text + again))
                    assert (rule and rule.name) == expected, (policy, text + again)
                assert earliest_cause(policy, text) == cause, (policy, text)
