"""What stands in the place of the Tablestore SDK's own reckoning comes to the same, and is in its place."""

from __future__ import annotations

import struct
from datetime import datetime
from random import Random

import pytest

from shared.ledger._tablestore_link import sdk
from shared.ledger._tablestore_quick import Dates, crc8, crc_int32, crc_int64, crc_string, quicken

DATE = "%Y-%m-%dT%H:%M:%S.%fZ"


def by_the_table(crc: int, data: bytes) -> int:
    """Byte by byte, as the SDK does it."""
    table = sdk().plainbuffer.plain_buffer_crc8.CRC8_TABLE
    for byte in data:
        crc = table[(crc & 0xFF) ^ byte]
    return crc


def test_a_sum_is_the_one_that_the_sdk_takes() -> None:
    """Of every length around where it is folded, after any other; of text, bytes and bytearrays."""
    drawn = Random(1)
    for length in (*range(70), *range(250, 262), 511, 512, 513, 4_097, 70_000):
        data, before = drawn.randbytes(length), drawn.randrange(256)
        wanted = by_the_table(before, data)
        assert crc8(before, data) == crc8(before, bytearray(data)) == crc_string(before, data) == wanted, length
    assert crc_string(3, "文" * 200) == by_the_table(3, ("文" * 200).encode())
    with pytest.raises(TypeError):
        crc_string(0, bytearray(b"x"))  # type: ignore[arg-type] # as the SDK's


def test_a_date_is_read_as_ever() -> None:
    """As the service writes it, in other ways that the format takes, and not at all."""
    for text in (
        "2026-01-05T02:10:11.123Z",
        "2026-02-28T23:59:59.000Z",
        "2026-1-5T2:1:1.123456Z",
        "2026-01-05T02:10:11.000123Z",
    ):
        assert Dates.datetime.strptime(text, DATE) == datetime.strptime(text, DATE)  # noqa: DTZ007 - as the SDK's
    for text in ("", "2026-02-30T00:00:00.000Z", "2026-01-05 02:10:11.123Z", "2026-W01-1T02:10:11.123Z", "yesterday"):
        with pytest.raises(ValueError, match=r"does not match format|out of range|day"):
            Dates.datetime.strptime(text, DATE)
    assert Dates.datetime.strptime("5", "%d").day == 5
    with pytest.raises(ValueError, match="unconverted data remains"):
        Dates.datetime.strptime("2026-01-05T02:10:11.123Z", "%d")


def test_the_sdk_reckons_by_what_stands_in_its_place() -> None:
    """An upgrade that moves them makes itself known here."""
    sums = sdk().plainbuffer.plain_buffer_coded_stream.PlainBufferCrc8
    assert sdk().protocol.datetime is Dates
    assert (sums.crc_string, sums.crc_bytes) == (crc_string, crc8)
    with pytest.raises(AttributeError):
        quicken(object())


def test_numbers_and_cells_are_written_as_ever() -> None:
    """Negative ones too; what has no room is refused as ever."""
    for value in (0, 1, -1, 2**31 - 1, -(2**31)):
        assert crc_int32(5, value) == by_the_table(5, struct.pack("<i", value))
        assert crc_int64(5, value) == by_the_table(5, struct.pack("<q", value))
    stream = sdk().plainbuffer.plain_buffer_stream.PlainBufferOutputStream(19)
    stream.write_raw_byte(7)
    stream.write_raw_little_endian32(-2)
    stream.write_raw_little_endian64(3)
    stream.write_bytes("文")
    stream.write_bytes(bytearray(b"ab"))
    assert bytes(stream.get_buffer()) == b"\x07" + struct.pack("<iq", -2, 3) + "文ab".encode()
    stream.write_raw_byte(1)
    for name, given in {"write_raw_byte": 1, "write_bytes": b"x", "write_raw_little_endian32": 1}.items():
        with pytest.raises(sdk().error.OTSClientError, match="full"):
            getattr(stream, name)(given)
