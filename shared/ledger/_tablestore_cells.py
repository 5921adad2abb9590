"""Cells of the Tablestore SDK's wire format, each written and read at once instead of sign by sign.

A cell is its tag, a name, perhaps a value and a time, and a sum of all that (`_tablestore_quick`); format:
https://github.com/aliyun/aliyun-tablestore-python-sdk, `plainbuffer/plain_buffer_coded_stream.py`. What is no plain
cell of the kinds that a ledger has (text, bytes, whole numbers) is left to the SDK, untouched: so is whatever it would
refuse.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from struct import Struct
from typing import Any

from shared.ledger._tablestore_quick import crc8

_CELL, _NAME, _VALUE, _TIMESTAMP, _CHECKSUM = 3, 4, 5, 7, 10
"""Tags."""
_CELL_TAG = chr(_CELL)
"""As the SDK keeps the last one that it has read."""
_INTEGER, _STRING, _BLOB = 0, 3, 7
"""Types of values."""
_INT32, _INT64, _SIZED = Struct("<i"), Struct("<q"), Struct("<ibi")
_MARKED_INT64 = Struct("<bq")
_NUMBER_BYTES = 9
_LONGEST_NAME = 255
"""Of a column (https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits)."""
_LEAST, _MOST = -(2**63), 2**63 - 1
Read = tuple[str, Any, int | None, int, int]
"""Name, value and time of a cell that was read, its sum, and where what follows begins."""


def written(name: Any, value: Any, timestamp: Any) -> tuple[bytes, int] | None:
    """A cell and its sum; None where it is left to the SDK."""
    if type(name) is not str or not name.isascii() or timestamp is not None:
        return None
    kind = type(value)
    if kind is int and _LEAST <= value <= _MOST:
        told = _MARKED_INT64.pack(_INTEGER, value)
        size = _INT32.pack(_NUMBER_BYTES)
    elif kind is str or kind is bytearray:
        data = value.encode() if kind is str else value
        marked = _SIZED.pack(len(data) + 5, _STRING if kind is str else _BLOB, len(data))
        size, told = marked[:4], marked[4:] + data
    else:
        return None
    head, crc = _head(name)
    crc = crc8(crc, told)
    return b"".join((head, size, told, bytes((_CHECKSUM, crc)))), crc


@lru_cache(maxsize=64)
def _head(name: str) -> tuple[bytes, int]:
    """A cell up to its value's tag, and the sum so far: a table has few columns."""
    told = name.encode()
    return bytes((_CELL, _NAME)) + _INT32.pack(len(told)) + told + bytes((_VALUE,)), crc8(0, told)


def read(data: bytes, at: int) -> Read | None:
    """The cell whose name's tag stands there; None where it is left to the SDK, which also says what is wrong."""
    try:
        if data[at] != _NAME:
            return None
        begin = at + 5
        at = begin + _INT32.unpack_from(data, begin - 4)[0]
        name, value = data[begin:at], at + 5
        if at < begin or data[at] != _VALUE:
            return None
        kind = data[value]
        at = value + _NUMBER_BYTES if kind == _INTEGER else value + 5 + _INT32.unpack_from(data, value + 1)[0]
        found = _value(kind, data, value, at)
        crc = crc8(_head_crc(name) if len(name) <= _LONGEST_NAME else crc8(0, name), data[value:at])
        timestamp = None
        if data[at] == _TIMESTAMP:
            timestamp = _INT64.unpack_from(data, at + 1)[0]
            crc, at = crc8(crc, data[at + 1 : at + 9]), at + 9
        if found is None or data[at] != _CHECKSUM or data[at + 1] != crc:
            return None
        return name.decode(), found, timestamp, crc, at + 2
    except (IndexError, ValueError, struct.error):
        return None


def _value(kind: int, data: bytes, value: int, end: int) -> Any:
    if kind == _INTEGER:
        return _INT64.unpack_from(data, value + 1)[0]
    if end < value + 5:
        return None
    told = data[value + 5 : end]
    return told.decode() if kind == _STRING else bytearray(told) if kind == _BLOB else None


@lru_cache(maxsize=64)
def _head_crc(name: bytes) -> int:
    return crc8(0, name)


def hasten(sdk: Any) -> None:
    """Put them into their places in the SDK (tablestore 6.4.8).

    Raises AttributeError where an upgrade has moved them.
    """
    coded = sdk.plainbuffer.plain_buffer_coded_stream
    _hasten_writing(coded.PlainBufferCodedOutputStream, coded.PlainBufferCrc8.crc_int8)
    _hasten_reading(coded.PlainBufferCodedInputStream, coded.PlainBufferCrc8.crc_int8)


def _hasten_writing(out: Any, with_cell: Any) -> None:
    usual_key, usual_column = out.write_primary_key_column, out.write_column

    def put(self: Any, name: Any, value: Any, timestamp: Any, row_crc: int) -> Any:
        """The row's sum behind the cell; None where nothing was written."""
        cell, stream = written(name, value, timestamp), self.output_stream
        if cell is None or len(stream.buffer) + len(cell[0]) > stream.capacity:
            return None
        stream.buffer += cell[0]
        return with_cell(row_crc, cell[1])

    def write_primary_key_column(self: Any, pk_name: Any, pk_value: Any, row_check_sum: int) -> Any:
        done = put(self, pk_name, pk_value, None, row_check_sum)
        return usual_key(self, pk_name, pk_value, row_check_sum) if done is None else done

    def write_column(self: Any, column_name: Any, column_value: Any, timestamp: Any, row_check_sum: int) -> Any:
        done = put(self, column_name, column_value, timestamp, row_check_sum)
        return usual_column(self, column_name, column_value, timestamp, row_check_sum) if done is None else done

    out.write_primary_key_column, out.write_column = write_primary_key_column, write_column


def _hasten_reading(source: Any, with_cell: Any) -> None:
    usual_key, usual_column = source.read_primary_key_column, source.read_column

    def take(self: Any, row_crc: int, *, timed: bool) -> Any:
        """The cell whose tag was the last one read, and the row's sum behind it; None where nothing was read."""
        stream = self.input_stream
        there = type(stream.buffer) is bytes and stream.last_tag == _CELL_TAG
        found = read(stream.buffer, stream.cur_pos) if there else None
        if found is None or (found[2] is not None and not timed):
            return None
        name, value, timestamp, crc, stream.cur_pos = found
        stream.read_tag()
        crc = with_cell(row_crc, crc)
        return (name, value, timestamp, crc) if timed else (name, value, crc)

    def read_primary_key_column(self: Any, row_check_sum: int) -> Any:
        return take(self, row_check_sum, timed=False) or usual_key(self, row_check_sum)

    def read_column(self: Any, row_check_sum: int) -> Any:
        return take(self, row_check_sum, timed=True) or usual_column(self, row_check_sum)

    source.read_primary_key_column, source.read_column = read_primary_key_column, read_column
