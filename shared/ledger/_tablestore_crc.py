"""The sum over a cell of Tablestore's wire format, in few steps for many bytes.

It is a CRC-8 (polynomial x⁸+x²+x+1, the highest bit first:
https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer). It is linear: each byte adds to it
what it comes to after as many steps as stand behind it, and what several add is their exclusive or. So of a text of
twice a length the first half is moved on by that length and laid over the second, until few bytes are left.
"""

from __future__ import annotations

_SHORT = 256
"""Bytes that are gone through one by one: to fold them would cost as much."""
_FEW = 64
"""So many are left of more."""


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


def crc8(crc: int, data: bytes) -> int:
    """The sum (0 to 255) after those bytes, of one that was `crc` before them."""
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
