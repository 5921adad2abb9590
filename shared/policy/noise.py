"""Noise: lines that no rule sees, taken out of all lines of a text at once. Linear in the text.

Most of a log's lines differ in numbers alone, so a pattern that does not tell one digit from another is asked once of
all lines that are the same but for their digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from shared.policy.literals import EDGE, Needs, enough, needed
from shared.policy.patterns import compiled
from shared.policy.prefilter import Choices, are_there
from shared.policy.sought import as_read
from shared.policy.text.normal import all_shown
from shared.policy.weight import tells_digits
from shared.policy.words import Read, folded_of

_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Noise:
    """Some patterns, each searched for in every line by itself."""

    def __init__(self, patterns: Sequence[str], known: Mapping[str, Needs]) -> None:
        """Of patterns that were checked; `known`: what some of them need."""
        self._kinds = [_Kind(pattern, known.get(pattern) or needed(pattern)) for pattern in patterns]

    def left_of(self, lines: Sequence[str]) -> list[str]:
        """The printed lines in which, as they are shown, none of it is found."""
        shown = all_shown(lines)
        text = "\n".join(shown).encode("utf-8", "replace")
        asked = {False: _Lines(text), True: _Lines(text.translate(_DIGITS))}
        noisy = set[int]()
        for kind in self._kinds:
            noisy.update(asked[kind.digits_are_alike].with_kind(kind))
        # What the watcher says before a quotation is a line of its own.
        owners = [place for place, line in enumerate(shown) for _ in line.split("\n")]
        noisy = {owners[place] for place in noisy}
        return [line for place, line in enumerate(lines) if place not in noisy]


class _Kind:
    """One pattern."""

    def __init__(self, pattern: str, needs: Needs | None) -> None:
        self._pattern = pattern
        self._needs = needs
        self._ways: Sequence[Choices] = ((),)
        if needs is not None:
            self._ways = [tuple(tuple(map(as_read, texts)) for texts in some) for some in needs]
        self.digits_are_alike = not tells_digits(pattern)

    @cached_property
    def _plain(self) -> bool:
        """Whether it is wherever it may be."""
        sure = {text for text in enough(self._pattern) if EDGE not in text}
        return self._needs is not None and all(texts <= sure for some in self._needs for texts in some)

    def may_be_in(self, folded: Read) -> bool:
        """Whether it can be in a text, in small letters."""
        return any(are_there(choices, folded) for choices in self._ways)

    def is_in(self, line: bytes) -> bool:
        """Whether it is in a line that it may be in."""
        return self._plain or compiled(self._pattern).search(line) is not None


class _Lines:
    """The lines of a text, and each in small letters."""

    def __init__(self, text: bytes) -> None:
        self.lines = text.split(b"\n")
        self._folded = folded_of(text).decode("latin-1")
        self._distinct = dict(zip(self.lines, self._folded.split("\n"), strict=True))

    def with_kind(self, kind: _Kind) -> Sequence[int]:
        """Places of the lines in which it is."""
        if not kind.may_be_in(self._folded):
            return ()
        noisy = {line for line, folded in self._distinct.items() if kind.may_be_in(folded) and kind.is_in(line)}
        return [place for place, line in enumerate(self.lines) if line in noisy] if noisy else ()
