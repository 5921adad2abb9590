"""What rules ask of a failure's message, made ready: patterns in its lines, noise left out, causes before effects.

Rules are bits of a number, the first the lowest. Patterns are searched for when the first rule that could match asks:
what only later rules want to know is never looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from shared.policy.conditions import Match, listed, patterns_of
from shared.policy.packs import KnownNeeds
from shared.policy.rule import CauseLine, Tells
from shared.policy.search import Looks, PatternSet, Possible
from shared.policy.text.normal import lines_of, shown
from shared.policy.text.whole import searched

_SHORT_CHARS, _MOST_SHORT, _MOST_LONG = 1024, 2048, 32
"""Answers that are kept: about 2 MB of short texts, and 1 MB of long ones."""
_MOST_PLANS, _LONGEST_PLAN = 4, 32
"""Plans that are kept of texts of the same words: one for each set of rules that fit otherwise."""
Asked = tuple[Match, Tells, CauseLine]
"""What is asked of a text by one rule."""


class _Asks(Struct, frozen=True, gc=False):
    """What one rule asks: numbers of patterns."""

    message: frozenset[int]
    any_of: frozenset[int]
    all_of: frozenset[int]
    refused: frozenset[int]
    first: bool
    """One of `message` has to hit the earliest line that any cause is on."""


class _More(NamedTuple):
    """What a rule asks besides its `message`, of the patterns that a text may hold."""

    any_of: Looks
    all_of: tuple[Looks, ...]
    refused: Looks
    first: frozenset[int]
    """Those of its `message`, if it wants the earliest line that any cause is on."""


_Step = tuple[int, Looks | None, _More | None]
"""A rule's place, how the patterns of its `message` are to be looked for (None: it asks for none), and what else."""
_Plan = tuple[_Step, ...]


def _asks_of(match: Match, cause: CauseLine, number: Mapping[str, int]) -> _Asks:
    def numbers(patterns: str | tuple[str, ...] | None) -> frozenset[int]:
        return frozenset(number[pattern] for pattern in listed(patterns))

    return _Asks(
        message=numbers(match.message),
        any_of=numbers(match.any_of),
        all_of=numbers(match.all_of),
        refused=numbers(match.not_message),
        first=cause is CauseLine.FIRST,
    )


class Wording:
    """What the rules of one policy ask of a message."""

    def __init__(self, asked: Sequence[Asked], ignore_lines: Sequence[str]) -> None:
        """Make it ready. Raises PatternError."""
        distinct = dict.fromkeys(pattern for match, _, _ in asked for pattern in patterns_of(match))
        number = {pattern: place for place, pattern in enumerate(distinct)}
        self._noise = len(distinct)
        self._patterns = PatternSet((*distinct, *dict.fromkeys(ignore_lines)), KnownNeeds())
        """The last ones, from `_noise` on, are those of noise."""
        self._noises = frozenset(range(self._noise, self._noise + len(ignore_lines)))
        self._first_of = lru_cache(maxsize=_MOST_SHORT)(self._first)
        """A failure is decided more than once, before its tokens are taken and after; and of one cause many jobs die
        with the same text."""
        self._first_of_long = lru_cache(maxsize=_MOST_LONG)(self._first)
        self._asks = [_asks_of(match, cause, number) for match, _, cause in asked]
        self._message = _askers([one.message for one in self._asks], len(number))
        self._any_of = _askers([one.any_of for one in self._asks], len(number))
        self._silent = bits(not one.message for one in self._asks)
        self._content = bits(not one.any_of for one in self._asks)
        self._textless = bits(not (one.message or one.any_of or one.all_of) for one in self._asks)
        """Content with a failure that has no message."""
        self._unasking = self._textless & bits(not one.refused for one in self._asks)
        self._causes = frozenset[int]().union(
            *(one.message for one, (_, tells, _) in zip(self._asks, asked, strict=True) if tells is Tells.CAUSE)
        )

    def ready(self) -> tuple[str, bytes] | None:
        """See `PatternSet.ready`."""
        return self._patterns.ready()

    def first(self, fits: int, message: str) -> int | None:
        """Place of the first of these rules that the message is right for, or None."""
        if not message:
            return _lowest(fits & self._textless)
        if not fits & ~self._unasking:
            return _lowest(fits)
        return (self._first_of if len(message) <= _SHORT_CHARS else self._first_of_long)(fits, message)

    def earliest_cause(self, message: str) -> str:
        """The first line that a pattern of a cause is on; empty if none is."""
        look = self._look(lines_of(message))
        found = look.all_of(look.numbers & self._causes)
        if not found:
            return ""
        place = min(map(look.place_of, found))
        begin, end = look.text.rfind(b"\n", 0, place) + 1, look.text.find(b"\n", place)
        return look.text[begin : end if end >= 0 else len(look.text)].decode("utf-8", "replace")

    def _first(self, fits: int, message: str) -> int | None:
        there = self._look(lines_of(message))
        plan = there.chances.plans.get((fits, there.free)) or self._planned(there, fits)
        for place, message_looks, more in plan:
            if (message_looks is None or there.finds_any(message_looks)) and (more is None or self._holds(more, there)):
                return place
        return None

    def _planned(self, there: Possible, fits: int) -> _Plan:
        plans = there.chances.plans
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plan = tuple(self._plan(there, fits & self._rules_for(there.numbers)))
        if len(plan) <= _LONGEST_PLAN:
            plans[fits, there.free] = plan
        return plan

    def _plan(self, there: Possible, fits: int) -> Iterator[_Step]:
        """The rules that may hold, each with what is left to ask; none after one that holds for certain."""
        possible = there.numbers
        while fits:
            lowest = fits & -fits
            place = lowest.bit_length() - 1
            asks = self._asks[place]
            if asks.all_of <= possible:
                message = asks.message & possible
                more = _More(
                    any_of=there.looks(asks.any_of & possible),
                    all_of=tuple(there.looks((number,)) for number in asks.all_of),
                    refused=there.looks(asks.refused & possible),
                    first=message if asks.first else frozenset(),
                )
                looks = there.looks(message) if asks.message else None
                yield place, looks, more if any(more) else None
                if looks is None and not any(more):
                    return
            fits ^= lowest

    def _rules_for(self, possible: frozenset[int]) -> int:
        """The rules that may hold where no other patterns are."""
        said, chosen = self._silent, self._content
        for number in possible:
            if number < self._noise:
                said |= self._message[number]
                chosen |= self._any_of[number]
        return said & chosen

    def _look(self, lines: Sequence[str]) -> Possible:
        """The lines without noise."""
        there = self._in(searched(lines))
        if not self._is_noisy(there):
            return there
        return self._in(searched([line for line in lines if not self._is_noisy(self._in(shown(line)))]))

    def _in(self, text: str) -> Possible:
        return self._patterns.possible_in(text.encode("utf-8", "replace"))  # lone surrogates become `?`

    def _is_noisy(self, there: Possible) -> bool:
        noise = there.numbers & self._noises
        return bool(noise) and there.finds_any(there.looks(noise))

    def _holds(self, more: _More, there: Possible) -> bool:
        """Whether what is asked besides is so: empty is what nobody asks for, or what is not refused."""
        return (
            (not more.any_of or there.finds_any(more.any_of))
            and (not more.all_of or all(map(there.finds_any, more.all_of)))
            and not (more.refused and there.finds_any(more.refused))
            and (not more.first or self._hits_first(more.first, there))
        )

    def _hits_first(self, own: frozenset[int], look: Possible) -> bool:
        """Whether one of these is on the earliest line that any cause is on."""
        others = look.all_of((look.numbers & self._causes) - own)
        if not others:
            return True
        mine = min(map(look.place_of, look.all_of(own)))
        end = look.text.find(b"\n", min(map(look.place_of, others)))
        return end < 0 or mine <= end


def bits(rules: Iterable[bool]) -> int:
    """The rules for which it is so."""
    return sum(1 << place for place, yes in enumerate(rules) if yes)


def _askers(asked: Sequence[Collection[int]], count: int) -> list[int]:
    """By the number of a pattern, the rules that ask for it."""
    found = [0] * count
    for place, numbers in enumerate(asked):
        for number in numbers:
            found[number] |= 1 << place
    return found


def _lowest(fits: int) -> int | None:
    return (fits & -fits).bit_length() - 1 if fits else None
