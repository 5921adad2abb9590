r"""Texts that differ in their digits alone, as failures of one cause do: what is known of one holds for all.

Nothing that makes a text normal tells one digit from another but escapes such as `\u0031`, and only some patterns do:
`79`, `[3-7]`, and what spans lines, as a line that comes twice in one text does not in another. A text is asked again
for those of them that, with any digits in place of theirs, could be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from shared.policy.patterns import PatternError, compiled, spans_lines
from shared.policy.prefilter import Chances, Read
from shared.policy.search import PatternSet, Possible
from shared.policy.steps import NOTHING_MORE, Step, first_of
from shared.policy.weight import parts_of, tells_digits

MOST_STEPS = 32
"""Of a text that leaves more to be asked nothing is kept."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ANY_DIGIT = re.compile("[0-9]")


class Alike(NamedTuple):
    """What texts of one shape share."""

    chances: Chances
    steps: tuple[Step, ...]
    """What is to be asked of each by itself."""
    place: int | None
    """Of the rule that holds if none of these does."""


def shape_of(text: str) -> bytes:
    """The same for texts that differ in digits alone."""
    return text.encode("utf-8", "surrogatepass").translate(_DIGITS)


def is_alike(there: Possible, refused: Iterable[str]) -> bool:
    """Whether all texts of a shape may hold the same patterns, and hold the same of these."""
    return there.chances.by_words and not any(map(_tells, refused))


def alike_of(there: Possible, steps: Iterable[Step], patterns: PatternSet) -> Alike | None:
    """What is known of all texts like this one; None if too much has to be asked of each.

    Args:
        there: one of them.
        steps: how its rule is looked for.
        patterns: all of them, by number.
    """
    left: list[Step] = []
    for step in steps:
        text, _, number, place, more = step
        enough = number is None or (text in patterns.enough_for(number) and not tells_digits(text))
        own = "" if enough or number is None else patterns.pattern(number)
        if not _may_hold(own, step, there):
            continue
        if _tells(own) or any(_tells(patterns.pattern(other)) for other in more.numbers):
            left.append(step)
            if len(left) > MOST_STEPS:
                return None
        elif first_of((step,), there) is not None:
            return Alike(there.chances, tuple(left), place)
    return Alike(there.chances, tuple(left), None)


def _may_hold(own: str, step: Step, there: Possible) -> bool:
    """Whether the step's own pattern is in a text like this one, as far as can be told."""
    text, others, number, place, _ = step
    if not _tells(own):
        return first_of(((text, others, number, place, NOTHING_MORE),), there) is not None
    if spans_lines(own):
        return True
    like = _zeroed(there.folded)
    if _zeroed(text) not in like or not all(any(_zeroed(one) in like for one in some) for some in others):
        return False
    blind = _blind(own)
    return blind is None or blind.search(there.text) is not None


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
    return _ANY_DIGIT.sub("[0-9]", part)
