r"""Texts that differ in their digits alone, as failures of one cause do: what is known of one holds for all.

Nothing that makes a text normal tells one digit from another but escapes such as `\u0031`, and only some patterns do:
`79`, `[3-7]`, and what spans lines, as a line that comes twice in one text does not in another. A text is asked again
for those of them that, with any digits in place of theirs, could be in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from shared.policy.patterns import PatternError, compiled, spans_lines
from shared.policy.prefilter import Chances, Read
from shared.policy.search import PatternSet, Possible
from shared.policy.steps import NOTHING_MORE, Step, first_of
from shared.policy.weight import DIGITS, parts_of, tells_digits

MOST_ASKED = 8
"""Of a text that may hold more patterns before one decides nothing is kept: finding out what would take long."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Alike(NamedTuple):
    """What texts of one shape share."""

    chances: Chances
    steps: tuple[Step, ...]
    """What is to be asked of each by itself."""
    place: int | None
    """Of the rule that holds if none of these does."""


_NOTHING = Chances(frozenset(), {})
UNLIKE = Alike(_NOTHING, (), None)
"""What is known of a shape whose texts have nothing in common."""


def shape_of(text: str) -> bytes:
    """The same for texts that differ in digits alone."""
    return text.encode("utf-8", "surrogatepass").translate(_DIGITS)


def tell_digits(patterns: PatternSet, numbers: Iterable[int]) -> bool:
    """Whether one of these may be in one text and not in another of its shape."""
    return any(_tells(patterns.pattern(number)) for number in numbers)


def alike_of(there: Possible, steps: Iterable[Step], patterns: PatternSet) -> Alike:
    """What is known of all texts like this one.

    Args:
        there: one of them.
        steps: how its rule is looked for.
        patterns: all of them, by number.
    """
    left: list[Step] = []
    like, asked = _zeroed(there.folded), 0
    for step in steps:
        text, others, number, place, more = step
        own = "" if number is None else patterns.pattern(number)
        if not (
            spans_lines(own) or (_is_in(text, like) and all(any(_is_in(one, like) for one in some) for some in others))
        ):
            continue
        asked += 1
        if asked > MOST_ASKED:
            return UNLIKE
        if number is not None and text in patterns.enough_for(number) and not tells_digits(text):
            own = ""
        if not _may_hold(own, step, there):
            continue
        if _tells(own) or tell_digits(patterns, more.numbers):
            left.append(step)
        elif first_of((step,), there) is not None:
            return Alike(there.chances, tuple(left), place)
    return Alike(there.chances, tuple(left), None)


def _may_hold(own: str, step: Step, there: Possible) -> bool:
    """Whether the step's own pattern, whose texts may be there, is in a text like this one, as far as can be told."""
    if not _tells(own):
        return first_of(((*step[:4], NOTHING_MORE),), there) is not None
    blind = None if spans_lines(own) else _blind(own)
    return blind is None or blind.search(there.text) is not None


def _is_in(text: Read, like: Read) -> bool:
    """Whether it is in a text with any digits in place of its own."""
    return _zeroed(text) in like


def _zeroed(text: Read) -> Read:
    return text.encode("latin-1").translate(_DIGITS).decode("latin-1")


@lru_cache(maxsize=4096)
def _tells(pattern: str) -> bool:
    """Whether it may be in one text and not in another that differs in digits alone."""
    return spans_lines(pattern) or tells_digits(pattern)


@lru_cache(maxsize=256)
def _blind(pattern: str) -> Any | None:
    """The pattern with any digit for each of its own; None where that cannot be said."""
    parts = list(map(_without_digits, parts_of(pattern)))
    if None in parts:
        return None
    try:
        return compiled("".join(map(str, parts)))
    except PatternError:
        return None


def _without_digits(part: str) -> str | None:
    """A part with any digit for each of its own; None where they may stand for something else."""
    if not tells_digits(part):
        return part
    if part[0] == "(" or "\\" in part:
        return None
    if part[0] == "[":
        return "." if part[1] == "^" else f"{part[:-1]}0-9]"
    return "".join("[0-9]" if sign in DIGITS else sign for sign in part)
