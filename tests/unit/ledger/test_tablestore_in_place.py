"""What is put into the places of the Tablestore SDK does the plain work, and leaves the rest to what was there."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from shared.ledger._tablestore_cells import hasten, written
from shared.ledger._tablestore_link import sdk
from shared.ledger._tablestore_quick import Dates, crc8, quicken
from tests.unit.ledger.as_it_comes import anew

CELL = chr(3)
TIME = 1_767_578_400_000
LEFT = ("left", "to", "the SDK")


@pytest.fixture(name="there")
def _there() -> Any:
    """The SDK's modules as they come, to be hastened and quickened anew."""
    usual = sdk().plainbuffer
    names = ("plain_buffer_coded_stream", "plain_buffer_crc8", "plain_buffer_stream")
    modules = {name: anew(getattr(usual, name)) for name in names}
    return SimpleNamespace(plainbuffer=SimpleNamespace(**modules), protocol=SimpleNamespace(datetime=datetime))


@pytest.fixture(name="left")
def _left(there: Any) -> list[str]:
    """What is left to the SDK's own functions, which say nothing else here."""
    asked = list[str]()
    coded = there.plainbuffer.plain_buffer_coded_stream

    def leave(owner: Any, name: str) -> None:
        def noted(*_: Any) -> Any:
            asked.append(name)
            return LEFT

        setattr(owner, name, noted)

    for name in ("read_primary_key_column", "read_column"):
        leave(coded.PlainBufferCodedInputStream, name)
    for name in ("write_primary_key_column", "write_column"):
        leave(coded.PlainBufferCodedOutputStream, name)
    for name in ("write_raw_byte", "write_bytes"):
        leave(there.plainbuffer.plain_buffer_stream.PlainBufferOutputStream, name)
    return asked


def _source(there: Any, data: Any, last_tag: str = CELL) -> Any:
    """A reader behind a cell's first tag."""
    stream = there.plainbuffer.plain_buffer_stream.PlainBufferInputStream(data)
    stream.cur_pos, stream.last_tag = 1, last_tag
    return there.plainbuffer.plain_buffer_coded_stream.PlainBufferCodedInputStream(stream)


def _cell(name: str, value: Any) -> tuple[bytes, int]:
    cell = written(name, value, None)
    assert cell is not None
    return cell


def _timed() -> bytes:
    """A cell with a time, as the SDK writes it."""
    stream = sdk().plainbuffer.plain_buffer_stream.PlainBufferOutputStream(99)
    sdk().plainbuffer.plain_buffer_coded_stream.PlainBufferCodedOutputStream(stream).write_column("version", 7, TIME, 0)
    return bytes(stream.get_buffer())


def test_plain_cells_are_read_without_the_sdk(there: Any, left: list[str]) -> None:
    """Of a key, and of a column, with a time or without; what follows is the next tag."""
    hasten(there)
    told, crc = _cell("key", "job")
    source = _source(there, told + b"\x09")
    assert source.read_primary_key_column(3) == ("key", "job", crc8(3, bytes((crc,))))
    assert (source.input_stream.cur_pos, source.input_stream.last_tag) == (len(told) + 1, "\x09")
    assert _source(there, told).read_column(3) == ("key", "job", None, crc8(3, bytes((crc,))))
    timed = _timed()
    assert _source(there, timed).read_column(0) == ("version", 7, TIME, crc8(0, timed[-1:]))
    assert left == []


@pytest.mark.parametrize(
    ("odd", "last_tag"),
    [(b"\x03\x04", CELL), (_cell("key", "job")[0], "\x09"), (bytearray(_cell("key", "job")[0]), CELL)],
)
def test_what_is_no_plain_cell_to_read_is_left_where_it_stands(
    there: Any, left: list[str], odd: bytes, last_tag: str
) -> None:
    """Cut off, behind another tag, or in what may still change."""
    hasten(there)
    source = _source(there, odd, last_tag)
    assert (source.read_primary_key_column(3), source.read_column(3)) == (LEFT, LEFT)
    assert (source.input_stream.cur_pos, source.input_stream.last_tag) == (1, last_tag)
    assert left == ["read_primary_key_column", "read_column"]


def test_a_key_with_a_time_is_left_to_the_sdk(there: Any, left: list[str]) -> None:
    """There is none: it refuses the cell."""
    hasten(there)
    source = _source(there, _timed())
    assert source.read_primary_key_column(0) == LEFT
    assert (source.input_stream.cur_pos, left) == (1, ["read_primary_key_column"])


@pytest.mark.parametrize("to_spare", [0, -1])
def test_a_cell_is_written_at_once_where_it_has_room(there: Any, left: list[str], to_spare: int) -> None:
    """To the last byte, behind what is there; what has none is refused by the SDK."""
    hasten(there)
    told, crc = _cell("key", "job")
    stream = there.plainbuffer.plain_buffer_stream.PlainBufferOutputStream(2 + len(told) + to_spare)
    out = there.plainbuffer.plain_buffer_coded_stream.PlainBufferCodedOutputStream(stream)
    for name, given in (("write_primary_key_column", ("key", "job")), ("write_column", ("key", "job", None))):
        stream.buffer = bytearray(b"ab")
        done = getattr(out, name)(*given, 3)
        assert (done, bytes(stream.buffer)) == ((LEFT, b"ab") if to_spare else (crc8(3, bytes((crc,))), b"ab" + told))
    assert left == (["write_primary_key_column", "write_column"] if to_spare else [])


def test_bytes_are_written_at_once_where_they_have_room(there: Any, left: list[str]) -> None:
    """To the last one; text, and what has none, is left to the SDK."""
    quicken(there)
    stream = there.plainbuffer.plain_buffer_stream.PlainBufferOutputStream(15)
    stream.write_raw_byte(7)
    stream.write_raw_little_endian32(-2)
    stream.write_raw_little_endian64(3)
    stream.write_raw_byte(8)
    stream.write_bytes(b"x")
    assert (bytes(stream.buffer), left) == (b"\x07\xfe\xff\xff\xff\x03" + bytes(7) + b"\x08x", [])
    stream.write_raw_byte(9)
    stream.write_bytes(b"y")
    assert left == ["write_raw_byte", "write_bytes"]
    del stream.buffer[14:]
    stream.write_raw_byte(9)
    stream.buffer.clear()
    stream.write_bytes("z")
    assert (bytes(stream.buffer), left) == (b"", ["write_raw_byte", "write_bytes", "write_bytes"])


def test_sums_and_dates_are_in_their_places(there: Any) -> None:
    """Each under the name that the SDK calls it by."""
    quicken(there)
    sums = there.plainbuffer.plain_buffer_crc8.PlainBufferCrc8
    names = [sums.crc_bytes, sums.crc_string, sums.crc_int32, sums.crc_int64]
    assert [one.__module__ for one in names] == [crc8.__module__] * 4
    assert there.protocol.datetime is Dates
    del sums.crc_int32
    with pytest.raises(AttributeError):
        quicken(there)
