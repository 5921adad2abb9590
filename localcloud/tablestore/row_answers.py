"""Rows read and written: GetRow, PutRow, UpdateRow, DeleteRow, GetRange, BatchGetRow, BatchWriteRow.

Pages: https://www.alibabacloud.com/help/en/tablestore/developer-reference/batchwriterow and its neighbours. A batch is
no transaction: each row is done or refused by itself. Not here, and refused: local transactions, returned rows of
writes, reads of a part of a row's columns by range or time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from localcloud.tablestore.conditions import check_condition, passes
from localcloud.tablestore.errors import OtsError, parameter_invalid
from localcloud.tablestore.models import Index, Instance, Table
from localcloud.tablestore.plainbuffer import encode_rows
from localcloud.tablestore.plainbuffer_reader import decode_row
from localcloud.tablestore.protobuf import Message, data_field, data_fields, number_field
from localcloud.tablestore.rows import Cells, Key, Row, Rows, byte_size

READ_ROWS_MAX = 100
"""In one BatchGetRow."""
WRITE_ROWS_MAX = 200
"""In one BatchWriteRow."""
WRITE_BYTES_MAX = 4 * 1024 * 1024
"""In one BatchWriteRow."""
RANGE_BYTES_MAX = 4 * 1024 * 1024
"""In one GetRange's answer."""
_PUT, _UPDATE, _DELETE = 1, 2, 3
_READ, _WRITE = (1, 0), (0, 1)
RowGate = Callable[[Key], OtsError | None]
"""Asked before each row of a batch is written: the error that stands in its place, or None."""


@dataclass(frozen=True, slots=True)
class World:
    """What an operation works on."""

    instance: Instance
    now: float
    lag_s: float
    """How much later indexes see what is written."""
    range_rows_max: int
    """Most rows in one GetRange's answer."""
    gate: RowGate


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which of a row's columns are wanted, and of which rows."""

    columns: tuple[str, ...]
    filter: bytes

    def of(self, rows: Rows, key: Key, cells: Cells | None) -> list[tuple[Key, Cells]]:
        """The row as it is to be answered, or nothing."""
        if cells is None:
            return []
        wanted = {name: cell for name, cell in cells.items() if not self.columns or name in self.columns}
        if self.columns and not wanted and not set(self.columns) & set(rows.schema):
            return []
        if self.filter and not passes(self.filter, {name: value for name, (value, _) in wanted.items()}):
            return []
        return [(key, wanted)]


def get_row(world: World, request: Message) -> bytes:
    """GetRow. Raises OtsError."""
    _refuse(request, 4, 8, 9, 11)
    source = _readable(world, request.text(1))
    shape = _Shape(tuple(request.texts(3)), request.data(7, b""))
    return data_field(1, _capacity(_READ)) + data_field(2, _read_one(world, source, request.data(2), shape))


def batch_get_row(world: World, request: Message) -> bytes:
    """BatchGetRow. Raises OtsError for the whole if anything in it is malformed."""
    tables = request.messages(1)
    keys = [key for table in tables for key in table.all_data(2)]
    if not tables or not all(table.all_data(2) for table in tables) or len(keys) > READ_ROWS_MAX:
        raise parameter_invalid(f"Rows count exceeds the upper limit: {READ_ROWS_MAX}, or is 0.")
    answers = []
    for table in tables:
        _refuse(table, 5, 9, 10)
        name, shape = table.text(1), _Shape(tuple(table.texts(4)), table.data(8, b""))
        source = _readable(world, name)
        _all_different(_rows_of(source).key(decode_row(key)) for key in table.all_data(2))
        found = [_read_one(world, source, key, shape) for key in table.all_data(2)]
        rows = [number_field(1, 1) + data_field(3, _capacity(_READ)) + data_field(4, row) for row in found]
        answers.append(data_field(1, name) + data_fields(2, rows))
    return data_fields(1, answers)


def get_range(world: World, request: Message) -> bytes:
    """GetRange. Raises OtsError."""
    _refuse(request, 4, 11, 12, 14)
    source = _readable(world, request.text(1))
    rows = _rows_of(source)
    shape = _Shape(tuple(request.texts(3)), request.data(10, b""))
    start, end = (rows.key(decode_row(request.data(number)), bounds=True) for number in (7, 8))
    most = min(request.integer(6, world.range_rows_max), world.range_rows_max)
    if most < 1:
        raise parameter_invalid("The limit must be greater than 0.")
    found: list[tuple[Key, Cells]] = []
    size, next_key = 0, None
    for scanned, key in enumerate(rows.between(start, end, backward=bool(request.integer(2)))):
        if scanned == most or size > RANGE_BYTES_MAX:
            next_key = key
            break
        shown = shape.of(rows, key, _cells(source, key, world.now))
        found += shown
        size += sum(_size(cells) for _, cells in shown)
    answer = data_field(1, _capacity(_READ))
    answer += data_field(2, encode_rows((rows.named(key), cells) for key, cells in found))
    if next_key is not None:
        answer += data_field(3, encode_rows([(rows.named(next_key), {})]))
    return answer


def write_row(world: World, request: Message, kind: int) -> bytes:
    """PutRow (1), UpdateRow (2) or DeleteRow (3). Raises OtsError."""
    _refuse(request, 5)
    table = world.instance.table(request.text(1), world.now)
    row = decode_row(request.data(2))
    _apply(world, table, kind, row, request)
    return data_field(1, _capacity(_WRITE))


def batch_write_row(world: World, request: Message) -> bytes:
    """BatchWriteRow. Raises OtsError for the whole if anything in it is malformed; conditions fail row by row."""
    _refuse(request, 2)
    tables = [
        (world.instance.table(entry.text(1), world.now), [(one, decode_row(one.data(2))) for one in entry.messages(2)])
        for entry in request.messages(1)
    ]
    count = sum(len(rows) for _, rows in tables)
    if not all(rows for _, rows in tables) or not 0 < count <= WRITE_ROWS_MAX:
        raise parameter_invalid(f"Rows count exceeds the upper limit: {WRITE_ROWS_MAX}, or is 0.")
    if sum(len(one.data(2)) for _, rows in tables for one, _ in rows) > WRITE_BYTES_MAX:
        raise parameter_invalid(f"The total data size of BatchWriteRow request exceeds the limit: {WRITE_BYTES_MAX}.")
    answers = []
    for table, rows in tables:
        _all_different(table.rows.key(row) for _, row in rows)
        done = [_one_of_batch(world, table, one, row) for one, row in rows]
        answers.append(data_field(1, table.name) + data_fields(2, done))
    return data_fields(1, answers)


def _one_of_batch(world: World, table: Table, one: Message, row: Row) -> bytes:
    try:
        if (refusal := world.gate(table.rows.key(row))) is not None:
            raise refusal
        _apply(world, table, one.integer(1), row, one)
    except OtsError as error:
        return number_field(1, 0) + data_field(2, error.encoded())
    return number_field(1, 1) + data_field(3, _capacity(_WRITE))


def _apply(world: World, table: Table, kind: int, row: Row, request: Message) -> None:
    if request.has(4) and request.message(4).integer(1, 0):
        raise parameter_invalid("The local cloud returns no rows of writes.")
    key = table.rows.key(row)
    cells = table.read(key, world.now)
    values = None if cells is None else {name: value for name, (value, _) in cells.items()}
    check_condition(request.message(3), values)
    if kind == _PUT:
        table.put(key, row, world.now, world.lag_s)
    elif kind == _UPDATE:
        table.update(key, row, world.now, world.lag_s)
    elif kind == _DELETE:
        table.delete(key, world.now, world.lag_s)
    else:
        raise parameter_invalid("Invalid operation type.")


def _read_one(world: World, source: Table | Index, data: bytes, shape: _Shape) -> bytes:
    rows = _rows_of(source)
    key = rows.key(decode_row(data))
    found = shape.of(rows, key, _cells(source, key, world.now))
    return encode_rows((rows.named(key), cells) for key, cells in found)


def _readable(world: World, name: str) -> Table | Index:
    index = world.instance.indexes.get(name)
    if index is None:
        return world.instance.table(name, world.now)
    index.catch_up(world.now)
    return index


def _rows_of(source: Table | Index) -> Rows:
    return source.rows if isinstance(source, Table) else source


def _cells(source: Table | Index, key: Key, now: float) -> Cells | None:
    return source.read(key, now) if isinstance(source, Table) else source.rows.get(key)


def _refuse(request: Message, *numbers: int) -> None:
    for number in numbers:
        if request.has(number):
            raise parameter_invalid(f"The local cloud has no field {number} of this request.")


def _all_different(keys: Iterable[Key]) -> None:
    seen: set[Key] = set()
    for key in keys:
        if key in seen:
            raise parameter_invalid("The input rows have duplicated primary keys.")
        seen.add(key)


def _capacity(units: tuple[int, int]) -> bytes:
    read, write = units
    return data_field(1, number_field(1, read) + number_field(2, write))


def _size(cells: Cells) -> int:
    return sum(byte_size(value) if isinstance(value, str | bytes) else 8 for value, _ in cells.values())
