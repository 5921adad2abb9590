"""Values without a type into one of ours, and what reads documents, by one thread at a time.

What msgspec knows of a type it finds out when it first meets it, and two threads that meet one at the same moment crash
the process (msgspec 0.22: a segmentation fault; `tests/unit/reading/test_shape.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
_ONE_AT_A_TIME = Lock()


def shaped(value: Any, kind: type[_T], *, strict: bool = True) -> _T:
    """The value as that type; `strict` as msgspec's. Raises msgspec.ValidationError."""
    with _ONE_AT_A_TIME:
        return msgspec.convert(value, kind, strict=strict)


def each_shaped(rows: Sequence[Any], kind: type[_T], unread: _T) -> list[_T]:
    """Each row as that type, numbers as text too; `unread` in the place of one that is none: it hides no other.

    Raises msgspec.ValidationError: there are rows, and not one of them is.
    """

    def read(row: Any) -> _T:
        try:
            return shaped(row, kind, strict=False)
        except msgspec.ValidationError:
            return unread

    each = [read(row) for row in rows]
    if each and all(one is unread for one in each):
        shaped(rows[0], kind, strict=False)
    return each


def decoder_of(
    kind: type[_T], read: Callable[[type, Any], Any] | None = None, *, strict: bool = True
) -> msgspec.json.Decoder[_T]:
    """A decoder of JSON into that type, with `read` for what msgspec does not know; any thread may use it then."""
    with _ONE_AT_A_TIME:
        return msgspec.json.Decoder(kind, dec_hook=read, strict=strict)
