"""Rows by number: all made at once, or each unpacked from the package's bytes when it is asked for first.

Rows that are asked for together are unpacked together: a long text may ask for three thousand.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate, filterfalse
from struct import pack
from typing import Any, TypeVar

import msgspec

_Row = TypeVar("_Row")
_ARRAY = 0xDD
"""Of an array, with its length in four bytes behind it: https://github.com/msgpack/msgpack/blob/master/spec.md."""


class RowTable(dict[int, _Row]):
    """Rows that are there."""

    def of(self, numbers: Collection[int]) -> list[_Row]:
        """The rows of these, in this order."""
        return list(map(self.__getitem__, numbers))


class Packed:
    """Rows behind one another: a process makes no object of each."""

    def __init__(self, rows: bytes, places: bytes) -> None:
        """Of what `one_by_one` made, on a machine of the same order of bytes."""
        self._rows, self._begins = rows, array("I", places)
        self._ends = self._begins[1:]
        self.numbers = range(len(self._ends))

    def joined(self, numbers: Sequence[int]) -> bytes:
        """Some rows as they were packed, in this order."""
        rows, begins, ends = self._rows, self._begins, self._ends
        return b"".join([rows[begins[number] : ends[number]] for number in numbers])


def one_by_one(rows: Sequence[bytes]) -> tuple[bytes, bytes]:
    """For `Packed`: the rows, and where each begins and the last one ends."""
    return b"".join(rows), pack(f"={len(rows) + 1}I", *accumulate(map(len, rows), initial=0))


class PackedTable(RowTable[_Row]):
    """Rows in MessagePack."""

    def __init__(self, kind: Any, joined: Callable[[Sequence[int]], bytes], numbers: Collection[int]) -> None:
        """All of a kind.

        Args:
            kind: the type of a row.
            joined: some of them behind one another.
            numbers: of all.
        """
        self._decoded, self._alone = (msgspec.msgpack.Decoder(some).decode for some in (list[kind], kind))
        self._joined, self._numbers = joined, numbers
        self._together: Collection[int] = ()

    def keys(self) -> Any:
        """Of all, unpacked or not."""
        return self._numbers

    def of(self, numbers: Collection[int]) -> list[_Row]:
        """As above."""
        self._together = numbers
        rows = super().of(numbers)
        self._together = ()
        return rows

    def __missing__(self, number: int) -> _Row:
        """With all that are asked for together with it, unless another thread asks for others."""
        if not self._together:
            self[number] = self._alone(self._joined((number,)))
            return self[number]
        some = list(filterfalse(self.__contains__, self._together))
        if number not in some:
            some.append(number)
        head = pack(">BI", _ARRAY, len(some))
        self.update(zip(some, self._decoded(head + self._joined(some)), strict=True))
        return self[number]
