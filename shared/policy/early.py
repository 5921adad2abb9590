"""What is looked for, as it was worked out when the package was made: a new process need not.

That takes longer for thousands of patterns than all else that a new process does. What only some texts ask for waits
for the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from struct import Struct, pack
from typing import Any, NamedTuple, TypeVar

import msgspec

from shared.policy.grams import Grams, Row
from shared.policy.literals import Needs
from shared.policy.sought import Asking, Needles
from shared.policy.wordparts import WordParts
from shared.policy.words import Read


class Early(NamedTuple):
    """What was worked out of some patterns, all of which need a text."""

    sought: Needles
    enough: Mapping[int, Sequence[Read]]
    """By pattern, texts wherever one of which is, the pattern matches."""
    needs: Callable[[], Mapping[str, Needs]]
    """What some of them need: those that are asked of single lines."""


def digest_of(patterns: Sequence[str]) -> str:
    """By which the patterns are known that something was worked out for."""
    return hashlib.sha256("\0".join(patterns).encode()).hexdigest()


def state_of(early: Early) -> bytes:
    """For `early_of`."""
    sought = early.sought
    parts = sought.parts
    numbers = range(len(sought.texts))
    texts = _one_by_one([sought.texts[text].encode("latin-1") for text in numbers])
    asking, choices = _of_rows(sought.asking[text] for text in numbers), _of_rows(sought.choices.values())
    chosen = _of_rows(sought.chosen[text] for text in range(len(sought.chosen)))
    asked = (parts.asked[part] for part in range(len(parts.asked)))
    grams, pieces = (
        (*({gram: _packed(row) for gram, row in rows.items()} for rows in (some.rows, some.short)), some.signs)
        for some in (sought.grams(), parts.pieces)
    )
    words = _of_rows(asked), sorted(parts.wordless), parts.whole, pieces
    of_all = texts, asking, chosen, choices, grams, words, sought.near_ids(), _of_rows(early.enough.values())
    return _packed((*of_all, _packed({pattern: _sorted(needs) for pattern, needs in early.needs().items()})))


def early_of(state: bytes) -> Early:
    """Of what `state_of` made."""
    texts, asking, chosen, choices, grams, (asked, wordless, whole, pieces), near_ids, enough, needs = _unpacked(state)
    parts = WordParts(_Rows(_asked_of, *asked), frozenset(wordless), whole, _grams_of(*pieces))
    by_grams = _grams_of(*grams)
    sought = Needles(
        _Rows(_text_of, *texts),
        _Rows(_asking_of, *asking),
        _Rows(_numbers_of, *chosen),
        _Rows(_numbers_of, *choices),
        lambda: by_grams,
        parts,
        lambda: near_ids,
        all_need=True,
    )
    return Early(sought, _Rows(_unpacked, *enough), lambda: _needs_of(needs))


_packed, _unpacked = msgspec.msgpack.encode, msgspec.msgpack.decode
_Row = TypeVar("_Row")


def _of_rows(rows: Iterable[Any]) -> tuple[bytes, bytes]:
    return _one_by_one(list(map(_packed, rows)))


def _one_by_one(rows: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Rows behind one another, and where each begins and the last one ends: a process makes no object of each."""
    return b"".join(rows), pack(f"<{len(rows) + 1}I", *accumulate(map(len, rows), initial=0))


class _Rows(dict[int, _Row]):
    """Rows by their places in what `_one_by_one` made, each unpacked when it is asked for."""

    def __init__(self, unpack: Callable[[bytes], _Row], rows: bytes, places: bytes) -> None:
        self._rows, self._places, self._unpack = rows, places, unpack

    def keys(self) -> Any:
        """Of all, unpacked or not."""
        return range(len(self._places) // 4 - 1)

    def __missing__(self, number: int) -> _Row:
        begin, end = _two(self._places, 4 * number)
        row = self[number] = self._unpack(self._rows[begin:end])
        return row


class _GramRows(dict[int, Row]):
    """The same by gram."""

    def __init__(self, packed: Mapping[int, bytes]) -> None:
        self._packed = packed

    def keys(self) -> Any:
        """As above."""
        return self._packed.keys()

    def __missing__(self, gram: int) -> Any:
        self[gram] = row = _gram_row_of(self._packed[gram])
        return row


def _grams_of(rows: Mapping[int, bytes], short: Mapping[int, bytes], signs: Row) -> Grams:
    return Grams(_GramRows(rows), _GramRows(short), signs)


def _sorted(needs: Needs) -> list[list[list[bytes]]]:
    return [[sorted(texts) for texts in alternative] for alternative in needs]


_needs_of = msgspec.msgpack.Decoder(dict[str, Needs]).decode
_asking_of = msgspec.msgpack.Decoder(tuple[Asking, ...]).decode
_asked_of = msgspec.msgpack.Decoder(tuple[tuple[int, tuple[int, ...]], ...]).decode
_numbers_of = msgspec.msgpack.Decoder(tuple[int, ...]).decode
_gram_row_of = msgspec.msgpack.Decoder(tuple[tuple[Read, int, int], ...]).decode
_text_of = partial(str, encoding="latin-1")
_two = Struct("<2I").unpack_from
