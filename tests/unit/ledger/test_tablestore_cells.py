"""Cells that are written and read at once are those that the Tablestore SDK writes and reads sign by sign."""

from __future__ import annotations

import struct
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest

from shared.ledger._tablestore_cells import read, written
from shared.ledger._tablestore_link import sdk
from shared.ledger._tablestore_quick import crc8

KEYS: list[tuple[str, Any]] = [
    ("key", "job/ehpc/cn-hangzhou/ehpc-1/1.scheduler"),
    ("due_ns", 1_767_578_400_000_000_000),
    ("due_ns", -(2**63)),
    ("key", "中文"),
    ("名", "x"),
    ("key", bytearray(b"blob")),
    ("key", b"bytes"),
    ("key", True),
]
COLUMNS: list[tuple[str, Any, int | None]] = [
    ("document", bytearray(b""), None),
    ("document", bytearray(b"{}" * 200), None),
    ("document", bytearray(range(256)) * 300, None),
    ("version", 0, None),
    ("version", 2**63 - 1, None),
    ("owner", "", None),
    ("owner", "é" * 40, None),
    ("n" * 300, "a long name", None),
    ("version", 7, 1_767_578_400_000),
    ("flag", True, None),
    ("share", 0.5, 12),
]


@pytest.fixture(scope="module", name="usual")
def _usual() -> Any:
    """The SDK's module of cells once more, as it comes."""
    name = sdk().plainbuffer.plain_buffer_coded_stream.__name__
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def streams() -> Any:
    """The SDK's module of streams."""
    return sdk().plainbuffer.plain_buffer_stream


def as_written(coded: Any, keys: Any, columns: Any, capacity: int = 1 << 20) -> tuple[bytes, int]:
    """Cells of a key, then columns, and the row's sum."""
    stream = streams().PlainBufferOutputStream(capacity)
    out, crc = coded.PlainBufferCodedOutputStream(stream), 3
    for name, value in keys:
        crc = out.write_primary_key_column(name, value, crc)
    for name, value, timestamp in columns:
        crc = out.write_column(name, value, timestamp, crc)
    return bytes(stream.get_buffer()), crc


def as_read(coded: Any, data: bytes, keys: int, columns: int) -> tuple[list[Any], int, str]:
    """The same back; where it ends, and at which tag."""
    stream = streams().PlainBufferInputStream(data)
    source, crc, found = coded.PlainBufferCodedInputStream(stream), 3, list[Any]()
    stream.read_tag()
    for _ in range(keys):
        name, value, crc = source.read_primary_key_column(crc)
        found.append((name, value, crc))
    for _ in range(columns):
        *column, crc = source.read_column(crc)
        found.append((*column, crc))
    return found, stream.cur_pos, stream.last_tag


def test_cells_are_written_as_ever(usual: Any) -> None:
    """Each alone and all of them; also what is left to the SDK."""
    ours = sdk().plainbuffer.plain_buffer_coded_stream
    for key in KEYS[:4] + KEYS[5:]:
        assert as_written(ours, [key], []) == as_written(usual, [key], [])
    for column in COLUMNS:
        assert as_written(ours, [], [column]) == as_written(usual, [], [column])
    assert as_written(ours, KEYS, COLUMNS) == as_written(usual, KEYS, COLUMNS)


def test_cells_are_read_as_ever(usual: Any) -> None:
    """With what follows, and with nothing behind them."""
    ours = sdk().plainbuffer.plain_buffer_coded_stream
    keys = [key for key in KEYS if key[0].isascii()]
    data, _ = as_written(usual, keys, COLUMNS)
    for more in (b"", b"\x09\x00"):
        assert as_read(ours, data + more, len(keys), len(COLUMNS)) == as_read(
            usual, data + more, len(keys), len(COLUMNS)
        )


@pytest.mark.parametrize("column", [COLUMNS[1], COLUMNS[3], COLUMNS[5], COLUMNS[8]])
def test_what_is_damaged_is_refused_as_ever(column: Any, usual: Any) -> None:
    """Whatever sign is another one, and wherever it ends: the SDK's answer, or its word for what is wrong."""
    ours = sdk().plainbuffer.plain_buffer_coded_stream
    data, _ = as_written(usual, [], [column])

    def come_to(coded: Any, damaged: bytes) -> Any:
        try:
            return as_read(coded, damaged, 0, 1)
        except Exception as error:  # noqa: BLE001 - whatever it raises is compared
            return type(error).__name__, str(error)

    for place in range(len(data)):
        for sign in (data[place] ^ 1, 0, 255):
            damaged = data[:place] + bytes((sign,)) + data[place + 1 :]
            assert come_to(ours, damaged) == come_to(usual, damaged)
        assert come_to(ours, data[:place]) == come_to(usual, data[:place])
        assert come_to(ours, bytearray(data[:place])) == come_to(usual, bytearray(data[:place]))  # type: ignore[arg-type]


def test_plain_cells_go_through_no_sign_by_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nothing would be won: the SDK's own functions are asked for what is odd alone."""
    ours, asked = sdk().plainbuffer.plain_buffer_coded_stream, list[str]()
    usual_name = ours.PlainBufferCodedOutputStream.write_cell_name

    def noted(self: Any, name: str, crc: int) -> Any:
        asked.append(name)
        return usual_name(self, name, crc)

    monkeypatch.setattr(ours.PlainBufferCodedOutputStream, "write_cell_name", noted)
    as_written(ours, KEYS[:2], COLUMNS[:4])
    assert asked == []
    as_written(ours, [("key", True)], [COLUMNS[8]])
    assert asked == ["key", "version"]
    cell = written("version", 7, None)
    assert cell is not None
    assert read(cell[0], 1) == ("version", 7, None, cell[1], len(cell[0]))


def test_what_has_no_room_is_refused_as_ever() -> None:
    """By the SDK."""
    ours = sdk().plainbuffer.plain_buffer_coded_stream
    with pytest.raises(sdk().error.OTSClientError, match="full"):
        as_written(ours, KEYS[:1], [], capacity=20)


@pytest.mark.parametrize(
    "value",
    [0, -1, 2**63 - 1, -(2**63), "", "x", "é" * 300, bytearray(), bytearray(b"{}"), bytearray(range(256)) * 300],
)
def test_a_plain_cell_is_written_and_read_at_once(value: Any) -> None:
    """One that is damaged, or ends too soon, is left to the SDK: no sign may be another one but of the value's size.

    That one the SDK passes over as well.
    """
    cell = written("version", value, None)
    assert cell is not None
    told, crc = cell
    assert read(told, 1) == ("version", value, None, crc, len(told))
    assert read(b"before" + told + b"behind", 7) == ("version", value, None, crc, 6 + len(told))
    places = [*range(1, min(len(told), 60)), len(told) - 2, len(told) - 1]
    assert [place for place in places if read(_other(told, place), 1) is not None] == SIZE
    assert [end for end in places if read(told[:end], 1) is not None] == []


SIZE = [14, 15, 16, 17]
"""Where a value's size stands behind the name `version`."""


def _other(told: bytes, place: int) -> bytes:
    return told[:place] + bytes((told[place] ^ 1,)) + told[place + 1 :]


def test_a_cell_with_a_time_is_read_at_once_and_left_to_the_sdk_to_be_written(usual: Any) -> None:
    """It is part of the cell's sum; of a key it would be none."""
    told, _ = as_written(usual, [], [("version", 7, 1_767_578_400_000)])
    name, value, timestamp, crc, end = read(told, 1) or ("", None, None, 0, 0)
    assert (name, value, timestamp, end, told[-1]) == ("version", 7, 1_767_578_400_000, len(told), crc)
    assert [place for place in range(1, len(told)) if read(_other(told, place), 1) is not None] == SIZE
    assert written("version", 7, 1_767_578_400_000) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("v", True), ("v", 0.5), ("v", b"x"), ("v", None), ("v", 2**63), ("v", -(2**63) - 1), ("名", 1), (b"v", 1)],
)
def test_what_is_no_plain_cell_is_left_to_the_sdk(name: Any, value: Any) -> None:
    """It says what it thinks of it."""
    assert written(name, value, None) is None


def test_a_name_as_long_as_any_column_s_is_read_at_once() -> None:
    """And a longer one too, or one of no sign, which no column has."""
    for length in (0, 255, 256, 300):
        cell = written("n" * length, 1, None)
        assert cell is not None
        assert read(cell[0], 1) == ("n" * length, 1, None, cell[1], len(cell[0]))


def test_a_name_that_ends_before_it_begins_is_left_to_the_sdk() -> None:
    """What stands before it would be read once more, and again."""
    value = b"\x05" + struct.pack("<ibq", 9, 0, 7)
    before = value + bytes((10, crc8(0, value[5:])))
    assert read(before + b"\x04" + struct.pack("<i", -len(before) - 5), len(before)) is None


def test_a_size_below_nothing_is_left_to_the_sdk() -> None:
    """A cell would end before its value, where its sum could be forged into what nobody reads."""
    name = b"version"
    head = b"\x03\x04" + struct.pack("<i", len(name)) + name + b"\x05"
    forged = head + bytes((0, 0, 10, crc8(0, name))) + struct.pack("<bi", 3, -7) + b"\x0a\x00"
    assert read(forged, 1) is None
