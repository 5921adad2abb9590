"""Tablestore's messages: what three operations are asked with and answered with, and an error, in protobuf.

A message is its fields by number (https://protobuf.dev/programming-guides/encoding/); which are which says
`table_store.proto` of https://github.com/aliyun/aliyun-tablestore-python-sdk. Rows in them are `_tablestore_cells`.
An answer that is none raises MessageError; what it has beyond what is asked of it here is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
_CONTINUES = 0x80
_LONGEST = 10
"""Bytes of a number."""
_SHORT = 64
"""Bytes of an answer that many rows get: it was written, or is not there."""
_FEW = 128
"""Bytes of an answer that many requests get: a row or two were written, or a few are not there."""
_PUT, _DELETE = 1, 3
_EXISTS, _EXISTS_NOT = 1, 2
_EQUAL, _ONE_COLUMN, _YES = 1, 1, 1
_FORWARD, _ONE_VERSION = 0, 1


class MessageError(ValueError):
    """Bytes that are no such message. Says what, never what was in it."""


class RowAnswer(Struct, frozen=True):
    """What became of one row of a batch."""

    error: str | None
    """Its code; None: it was read, or written."""
    row: bytes = b""
    """What was read; empty if there is no row."""


def condition(column: str, value: bytes) -> bytes:
    """There is a row, and that column of it is there and has that value (behind its type)."""
    before, behind = _around_value(column, len(value))
    return before + value + behind


@lru_cache(maxsize=8)
def _around_value(column: str, size: int) -> tuple[bytes, bytes]:
    # A missing column passes unless it is filtered out: any row without this one would be overwritten.
    behind = _number(4, _YES) + _number(5, _YES)
    one = _number(1, _EQUAL) + _data(2, column.encode()) + _data(3, bytes(size)) + behind
    whole = _number(1, _EXISTS) + _data(2, _number(1, _ONE_COLUMN) + _data(2, one))
    return whole[: len(whole) - size - len(behind)], behind


ABSENT = bytes((1 << 3 | _VARINT, _EXISTS_NOT))
"""The condition that there is no row."""


def put(row: bytes, wanted: bytes) -> bytes:
    """One row of a batch, to be written if the condition holds."""
    return _number(1, _PUT) + _data(2, row) + _data(3, wanted)


def delete(row: bytes, wanted: bytes) -> bytes:
    """One row of a batch, to be removed if the condition holds."""
    return _number(1, _DELETE) + _data(2, row) + _data(3, wanted)


def key_wanted(key: bytes) -> bytes:
    """A row's key, as a part of what asks for rows."""
    return _data(2, key)


def batch_get_row(table: str, keys: Iterable[bytes], columns: tuple[str, ...]) -> bytes:
    """Asks for rows of one table, by what `key_wanted` makes; of each for those columns, in their newest version."""
    before, behind = _around_keys(table, columns)
    return _data(1, b"".join((before, *keys, behind)))


@lru_cache(maxsize=8)
def _around_keys(table: str, columns: tuple[str, ...]) -> tuple[bytes, bytes]:
    wanted = b"".join(_data(4, column.encode()) for column in columns)
    return _data(1, table.encode()), wanted + _number(6, _ONE_VERSION)


def batch_write_row(table: str, changes: Iterable[bytes]) -> bytes:
    """Asks that those rows of one table be written or removed."""
    return _data(1, b"".join([_data(1, table.encode()), *(_data(2, change) for change in changes)]))


def get_range(table: str, start: bytes, stop: bytes, limit: int) -> bytes:
    """Asks for at most so many rows, in their order, from a key on and before another."""
    what = _data(1, table.encode()) + _number(2, _FORWARD) + _number(5, _ONE_VERSION) + _number(6, limit)
    return what + _data(7, start) + _data(8, stop)


def row_answers(body: bytes, table: str) -> Sequence[RowAnswer]:
    """What became of each row of a batch, in the request's order. Raises MessageError."""
    return _of_few(body, table) if len(body) <= _FEW else _row_answers(body, table)


def _row_answers(body: bytes, table: str) -> tuple[RowAnswer, ...]:
    found: list[RowAnswer] = []
    for one in _parts(body, 1):
        name: int | bytes | None = None
        answers: list[int | bytes] = []
        for number, value in _fields(one):
            if number == 1:
                name = value
            elif number == 2:  # noqa: PLR2004 - fields have numbers
                answers.append(value)
        if not isinstance(name, bytes):
            raise MessageError("a table without a name")
        if name == table.encode():
            found += map(_answer_of, answers)
    return tuple(found)


_of_few = lru_cache(maxsize=64)(_row_answers)


def _answer_of(told: int | bytes) -> RowAnswer:
    if isinstance(told, int):
        raise MessageError("a number where bytes belong")
    return _short(told) if len(told) <= _SHORT else _row_answer(told)


def range_answer(body: bytes) -> tuple[bytes | None, bytes]:
    """The key from which to go on, None at the end; and the rows. Raises MessageError."""
    return _last(body, 3, b"") or None, _last(body, 2)


def error_code(body: bytes) -> str:
    """An error's. Raises MessageError."""
    try:
        return _last(body, 1).decode()
    except UnicodeDecodeError:
        raise MessageError("a code that is no text") from None


def _row_answer(message: bytes) -> RowAnswer:
    done, error, row = None, b"", b""
    for number, value in _fields(message):
        if number == 1:
            done = value
        elif number == 2 and isinstance(value, bytes):  # noqa: PLR2004 - fields have numbers
            error = value
        elif number == 4 and isinstance(value, bytes):  # noqa: PLR2004 - as above
            row = value
    if not isinstance(done, int):
        raise MessageError("an answer that does not say whether it was done")
    return RowAnswer(None, row) if done else RowAnswer(error_code(error))


_short = lru_cache(maxsize=64)(_row_answer)


def _parts(message: bytes, wanted: int) -> Iterator[bytes]:
    """All of a field that may come several times."""
    for number, value in _fields(message):
        if number == wanted:
            if isinstance(value, int):
                raise MessageError("a number where bytes belong")
            yield value


def _last(message: bytes, wanted: int, default: bytes | None = None) -> bytes:
    """A field; `default` makes it optional."""
    found = default
    for found in _parts(message, wanted):  # noqa: B007 - of several the last one counts
        pass
    if found is None:
        raise MessageError("a field is missing")
    return found


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at) if message[at] >= _CONTINUES else (message[at], at + 1)
        kind = tag & 7
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind == _VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        elif kind in _WIDTHS:
            size = _WIDTHS[kind]
        else:
            raise MessageError("an unknown kind of field")
        if size > end - at:
            raise MessageError("cut off")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    if at < len(message) and message[at] < _CONTINUES:
        return message[at], at + 1
    value = 0
    for place, byte in enumerate(message[at : at + _LONGEST]):
        value |= (byte & ~_CONTINUES) << 7 * place
        if byte < _CONTINUES:
            return value, at + place + 1
    raise MessageError("a number without an end")


def _number(field: int, value: int) -> bytes:
    return bytes((field << 3 | _VARINT,)) + _encoded(value)


def _data(field: int, value: bytes) -> bytes:
    return bytes((field << 3 | _BYTES,)) + _encoded(len(value)) + value


def _encoded(value: int) -> bytes:
    if value < _CONTINUES:  # as nearly always
        return bytes((value,))
    out = bytearray()
    while value >= _CONTINUES:
        out.append(value & 0x7F | _CONTINUES)
        value >>= 7
    out.append(value)
    return bytes(out)
