"""What is looked for, as it was worked out when the package was made: a new process need not.

That takes longer for thousands of patterns than all else that a new process does. What only some texts ask for waits
for the first of them.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from shared.policy.matching.grams import Grams, Row
from shared.policy.matching.sought import Asking, Needles
from shared.policy.matching.table import Packed, PackedTable, RowTable, one_by_one
from shared.policy.matching.wordparts import WordParts
from shared.policy.matching.words import Read


class Early(NamedTuple):
    """What was worked out of some patterns, all of which need a text."""

    sought: Needles
    enough: Mapping[int, Sequence[Read]]
    """By pattern, texts wherever one of which is, the pattern matches."""


def digest_of(patterns: Sequence[str]) -> str:
    """By which the patterns are known that something was worked out for, on a machine of this order of bytes."""
    return hashlib.sha256("\0".join((sys.byteorder, *patterns)).encode()).hexdigest()


def state_of(early: Early) -> bytes:
    """For `early_of`."""
    sought = early.sought
    parts = sought.parts
    numbers = range(len(sought.texts))
    texts = one_by_one([sought.texts[text].encode("latin-1") for text in numbers])
    asking, choices = _of_rows(sought.asking[text] for text in numbers), _of_rows(sought.choices.values())
    chosen = _of_rows(sought.chosen[text] for text in range(len(sought.chosen)))
    asked = (parts.asked[part] for part in range(len(parts.asked)))
    grams, pieces = (
        (*({gram: _packed(row) for gram, row in rows.items()} for rows in (some.rows, some.short)), some.signs)
        for some in (sought.grams(), parts.pieces)
    )
    words = _of_rows(asked), sorted(parts.wordless), parts.whole, pieces
    return _packed((texts, asking, chosen, choices, grams, words, sought.near_ids(), _of_rows(early.enough.values())))


def early_of(state: bytes) -> Early:
    """Of what `state_of` made."""
    texts, asking, chosen, choices, grams, (asked, wordless, whole, pieces), near_ids, enough = _unpacked(state)
    parts = WordParts(_rows(_ASKED, *asked), frozenset(wordless), whole, _grams_of(*pieces))
    by_grams = _grams_of(*grams)
    sought = Needles(
        _Texts(*texts),
        _rows(tuple[Asking, ...], *asking),
        _rows(_NUMBERS, *chosen),
        _rows(_NUMBERS, *choices),
        lambda: by_grams,
        parts,
        lambda: near_ids,
        all_need=True,
    )
    return Early(sought, _rows(tuple[Read, ...], *enough))


_packed, _unpacked = msgspec.msgpack.encode, msgspec.msgpack.decode


def _of_rows(rows: Iterable[Any]) -> tuple[bytes, bytes]:
    return one_by_one(list(map(_packed, rows)))


def _rows(kind: Any, rows: bytes, places: bytes) -> PackedTable[Any]:
    some = Packed(rows, places)
    return PackedTable(kind, some.joined, some.numbers)


class _Texts(RowTable[Read]):
    """Texts, each read when it is asked for."""

    def __init__(self, rows: bytes, places: bytes) -> None:
        self._read, self._begins = rows.decode("latin-1"), array("I", places)

    def keys(self) -> Any:
        """Of all, read or not."""
        return range(len(self._begins) - 1)

    def __missing__(self, number: int) -> Read:
        text = self[number] = self._read[self._begins[number] : self._begins[number + 1]]
        return text


def _grams_of(rows: Mapping[int, bytes], short: Mapping[int, bytes], signs: Row) -> Grams:
    return Grams(_gram_rows(rows), _gram_rows(short), signs)


def _gram_rows(rows: Mapping[int, bytes]) -> PackedTable[Row]:
    return PackedTable(
        tuple[tuple[Read, int, int], ...], lambda some: b"".join(map(rows.__getitem__, some)), rows.keys()
    )


_NUMBERS = tuple[int, ...]
_ASKED = tuple[tuple[int, _NUMBERS], ...]
