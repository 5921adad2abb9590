r"""Texts that differ in their digits and ids alone, as failures of one cause do: what is known of one holds for all.

Nothing that makes a text normal tells one digit from another but escapes such as `\u0031`, and only some patterns do:
`79`, `[3-7]`, and what spans lines, as a line that comes twice in one text does not in another. A text is asked again
for those of them that, with any digits in place of theirs, could be in it. Of ids (`ids`) it is not asked which
patterns tell them apart: where a text has some, it is asked again for all but what a needed text is enough for.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from shared.policy.matching.as_told import is_as_told
from shared.policy.matching.ids import has_ids, hexed, is_within_ids, touches_id, without_ids
from shared.policy.matching.patterns import PatternError, compiled, spans_lines
from shared.policy.matching.possible import Looks, Possible
from shared.policy.matching.prefilter import Chances, Choices, Way
from shared.policy.matching.search import PatternSet
from shared.policy.matching.steps import NOTHING_MORE, Step, first_of
from shared.policy.matching.sure import ANYWHERE
from shared.policy.matching.weight import DIGITS, parts_of, tells_digits
from shared.policy.matching.words import Read

MOST_ASKED, MOST_LEFT = 8, 16
"""Of a text that may hold more patterns before one decides nothing is kept: finding out what would take long. Of one
with ids nothing is found out."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Alike(NamedTuple):
    """What texts of one shape share."""

    chances: Chances
    steps: tuple[Step, ...]
    """What is to be asked of each by itself."""
    place: int | None
    """Of the rule that holds if none of these does."""
    prefix: int | None = None
    """So many characters of a text are to be left out, and the rest is what is searched; None: it has to be made."""
    unless: tuple[str, ...] = ()
    """Nothing of this holds for a text that has one of these in its ids: they are looked for."""
    noise: Looks = ()
    """Nor for one in which noise is found so."""
    first: tuple[Way, ...] | None = None
    """Nothing is to be asked, nor noise to be found, where none of these is there in the text as it was told, in small
    letters; None: that cannot be told."""


def looked_for_first(known: Alike, message: str) -> tuple[Way, ...] | None:
    """For `Alike.first`, by one of the texts."""
    ways: list[Way] = [*(one[:2] for one in known.steps), *(one[:2] for one in known.noise)]
    texts = {text for text, _ in ways}.union(text for _, others in ways for some in others for text in some)
    return tuple(ways) if is_as_told(message, texts) else None


_NOTHING = Chances(frozenset(), {})
UNLIKE = Alike(_NOTHING, (), None)
"""What is known of a shape whose texts have nothing in common."""


def shape_of(text: str) -> bytes:
    """The same for texts that differ in digits and ids alone."""
    return without_ids(text.encode("utf-8", "surrogatepass").translate(_DIGITS))


class Likeness:
    """What may be in the texts of one shape, by one of them."""

    def __init__(self, folded: Read, shape: bytes) -> None:
        """By its normal text in small letters."""
        self.has_ids = has_ids(shape)
        self._zeroed = _zeroed(folded)
        self._hexed = hexed(folded) if self.has_ids else ""

    def may_hold(self, text: Read, others: Choices) -> bool:
        """Whether that text, and one of each of those, may be in one of them."""
        return self.may_be(text) and all(any(map(self.may_be, some)) for some in others)

    def may_be(self, text: Read) -> bool:
        """Whether it may be in one of them."""
        return _zeroed(text) in self._zeroed or self.may_be_by_ids(text)

    def may_be_by_ids(self, text: Read) -> bool:
        """Whether the ids of one may make it a part of that one."""
        return self.has_ids and touches_id(text.encode("latin-1")) and hexed(text) in self._hexed

    def gains(self, text: Read) -> bool:
        """Whether a text that is not in this one may be in another for its ids."""
        return self.may_be_by_ids(text) and _zeroed(text) not in self._zeroed

    def varies(self, text: Read) -> bool:
        """Whether it may be in one of them and not in another."""
        return not DIGITS.isdisjoint(text) or (self.has_ids and touches_id(text.encode("latin-1")))


def tell_digits(patterns: PatternSet, numbers: Iterable[int]) -> bool:
    """Whether one of these may be in one text and not in another of its shape."""
    return any(_tells(patterns.pattern(number)) for number in numbers)


def alike_of(there: Possible, like: Likeness, steps: Iterable[Step], noise: Looks, patterns: PatternSet) -> Alike:
    """What is known of all texts like this one.

    Args:
        there: one of them, without noise.
        like: what it has in common with them.
        steps: how its rule is looked for.
        noise: how noise would be.
        patterns: all of them, by number.
    """
    unless = tuple(filter(like.gains, patterns.near_ids)) if like.has_ids else ()
    found = _left_of(there, like, steps, patterns) if all(map(is_within_ids, unless)) else None
    if found is None:
        return UNLIKE
    asked = tuple(look for look in noise if like.may_hold(*look[:2])) if like.has_ids else ()
    return Alike(there.chances, *found, unless=unless, noise=asked)


def _left_of(
    there: Possible, like: Likeness, steps: Iterable[Step], patterns: PatternSet
) -> tuple[tuple[Step, ...], int | None] | None:
    """What is left to be asked of each, and the rule's place if nothing of it holds; None: too much is left."""
    left: list[Step] = []
    asked, most = 0, MOST_LEFT if like.has_ids else MOST_ASKED
    for step in steps:
        text, others, number, place, more = step
        own = "" if number is None else patterns.pattern(number)
        if not (spans_lines(own) or like.may_hold(text, others)):
            continue
        asked += 1
        if asked > most:
            return None
        if number is not None and patterns.sure(number).get(text) == ANYWHERE and not like.varies(text):
            own = ""
        if like.has_ids:
            told = bool(own) or more is not NOTHING_MORE
        elif not _may_hold(own, step, there):
            continue
        else:
            told = _tells(own) or tell_digits(patterns, more.numbers)
        if told:
            left.append(step)
        elif like.has_ids or first_of((step,), there) is not None:
            # Who else asks for the same rule need not be heard.
            return tuple(one for one in left if one[3] != place), place
    return tuple(left), None


def _may_hold(own: str, step: Step, there: Possible) -> bool:
    """Whether the step's own pattern, whose texts may be there, is in a text like this one, as far as can be told."""
    if not _tells(own):
        return first_of(((*step[:4], NOTHING_MORE),), there) is not None
    blind = None if spans_lines(own) else _blind(own)
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
    return "".join("[0-9]" if sign in DIGITS else sign for sign in part)
