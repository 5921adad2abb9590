"""What one rule asks of a text, by the numbers of its patterns."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shared.policy.conditions import Match, listed
from shared.policy.rule import CauseLine, Tells

Asked = tuple[Match, Tells, CauseLine]
"""What is asked of a text by one rule."""


class Asks(Struct, frozen=True, gc=False):
    """What one rule asks: numbers of patterns."""

    message: frozenset[int]
    any_of: frozenset[int]
    all_of: frozenset[int]
    refused: frozenset[int]
    near: frozenset[int]
    """Refused near a line that one of `message` hits."""
    first: bool
    """One of `message` has to hit the earliest line that any cause is on."""


def asks_of(match: Match, cause: CauseLine, number: Mapping[str, int]) -> Asks:
    """What a rule asks; `number`: of each pattern."""

    def numbers(patterns: str | tuple[str, ...] | None) -> frozenset[int]:
        return frozenset(number[pattern] for pattern in listed(patterns))

    return Asks(
        message=numbers(match.message),
        any_of=numbers(match.any_of),
        all_of=numbers(match.all_of),
        refused=numbers(match.not_message),
        near=numbers(match.not_near),
        first=cause is CauseLine.FIRST,
    )
