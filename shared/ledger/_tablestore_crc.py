"""The sum over a cell of Tablestore's wire format, in few steps for many bytes.

It is a CRC-8 (polynomial x⁸+x²+x+1, the highest bit first:
https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer): what is left of the text, as a
polynomial, after division. It divides x¹²⁷+1, so bits that are 127 apart count the same: all parts of so many bits,
from the end of a text on, are laid over one another, and what is left of them is gone through byte by byte.
"""

from __future__ import annotations

_PERIOD = 127
"""Bits."""
_SHORT = 48
"""Bytes that are gone through one by one: to fold them would cost as much."""
_FEW = 16
"""Bytes that are left of more: a period of bits."""
_PART = 8 * _PERIOD
"""Bytes that are made a number at once."""
_HALVES = [(bits, (1 << bits) - 1) for bits in (_PERIOD << place for place in range(5, -1, -1))]
"""Where such a number is folded, and what then lies below: 32 periods, 16, … 1."""


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


def crc8(crc: int, data: bytes) -> int:
    """The sum (0 to 255) after those bytes, of one that was `crc` before them."""
    length = len(data)
    if length > _SHORT:
        # What was before is laid over the first byte.
        folded = crc << 8 * (length - 1) % _PERIOD
        while length > 0:
            folded ^= int.from_bytes(data[max(0, length - _PART) : length], "big")
            length -= _PART
        for half, low in _HALVES:
            if folded > low:
                folded = folded >> half ^ folded & low
        crc, data = 0, folded.to_bytes(_FEW, "big")
    for byte in data:
        crc = _STEP[crc ^ byte]
    return crc
