"""What rules ask of a failure's message, made ready: patterns in its lines, noise left out, causes before effects.

Rules are bits of a number, the first the lowest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from shared.policy.conditions import Match, listed
from shared.policy.packs import known_needs
from shared.policy.rule import CauseLine, Tells
from shared.policy.search import Hits, PatternSet
from shared.policy.text.normal import lines_of, shown
from shared.policy.text.whole import searched

Asked = tuple[Match, Tells, CauseLine]
"""What is asked of a text by one rule."""


class _Further(Struct, frozen=True):
    """What a rule asks besides one pattern of `message` and one of `any_of`: numbers of patterns."""

    all_of: frozenset[int]
    first: frozenset[int]
    """Those of its `message`, one of which has to hit the earliest line; empty: any line is as good."""


class Wording:
    """What the rules of one policy ask of a message."""

    def __init__(self, asked: Sequence[Asked], ignore_lines: Sequence[str]) -> None:
        """Make it ready. Raises PatternError."""
        matches = [match for match, _, _ in asked]
        messages, any_of, refused = (
            [listed(getattr(match, field)) for match in matches] for field in ("message", "any_of", "not_message")
        )
        all_of = [listed(match.all_of) for match in matches]
        distinct = dict.fromkeys(one for some in (messages, any_of, refused, all_of) for told in some for one in told)
        number = {pattern: place for place, pattern in enumerate(distinct)}
        self._noise = len(distinct)
        self._patterns = PatternSet((*distinct, *dict.fromkeys(ignore_lines)), known_needs())
        """The last ones, from `_noise` on, are those of noise."""
        self._message, self._any_of, self._refused = (_hits(some, number) for some in (messages, any_of, refused))
        self._silent = bits(not some for some in messages)
        self._content = bits(not some for some in any_of)
        self._textless = bits(not (m or a or e) for m, a, e in zip(messages, any_of, all_of, strict=True))
        """Content with a failure that has no message."""
        self._unasking = self._textless & bits(not some for some in refused)
        self._further = {
            place: _Further(
                frozenset(number[one] for one in every),
                frozenset(number[one] for one in message if cause is CauseLine.FIRST),
            )
            for place, (message, every, (_, _, cause)) in enumerate(zip(messages, all_of, asked, strict=True))
            if every or cause is CauseLine.FIRST
        }
        self._causes = frozenset(
            number[one] for (match, tells, _) in asked if tells is Tells.CAUSE for one in listed(match.message)
        )

    def first(self, fits: int, message: str) -> int | None:
        """Place of the first of these rules that the message is right for, or None."""
        if not message:
            return _lowest(fits & self._textless)
        if not fits & ~self._unasking:
            return _lowest(fits)
        text, found = self._found(_printed(message))
        said, chosen, refused = self._silent, self._content, 0
        for number in found:
            said |= self._message[number]
            chosen |= self._any_of[number]
            refused |= self._refused[number]
        fits &= said & chosen & ~refused
        while fits:
            lowest = fits & -fits
            place = lowest.bit_length() - 1
            further = self._further.get(place)
            if further is None or self._holds(further, frozenset(found), text):
                return place
            fits ^= lowest
        return None

    def _holds(self, further: _Further, found: frozenset[int], text: bytes) -> bool:
        if not further.all_of <= found:
            return False
        return not further.first or self._hits_first(further.first, found, text)

    def _hits_first(self, own: frozenset[int], found: frozenset[int], text: bytes) -> bool:
        """Whether one of these is on the earliest line that any cause is on."""
        own = own & found
        if found & self._causes <= own:
            return True  # no other cause is there
        places = {number: self._patterns.place_of(number, text) for number in found & self._causes | own}
        end = text.find(b"\n", min(places.values()))
        return end < 0 or any(places[number] <= end for number in own)

    def _found(self, lines: tuple[str, ...]) -> Hits:
        """The patterns that are found, in lines without noise."""
        hits = self._patterns.found_in(_encoded(searched(lines)))
        if max(hits.numbers, default=-1) < self._noise:
            return hits
        lines = tuple(line for line in lines if not self._is_noise(shown(line)))
        hits = self._patterns.found_in(_encoded(searched(lines)))
        return Hits(hits.text, [number for number in hits.numbers if number < self._noise])

    def _is_noise(self, line: str) -> bool:
        return max(self._patterns.found_in(_encoded(line)).numbers, default=-1) >= self._noise


@lru_cache(maxsize=64)
def _printed(message: str) -> tuple[str, ...]:
    """A failure is decided more than once: before its tokens are taken, after, and by the sweep."""
    return tuple(lines_of(message))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # lone surrogates become `?`


def bits(rules: Iterable[bool]) -> int:
    """The rules for which it is so."""
    return sum(1 << place for place, yes in enumerate(rules) if yes)


def _hits(asked: Sequence[Collection[str]], number: dict[str, int]) -> list[int]:
    """By the number of a pattern, the rules that ask for it."""
    found = [0] * len(number)
    for place, patterns in enumerate(asked):
        for pattern in patterns:
            found[number[pattern]] |= 1 << place
    return found


def _lowest(fits: int) -> int | None:
    return (fits & -fits).bit_length() - 1 if fits else None
