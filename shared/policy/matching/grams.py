"""Which of many texts are in one, by two grams of each: the one that fewest of the others have, and another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from struct import unpack_from
from typing import NamedTuple

from shared.policy.matching.table import RowTable
from shared.policy.matching.words import Read

GRAM, SHORT_GRAM = 4, 2
"""Signs of a gram: of three too many texts have one, of five too many have none. Shorter texts have shorter ones."""
NO_BOUND = 1 << 30
_AT_ONCE = 64
"""Grams of which all texts are looked for before it is asked whether there are too many."""
_UNSIGNED = {GRAM: "I", SHORT_GRAM: "H"}
"""Grams are numbers: those of a text are read at once."""

Row = Sequence[tuple[Read, int, int]]
"""Texts with their numbers, each with another gram that it has."""


class Grams(NamedTuple):
    """Some texts."""

    rows: RowTable[Row]
    """By gram."""
    short: RowTable[Row]
    """Those that have none, by a shorter one."""
    signs: Row
    """Those of one sign."""

    def found_in(self, text: bytes, most: int = NO_BOUND) -> dict[int, Read]:
        """Those that are in a text, in small letters, by their numbers; of more than so many some."""
        read = text.decode("latin-1")
        found = {number: one for one, number, _ in self.signs if one in read}
        for size, rows in ((SHORT_GRAM, self.short), (GRAM, self.rows)):
            there = _grams_of(text, size)
            grams = list(rows.keys() & there)
            for at in range(0, len(grams), _AT_ONCE):
                some = rows.of(grams[at : at + _AT_ONCE])
                found.update(
                    [(number, one) for row in some for one, number, other in row if other in there and one in read]
                )
                if len(found) > most:
                    return found
        return found

    def maybe_in(self, text: bytes) -> dict[int, Read]:
        """The same and some more: those whose grams are in it. Takes half the time where hundreds are found."""
        maybe = {number: one for one, number, _ in self.signs}
        for size, rows in ((SHORT_GRAM, self.short), (GRAM, self.rows)):
            there = _grams_of(text, size)
            some = rows.of(rows.keys() & there)
            maybe.update([(number, one) for row in some for one, number, other in row if other in there])
        return maybe


def by_grams(texts: Sequence[tuple[Read, int]]) -> Grams:
    """Of these, each with its number."""
    short = [each for each in texts if SHORT_GRAM <= len(each[0]) < GRAM]
    return Grams(
        _rows_of([each for each in texts if len(each[0]) >= GRAM], GRAM),
        _rows_of(short, SHORT_GRAM),
        [(one, number, 0) for one, number in texts if len(one) < SHORT_GRAM],
    )


def _rows_of(texts: Sequence[tuple[Read, int]], size: int) -> RowTable[Row]:
    """The second gram is the rarest that has no sign of the first one, where there is one."""
    having = Counter(gram for one, _ in texts for gram in _grams_of(one.encode("latin-1"), size))
    rows: dict[int, list[tuple[Read, int, int]]] = {}
    for one, number in texts:
        data = one.encode("latin-1")
        grams = sorted(_grams_of(data, size), key=lambda gram: (having[gram], gram))
        first, *others = grams
        begin = data.index(first.to_bytes(size, "little"))
        apart = _grams_of(data[:begin], size) | _grams_of(data[begin + size :], size)
        second = next((gram for gram in others if gram in apart), grams[-1])
        rows.setdefault(first, []).append((one, number, second))
    return RowTable(rows)


def _grams_of(text: bytes, size: int) -> set[int]:
    kind, most = _UNSIGNED[size], len(text)
    return set[int]().union(*(unpack_from(f"<{(most - at) // size}{kind}", text, at) for at in range(min(size, most))))
