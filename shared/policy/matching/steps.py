"""How rules are looked for in a text that may hold their patterns: step after step, the first that holds decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shared.policy.matching.possible import Looks, Possible, TooMuch
from shared.policy.matching.prefilter import Choices, are_there
from shared.policy.matching.words import Read


class More(NamedTuple):
    """What a rule asks besides its `message`, of the patterns that a text may hold: empty is what it does not ask."""

    any_of: Looks
    all_of: tuple[Looks, ...]
    refused: Looks
    first: tuple[Looks, Looks] | None
    """If it wants the earliest line that any cause is on: its own patterns, and those of all causes."""
    near: tuple[Looks, Looks] | None
    """If something may not be near a line that it hits: its own patterns, and those of what may not."""

    @property
    def numbers(self) -> frozenset[int]:
        """Of all the patterns."""
        asked = (self.any_of, *self.all_of, self.refused, *(self.first or ()), *(self.near or ()))
        return frozenset(number for looks in asked for *_, number in looks)


NOTHING_MORE = More((), (), (), None, None)
Step = tuple[Read, Choices, "int | None", int, More]
"""A look for a pattern of a rule's `message`, the rule's place, and what else it asks. No pattern: it asks for none."""


def first_of(steps: Iterable[Step], there: Possible) -> int | None:
    """Place of the first rule that holds. Where all that may be searched for was, of those left that ask nothing."""
    folded, steps = there.folded, iter(steps)
    try:
        for text, others, number, place, more in steps:
            if (
                text in folded
                and (not others or are_there(others, folded))
                and (number is None or there.searched(number, text, others))
                and (more is NOTHING_MORE or _holds(more, there))
            ):
                return place
    except TooMuch:
        return next((place for _, _, number, place, more in steps if number is None and more is NOTHING_MORE), None)
    return None


def _holds(more: More, there: Possible) -> bool:
    """Whether what is asked besides is so."""
    return (
        (not more.any_of or there.finds_any(more.any_of))
        and all(map(there.finds_any, more.all_of))
        and not there.finds_any(more.refused)
        and (more.first is None or _hits_first(*more.first, there))
        and (more.near is None or _stands_clear(*more.near, there))
    )


def _hits_first(own: Looks, causes: Looks, there: Possible) -> bool:
    """Whether one of a rule's own patterns is on the earliest line that any cause is on."""
    if b"\n" not in there.text:
        return True
    mine = min(map(there.place_of, there.all_of(own)))
    line = there.text.rfind(b"\n", 0, mine) + 1
    return not line or not there.has_before(line, causes, {number for *_, number in own})


def _stands_clear(own: Looks, refused: Looks, there: Possible) -> bool:
    """Whether one of a rule's own patterns is found first where none of the refused ones is near."""
    return any(not there.has_near(refused, there.place_of(number)) for number in there.all_of(own))
