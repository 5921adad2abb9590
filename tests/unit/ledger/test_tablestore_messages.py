"""Requests are those that the Tablestore SDK sends, and answers are read as it reads them."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ledger import _tablestore_messages as messages
from shared.ledger._tablestore_cells import value_of, written
from shared.ledger._tablestore_messages import MessageError, RowAnswer
from shared.ledger.tablestore_setup import sdk

TABLE = "ledger"
ROW = written([("key", "a")], [("version", 1)])


def encoded(operation: str, *what: Any) -> bytes:
    """A request as the SDK writes it."""
    encoder = sdk().encoder.OTSProtoBufferEncoder("utf-8", enable_native=False)
    return bytes(encoder.encode_request(operation, *what).SerializeToString())


def pb() -> Any:
    """The SDK's messages; it warns when it is loaded otherwise."""
    sdk()
    from tablestore.protobuf import table_store_pb2  # type: ignore[import-untyped]

    return table_store_pb2


@pytest.mark.parametrize("count", [1, 3, 100])
def test_rows_are_asked_for_as_by_the_sdk(count: int) -> None:
    """In one version each: the service refuses to read without a number of versions, or a time."""
    keys, columns = [f"ehpc/cn/{number}" * 12 for number in range(count)], ("document", "version")
    request = sdk().BatchGetRowRequest()
    wanted = [[("key", key)] for key in keys]
    request.add(sdk().TableInBatchGetRowItem(TABLE, wanted, list(columns), max_version=1))
    told = messages.batch_get_row(TABLE, [messages.key_wanted(written([("key", key)])) for key in keys], columns)
    assert told == encoded("BatchGetRow", request)


@pytest.mark.parametrize("document", [b"", b"{}" * 70_000])
def test_rows_are_written_as_by_the_sdk(document: bytes) -> None:
    """Where there is none, where one has a version, and one that is to go while it has its expiry."""
    kind, equal = sdk().RowExistenceExpectation, sdk().ComparatorType.EQUAL
    row = sdk().Row([("key", "a")], [("document", bytearray(document)), ("version", 5)])

    def holds(column: str, value: int) -> Any:
        column_condition = sdk().SingleColumnCondition(column, value, equal, pass_if_missing=False)
        return sdk().Condition(kind.EXPECT_EXIST, column_condition)

    items = [
        sdk().PutRowItem(row, sdk().Condition(kind.EXPECT_NOT_EXIST)),
        sdk().PutRowItem(row, holds("version", 4)),
        sdk().DeleteRowItem(sdk().Row([("key", "a")]), holds("expires_ns", 2**62)),
    ]
    request = sdk().BatchWriteRowRequest()
    request.add(sdk().TableInBatchWriteRowItem(TABLE, items))
    ours = written([("key", "a")], [("document", document), ("version", 5)])
    changes = [
        messages.put(ours, messages.ABSENT),
        messages.put(ours, messages.condition("version", value_of(4))),
        messages.delete(written([("key", "a")], deleted=True), messages.condition("expires_ns", value_of(2**62))),
    ]
    assert messages.batch_write_row(TABLE, changes) == encoded("BatchWriteRow", request)


@pytest.mark.parametrize("limit", [1, 127, 128, 201])
def test_an_index_is_asked_for_as_by_the_sdk(limit: int) -> None:
    """Forward, so many rows, the newest version of each."""
    first: list[tuple[str, Any]] = [("due_ns", 1), ("key", "a")]
    last: list[tuple[str, Any]] = [("due_ns", 9), ("key", "b")]
    names = ("FORWARD", first, last, None, limit, None, 1, None, None, None, None, None)
    told = messages.get_range(f"{TABLE}_due", written(first), written(last), limit)
    assert told == encoded("GetRange", f"{TABLE}_due", *names)


def test_answers_of_rows_are_read() -> None:
    """In their order; a row that is not there is empty; whatever else is in them is passed over."""
    for kind in (pb().BatchGetRowResponse, pb().BatchWriteRowResponse):
        answer = kind()
        other = answer.tables.add(table_name="other")
        other.rows.add(is_ok=True)
        table = answer.tables.add(table_name=TABLE)
        table.rows.add(is_ok=True, row=ROW).consumed.capacity_unit.read = 300
        table.rows.add(is_ok=True)
        failed = table.rows.add(is_ok=False)
        failed.error.code, failed.error.message = "OTSServerBusy", "quoted"
        found = messages.row_answers(answer.SerializeToString(), TABLE)
        assert [*found] == [RowAnswer(None, ROW), RowAnswer(None), RowAnswer("OTSServerBusy")]
        assert messages.row_answers(answer.SerializeToString(), "nobody's") == ()


@pytest.mark.parametrize("count", [1, 2, 40])
def test_the_same_answer_is_of_another_table_to_whoever_asks_for_that(count: int) -> None:
    """However short it is: what was made of it before is remembered by the table as well."""
    answer = pb().BatchWriteRowResponse()
    table = answer.tables.add(table_name=TABLE)
    for _ in range(count):
        table.rows.add(is_ok=True).consumed.capacity_unit.write = 1
    for _ in range(2):
        assert messages.row_answers(answer.SerializeToString(), TABLE) == (RowAnswer(None),) * count
        assert messages.row_answers(answer.SerializeToString(), "nobody's") == ()


def test_what_else_is_told_of_a_row_is_not_taken_for_it() -> None:
    """Where the rest of a wide row begins stands behind it."""
    answer = pb().BatchGetRowResponse()
    answer.tables.add(table_name=TABLE).rows.add(is_ok=True, row=ROW, next_token=b"more")
    assert messages.row_answers(answer.SerializeToString(), TABLE) == (RowAnswer(None, ROW),)


def test_a_number_is_neither_a_row_nor_an_error() -> None:
    """Where bytes should stand."""
    done, failed = (b"\x0a\x06ledger\x12\x04" + row for row in (b"\x08\x01\x20\x05", b"\x08\x00\x10\x05"))
    assert messages.row_answers(b"\x0a\x0e" + done, TABLE) == (RowAnswer(None),)
    with pytest.raises(MessageError):
        messages.row_answers(b"\x0a\x0e" + failed, TABLE)


def test_a_page_of_an_index_is_read() -> None:
    """With the key from which to go on, if there is one."""
    answer = pb().GetRangeResponse(rows=ROW)
    answer.consumed.capacity_unit.read = 1
    assert messages.range_answer(answer.SerializeToString()) == (None, ROW)
    answer.next_start_primary_key = written([("key", "b")])
    assert messages.range_answer(answer.SerializeToString()) == (written([("key", "b")]), ROW)
    answer.next_start_primary_key, answer.rows = b"", b""
    assert messages.range_answer(answer.SerializeToString()) == (None, b"")


def test_an_error_has_a_code() -> None:
    """Its message is nobody's business: services quote what they got."""
    assert messages.error_code(pb().Error(code="OTSTimeout", message="m").SerializeToString()) == "OTSTimeout"


FIXED = b"\x79" + bytes(8) + b"\x7d" + bytes(4)
"""Fields 15 of eight and of four bytes."""


def test_fields_that_nobody_knows_are_passed_over() -> None:
    """Of each kind that has a length, with numbers of several bytes: a service grows."""
    eight, four = b"\x79" + bytes(8), b"\x7d" + bytes(4)
    for more in (FIXED, eight, four, b"\x80\x08\xac\x02", b"\x82\x08\x02xy"):
        assert messages.error_code(more + b"\x0a\x01E" + more) == "E"


@pytest.mark.parametrize(
    "body",
    [
        b"",  # no code
        b"\x0a",  # no length
        b"\x0a\x02E",  # cut off
        b"\x0a\x80",  # a length without an end
        b"\x0a" + b"\x80" * 10 + b"\x01",  # one of more than ten bytes
        b"\x08\x01",  # a number
        b"\x0b\x01E",  # a group
        b"\x0a\x01\xff",  # no text
        b"\x79" + bytes(7),  # eight bytes, less one
        b"<html>denied</html>",
    ],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    """Whatever it is that it lacks."""
    with pytest.raises(MessageError):
        messages.error_code(body)


def test_a_row_that_does_not_say_whether_it_was_done_is_no_answer() -> None:
    """Nor does one that says it in bytes."""
    for row in (b"", b"\x22\x01r", b"\x0a\x01\x01"):
        table = b"\x0a\x06ledger\x12" + bytes((len(row),)) + row
        with pytest.raises(MessageError):
            messages.row_answers(b"\x0a" + bytes((len(table),)) + table, TABLE)


@pytest.mark.parametrize("table", [b"\x08\x01\x12\x02\x08\x01", b"\x12\x02\x08\x01", b"\x0a\x06ledger\x10\x01"])
def test_a_table_without_a_name_in_bytes_or_a_row_that_is_a_number_is_no_answer(table: bytes) -> None:
    """None of them may count as rows that are not there."""
    with pytest.raises(MessageError):
        messages.row_answers(b"\x0a" + bytes((len(table),)) + table, TABLE)
