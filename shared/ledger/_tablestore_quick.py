"""What the Tablestore SDK works out in Python byte by byte, in the time of a few steps: cells, their sums, dates.

The sum is the CRC-8 of its wire format (polynomial x⁸+x²+x+1, the highest bit first:
https://github.com/aliyun/aliyun-tablestore-python-sdk, `plainbuffer/plain_buffer_crc8.py`). It is linear: each byte
adds to it what it comes to after as many steps as stand behind it, and what several add is their exclusive or. So of a
text of twice a length the first half is moved on by that length and laid over the second, until few bytes are left.
"""

from __future__ import annotations

import re
from datetime import datetime as usual
from struct import Struct
from typing import Any

_SHORT = 256
"""Bytes that are gone through one by one: to fold them would cost as much."""
_FEW = 64
"""So many are left of more."""
_DATE = "%Y-%m-%dT%H:%M:%S.%fZ"
_INT32, _INT64 = Struct("i"), Struct("q")
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.(?:[0-9]{3}|[0-9]{6})Z")
"""A date in milli- or microseconds."""


def _steps() -> bytes:
    sums = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
        sums.append(value)
    return bytes(sums)


_STEP = _steps()
"""What each value of the sum comes to by one more byte of zeros."""
_BY_TWICE = [_STEP]
"""The same by 1, 2, 4, … bytes."""
for _ in range(24):
    _BY_TWICE.append(_BY_TWICE[-1].translate(_BY_TWICE[-1]))


def crc8(crc: int, data: bytes | bytearray) -> int:
    """The sum (0 to 255) after those bytes, of one that was `crc` before them."""
    crc &= 0xFF
    if len(data) > _SHORT:
        length = 1 << (len(data) - 1).bit_length()
        # Zeros before the first byte change nothing, if what was before is laid over that byte.
        text = bytes((data[0] ^ crc,)) + data[1:]
        crc, data = 0, text.rjust(length, b"\0")
        while length > _FEW:
            length //= 2
            moved = data[:length].translate(_BY_TWICE[length.bit_length() - 1])
            data = (int.from_bytes(moved, "little") ^ int.from_bytes(data[length:], "little")).to_bytes(
                length, "little"
            )
    for byte in data:
        crc = _STEP[crc ^ byte]
    return crc


def crc_int32(crc: int, value: int) -> int:
    """As the SDK's: of the value's four bytes, the lowest first."""
    return crc8(crc, (value & 0xFFFF_FFFF).to_bytes(4, "little"))


def crc_int64(crc: int, value: int) -> int:
    """As the SDK's, of eight."""
    return crc8(crc, (value & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "little"))


def crc_string(crc: int, text: str | bytes) -> int:
    """As the SDK's, of text or bytes. Raises TypeError for anything else."""
    if isinstance(text, str):
        text = text.encode("utf-8")
    elif not isinstance(text, bytes):
        raise TypeError(f"must be string, actual:{type(text)}")
    return crc8(crc, text)


class Dates:
    """In the place of the module `datetime` where the SDK reads an answer's date."""

    class datetime(usual):  # noqa: N801 - its name there
        """As the usual one."""

        @classmethod
        def strptime(cls, date_string: str, format: str, /) -> Any:  # noqa: A002 - its name there
            """As ever; a date as the service writes it without the reader for all formats, twenty times as fast."""
            if format == _DATE and _WRITTEN.fullmatch(date_string):
                try:
                    return usual.fromisoformat(date_string[:-1])
                except ValueError:
                    pass  # the usual one says what is wrong
            return usual.strptime(date_string, format)  # noqa: DTZ007 - as the SDK has it


def quicken(sdk: Any) -> None:
    """Put them into their places in the SDK (tablestore 6.4.8), and what writes cells in fewer steps.

    Raises AttributeError where an upgrade has moved them.
    """
    sums, stream = sdk.plainbuffer.plain_buffer_crc8.PlainBufferCrc8, sdk.plainbuffer.plain_buffer_stream
    for ours in (crc_string, crc_int32, crc_int64):
        getattr(sums, ours.__name__)  # it is there
        setattr(sums, ours.__name__, staticmethod(ours))
    sums.crc_bytes = staticmethod(crc8)
    sdk.protocol.datetime = Dates
    out = stream.PlainBufferOutputStream
    usual_byte, usual_bytes = out.write_raw_byte, out.write_bytes

    def write_raw_byte(self: Any, value: int) -> None:
        if len(self.buffer) < self.capacity:
            self.buffer.append(value)
        else:
            usual_byte(self, value)  # it says so

    def write_bytes(self: Any, value: Any) -> None:
        if isinstance(value, str) or len(self.buffer) + len(value) > self.capacity:
            usual_bytes(self, value)
        else:
            self.buffer += value

    def write_raw_little_endian32(self: Any, value: int) -> None:
        write_bytes(self, _INT32.pack(value))

    def write_raw_little_endian64(self: Any, value: int) -> None:
        write_bytes(self, _INT64.pack(value))

    for writes in (write_raw_byte, write_bytes, write_raw_little_endian32, write_raw_little_endian64):
        setattr(out, writes.__name__, writes)
