"""What one text may hold of a policy's patterns, and what was found in it so far.

A pattern that is searched for in one line at a time is searched for in the lines that have what it needs: those are few
and short, whatever else the text has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from operator import itemgetter
from typing import Any, Protocol

from shared.policy.matching.grams import NO_BOUND
from shared.policy.matching.patterns import spans_lines
from shared.policy.matching.prefilter import Chances, Choices, are_there
from shared.policy.matching.sure import Sure, is_sure
from shared.policy.matching.words import Read

SMALL_BYTES = 512
"""So small a text is searched as a whole: to find its lines takes longer."""
MOST_LINES = 8
"""Lines with one text that are looked at one by one; where more have it, all is searched from there on."""
MAX_SEARCHED = 40
"""Patterns that a long text is searched for, but for noise: a real failure, or some in one log, has 31 at the most.
What holds so many that are begun and not there is known to nobody: then only a rule that asks nothing of it holds."""
_SEES_MORE = re.compile(r"\\[AzC]|\(\?[a-zA-Z]*-")
"""What may match in a line by itself and not within a text, or the other way round: `(?-m)$` and the like."""
Looks = tuple[tuple[Read, Choices, int], ...]
"""A pattern may be there if that text is, and one of each of those; and the pattern."""
_NumberedWay = tuple[int, Read, Choices]


class Searching(Protocol):
    """Some patterns, by number."""

    def pattern(self, number: int, /) -> str:
        """As it was written."""
        ...

    def sure(self, number: int, /) -> Sure:
        """Texts that make the pattern match wherever one of them is."""
        ...

    def is_in(self, number: int, text: bytes, /) -> bool:
        """Whether a text holds the pattern, wherever."""
        ...

    def compiled(self, number: int, /) -> Any:
        """RE2's own."""
        ...


class TooMuch(Exception):  # noqa: N818 - no fault
    """No more patterns are searched for in this text."""


class Possible:
    """What a text may hold, and what was found in it so far."""

    __slots__ = (
        "_aligned",
        "_begun",
        "_causes",
        "_known",
        "_patterns",
        "_places",
        "_searched",
        "chances",
        "folded",
        "free",
        "left",
        "text",
    )

    def __init__(
        self,
        patterns: Searching,
        text: bytes,
        chances: Chances,
        folded: Read = "",
        free: frozenset[int] = frozenset(),
    ) -> None:
        """Of a text, or of its first and last lines.

        Args:
            patterns: those searched for.
            text: what is searched.
            chances: of the patterns that need some text.
            folded: the text in small letters.
            free: numbers of the patterns that need no text, and are there.
        """
        self._patterns = patterns
        self.text = text
        self.chances = chances
        self.folded = folded
        self.free = free
        self._aligned = len(folded) == len(text)
        """Whether each letter is where its small one is."""
        self._known: dict[Any, bool] = {}
        """By pattern, what was found; and what was not by a way to it."""
        self._places: dict[int, int] = {}
        self._causes: list[tuple[int, Looks]] | None = None
        """Those that nobody had to look for yet, those behind first."""
        self._begun: list[tuple[int, int]] = []
        """Where the others begin that are there, and their numbers."""
        self._searched: set[int] = set()
        self.left = NO_BOUND
        """So many more patterns are searched for."""

    @property
    def numbers(self) -> frozenset[int]:
        """Of the patterns that may be there; of no others."""
        return self.chances.numbers | self.free if self.free else self.chances.numbers

    def finds(self, number: int) -> bool:
        """Whether a pattern that may be there is."""
        return self.finds_any(self.looks((number,)))

    def looks(self, numbers: Iterable[int]) -> Looks:
        """How to find one of some patterns that may be there: the same for all texts of one `chances`."""
        ways = self.chances.ways
        return tuple((text, others, number) for number in numbers for text, others in ways[number])

    def finds_any(self, looks: Looks) -> bool:
        """Whether any pattern is there."""
        folded = self.folded
        for text, others, number in looks:
            if text in folded and (not others or are_there(others, folded)) and self.searched(number, text, others):
                return True
        return False

    def all_of(self, looks: Looks) -> set[int]:
        """Numbers of the patterns that are there."""
        return {one[2] for one in looks if self.finds_any((one,))}

    def has_before(self, place: int, causes: Looks, besides: AbstractSet[int]) -> bool:
        """Whether a cause begins before that place, where a line begins, besides some patterns.

        What may be in the first lines is searched for first: one that is found is enough. Rules ask for the same ones.
        """
        if any(at < place and number not in besides for at, number in self._begun):
            return True
        if self._causes is None:
            by_place = [(self._not_before(number, text), ((text, others, number),)) for text, others, number in causes]
            self._causes = sorted(by_place, key=itemgetter(0), reverse=True)
        while self._causes and self._causes[-1][0] < place:
            look = self._causes.pop()[1]
            if self.finds_any(look):
                number = look[0][2]
                begins = self.place_of(number)
                self._begun.append((begins, number))
                if begins < place and number not in besides:
                    return True
        return False

    def place_of(self, number: int) -> int:
        """Where the first match of a pattern that is found begins, or the line that it is in."""
        place = self._places.get(number)
        if place is None:
            place = self._places[number] = self._first_place(number)
        return place

    def has_near(self, looks: Looks, place: int) -> bool:
        """Whether one of some patterns that may be there is in the line of that place."""
        begin = self.text.rfind(b"\n", 0, place) + 1
        end = self.text.find(b"\n", begin)
        line = begin, len(self.text) if end < 0 else end
        near = self.folded[slice(*line)] if self._aligned else self.folded
        return any(self._is_near(look, line, near) for look in looks if look[0] in near)

    def _is_near(self, look: tuple[Read, Choices, int], line: tuple[int, int], near: Read) -> bool:
        text, others, number = look
        if self._has_it_in_a_line(number, text):
            return are_there(others, near) and self._is_in_line((number, text, others), line)
        return self.finds_any((look,)) and self._patterns.is_in(number, self.text[slice(*line)])

    def searched(self, number: int, text: Read, others: Choices) -> bool:
        """Whether the pattern is there, where a look for it has found this text and one of each of those.

        Raises TooMuch.
        """
        found = self._known.get(number)
        if found is None:
            if self._is_sure(number, text, self.folded):
                found = True
            elif len(self.text) > SMALL_BYTES:
                return self._searched_by_line(number, text, others)
            else:
                found = self._is_in(number, self.text)
            self._known[number] = found
        return found

    def _is_in(self, number: int, text: bytes) -> bool:
        if number not in self._searched:
            if not self.left:
                raise TooMuch
            self.left -= 1
            self._searched.add(number)
        return self._patterns.is_in(number, text)

    def _not_before(self, number: int, text: Read) -> int:
        """Where a match that has the text may begin in the first line that it is in; a place in that line."""
        return max(self.folded.find(text), 0) if self._has_it_in_a_line(number, text) else 0

    def _searched_by_line(self, number: int, text: Read, others: Choices) -> bool:
        way = number, text, others
        found = self._known.get(way)
        if found is None:
            lines = self._lines_with(way)
            if lines is None:
                found = self._known[number] = self._is_in(number, self.text)
            else:
                found = self._known[way] = any(self._is_in_line(way, line) for line in lines)
                if found:
                    self._known[number] = True
        return found

    def _first_place(self, number: int) -> int:
        best = len(self.text)
        for text, others in self.chances.ways[number]:
            way = number, text, others
            lines = self._lines_with(way)
            if lines is None:
                return int(self._patterns.compiled(number).search(self.text).start())
            best = next((line[0] for line in lines if line[0] < best and self._is_in_line(way, line)), best)
        return best

    def _is_in_line(self, way: _NumberedWay, line: tuple[int, int]) -> bool:
        """Whether the pattern is in a line that has all that it needs."""
        number, text, _ = way
        here = slice(*line)
        return self._is_sure(number, text, self.folded[here]) or self._is_in(number, self.text[here])

    def _is_sure(self, number: int, text: Read, folded: Read) -> bool:
        """Whether a text in small letters shows it. Letters that only look like ASCII's are no parts of words."""
        sure = self._patterns.sure(number)
        return bool(sure) and self._aligned and is_sure(text, sure, folded)

    def _lines_with(self, way: _NumberedWay) -> Sequence[tuple[int, int]] | None:
        """Beginnings and ends of the lines that have all that it needs; None where all is to be searched."""
        number, text, others = way
        folded, found, left = self.folded, list[tuple[int, int]](), MOST_LINES
        if not self._has_it_in_a_line(number, text):
            return None
        at = folded.find(text)
        while at >= 0:
            if not left:
                return None
            left -= 1
            begin, end = folded.rfind("\n", 0, at) + 1, folded.find("\n", at)
            end = len(folded) if end < 0 else end
            if not others or are_there(others, folded[begin:end]):
                found.append((begin, end))
            at = folded.find(text, end)
        return found

    def _has_it_in_a_line(self, number: int, text: Read) -> bool:
        """Whether a match that has the text is in one line, which can be told by where the text is."""
        return bool(text) and self._aligned and sees_a_line(self._patterns.pattern(number))


@lru_cache(maxsize=4096)
def sees_a_line(pattern: str) -> bool:
    """Whether it matches in a line by itself where it does in that line of a text, and nowhere else."""
    return not spans_lines(pattern) and _SEES_MORE.search(pattern) is None
