"""Rows of Tablestore on the wire, written and read: https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer.

A row is its key's cells, then those of its columns, and a sum of their sums; a cell is a name, a value, perhaps a time,
and a sum of all that. Values are text, bytes, whole numbers, and in a key the least of all. What is malformed, or has
another sum, raises RowError: it must not count as a row that is not there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from struct import Struct

from shared.ledger._tablestore_crc import crc8

_KEY, _DATA, _CELL, _NAME, _VALUE, _TIMESTAMP, _DELETED, _ROW_SUM, _CELL_SUM = 1, 2, 3, 4, 5, 7, 8, 9, 10
"""Tags: each part stands behind its own."""
_INTEGER, _DOUBLE, _BOOLEAN, _STRING, _BLOB = 0, 1, 2, 3, 7
"""Types of values."""
_WIDTHS = {_INTEGER: 9, _DOUBLE: 9, _BOOLEAN: 2}
"""Bytes of a value with its type; others have their length before them."""
_HEADER = struct.pack("<i", 0x75)
_BEGIN, _COLUMNS = _HEADER + bytes((_KEY,)), bytes((_DATA,))
_CELL_ENDS = [bytes((_CELL_SUM, crc)) for crc in range(256)]
_INT32, _INT64, _DOUBLE_64 = Struct("<i"), Struct("<q"), Struct("<d")
_MARKED_INT64, _SIZED = Struct("<bq"), Struct("<bi")
_LONGEST_NAME = 255
"""Of a column (https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits)."""


class Bound(Enum):
    """No value, and a place in the order of keys."""

    LEAST = 9


class RowError(ValueError):
    """Bytes that are no row. Says what, never what was in it."""


Value = int | float | str | bytes
"""A whole number, text or bytes; a table that others write may have more."""
Key = Sequence[tuple[str, int | str | Bound]]
Row = tuple[dict[str, Value], dict[str, Value]]
"""A row's key and its columns."""


def written(key: Key, columns: Iterable[tuple[str, int | str | bytes]] = (), *, deleted: bool = False) -> bytes:
    """One row. `deleted`: of which nothing is to be left.

    Raises:
        struct.error: a number of more than 64 bits.
    """
    parts = [_BEGIN, *(_key_cell(name, value) for name, value in key)]
    sums = [part[-1] for part in parts[1:]]
    marked = False
    for name, column in columns:
        if not marked:
            parts.append(_COLUMNS)
            marked = True
        cell = _cell(name, column)
        parts.append(cell)
        sums.append(cell[-1])
    sums.append(deleted)
    parts.append(bytes((_DELETED,) * deleted + (_ROW_SUM, crc8(0, bytes(sums)))))
    return b"".join(parts)


def value_of(value: int | str | bytes | Bound) -> bytes:
    """A value behind its type, as a condition has it."""
    if isinstance(value, int):
        return _MARKED_INT64.pack(_INTEGER, value)
    if isinstance(value, Bound):
        return bytes((value.value,))
    told = value.encode() if isinstance(value, str) else value
    return _SIZED.pack(_STRING if isinstance(value, str) else _BLOB, len(told)) + told


def _cell(name: str, value: int | str | bytes | Bound) -> bytes:
    """A cell; its sum is at its end."""
    head, crc = _head(name)
    told = value_of(value)
    return b"".join((head, _INT32.pack(len(told)), told, _CELL_ENDS[crc8(crc, told)]))


_key_cell = lru_cache(maxsize=256)(_cell)
"""The same of a key: most are written several times in a delivery, many in each."""


@lru_cache(maxsize=64)
def _head(name: str) -> tuple[bytes, int]:
    """A cell up to its value, and the sum so far: a table has few columns."""
    told = name.encode()
    return bytes((_CELL, _NAME)) + _INT32.pack(len(told)) + told + bytes((_VALUE,)), crc8(0, told)


def read(data: bytes) -> list[Row]:
    """All rows in these bytes; none if there are none. Raises RowError."""
    if data and data[:4] != _HEADER:
        raise RowError("no row where one belongs")
    rows, at = list[Row](), 4
    try:
        while at < len(data):
            row, at = _row(data, at)
            rows.append(row)
    except (IndexError, struct.error):
        raise RowError("cut off") from None
    except UnicodeDecodeError:
        raise RowError("text that is no UTF-8") from None
    return rows


def _row(data: bytes, at: int) -> tuple[Row, int]:
    """The row that begins there, and where what follows begins."""
    if data[at] != _KEY:
        raise RowError("no row where one belongs")
    sums, key, columns = bytearray(), dict[str, Value](), dict[str, Value]()
    at = _cells(data, at + 1, sums, key)
    if data[at] == _DATA:
        at = _cells(data, at + 1, sums, columns)
    deleted = data[at] == _DELETED
    sums.append(deleted)
    at += deleted
    if data[at] != _ROW_SUM or data[at + 1] != crc8(0, bytes(sums)):
        raise RowError("a row with another sum")
    return (key, columns), at + 2


def _cells(data: bytes, at: int, sums: bytearray, found: dict[str, Value]) -> int:
    """All cells from there on: sums and values are added; where what follows begins."""
    while data[at] == _CELL:
        begin = at + 6
        end = begin + _INT32.unpack_from(data, at + 2)[0]
        value = end + 5  # past a length that says no more than the value itself
        if data[at + 1] != _NAME or end < begin or data[end] != _VALUE:
            raise RowError("no cell where one belongs")
        text = data[begin:end]
        at = value + (_WIDTHS.get(data[value]) or 5 + _INT32.unpack_from(data, value + 1)[0])
        told = data[value:at]
        name, crc = _name_of(text) if len(text) <= _LONGEST_NAME else (text.decode(), crc8(0, text))
        found[name], crc = _value(told), crc8(crc, told)
        if data[at] == _TIMESTAMP:
            crc, at = crc8(crc, data[at + 1 : at + 9]), at + 9
        if data[at] != _CELL_SUM or data[at + 1] != crc:
            raise RowError("a cell with another sum")
        sums.append(crc)
        at += 2
    return at


def _value(told: bytes) -> Value:
    kind = told[0]
    if kind == _INTEGER:
        return int(_INT64.unpack_from(told, 1)[0])
    if kind == _BLOB:
        return told[5:]
    if kind == _STRING:
        return told[5:].decode()
    if kind == _DOUBLE:
        return float(_DOUBLE_64.unpack_from(told, 1)[0])
    if kind == _BOOLEAN:
        return bool(told[1])
    raise RowError("an unknown type of value")


@lru_cache(maxsize=64)
def _name_of(text: bytes) -> tuple[str, int]:
    """A column's, and its sum."""
    return text.decode(), crc8(0, text)
