"""Tables made, described, listed and dropped: CreateTable, DescribeTable, ListTable, DeleteTable.

Pages: https://www.alibabacloud.com/help/en/tablestore/developer-reference/createtable and its neighbours. Encryption,
streams, split points, local indexes and more than one version are refused, not ignored.
"""

from __future__ import annotations

import re

from localcloud.tablestore.errors import OtsError, parameter_invalid
from localcloud.tablestore.models import Index, Instance, Options, Table
from localcloud.tablestore.protobuf import Message, data_field, data_fields, number_field
from localcloud.tablestore.rows import Rows

TABLES_MAX = 64
"""Tables and indexes in one instance."""
INDEXES_MAX = 5
KEY_COLUMNS_MAX = 4
TTL_S_MIN = 86_400
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}\Z", re.ASCII)
_KEY_TYPES = (1, 2, 3)
_DEFINED_AS_KEY = {1: 1, 4: 2, 7: 3}
"""Types of predefined columns that may be an index's key: integer, string, binary."""


def create_table(instance: Instance, request: Message, now: float, ready_after_s: float) -> bytes:
    """CreateTable. Raises OtsError."""
    if any(request.has(number) for number in (4, 6)) or (request.has(5) and request.message(5).integer(1)):
        raise parameter_invalid("The local cloud has no split points, streams or encryption.")
    meta = request.message(1)
    name = _named(meta.text(1))
    schema = {_named(column.text(1)): column.integer(2) for column in meta.messages(2)}
    if not 1 <= len(schema) <= KEY_COLUMNS_MAX or not set(schema.values()) <= set(_KEY_TYPES):
        raise parameter_invalid("Invalid primary key.")
    if any(column.has(3) for column in meta.messages(2)):
        raise parameter_invalid("The local cloud has no auto-increment columns.")
    defined = {_named(column.text(1)): column.integer(2) for column in meta.messages(3)}
    indexed = request.all_data(7)
    table = Table(name, Rows(schema), defined, _options(request, bool(indexed)), now + ready_after_s, now)
    table.indexes = [_index(encoded, schema, defined) for encoded in indexed]
    added = [name, *(index.name for index in table.indexes)]
    if len(set(added)) < len(added) or instance.names() & set(added):
        raise OtsError("OTSObjectAlreadyExist", "Requested table already exists.")
    if len(table.indexes) > INDEXES_MAX or len(instance.names()) + len(added) > TABLES_MAX:
        raise OtsError("OTSQuotaExhausted", "Number of tables exceeded the quota.")
    instance.tables[name] = table
    instance.indexes.update({index.name: index for index in table.indexes})
    return b""


def describe_table(instance: Instance, request: Message) -> bytes:
    """DescribeTable. Raises OtsError."""
    table = _existing(instance, request)
    keys = [data_field(1, name) + number_field(2, kind) for name, kind in table.rows.schema.items()]
    defined = [data_field(1, name) + number_field(2, kind) for name, kind in table.defined.items()]
    meta = data_field(1, table.name) + data_fields(2, keys) + data_fields(3, defined)
    capacity = data_field(1, number_field(1, 0) + number_field(2, 0))
    options = table.options
    encoded_options = (
        number_field(1, options.ttl_s)
        + number_field(2, 1)
        + number_field(5, options.deviation_s)
        + number_field(6, options.allow_update)
    )
    return (
        data_field(1, meta)
        + data_field(2, capacity + number_field(2, int(table.created_at)))
        + data_field(3, encoded_options)
        + data_fields(8, [index.encoded for index in table.indexes])
    )


def list_table(instance: Instance) -> bytes:
    """ListTable: data tables and index tables."""
    return data_fields(1, sorted(instance.names()))


def delete_table(instance: Instance, request: Message) -> bytes:
    """DeleteTable, with its indexes. Raises OtsError."""
    table = _existing(instance, request)
    for index in table.indexes:
        del instance.indexes[index.name]
    del instance.tables[table.name]
    return b""


def _existing(instance: Instance, request: Message) -> Table:
    name = request.text(1)
    if name not in instance.tables:
        raise OtsError("OTSObjectNotExist", "Requested table does not exist.")
    return instance.tables[name]


def _options(request: Message, indexed: bool) -> Options:  # noqa: FBT001 - one caller, which names it
    given = request.message(3)
    if given.integer(2, 1) != 1:
        raise parameter_invalid("The local cloud keeps one version.")
    options = Options(given.integer(1, -1), given.integer(5, 86_400), bool(given.integer(6, 1)))
    if options.ttl_s != -1 and options.ttl_s < TTL_S_MIN:
        raise parameter_invalid(f"Invalid time to live: {options.ttl_s}.")
    if indexed and options.ttl_s != -1 and options.allow_update:
        raise parameter_invalid("Don't support allow update operation on table with index and ttl")
    return options


def _index(encoded: bytes, schema: dict[str, int], defined: dict[str, int]) -> Index:
    meta = Message(encoded)
    if meta.integer(4) or meta.integer(5):
        raise parameter_invalid("The local cloud has global indexes alone.")
    kinds = {**schema, **{name: _DEFINED_AS_KEY[kind] for name, kind in defined.items() if kind in _DEFINED_AS_KEY}}
    wanted = meta.texts(2)
    if not wanted or not set(wanted) <= set(kinds):
        raise parameter_invalid("An index needs key columns that are primary key or predefined columns.")
    columns = tuple(meta.texts(3))
    if not set(columns) <= set(defined):
        raise parameter_invalid("An index's columns must be predefined.")
    names = [*wanted, *(name for name in schema if name not in wanted)]
    return Index(_named(meta.text(1)), {name: kinds[name] for name in names}, columns, encoded)


def _named(name: str) -> str:
    if not _NAME.match(name):
        raise parameter_invalid("Invalid name.")
    return name
