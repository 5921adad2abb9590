"""Log Service's messages in protobuf, coded by hand: what is written is a LogGroup, what is read a LogGroupList.

https://www.alibabacloud.com/help/en/sls/developer-reference/data-encoding: a LogGroup has Logs (1), Topic (3), Source
(4); a Log has Time (1) and Contents (2); a Content has Key (1) and Value (2); a LogGroupList has LogGroups (1). Other
fields are passed over. Linear in the bytes; what is no such message raises ValueError, whose text quotes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIZES = {_FIXED64: 8, _FIXED32: 4}
_MOST_BITS = 64
_ONE_BYTE = 128
_LOGS, _TOPIC, _SOURCE = 1, 3, 4
_TIME, _CONTENTS = 1, 2
_KEY, _VALUE = 1, 2
_GROUPS = 1


class SentLog(NamedTuple):
    """One log as it came."""

    time: int
    """Unix seconds."""
    contents: list[tuple[bytes, bytes]]
    """Keys and values, in their order."""


class SentGroup(NamedTuple):
    """One log group; its logs are read when they are asked for."""

    topic: bytes
    data: bytes
    places: list[tuple[int, int]]
    """Where each log begins and ends."""

    def logs(self) -> Iterator[SentLog]:
        """In their order. Raises ValueError."""
        for begin, end in self.places:
            yield _log(self.data, begin, end)


def groups(data: bytes) -> list[SentGroup]:
    """The groups of a LogGroupList. Raises ValueError."""
    return [_group(data, begin, end) for number, begin, end in _fields(data, 0, len(data)) if number == _GROUPS]


def _group(data: bytes, begin: int, end: int) -> SentGroup:
    topic, places = b"", []
    for number, first, last in _fields(data, begin, end):
        if number == _LOGS:
            places.append((first, last))
        elif number == _TOPIC:
            topic = data[first:last]
    return SentGroup(topic, data, places)


def _log(data: bytes, begin: int, end: int) -> SentLog:
    time, contents = -1, []
    for number, first, last in _fields(data, begin, end):
        if number == _CONTENTS:
            contents.append(_content(data, first, last))
        elif number == _TIME:
            time = last
    if time < 0:
        raise ValueError("a log without its time")
    return SentLog(time & 0xFFFF_FFFF, contents)


def _content(data: bytes, begin: int, end: int) -> tuple[bytes, bytes]:
    """Most have a key and a value of less than 128 bytes each: those are read without a loop."""
    size = data[begin + 1] if end - begin > 1 else _ONE_BYTE
    middle = begin + 2 + size
    if data[begin : begin + 1] == b"\n" and size < _ONE_BYTE and data[middle : middle + 1] == b"\x12":
        rest = data[middle + 1] if middle + 1 < end else _ONE_BYTE
        if rest < _ONE_BYTE and middle + 2 + rest == end:
            return data[begin + 2 : middle], data[middle + 2 : end]
    found: dict[int, bytes] = {}
    for number, first, last in _fields(data, begin, end):
        found[number] = data[first:last]
    if _KEY not in found or _VALUE not in found:
        raise ValueError("a content without key or value")
    return found[_KEY], found[_VALUE]


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, begin and end of each field with a length; number, -1 and value of one that is a number."""
    while at < end:
        tag, at = _varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if kind == _BYTES:
            size, at = _varint(data, at, end)
            if size > end - at:
                raise ValueError("a field longer than its message")
            yield number, at, at + size
            at += size
        elif kind == _VARINT:
            value, at = _varint(data, at, end)
            yield number, -1, value
        elif kind in _SIZES and _SIZES[kind] <= end - at:
            at += _SIZES[kind]
        else:
            raise ValueError("no field of a known kind")


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _MOST_BITS + 6, 7):
        if at >= end:
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < _ONE_BYTE:
            return value, at
    raise ValueError("a number without an end")


def encoded(time: int, topic: str, source: str, records: Iterable[Mapping[str, str]]) -> bytes:
    """A LogGroup of logs of that time, in unix seconds. Lone surrogates become `?`."""
    head = b"\x08" + _as_varint(time)
    parts = []
    for record in records:
        contents = [
            _block(_CONTENTS, _block(_KEY, _text(key)) + _block(_VALUE, _text(value))) for key, value in record.items()
        ]
        parts.append(_block(_LOGS, b"".join((head, *contents))))
    return b"".join((*parts, _block(_TOPIC, topic.encode()), _block(_SOURCE, source.encode())))


def _text(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _block(number: int, data: bytes) -> bytes:
    return bytes((number << 3 | _BYTES,)) + _as_varint(len(data)) + data


def _as_varint(value: int) -> bytes:
    if value < _ONE_BYTE:
        return bytes((value,))
    found = bytearray()
    while value >= _ONE_BYTE:
        found.append(value & 0x7F | _ONE_BYTE)
        value >>= 7
    found.append(value)
    return bytes(found)
