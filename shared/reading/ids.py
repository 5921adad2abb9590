"""Ids and names as strangers write them: typed and bounded. Values may have JSON types or be text, as in a log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shared.reading.text import quoted

MAX_ID_CHARS = 128
MAX_LONG = 2**63 - 1
"""The largest id of a service that is written in Java."""
_DIGITS = re.compile(r"[0-9]{1,19}")


class Field(Struct, frozen=True):
    """One field of an announcement (`job-failure/1`)."""

    name: str
    read: Callable[[Any], Any]
    """Raises ValueError whose text is the fault."""
    required: bool = False
    fills: str = ""
    """Which field of the failure it fills, where its system has a name of its own for that."""
    says: str = ""
    """For people; stands in docs/reference.md."""


def printable_name(value: Any) -> str:
    """A namespace, group or the like: printable text without blanks around it."""
    fits = isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS
    if not fits or not value.isprintable() or value != value.strip():
        raise ValueError(f"is {quoted(value)}; wanted printable text of at most {MAX_ID_CHARS} characters")
    return str(value)


def positive_long(value: Any) -> int:
    """A positive integer of 64 bits, 1 to 2⁶³ - 1, number or digits."""
    number = whole(value)
    if number is None or not 0 < number <= MAX_LONG:
        raise ValueError(f"is {quoted(value)}; wanted a positive integer of 64 bits")
    return number


def count(value: Any) -> int:
    """0 to 2⁶³ - 1."""
    number = whole(value)
    if number is None or not 0 <= number <= MAX_LONG:
        raise ValueError(f"is {quoted(value)}; wanted an integer of 0 or more")
    return number


def flag(value: Any) -> bool:
    """True or false, as JSON or as text."""
    for spelled, meant in (("true", True), ("false", False)):
        if value is meant or value == spelled:
            return meant
    raise ValueError(f"is {quoted(value)}; wanted true or false")


def whole(value: Any) -> int | None:
    """A whole number, or the one that is spelled; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) else None
