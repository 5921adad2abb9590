"""The sum over a cell is the one that the Tablestore SDK takes."""

from __future__ import annotations

from random import Random

from shared.ledger._tablestore_crc import crc8
from shared.ledger.tablestore_setup import sdk


def by_the_table(crc: int, data: bytes) -> int:
    """Byte by byte, as the SDK does it."""
    table = sdk().plainbuffer.plain_buffer_crc8.CRC8_TABLE
    for byte in data:
        crc = table[(crc & 0xFF) ^ byte]
    return crc


def test_a_sum_is_the_one_that_the_sdk_takes() -> None:
    """Of every length around where it is folded, after any other."""
    drawn = Random(1)
    for length in (*range(150), *range(1_010, 1_020), 2_031, 2_032, 2_033, 4_097, 70_000):
        data, before = drawn.randbytes(length), drawn.randrange(256)
        assert crc8(before, data) == by_the_table(before, data), length
