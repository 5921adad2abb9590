"""Rows as Tablestore puts them on the wire, written: plainbuffer by hand, with its checksums.

The format is that of https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer: a header, then
for each row tagged primary key and attribute cells, each with a CRC-8 (polynomial 7) over its parts, and one over all.
Text is `str`, a BINARY is `bytes`. Whatever is malformed or has a wrong checksum raises RowError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from enum import IntEnum

from localcloud.tablestore.rows import Bound, KeyValue, Value

HEADER = 0x75


class Tag(IntEnum):
    """What comes next."""

    KEY = 1
    DATA = 2
    CELL = 3
    NAME = 4
    VALUE = 5
    TYPE = 6
    TIME = 7
    DELETE = 8
    ROW_SUM = 9
    CELL_SUM = 10


class Kind(IntEnum):
    """The type of a value."""

    INTEGER = 0
    DOUBLE = 1
    BOOLEAN = 2
    STRING = 3
    BLOB = 7


class RowError(ValueError):
    """Bytes that are no row. Says what, never what was in it."""


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


def encode_rows(rows: Iterable[tuple[Mapping[str, KeyValue], Mapping[str, tuple[Value, int]]]]) -> bytes:
    """Rows for an answer: primary key, and each column's value and timestamp; no bytes for no rows."""
    bodies = b"".join(_encode_row(key, columns) for key, columns in rows)
    return struct.pack("<i", HEADER) + bodies if bodies else b""


def _encode_row(key: Mapping[str, KeyValue], columns: Mapping[str, tuple[Value, int]]) -> bytes:
    out = bytearray([Tag.KEY])
    sums = bytearray()
    for name, value in key.items():
        _add_cell(out, sums, name, _encode_value(value), None)
    if columns:
        out.append(Tag.DATA)
    for name, (column, timestamp) in columns.items():
        _add_cell(out, sums, name, _encode_value(column), timestamp)
    out += bytes([Tag.ROW_SUM, crc8(b"\x00", crc8(sums))])  # the zero: no delete marker
    return bytes(out)


def _add_cell(out: bytearray, sums: bytearray, name: str, value: bytes, timestamp: int | None) -> None:
    text = name.encode()
    out += bytes([Tag.CELL, Tag.NAME]) + struct.pack("<i", len(text)) + text
    out += bytes([Tag.VALUE]) + struct.pack("<i", len(value)) + value
    checksum = crc8(value, crc8(text))
    if timestamp is not None:
        stamp = struct.pack("<q", timestamp)
        out += bytes([Tag.TIME]) + stamp
        checksum = crc8(stamp, checksum)
    out += bytes([Tag.CELL_SUM, checksum])
    sums.append(checksum)


def _encode_value(value: Value | Bound) -> bytes:
    if isinstance(value, Bound):
        return bytes([value.value])
    if isinstance(value, bool):
        return bytes([Kind.BOOLEAN, value])
    if isinstance(value, int):
        return bytes([Kind.INTEGER]) + struct.pack("<q", value)
    if isinstance(value, float):
        return bytes([Kind.DOUBLE]) + struct.pack("<d", value)
    kind, data = (Kind.STRING, value.encode()) if isinstance(value, str) else (Kind.BLOB, value)
    return bytes([kind]) + struct.pack("<i", len(data)) + data
