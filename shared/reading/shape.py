"""Values without a type into one of ours, and what reads documents, by one thread at a time.

What msgspec knows of a type it finds out when it first meets it, and two threads that meet one at the same moment crash
the process (msgspec 0.22: a segmentation fault; `tests/unit/reading/test_shape.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
_ONE_AT_A_TIME = Lock()


def shaped(value: Any, kind: type[_T], *, strict: bool = True) -> _T:
    """The value as that type; `strict` as msgspec's. Raises msgspec.ValidationError."""
    with _ONE_AT_A_TIME:
        return msgspec.convert(value, kind, strict=strict)


def decoder_of(kind: type[_T], read: Callable[[type, Any], Any] | None = None) -> msgspec.json.Decoder[_T]:
    """A decoder of JSON into that type, with `read` for what msgspec does not know; any thread may use it then."""
    with _ONE_AT_A_TIME:
        return msgspec.json.Decoder(kind, dec_hook=read)
