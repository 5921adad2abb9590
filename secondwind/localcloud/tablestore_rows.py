"""Rows as Tablestore puts them on the wire: plainbuffer, coded by hand, with its checksums.

The format is that of https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer: a header, then
for each row tagged primary key and attribute cells, each with a CRC-8 (polynomial 7) over its parts, and one over all.
Text is `str`, a BINARY is `bytes`. Whatever is malformed or has a wrong checksum raises RowError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

HEADER = 0x75
_PK, _DATA, _CELL, _NAME, _VALUE, _TYPE, _TIME, _DELETE, _ROW_SUM, _CELL_SUM = range(1, 11)
_INTEGER, _DOUBLE, _BOOLEAN, _STRING, _BLOB = 0, 1, 2, 3, 7


class RowError(ValueError):
    """Bytes that are no row. Says what, never what was in it."""


class Bound(Enum):
    """What a range's end may have in place of a key's value."""

    MIN = 0x9
    MAX = 0xA


class Change(Enum):
    """What an attribute cell of UpdateRow does."""

    PUT = 0
    DELETE_ALL = 1
    DELETE_ONE = 3
    INCREMENT = 4


Value = bool | int | float | str | bytes
KeyValue = int | str | bytes | Bound


@dataclass(frozen=True, slots=True)
class Cell:
    """One attribute cell."""

    name: str
    value: Value | None
    change: Change = Change.PUT
    timestamp: int | None = None
    """Milliseconds, which is also the cell's version."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it came."""

    key: tuple[tuple[str, KeyValue], ...]
    cells: tuple[Cell, ...] = ()


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


def crc8(data: bytes | bytearray, start: int = 0) -> int:
    """CRC-8, polynomial x^8 + x^2 + x + 1."""
    value = start
    for byte in data:
        value = _TABLE[value ^ byte]
    return value


def decode_row(data: bytes) -> Row:
    """The one row in these bytes."""
    reader = _Reader(data)
    row = reader.row()
    if not reader.at_end():
        raise RowError("more than one row")
    return row


def decode_value(data: bytes) -> Value:
    """A column value as a condition holds it: type and value, without tag, length or checksum."""
    value, _ = _typed(data)
    if isinstance(value, Bound):
        raise RowError("a bound is no column value")
    return value


def encode_rows(rows: Iterable[tuple[Mapping[str, KeyValue], Mapping[str, tuple[Value, int]]]]) -> bytes:
    """Rows for an answer: primary key, and each column's value and timestamp; no bytes for no rows."""
    bodies = b"".join(_encode_row(key, columns) for key, columns in rows)
    return struct.pack("<i", HEADER) + bodies if bodies else b""


def _encode_row(key: Mapping[str, KeyValue], columns: Mapping[str, tuple[Value, int]]) -> bytes:
    out = bytearray([_PK])
    sums = bytearray()
    for name, value in key.items():
        _add_cell(out, sums, name, _encode_value(value), None)
    if columns:
        out.append(_DATA)
    for name, (column, timestamp) in columns.items():
        _add_cell(out, sums, name, _encode_value(column), timestamp)
    out += bytes([_ROW_SUM, crc8(b"\x00", crc8(sums))])  # the zero: no delete marker
    return bytes(out)


def _add_cell(out: bytearray, sums: bytearray, name: str, value: bytes, timestamp: int | None) -> None:
    text = name.encode()
    out += bytes([_CELL, _NAME]) + struct.pack("<i", len(text)) + text
    out += bytes([_VALUE]) + struct.pack("<i", len(value)) + value
    checksum = crc8(value, crc8(text))
    if timestamp is not None:
        stamp = struct.pack("<q", timestamp)
        out += bytes([_TIME]) + stamp
        checksum = crc8(stamp, checksum)
    out += bytes([_CELL_SUM, checksum])
    sums.append(checksum)


def _encode_value(value: Value | Bound) -> bytes:
    if isinstance(value, Bound):
        return bytes([value.value])
    if isinstance(value, bool):
        return bytes([_BOOLEAN, value])
    if isinstance(value, int):
        return bytes([_INTEGER]) + struct.pack("<q", value)
    if isinstance(value, float):
        return bytes([_DOUBLE]) + struct.pack("<d", value)
    kind, data = (_STRING, value.encode()) if isinstance(value, str) else (_BLOB, value)
    return bytes([kind]) + struct.pack("<i", len(data)) + data


def _typed(data: bytes) -> tuple[Value | Bound, int]:
    """The value at the beginning, and how many bytes it took."""
    if not data:
        raise RowError("a value without type")
    kind = data[0]
    try:
        if kind in (Bound.MIN.value, Bound.MAX.value):
            return Bound(kind), 1
        if kind == _BOOLEAN:
            return bool(data[1]), 2
        if kind in (_INTEGER, _DOUBLE):
            return struct.unpack("<q" if kind == _INTEGER else "<d", data[1:9])[0], 9
        if kind not in (_STRING, _BLOB):
            raise RowError("an unknown type of value")
        size = struct.unpack("<i", data[1:5])[0]
        if not 0 <= size <= len(data) - 5:
            raise RowError("cut off inside a value")
        payload = data[5 : 5 + size]
        return (payload.decode() if kind == _STRING else payload), 5 + size
    except (struct.error, IndexError):
        raise RowError("cut off inside a value") from None
    except UnicodeDecodeError:
        raise RowError("text that is no UTF-8") from None


@dataclass(frozen=True, slots=True)
class _RawCell:
    name: str
    value: Value | Bound | None
    change: Change
    timestamp: int | None


class _Reader:
    """Reads tagged parts in their fixed order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4
        if data[:4] != struct.pack("<i", HEADER):
            raise RowError("no header")

    def at_end(self) -> bool:
        """Whether everything was read."""
        return self._at == len(self._data)

    def row(self) -> Row:
        """The next row."""
        sums = bytearray()
        self._expect(_PK)
        key = []
        while self._next_is(_CELL):
            cell = self._cell(sums)
            if cell.value is None or isinstance(cell.value, bool | float):
                raise RowError("a primary key of a wrong type")
            key.append((cell.name, cell.value))
        cells = []
        if self._next_is(_DATA):
            while self._next_is(_CELL):
                cell = self._cell(sums)
                if isinstance(cell.value, Bound):
                    raise RowError("a bound is no column value")
                cells.append(Cell(cell.name, cell.value, cell.change, cell.timestamp))
        deletes = self._next_is(_DELETE)
        self._expect(_ROW_SUM)
        if self._take(1)[0] != crc8(bytes([deletes]), crc8(sums)):
            raise RowError("a wrong checksum of a row")
        return Row(tuple(key), tuple(cells))

    def _cell(self, sums: bytearray) -> _RawCell:
        self._expect(_NAME)
        name = self._sized()
        value: Value | Bound | None = None
        signed = bytearray(name)
        if self._next_is(_VALUE):
            data = self._sized()
            value, size = _typed(data)
            if size != len(data):
                raise RowError("a value of another length than announced")
            signed += data
        change, timestamp = Change.PUT, None
        kind = self._take(1) if self._next_is(_TYPE) else b""
        if self._next_is(_TIME):
            stamp = self._take(8)
            timestamp = struct.unpack("<q", stamp)[0]
            signed += stamp
        if kind:
            signed += kind  # in the checksum the type comes after the timestamp
            if kind[0] not in (1, 3, 4):
                raise RowError("an unknown change of a cell")
            change = Change(kind[0])
        self._expect(_CELL_SUM)
        checksum = self._take(1)[0]
        if checksum != crc8(signed):
            raise RowError("a wrong checksum of a cell")
        sums.append(checksum)
        try:
            return _RawCell(name.decode(), value, change, timestamp)
        except UnicodeDecodeError:
            raise RowError("a name that is no UTF-8") from None

    def _sized(self) -> bytes:
        size = struct.unpack("<i", self._take(4))[0]
        if size < 0:
            raise RowError("a negative length")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise RowError("cut off")
        self._at += size
        return self._data[self._at - size : self._at]

    def _next_is(self, tag: int) -> bool:
        if self._data[self._at : self._at + 1] != bytes([tag]):
            return False
        self._at += 1
        return True

    def _expect(self, tag: int) -> None:
        if not self._next_is(tag):
            raise RowError(f"no part {tag} where one belongs")
