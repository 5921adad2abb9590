"""What is looked for, as it was worked out when the package was made: a new process need not.

That takes longer for thousands of patterns than all else that a new process does. What only some texts ask for waits
for the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
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
    rows = [
        _packed(([(one.number, sorted(one.besides), one.unsaid) for one in sought.asking[text]], sought.chosen[text]))
        for text in range(len(sought.texts))
    ]
    asked = [
        _packed([(text, sorted(others)) for text, others in parts.asked[part]]) for part in range(len(parts.asked))
    ]
    grams, pieces = (
        (*({gram: _packed(row) for gram, row in rows.items()} for rows in (some.rows, some.short)), some.signs)
        for some in (sought.grams(), parts.pieces)
    )
    words = asked, sorted(parts.wordless), parts.whole, pieces
    enough = list(map(_packed, early.enough.values()))
    choices = list(map(_packed, sought.choices.values()))
    return _packed((sought.texts, rows, choices, grams, words, sought.near_ids(), enough))


def early_of(state: bytes) -> Early:
    """Of what `state_of` made."""
    texts, rows, choices, grams, (asked, wordless, whole, pieces), near_ids, enough = _unpacked(state)
    parts = WordParts(_Rows(asked, _asked_of), frozenset(wordless), whole, _grams_of(*pieces))
    by_grams = _grams_of(*grams)
    sought = Needles(
        texts,
        _Rows(rows, _asking_of),
        _Rows(rows, _chosen_of),
        _Rows(choices, _unpacked),
        lambda: by_grams,
        parts,
        lambda: near_ids,
        all_need=True,
    )
    return Early(sought, _Rows(enough, _unpacked))


_packed, _unpacked = msgspec.msgpack.encode, msgspec.msgpack.decode
_Row = TypeVar("_Row")


class _Rows(dict[int, _Row]):
    """Rows by number, each unpacked when it is asked for."""

    def __init__(self, packed: Mapping[int, bytes] | Sequence[bytes], unpack: Callable[[bytes], _Row]) -> None:
        self._packed, self._unpack = packed, unpack

    def keys(self) -> Any:
        """Of all that have a key of their own, unpacked or not."""
        return self._packed.keys() if isinstance(self._packed, Mapping) else range(len(self._packed))

    def __missing__(self, number: int) -> _Row:
        row = self[number] = self._unpack(self._packed[number])
        return row


def _grams_of(rows: Mapping[int, bytes], short: Mapping[int, bytes], signs: Row) -> Grams:
    return Grams(_Rows(rows, _unpacked), _Rows(short, _unpacked), signs)


def _asking_of(row: bytes) -> Sequence[Asking]:
    return [Asking(number, frozenset(besides), tuple(unsaid)) for number, besides, unsaid in _unpacked(row)[0]]


def _chosen_of(row: bytes) -> Any:
    return _unpacked(row)[1]


def _asked_of(row: bytes) -> Sequence[tuple[int, frozenset[int]]]:
    return [(text, frozenset(others)) for text, others in _unpacked(row)]
