"""Rows are those that the Tablestore SDK writes and reads, and what it refuses is refused."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pytest

from shared.ledger._tablestore_cells import Bound, Key, RowError, read, written
from shared.ledger._tablestore_crc import crc8
from shared.ledger.tablestore_setup import sdk

KEYS: list[Key] = [
    [("key", "job/ehpc/cn-hangzhou/ehpc-1/1.scheduler")],
    [("key", "中文")],
    [("key", "")],
    [("due_ns", 1_767_578_400_000_000_000), ("key", "k" * 1024)],
    [("due_ns", -(2**63)), ("key", Bound.LEAST)],
    [("expires_ns", Bound.LEAST), ("key", Bound.LEAST)],
]
COLUMNS: list[tuple[str, int | str | bytes]] = [
    ("document", b""),
    ("document", b"{}" * 200),
    ("document", bytes(range(256)) * 300),
    ("version", 0),
    ("version", 2**63 - 1),
    ("version", -1),
    ("owner", ""),
    ("owner", "é" * 40),
    ("n" * 300, "a long name"),
]


def told_to_sdk(value: Any) -> Any:
    """A value in the SDK's words: it sends bytes as text."""
    if value is Bound.LEAST:
        return sdk().INF_MIN
    return bytearray(value) if isinstance(value, bytes) else value


def by_the_sdk(key: Key, columns: Sequence[tuple[Any, ...]] = ()) -> bytes:
    """A row as it writes one, perhaps with times."""
    builder = sdk().plainbuffer.plain_buffer_builder.PlainBufferBuilder
    names = [(name, told_to_sdk(value)) for name, value in key]
    told = [(name, told_to_sdk(value), *more) for name, value, *more in columns]
    return bytes(builder.serialize_for_put_row(names, told) if told else builder.serialize_primary_key(names))


def read_by_the_sdk(data: bytes) -> Any:
    """Rows as it reads them; what it says where it reads none."""
    plain = sdk().plainbuffer
    stream = plain.plain_buffer_stream.PlainBufferInputStream(data)
    try:
        rows = plain.plain_buffer_coded_stream.PlainBufferCodedInputStream(stream).read_rows()
    except Exception:  # noqa: BLE001 - whatever it raises
        return RowError
    plainly = [(dict(row.primary_key), {name: value for name, value, _ in row.attribute_columns}) for row in rows]
    return [tuple({name: as_ours(value) for name, value in part.items()} for part in row) for row in plainly]


def as_ours(value: Any) -> Any:
    """A value that the SDK has read."""
    return bytes(value) if isinstance(value, bytearray) else value


def read_by_us(data: bytes) -> Any:
    """The same."""
    try:
        return read(data)
    except RowError:
        return RowError


@pytest.mark.parametrize("key", KEYS)
def test_a_row_is_written_as_the_sdk_does(key: Key) -> None:
    """Its key alone, and with columns, each alone and all of them."""
    assert written(key) == by_the_sdk(key)
    for column in COLUMNS:
        assert written(key, [column]) == by_the_sdk(key, [column])
    assert written(key, COLUMNS) == by_the_sdk(key, COLUMNS)


def test_a_row_to_be_removed_is_written_as_the_sdk_does() -> None:
    """It says so itself."""
    wanted = sdk().plainbuffer.plain_buffer_builder.PlainBufferBuilder.serialize_for_delete_row([("key", "k")])
    assert written([("key", "k")], deleted=True) == bytes(wanted)
    assert read(bytes(wanted)) == [({"key": "k"}, {})]


def test_a_number_of_more_bits_is_none() -> None:
    """Nothing is cut off it."""
    with pytest.raises(struct.error):
        written([("due_ns", 2**63)])


def test_rows_are_read_as_they_were_written() -> None:
    """One, several, none; with times, and of kinds that another may have written."""
    for key in KEYS[:4]:
        for column in COLUMNS:
            assert read(written(key, [column])) == [(dict(key), dict([column]))]
    odd = [("flag", True, 12), ("share", 0.5, 12), ("version", 7, 1_767_578_400_000)]
    one, two = by_the_sdk(KEYS[0], odd), written(KEYS[1], COLUMNS[3:4])
    wanted = [(dict(KEYS[0]), {"flag": True, "share": 0.5, "version": 7}), (dict(KEYS[1]), {"version": 0})]
    assert read(one + two[4:]) == read_by_the_sdk(one + two[4:]) == wanted
    assert read(b"") == []
    assert read(one[:4]) == []


@pytest.mark.parametrize("column", [COLUMNS[1], COLUMNS[3], COLUMNS[7], ("version", 7, 1_767_578_400_000)])
def test_what_is_damaged_is_refused_as_by_the_sdk(column: Any) -> None:
    """Whatever byte is another one, and wherever it ends; what it passes over (a cell's length) is passed over."""
    data = by_the_sdk([("key", "job")], [column])
    for place in range(len(data)):
        for byte in (data[place] ^ 1, 0, 255):
            damaged = data[:place] + bytes((byte,)) + data[place + 1 :]
            assert read_by_us(damaged) == read_by_the_sdk(damaged), (place, byte)
        if place > 4:
            assert read_by_us(data[:place]) is RowError, place


def test_a_size_below_nothing_is_refused() -> None:
    """Of a name or a value: what stands before it would be read once more, and its sum could be forged."""
    head = written([("key", "k")])[:-2]
    whole = head + b"\x02\x03\x04" + struct.pack("<i", 7) + b"version\x05"
    forged = whole + bytes((0, 0, 10, crc8(0, b"version"))) + struct.pack("<bi", 3, -7) + b"\x0a\x00"
    assert read_by_us(forged) is RowError
    assert read_by_us(head + b"\x02\x03\x04" + struct.pack("<i", -30) + b"\x05" + bytes(40)) is RowError
    earlier = head.index(b"\x05") - (len(head) + 7)  # a name that would end where another cell's value begins
    with pytest.raises(RowError, match="no cell where one belongs"):
        read(head + b"\x02\x03\x04" + struct.pack("<i", earlier) + bytes(40))


@pytest.mark.parametrize("kind", [4, 6, 9, 255])
def test_a_value_of_a_kind_that_nobody_knows_is_refused(kind: int) -> None:
    """However right its sum: nobody knows what it says."""
    told = struct.pack("<bi", kind - 256 if kind > 127 else kind, 1) + b"x"
    cell = b"\x03\x04" + struct.pack("<i", 1) + b"v\x05" + struct.pack("<i", len(told)) + told
    crc = crc8(crc8(0, b"v"), told)
    data = written([("key", "k")])[:4] + b"\x01\x02" + cell + bytes((10, crc))
    assert read_by_us(data + bytes((9, crc8(0, bytes((crc, 0)))))) is RowError
