"""Rows as Tablestore has them: typed values under a primary key, kept in its order.

Rules: https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits. One version a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from localcloud.tablestore.errors import OtsError, parameter_invalid

KEY_BYTES_MAX = 1024
INTEGER, STRING, BINARY = 1, 2, 3
_KEY_TYPES: Mapping[int, type] = {INTEGER: int, STRING: str, BINARY: bytes}


class Bound(Enum):
    """What a range's end may have in place of a key's value."""

    MIN = 0x9
    MAX = 0xA


class Change(Enum):
    """What an attribute cell of UpdateRow does."""

    PUT = 0
    DELETE_ALL = 1
    DELETE_ONE = 3
    INCREMENT = 4


Value = bool | int | float | str | bytes
KeyValue = int | str | bytes | Bound


@dataclass(frozen=True, slots=True)
class Cell:
    """One attribute cell."""

    name: str
    value: Value | None
    change: Change = Change.PUT
    timestamp: int | None = None
    """Milliseconds, which is also the cell's version."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it came."""

    key: tuple[tuple[str, KeyValue], ...]
    cells: tuple[Cell, ...] = ()


Key = tuple[KeyValue, ...]
Cells = dict[str, tuple[Value, int]]
"""Each column's value and version in milliseconds."""


class Rows:
    """Rows by primary key, in its order: numbers by size, text and bytes by their bytes."""

    def __init__(self, schema: Mapping[str, int]) -> None:
        self.schema = schema
        """Names of the key columns, each with its type's number."""
        self.rows: dict[Key, Cells] = {}

    def key(self, row: Row, *, bounds: bool = False) -> Key:
        """The row's key, checked against the schema. Raises OtsError."""
        if tuple(name for name, _ in row.key) != tuple(self.schema):
            raise OtsError("OTSInvalidPK", "Validate PK name fail.")
        for (name, value), kind in zip(row.key, self.schema.values(), strict=True):
            if isinstance(value, Bound):
                if not bounds:
                    raise parameter_invalid(f"Invalid value of primary key column: '{name}'.")
            elif type(value) is not _KEY_TYPES[kind]:
                raise OtsError("OTSInvalidPK", f"Validate PK type fail: '{name}'.")
            elif isinstance(value, str | bytes) and byte_size(value) > KEY_BYTES_MAX:
                raise parameter_invalid(f"The length of primary key column: '{name}' exceeds {KEY_BYTES_MAX}.")
        return tuple(value for _, value in row.key)

    def named(self, key: Key) -> dict[str, KeyValue]:
        """The key's values by name."""
        return dict(zip(self.schema, key, strict=True))

    def between(self, start: Key, end: Key, *, backward: bool) -> Iterator[Key]:
        """Keys from `start` on and before `end`, in that direction. Raises OtsError for an empty range."""
        low, high = order(start), order(end)
        if low >= high if not backward else low <= high:
            raise parameter_invalid("Begin key must be less than end key in FORWARD, greater in BACKWARD.")
        inside = [
            (place, key)
            for key in self.rows
            for place in [order(key)]
            if (high < place <= low if backward else low <= place < high)
        ]
        return (key for _, key in sorted(inside, key=lambda each: each[0], reverse=backward))


def byte_size(value: str | bytes) -> int:
    """How long the value is on the wire."""
    return len(value.encode()) if isinstance(value, str) else len(value)


def order(key: Key) -> tuple[tuple[int, int | bytes], ...]:
    """What a key is sorted by: the least bound, values, the greatest bound."""
    return tuple(_place(value) for value in key)


def _place(value: KeyValue) -> tuple[int, int | bytes]:
    if isinstance(value, Bound):
        return (0 if value is Bound.MIN else 2, 0)
    return (1, value.encode() if isinstance(value, str) else value)
