"""Noise: lines that no rule sees, taken out of all lines of a text at once. Linear in the text.

Most of a log's lines differ in numbers alone, so a pattern that does not tell one digit from another is asked once of
all lines that are the same but for their digits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from shared.policy.matching.possible import Searching
from shared.policy.matching.prefilter import Chances, Choices, are_there
from shared.policy.matching.sure import is_sure
from shared.policy.matching.weight import tells_digits
from shared.policy.matching.words import Read, folded_of
from shared.policy.text.normal import all_shown

_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Noise:
    """The lines of one text, and in which of them some patterns are found."""

    def __init__(self, patterns: Searching, lines: Sequence[str], chances: Chances) -> None:
        """Of printed lines, and of what the text of all of them, as they are shown, may hold."""
        self._patterns, self._lines, self._ways = patterns, lines, chances.ways
        shown = all_shown(lines)
        text = "\n".join(shown).encode("utf-8", "replace")
        self._alike, self._apart = _Lines(text.translate(_DIGITS)), _Lines(text)
        # What the watcher says before a quotation is a line of its own.
        self._owners = [place for place, line in enumerate(shown) for _ in line.split("\n")]
        self._found: dict[int, Sequence[int]] = {}

    def left_of(self, numbers: Iterable[int]) -> list[str]:
        """The printed lines in which, as they are shown, none of these patterns is found."""
        noisy = {self._owners[place] for number in numbers for place in self._places_of(number)}
        return [line for place, line in enumerate(self._lines) if place not in noisy]

    def _places_of(self, number: int) -> Sequence[int]:
        """Kept: what is faint is looked for with all other noise, and the other noise without what is faint."""
        found = self._found.get(number)
        if found is None:
            lines = self._alike if _digits_are_alike(self._patterns.pattern(number)) else self._apart
            noisy = {
                line
                for text, others in self._ways[number]
                for line, folded in lines.with_all(text, others)
                if self._is_in(number, text, line, folded)
            }
            found = self._found[number] = lines.places_of(noisy)
        return found

    def _is_in(self, number: int, text: Read, line: bytes, folded: Read) -> bool:
        if len(folded) == len(line) and is_sure(text, self._patterns.sure(number), folded):
            return True
        return self._patterns.compiled(number).search(line) is not None


@lru_cache(maxsize=1024)
def _digits_are_alike(pattern: str) -> bool:
    return not tells_digits(pattern)


class _Lines:
    """The lines of a text, each of them once."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def places_of(self, lines: set[bytes]) -> Sequence[int]:
        """Of all lines that are one of these."""
        return [place for place, line in enumerate(self._all) if line in lines] if lines else ()

    def with_all(self, text: Read, others: Choices) -> Iterator[tuple[bytes, Read]]:
        """Distinct lines that have a text and one of each choice, as they are and in small letters."""
        begins = self._begins
        for place in self._with(text):
            folded = self._folded[begins[place] : begins[place + 1] - 1]
            if not others or are_there(others, folded):
                yield self._distinct[place], folded

    @cached_property
    def _all(self) -> Sequence[bytes]:
        return self._text.split(b"\n")

    @cached_property
    def _distinct(self) -> Sequence[bytes]:
        return list(dict.fromkeys(self._all))

    @cached_property
    def _folded(self) -> Read:
        return folded_of(b"\n".join(self._distinct)).decode("latin-1")

    @cached_property
    def _begins(self) -> Sequence[int]:
        """Of each in `_folded`, and behind the last."""
        return list(accumulate((len(line) + 1 for line in self._folded.split("\n")), initial=0))

    def _with(self, text: Read) -> Iterator[int]:
        """Places of the distinct lines that have it."""
        folded, begins = self._folded, self._begins
        at = folded.find(text)
        while at >= 0:
            place = bisect_right(begins, at)
            yield place - 1
            at = folded.find(text, begins[place])
