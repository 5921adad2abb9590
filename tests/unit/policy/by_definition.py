"""Small policies that ask for messages alone, and which rule a text falls under by definition."""

from __future__ import annotations

from collections.abc import Sequence

from shared.policy.conditions import listed
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.wording import Wording
from shared.policy.model import CauseLine, Match, Tells
from shared.policy.text.normal import lines_of
from shared.policy.text.whole import searched


def wording_of(rules: Sequence[Match], noise: Sequence[str] = ()) -> Wording:
    """Of rules that all tell causes."""
    return Wording([(match, Tells.CAUSE, CauseLine.ANY) for match in rules], noise)


def all_of_them(rules: Sequence[Match]) -> int:
    """As bits."""
    return (1 << len(rules)) - 1


def by_definition(rules: Sequence[Match], message: str, noise: Sequence[str] = ()) -> int | None:
    """One rule after the other, one pattern after the other."""
    lines = [one for one in lines_of(message) if not any(_is_in(each, one) for each in noise)]
    text = searched(lines)
    for place, match in enumerate(rules):
        asked = (match.message is None or any(_is_clear(one, match, text) for one in listed(match.message))) and (
            match.any_of is None or any(_is_in(one, text) for one in listed(match.any_of))
        )
        if (
            asked
            and all(_is_in(one, text) for one in listed(match.all_of))
            and not any(_is_in(one, text) for one in listed(match.not_message))
        ):
            return place
    return None


def _is_clear(pattern: str, match: Match, text: str) -> bool:
    """Whether it is found, first where nothing is near that may not be."""
    found = compile_pattern(pattern).search(text.encode())
    if found is None or match.not_near is None:
        return found is not None
    lines = text.encode().split(b"\n")
    place = text.encode()[: found.start()].count(b"\n")
    near = b"\n".join(lines[place : place + 1])
    return not any(compile_pattern(one).search(near) for one in listed(match.not_near))


def _is_in(pattern: str, text: str) -> bool:
    return compile_pattern(pattern).search(text.encode()) is not None


def rules_of(*patterns: str) -> list[Match]:
    """One for each."""
    return [Match(message=pattern) for pattern in patterns]
