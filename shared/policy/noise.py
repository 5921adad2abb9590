"""Noise: lines that no rule sees, taken out of all lines of a text at once. Linear in the text.

Most of a log's lines differ in numbers alone, so a pattern that does not tell one digit from another is asked once of
all lines that are the same but for their digits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from shared.policy.literals import EDGE, Needs, enough, needed
from shared.policy.patterns import compiled
from shared.policy.prefilter import Choices, are_there
from shared.policy.sought import as_read
from shared.policy.text.normal import all_shown
from shared.policy.weight import tells_digits
from shared.policy.words import Read, brief_of, folded_of, may_be_in

_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Noise:
    """Some patterns, each searched for in every line by itself."""

    def __init__(self, patterns: Sequence[str], known: Mapping[str, Needs]) -> None:
        """Of patterns that were checked; `known`: what some of them need."""
        self._kinds = [_Kind(pattern, known.get(pattern) or needed(pattern)) for pattern in patterns]

    def left_of(self, lines: Sequence[str]) -> list[str]:
        """The printed lines in which, as they are shown, none of it is found."""
        shown = all_shown(lines)
        noisy = {place for some in self._places_in("\n".join(shown).encode("utf-8", "replace")) for place in some}
        if not noisy:
            return list(lines)
        # What the watcher says before a quotation is a line of its own.
        owners = [place for place, line in enumerate(shown) for _ in line.split("\n")]
        noisy = {owners[place] for place in noisy}
        return [line for place, line in enumerate(lines) if place not in noisy]

    def _places_in(self, text: bytes) -> Iterator[Sequence[int]]:
        """By pattern that may be in a text, the lines that it is in."""
        alike, apart = _Lines(text.translate(_DIGITS)), _Lines(text)
        brief = brief_of(folded_of(text)).decode("latin-1")
        for kind in self._kinds:
            if kind.may_be_in(brief):
                yield (alike if kind.digits_are_alike else apart).with_kind(kind)


class _Kind:
    """One pattern."""

    def __init__(self, pattern: str, needs: Needs | None) -> None:
        self._pattern = pattern
        self._needs = needs
        self.ways: Sequence[Choices] = ((),)
        if needs is not None:
            self.ways = [tuple(tuple(map(as_read, texts)) for texts in some) for some in needs]

    @cached_property
    def digits_are_alike(self) -> bool:
        """Whether it does not tell one digit from another."""
        return not tells_digits(self._pattern)

    @cached_property
    def _plain(self) -> bool:
        """Whether it is wherever it may be."""
        sure = {text for text in enough(self._pattern) if EDGE not in text}
        return self._needs is not None and all(texts <= sure for some in self._needs for texts in some)

    def may_be_in(self, brief: Read) -> bool:
        """Whether it may be in a text, by what `brief_of` leaves of that."""
        return any(all(any(may_be_in(text, brief) for text in texts) for texts in choices) for choices in self.ways)

    def is_in(self, line: bytes) -> bool:
        """Whether it is in a line that it may be in."""
        return self._plain or compiled(self._pattern).search(line) is not None


class _Lines:
    """The lines of a text, each of them once."""

    def __init__(self, text: bytes) -> None:
        self._text = text

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

    def with_kind(self, kind: _Kind) -> Sequence[int]:
        """Places of those in which it is."""
        noisy = {line for choices in kind.ways for line in self._with_all(choices) if kind.is_in(line)}
        return [place for place, line in enumerate(self._all) if line in noisy] if noisy else ()

    def _with_all(self, choices: Choices) -> Iterator[bytes]:
        """Distinct lines that have one text of each choice."""
        first, *others = choices or (("",),)
        folded, begins = self._folded, self._begins
        for place in {place for text in first for place in self._places_of(text)}:
            if not others or are_there(tuple(others), folded[begins[place] : begins[place + 1] - 1]):
                yield self._distinct[place]

    def _places_of(self, text: Read) -> Iterator[int]:
        """Of the distinct lines that have it."""
        folded, begins = self._folded, self._begins
        at = folded.find(text)
        while at >= 0:
            place = bisect_right(begins, at)
            yield place - 1
            at = folded.find(text, begins[place])
