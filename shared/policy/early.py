"""What is looked for, as it was worked out when the package was made: a new process need not.

That takes longer for thousands of patterns than all else that a new process does. What only some texts ask for waits
for the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from struct import Struct, pack
from typing import Any, NamedTuple, TypeVar

import msgspec

from shared.policy.grams import Grams, Row
from shared.policy.sought import Asking, Needles
from shared.policy.wordparts import WordParts
from shared.policy.words import Read

READY: dict[str, bytes] = {}
"""States by the digest of their patterns: of the policy that the package has."""


class Early(NamedTuple):
    """What was worked out of some patterns, all of which need a text."""

    sought: Needles
    enough: Mapping[int, Sequence[Read]]
    """By pattern, texts wherever one of which is, the pattern matches."""


def digest_of(patterns: Sequence[str]) -> str:
    """By which the patterns are known that something was worked out for."""
    return hashlib.sha256("\0".join(patterns).encode()).hexdigest()


def state_of(early: Early) -> bytes:
    """For `early_of`."""
    sought = early.sought
    parts = sought.parts
    numbers = range(len(sought.texts))
    texts = _one_by_one([sought.texts[text].encode("latin-1") for text in numbers])
    asking = _of_rows(
        [(one.number, sorted(one.besides), one.unsaid) for one in sought.asking[text]] for text in numbers
    )
    chosen, choices = _of_rows(sought.chosen[text] for text in numbers), _of_rows(sought.choices.values())
    asked = [[(text, sorted(others)) for text, others in parts.asked[part]] for part in range(len(parts.asked))]
    grams, pieces = (
        (*({gram: _packed(row) for gram, row in rows.items()} for rows in (some.rows, some.short)), some.signs)
        for some in (sought.grams(), parts.pieces)
    )
    words = _of_rows(asked), sorted(parts.wordless), parts.whole, pieces
    return _packed((texts, asking, chosen, choices, grams, words, sought.near_ids(), _of_rows(early.enough.values())))


def early_of(state: bytes) -> Early:
    """Of what `state_of` made."""
    texts, asking, chosen, choices, grams, (asked, wordless, whole, pieces), near_ids, enough = _unpacked(state)
    parts = WordParts(_Rows(_Blob(*asked), _asked_of), frozenset(wordless), whole, _grams_of(*pieces))
    by_grams = _grams_of(*grams)
    sought = Needles(
        _Rows(_Blob(*texts), _text_of),
        _Rows(_Blob(*asking), _asking_of),
        _Rows(_Blob(*chosen), _unpacked),
        _Rows(_Blob(*choices), _unpacked),
        lambda: by_grams,
        parts,
        lambda: near_ids,
        all_need=True,
    )
    return Early(sought, _Rows(_Blob(*enough), _unpacked))


_packed, _unpacked = msgspec.msgpack.encode, msgspec.msgpack.decode
_Row = TypeVar("_Row")


def _of_rows(rows: Iterable[Any]) -> tuple[bytes, bytes]:
    return _one_by_one(list(map(_packed, rows)))


def _one_by_one(rows: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Rows behind one another, and where each begins and the last one ends: a process makes no object of each."""
    return b"".join(rows), pack(f"<{len(rows) + 1}I", *accumulate(map(len, rows), initial=0))


class _Blob:
    """Rows by their places in what `_one_by_one` made."""

    def __init__(self, rows: bytes, places: bytes) -> None:
        self._rows, self._places = rows, places

    def keys(self) -> range:
        """Of all."""
        return range(len(self._places) // 4 - 1)

    def __getitem__(self, number: int) -> bytes:
        begin, end = _two(self._places, 4 * number)
        return self._rows[begin:end]


class _Rows(dict[int, _Row]):
    """Rows by number, each unpacked when it is asked for."""

    def __init__(self, packed: Mapping[int, bytes] | _Blob, unpack: Callable[[bytes], _Row]) -> None:
        self._packed, self._unpack = packed, unpack

    def keys(self) -> Any:
        """Of all, unpacked or not."""
        return self._packed.keys()

    def __missing__(self, number: int) -> _Row:
        row = self[number] = self._unpack(self._packed[number])
        return row


def _grams_of(rows: Mapping[int, bytes], short: Mapping[int, bytes], signs: Row) -> Grams:
    return Grams(_Rows(rows, _unpacked), _Rows(short, _unpacked), signs)


_asking_of = msgspec.msgpack.Decoder(list[Asking]).decode
_asked_of = msgspec.msgpack.Decoder(list[tuple[int, frozenset[int]]]).decode
_two = Struct("<2I").unpack_from


def _text_of(row: bytes) -> Read:
    return row.decode("latin-1")
