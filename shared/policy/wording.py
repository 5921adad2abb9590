"""What rules ask of a failure's message, made ready: patterns in its lines, noise left out, causes before effects.

Rules are bits of a number, the first the lowest. Patterns are searched for when the first rule that could match asks:
what only later rules want to know is never looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from shared.policy.conditions import Match, listed, patterns_of
from shared.policy.packs import KnownNeeds
from shared.policy.rule import CauseLine, Tells
from shared.policy.search import PatternSet
from shared.policy.text.normal import lines_of, shown
from shared.policy.text.whole import searched

_SHORT_CHARS, _MOST_SHORT, _MOST_LONG = 1024, 2048, 32
"""Answers that are kept: about 2 MB of short texts, and 1 MB of long ones."""
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
        self._first_of = lru_cache(maxsize=_MOST_SHORT)(self._first)
        """A failure is decided more than once, before its tokens are taken and after; and of one cause many jobs die
        with the same text."""
        self._first_of_long = lru_cache(maxsize=_MOST_LONG)(self._first)
        self._suited = lru_cache(maxsize=_MOST_SHORT)(self._rules_for)
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
        found = look.all_of(self._causes)
        if not found:
            return ""
        place = min(map(look.place_of, found))
        begin, end = look.text.rfind(b"\n", 0, place) + 1, look.text.find(b"\n", place)
        return look.text[begin : end if end >= 0 else len(look.text)].decode("utf-8", "replace")

    def _first(self, fits: int, message: str) -> int | None:
        look = self._look(lines_of(message))
        fits &= self._suited(look.possible)
        while fits:
            lowest = fits & -fits
            place = lowest.bit_length() - 1
            if lowest & self._unasking or self._holds(self._asks[place], look):
                return place
            fits ^= lowest
        return None

    def _rules_for(self, possible: frozenset[int]) -> int:
        """The rules that may hold where no other patterns are."""
        said, chosen = self._silent, self._content
        for number in possible:
            if number < self._noise:
                said |= self._message[number]
                chosen |= self._any_of[number]
        return said & chosen

    def _look(self, lines: Sequence[str]) -> _Look:
        """The lines without noise."""
        look = _Look(self._patterns, searched(lines))
        if max(look.possible, default=-1) < self._noise or not self._is_noisy(look):
            return look
        kept = [line for line in lines if not self._is_noisy(_Look(self._patterns, shown(line)))]
        return _Look(self._patterns, searched(kept))

    def _is_noisy(self, look: _Look) -> bool:
        return any(number >= self._noise and look.finds(number) for number in look.possible)

    def _holds(self, asks: _Asks, look: _Look) -> bool:
        return (
            (not asks.message or look.finds_any(asks.message))
            and (not asks.any_of or look.finds_any(asks.any_of))
            and (not asks.all_of or all(map(look.finds, asks.all_of)))
            and (not asks.refused or not look.finds_any(asks.refused))
            and (not asks.first or self._hits_first(asks.message, look))
        )

    def _hits_first(self, own: frozenset[int], look: _Look) -> bool:
        """Whether one of these is on the earliest line that any cause is on."""
        others = look.all_of(self._causes - own)
        if not others:
            return True
        mine = min(map(look.place_of, look.all_of(own)))
        end = look.text.find(b"\n", min(map(look.place_of, others)))
        return end < 0 or mine <= end


class _Look:
    """A text under search: what it may hold, and what was found out so far."""

    def __init__(self, patterns: PatternSet, text: str) -> None:
        # Lone surrogates become `?`.
        self._there = patterns.possible_in(text.encode("utf-8", "replace"))
        self.text, self.possible = self._there.text, self._there.numbers
        self._patterns = patterns
        self._known: dict[int, bool] = {}

    def finds(self, number: int) -> bool:
        """Whether the pattern is in the text."""
        if number not in self.possible:
            return False
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self._patterns.finds(number, self._there)
        return found

    def finds_any(self, numbers: frozenset[int]) -> bool:
        """Whether any of them is."""
        return any(map(self.finds, numbers & self.possible))

    def all_of(self, numbers: frozenset[int]) -> Collection[int]:
        """Those of them that are."""
        return [number for number in numbers & self.possible if self.finds(number)]

    def place_of(self, number: int) -> int:
        """Where the first match of a pattern that is found begins."""
        return self._patterns.place_of(number, self.text)


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
