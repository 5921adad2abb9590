"""Log Service bodies: LogGroup and LogGroupList in protobuf, coded by hand, and bare lz4 blocks.

The messages are those of https://www.alibabacloud.com/help/en/sls/developer-reference/data-encoding: a
LogGroup has Logs (1), Topic (3), Source (4), MachineUUID (5), LogTags (6); a Log has Time (1), Contents
(2), Time_ns (4); Content and LogTag have Key (1) and Value (2); a LogGroupList has LogGroups (1). Unknown
fields are skipped. Bytes come from strangers: anything malformed raises WireError, and nothing larger than
`BODY_BYTES_MAX` is ever inflated.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import lz4.block

from localcloud.sls.models import Log, LogGroup

BODY_BYTES_MAX = 30 * 1024 * 1024
"""Largest PutLogs body, not compressed (limit of aliyun-log-python-sdk 0.9.52 as well)."""
LOGS_MAX = 512_000
"""Most logs in one PutLogs."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX = 10


class WireError(ValueError):
    """A body that is no valid message. Says where, never what was in it."""


def decode_group(data: bytes) -> LogGroup:
    """A LogGroup from protobuf. Raises WireError."""
    logs: list[Log] = []
    tags: list[tuple[str, str]] = []
    topic = source = ""
    for number, value in _fields(data):
        if number == 1:
            logs.append(_decode_log(_message(value)))
            if len(logs) > LOGS_MAX:
                raise WireError(f"more than {LOGS_MAX} logs")
        elif number == 3:  # noqa: PLR2004 - field numbers are listed at the top of this module
            topic = _text(value)
        elif number == 4:  # noqa: PLR2004 - as above
            source = _text(value)
        elif number == 6:  # noqa: PLR2004 - as above
            key, tag = _pair(_message(value))
            tags.append((key, _text(tag)))
    return LogGroup(tuple(logs), topic, source, tuple(tags))


def encode_group(group: LogGroup) -> bytes:
    """The protobuf of a LogGroup."""
    parts = [_block(1, _encode_log(item)) for item in group.logs]
    parts.append(_block(3, group.topic.encode()))
    parts.append(_block(4, group.source.encode()))
    parts.extend(_block(6, _block(1, key.encode()) + _block(2, tag.encode())) for key, tag in group.tags)
    return b"".join(parts)


def encode_group_list(groups: list[bytes]) -> bytes:
    """A LogGroupList around groups that are encoded already, so that each stays as its sender wrote it."""
    return b"".join(_block(1, group) for group in groups)


def compress(data: bytes) -> bytes:
    """An lz4 block without size prefix."""
    return bytes(lz4.block.compress(data, store_size=False))


def decompress(data: bytes, raw_size: int) -> bytes:
    """Undo `compress`. Raises WireError if the block does not hold exactly `raw_size` bytes."""
    if not 0 <= raw_size <= BODY_BYTES_MAX:
        raise WireError("size out of bounds")
    try:
        raw = bytes(lz4.block.decompress(data, uncompressed_size=raw_size))
    except lz4.block.LZ4BlockError as error:
        raise WireError("no lz4 block of that size") from error
    if len(raw) != raw_size:
        raise WireError("the block holds another size than announced")
    return raw


def _decode_log(data: memoryview) -> Log:
    time: int | None = None
    time_ns: int | None = None
    contents: list[tuple[str, bytes]] = []
    for number, value in _fields(data):
        if number == 1:
            time = _integer(value)
        elif number == 2:  # noqa: PLR2004 - field numbers are listed at the top of this module
            key, content = _pair(_message(value))
            contents.append((key, bytes(content)))
        elif number == 4:  # noqa: PLR2004 - as above
            time_ns = _integer(value) & 0xFFFF_FFFF
    if time is None:
        raise WireError("a log without time")
    return Log(time & 0xFFFF_FFFF, tuple(contents), time_ns)


def _encode_log(item: Log) -> bytes:
    parts = [b"\x08", _encode_varint(item.time)]
    for key, value in item.contents:
        parts.append(_block(2, _block(1, key.encode()) + _block(2, value)))
    if item.time_ns is not None:
        parts.append(b"\x25" + struct.pack("<I", item.time_ns))
    return b"".join(parts)


def _pair(data: memoryview) -> tuple[str, memoryview]:
    key: str | None = None
    content: memoryview | None = None
    for number, value in _fields(data):
        if number == 1:
            key = _text(value)
        elif number == 2:  # noqa: PLR2004 - field numbers are listed at the top of this module
            content = _message(value)
    if key is None or content is None:
        raise WireError("a pair without key or value")
    return key, content


def _fields(data: bytes | memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field's number and value, in one pass: an integer, or the bytes of a length-delimited one."""
    view = memoryview(data)
    at = 0
    while at < len(view):
        tag, at = _decode_varint(view, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise WireError("field number 0")
        if kind == _VARINT:
            value, at = _decode_varint(view, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _decode_varint(view, at)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise WireError("unknown wire type")
        if size > len(view) - at:
            raise WireError("cut off inside a field")
        chunk = view[at : at + size]
        at += size
        yield number, chunk if kind == _BYTES else int.from_bytes(chunk, "little")


def _decode_varint(view: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_VARINT_BYTES_MAX):
        if at + index >= len(view):
            raise WireError("cut off inside a number")
        byte = view[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, at + index + 1
    raise WireError("a number of more than ten bytes")


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _block(number: int, payload: bytes) -> bytes:
    return _encode_varint(number << 3 | _BYTES) + _encode_varint(len(payload)) + payload


def _integer(value: int | memoryview) -> int:
    if isinstance(value, memoryview):
        raise WireError("bytes where a number belongs")
    return value


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise WireError("a number where bytes belong")
    return value


def _text(value: int | memoryview) -> str:
    try:
        return bytes(_message(value)).decode()
    except UnicodeDecodeError as error:
        raise WireError("text that is no UTF-8") from error
