"""Protobuf for the local Tablestore, by hand: a message is its fields by number.

Only the three wire types that Tablestore's messages use are known (varint, 64 bit, length-delimited):
https://protobuf.dev/programming-guides/encoding/. Bytes come from strangers: what is malformed raises PbError.
"""

from __future__ import annotations

from collections.abc import Iterable

_VARINT, _FIXED64, _BYTES = 0, 1, 2
_VARINT_BYTES_MAX = 10
_CONTINUES = 0x80


class PbError(ValueError):
    """Bytes that are no such message. Says where, never what was in it."""


class Message:
    """A received message; of a field that came more than once, the singular readers take the last."""

    def __init__(self, data: bytes) -> None:
        self._fields: dict[int, list[int | bytes]] = {}
        at = 0
        while at < len(data):
            tag, at = _varint(data, at)
            number, kind = tag >> 3, tag & 7
            value, at = _value(data, at, kind)
            self._fields.setdefault(number, []).append(value)

    def has(self, number: int) -> bool:
        """Whether the field came."""
        return number in self._fields

    def integer(self, number: int, default: int | None = None) -> int:
        """A varint as a signed 64-bit number; `default` makes it optional."""
        value = self._last(number, default)
        if isinstance(value, bytes):
            raise PbError(f"field {number} is no number")
        return value - (1 << 64) if value >= 1 << 63 else value

    def data(self, number: int, default: bytes | None = None) -> bytes:
        """Bytes; `default` makes them optional."""
        value = self._last(number, default)
        if isinstance(value, int):
            raise PbError(f"field {number} is no bytes")
        return value

    def text(self, number: int) -> str:
        """Required UTF-8."""
        return _text(number, self.data(number))

    def message(self, number: int) -> Message:
        """Required message."""
        return Message(self.data(number))

    def all_data(self, number: int) -> list[bytes]:
        """Every value of a repeated field."""
        values = self._fields.get(number, [])
        found = [value for value in values if isinstance(value, bytes)]
        if len(found) != len(values):
            raise PbError(f"field {number} is no bytes")
        return found

    def messages(self, number: int) -> list[Message]:
        """Every message of a repeated field."""
        return [Message(value) for value in self.all_data(number)]

    def texts(self, number: int) -> list[str]:
        """Every text of a repeated field."""
        return [_text(number, value) for value in self.all_data(number)]

    def _last(self, number: int, default: int | bytes | None) -> int | bytes:
        if number in self._fields:
            return self._fields[number][-1]
        if default is None:
            raise PbError(f"field {number} is missing")
        return default


def number_field(number: int, value: int) -> bytes:
    """A varint field; a negative number takes ten bytes, as protobuf's int32 and int64 do."""
    return _encode_varint(number << 3 | _VARINT) + _encode_varint(value & (1 << 64) - 1)


def data_field(number: int, value: bytes | str) -> bytes:
    """A length-delimited field: bytes, UTF-8 or an encoded message."""
    payload = value.encode() if isinstance(value, str) else value
    return _encode_varint(number << 3 | _BYTES) + _encode_varint(len(payload)) + payload


def data_fields(number: int, values: Iterable[bytes | str]) -> bytes:
    """A repeated length-delimited field."""
    return b"".join(data_field(number, value) for value in values)


def _value(data: bytes, at: int, kind: int) -> tuple[int | bytes, int]:
    if kind == _VARINT:
        return _varint(data, at)
    if kind == _BYTES:
        size, at = _varint(data, at)
    elif kind == _FIXED64:
        size = 8
    else:
        raise PbError("unknown wire type")
    if size > len(data) - at:
        raise PbError("cut off inside a field")
    return data[at : at + size], at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_VARINT_BYTES_MAX):
        if at + index >= len(data):
            raise PbError("cut off inside a number")
        byte = data[at + index]
        value |= (byte & ~_CONTINUES) << (7 * index)
        if byte < _CONTINUES:
            return value & (1 << 64) - 1, at + index + 1
    raise PbError("a number of more than ten bytes")


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value >= _CONTINUES:
        out.append(value & ~_CONTINUES & 0xFF | _CONTINUES)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(number: int, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise PbError(f"field {number} is no UTF-8") from None
