"""Which of many texts are in one, by what few of them have: the gram of each that fewest of the others have as well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.policy.words import Read

GRAM = 4
"""Signs of a gram: of three too many texts have one, of five too many have none."""
NO_BOUND = 1 << 30
_CUT = re.compile(b"." * GRAM, re.DOTALL)
_FEW = 64
"""So few grams are looked for one by one: that takes less than to cut a text into all that are in it."""

Row = Sequence[tuple[Read, int]]
"""Texts with their numbers."""


class Grams(NamedTuple):
    """Some texts."""

    rows: Mapping[bytes, Row]
    """By gram."""
    short: Row
    """Those that have none."""

    def found_in(self, text: bytes, most: int = NO_BOUND) -> set[int]:
        """Numbers of those that are in a text, in small letters; of more than so many some."""
        read, rows = text.decode("latin-1"), self.rows
        found = {number for one, number in self.short if one in read}
        for gram in self._near(text):
            found.update([number for one, number in rows[gram] if one in read])
            if len(found) > most:
                break
        return found

    def _near(self, text: bytes) -> set[bytes]:
        grams = self.rows.keys()
        if len(grams) <= _FEW:
            return {gram for gram in grams if gram in text}
        return grams & {gram for begin in range(GRAM) for gram in _CUT.findall(text, begin)}


def by_grams(texts: Sequence[tuple[Read, int]]) -> Grams:
    """Of these, each with its number."""
    cut = [_grams_of(one) for one, _ in texts]
    having = Counter(gram for some in cut for gram in some)
    rows: dict[bytes, list[tuple[Read, int]]] = {}
    short = []
    for each, grams in zip(texts, cut, strict=True):
        if grams:
            rows.setdefault(min(grams, key=lambda gram: (having[gram], gram)), []).append(each)
        else:
            short.append(each)
    return Grams(rows, short)


def _grams_of(text: Read) -> set[bytes]:
    data = text.encode("latin-1")
    return {data[at : at + GRAM] for at in range(len(data) - GRAM + 1)}
