"""What the local Tablestore keeps: tables of rows, and global secondary indexes that follow them, at once or later.

Rules of indexes: https://www.alibabacloud.com/help/en/tablestore/secondary-index-overview. An index follows
asynchronously, holds only rows that have all of its key columns, and is read as a table of its own. Callers hold the
lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.tablestore.errors import OtsError, parameter_invalid
from localcloud.tablestore.rows import Cells, Change, Key, KeyValue, Row, Rows, byte_size

VALUE_BYTES_MAX = 2 * 1024 * 1024
_DEFINED_TYPES: Mapping[int, type] = {1: int, 2: float, 3: bool, 4: str, 7: bytes}


class Index(Rows):
    """A global secondary index of one table."""

    def __init__(self, name: str, schema: Mapping[str, int], defined: tuple[str, ...], encoded: bytes) -> None:
        super().__init__(schema)
        self.name = name
        self.encoded = encoded
        """The `IndexMeta` as it was asked for."""
        self._defined = defined
        self._where: dict[Key, Key] = {}
        self._pending: deque[tuple[float, Key, dict[str, KeyValue], Cells | None]] = deque()

    def follow(self, moment: float, key: Key, named: dict[str, KeyValue], cells: Cells | None) -> None:
        """From that moment on show this state of the table's row; None: the row is gone."""
        self._pending.append((moment, key, named, cells))

    def catch_up(self, now: float) -> None:
        """Apply what is to be seen by now, in the order in which it was written."""
        while self._pending and self._pending[0][0] <= now:
            _, key, named, cells = self._pending.popleft()
            self.rows.pop(self._where.pop(key, ()), None)
            if cells is None:
                continue
            values = {**{name: value for name, (value, _) in cells.items()}, **named}
            if all(name in values for name in self.schema):
                place: Key = tuple(values[name] for name in self.schema)  # type: ignore[misc]  # the table's schema allows no other types here
                self._where[key] = place
                self.rows[place] = {name: cells[name] for name in self._defined if name in cells}


@dataclass
class Options:
    """`TableOptions`: time_to_live (1) in seconds or -1, max_versions (2), deviation (5), allow_update (6)."""

    ttl_s: int = -1
    deviation_s: int = 86_400
    allow_update: bool = True


@dataclass
class Table:
    """A data table and its indexes."""

    name: str
    rows: Rows
    defined: Mapping[str, int]
    options: Options
    ready_at: float
    created_at: float
    indexes: list[Index] = field(default_factory=list)

    def read(self, key: Key, now: float) -> Cells | None:
        """The row's columns that have not outlived the table's TTL; None if there is no row."""
        cells = self.rows.rows.get(key)
        if cells is None or self.options.ttl_s < 0:
            return cells
        oldest = (now - self.options.ttl_s) * 1000
        return {name: cell for name, cell in cells.items() if cell[1] > oldest} or None

    def put(self, key: Key, row: Row, now: float, lag_s: float) -> None:
        """Replace the row. Raises OtsError."""
        if any(cell.change is not Change.PUT or cell.value is None for cell in row.cells):
            raise parameter_invalid("PutRow only writes columns.")
        self._store(key, self._written(row, now), now, lag_s)

    def update(self, key: Key, row: Row, now: float, lag_s: float) -> None:
        """Write and delete some of the row's columns. Raises OtsError."""
        if not self.options.allow_update:
            raise parameter_invalid("Update is not allowed on this table.")
        if any(cell.change not in (Change.PUT, Change.DELETE_ALL) for cell in row.cells):
            raise parameter_invalid("The local cloud knows PUT and DELETE_ALL alone.")
        cells = {**(self.read(key, now) or {}), **self._written(row, now)}
        for cell in row.cells:
            if cell.change is Change.DELETE_ALL:
                cells.pop(cell.name, None)
        self._store(key, cells, now, lag_s)

    def delete(self, key: Key, now: float, lag_s: float) -> None:
        """Take the row away."""
        self.rows.rows.pop(key, None)
        self._tell_indexes(key, None, now, lag_s)

    def _written(self, row: Row, now: float) -> Cells:
        written: Cells = {}
        for cell in row.cells:
            if cell.value is None:
                continue
            if cell.timestamp is not None:
                raise parameter_invalid("The local cloud gives every column the present time as its version.")
            if cell.name in self.rows.schema:
                raise parameter_invalid(f"Attribute column: '{cell.name}' is a primary key column.")
            wanted = self.defined.get(cell.name)
            if wanted is not None and type(cell.value) is not _DEFINED_TYPES[wanted]:
                raise parameter_invalid(f"Column '{cell.name}' is not of its predefined type.")
            if isinstance(cell.value, str | bytes) and byte_size(cell.value) > VALUE_BYTES_MAX:
                raise parameter_invalid(f"The length of attribute column: '{cell.name}' exceeds {VALUE_BYTES_MAX}.")
            written[cell.name] = (cell.value, int(now * 1000))
        return written

    def _store(self, key: Key, cells: Cells, now: float, lag_s: float) -> None:
        self.rows.rows[key] = cells
        self._tell_indexes(key, cells, now, lag_s)

    def _tell_indexes(self, key: Key, cells: Cells | None, now: float, lag_s: float) -> None:
        for index in self.indexes:
            index.follow(now + lag_s, key, self.rows.named(key), None if cells is None else dict(cells))


class Instance:
    """The tables of one instance. Callers hold the lock."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.indexes: dict[str, Index] = {}

    def table(self, name: str, now: float) -> Table:
        """A table that may be written. Raises OtsError."""
        if name in self.indexes:
            raise parameter_invalid("An index table can not be written.")
        if name not in self.tables:
            raise OtsError("OTSObjectNotExist", "Requested table does not exist.")
        table = self.tables[name]
        if now < table.ready_at:
            raise OtsError("OTSTableNotReady", "The table is not ready.")
        return table

    def names(self) -> set[str]:
        """All names that are taken."""
        return {*self.tables, *self.indexes}
