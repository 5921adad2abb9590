"""Rows as Tablestore's clients put them on the wire, read: plainbuffer by hand, every checksum looked at.

The parts come in one fixed order, each behind a tag (`plainbuffer` tells the format). Bytes come from strangers:
what is malformed or has a wrong checksum raises RowError.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from localcloud.tablestore.plainbuffer import HEADER, Kind, RowError, Tag, crc8
from localcloud.tablestore.rows import Bound, Cell, Change, Row, Value


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


def _typed(data: bytes) -> tuple[Value | Bound, int]:
    """The value at the beginning, and how many bytes it took."""
    if not data:
        raise RowError("a value without type")
    kind = data[0]
    try:
        if kind in (Bound.MIN.value, Bound.MAX.value):
            return Bound(kind), 1
        if kind == Kind.BOOLEAN:
            return bool(data[1]), 2
        if kind in (Kind.INTEGER, Kind.DOUBLE):
            return struct.unpack("<q" if kind == Kind.INTEGER else "<d", data[1:9])[0], 9
        if kind not in (Kind.STRING, Kind.BLOB):
            raise RowError("an unknown type of value")
        size = struct.unpack("<i", data[1:5])[0]
        if not 0 <= size <= len(data) - 5:
            raise RowError("cut off inside a value")
        payload = data[5 : 5 + size]
        return (payload.decode() if kind == Kind.STRING else payload), 5 + size
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
        self._expect(Tag.KEY)
        key = []
        while self._next_is(Tag.CELL):
            cell = self._cell(sums)
            if cell.value is None or isinstance(cell.value, bool | float):
                raise RowError("a primary key of a wrong type")
            key.append((cell.name, cell.value))
        cells = []
        if self._next_is(Tag.DATA):
            while self._next_is(Tag.CELL):
                cell = self._cell(sums)
                if isinstance(cell.value, Bound):
                    raise RowError("a bound is no column value")
                cells.append(Cell(cell.name, cell.value, cell.change, cell.timestamp))
        deletes = self._next_is(Tag.DELETE)
        self._expect(Tag.ROW_SUM)
        if self._take(1)[0] != crc8(bytes([deletes]), crc8(sums)):
            raise RowError("a wrong checksum of a row")
        return Row(tuple(key), tuple(cells))

    def _cell(self, sums: bytearray) -> _RawCell:
        self._expect(Tag.NAME)
        name = self._sized()
        value: Value | Bound | None = None
        signed = bytearray(name)
        if self._next_is(Tag.VALUE):
            data = self._sized()
            value, size = _typed(data)
            if size != len(data):
                raise RowError("a value of another length than announced")
            signed += data
        change, timestamp = Change.PUT, None
        kind = self._take(1) if self._next_is(Tag.TYPE) else b""
        if self._next_is(Tag.TIME):
            stamp = self._take(8)
            timestamp = struct.unpack("<q", stamp)[0]
            signed += stamp
        if kind:
            signed += kind  # in the checksum the type comes after the timestamp
            if kind[0] not in (1, 3, 4):
                raise RowError("an unknown change of a cell")
            change = Change(kind[0])
        self._expect(Tag.CELL_SUM)
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
