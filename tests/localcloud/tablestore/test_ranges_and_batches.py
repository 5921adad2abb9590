"""The official SDK scans the local Tablestore's tables and indexes, and reads and writes in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from tests.support.sdk import Sdk

Columns = Callable[[Any], dict[str, Any]]
Refused = Callable[[Callable[[], Any]], tuple[int, str]]


@pytest.fixture(autouse=True)
def _table(create: Callable[..., None]) -> None:
    create()


def scan(client: Sdk, sdk: Sdk, table: str, start: Any, end: Any, **more: Any) -> tuple[list[Any], Any]:
    """Keys of one page, and where the next begins."""
    direction = more.pop("direction", sdk.Direction.FORWARD)
    _, following, found, _ = client.get_range(table, direction, start, end, **more)
    return [[value for _, value in row.primary_key] for row in found], following


def test_ranges(client: Sdk, put: Callable[..., None], sdk: Sdk, service: Tablestore, refused: Refused) -> None:
    """From the start on, before the end, forward or back, in pages; an empty range is refused."""
    for key in ("ä", "b", "a", "c", "B"):
        put(key, [("n", 1)])
    low, high = [("key", sdk.INF_MIN)], [("key", sdk.INF_MAX)]
    assert scan(client, sdk, "jobs", low, high) == ([["B"], ["a"], ["b"], ["c"], ["ä"]], None)
    assert scan(client, sdk, "jobs", [("key", "a")], [("key", "c")]) == ([["a"], ["b"]], None)
    backward = sdk.Direction.BACKWARD
    assert scan(client, sdk, "jobs", [("key", "c")], [("key", "a")], direction=backward) == ([["c"], ["b"]], None)
    page, following = scan(client, sdk, "jobs", low, high, limit=3)
    assert (page, following) == ([["B"], ["a"], ["b"]], [("key", "c")])
    assert scan(client, sdk, "jobs", following, high, limit=3) == ([["c"], ["ä"]], None)
    service.range_rows_max = 2
    assert scan(client, sdk, "jobs", low, high)[1] == [("key", "b")]
    assert refused(lambda: scan(client, sdk, "jobs", high, low)) == (400, "OTSParameterInvalid")


def test_an_index_holds_rows_that_have_its_columns(
    client: Sdk, put: Callable[..., None], sdk: Sdk, columns_of: Columns
) -> None:
    """It is sparse, in its own order, follows changes and deletions, and shows its own columns alone."""
    low, high = [("due", sdk.INF_MIN), ("key", sdk.INF_MIN)], [("due", sdk.INF_MAX), ("key", sdk.INF_MAX)]
    put("a", [("due", 30), ("note", "x"), ("n", 1)])
    put("b", [("due", -5)])
    put("c", [("note", "never due")])
    assert scan(client, sdk, "jobs_due", low, high)[0] == [[-5, "b"], [30, "a"]]
    assert columns_of(client.get_row("jobs_due", [("due", 30), ("key", "a")])) == {"note": "x"}
    put("a", [("due", -9)])
    put("b", [("n", 1)])
    assert scan(client, sdk, "jobs_due", low, high)[0] == [[-9, "a"]]
    client.delete_row("jobs", sdk.Row([("key", "a")]), sdk.Condition("IGNORE"))
    assert scan(client, sdk, "jobs_due", low, high)[0] == []


def test_an_index_lags(
    client: Sdk,
    put: Callable[..., None],
    sdk: Sdk,
    service: Tablestore,
    clock: ManualClock,
    refused: Refused,
    columns_of: Columns,
) -> None:
    """It shows the past, the table the present; and nobody writes to it."""
    low, high = [("due", sdk.INF_MIN), ("key", sdk.INF_MIN)], [("due", sdk.INF_MAX), ("key", sdk.INF_MAX)]
    put("a", [("due", 1)])
    service.index_lag_s = 5
    put("a", [("due", 2)])
    assert columns_of(client.get_row("jobs", [("key", "a")])) == {"due": 2}
    assert scan(client, sdk, "jobs_due", low, high)[0] == [[1, "a"]]
    clock.advance(5)
    assert scan(client, sdk, "jobs_due", low, high)[0] == [[2, "a"]]
    row = sdk.Row([("due", 2), ("key", "a")], [])
    assert refused(lambda: client.put_row("jobs_due", row, sdk.Condition("IGNORE"))) == (400, "OTSParameterInvalid")


def batch(client: Sdk, sdk: Sdk, items: list[Any]) -> Any:
    """One BatchWriteRow."""
    request = sdk.BatchWriteRowRequest()
    request.add(sdk.TableInBatchWriteRowItem("jobs", items))
    return client.batch_write_row(request)


def test_a_batch_is_done_row_by_row(client: Sdk, put: Callable[..., None], sdk: Sdk) -> None:
    """Puts, updates and deletes with their own conditions; one that fails holds no other up."""
    put("old", [("n", 1)])
    absent = sdk.Condition("EXPECT_NOT_EXIST")
    answer = batch(
        client,
        sdk,
        [
            sdk.PutRowItem(sdk.Row([("key", "new")], [("n", 1)]), absent),
            sdk.PutRowItem(sdk.Row([("key", "old")], [("n", 2)]), absent),
            sdk.UpdateRowItem(sdk.Row([("key", "up")], {"PUT": [("n", 3)]}), sdk.Condition("IGNORE")),
            sdk.DeleteRowItem(sdk.Row([("key", "gone")]), sdk.Condition("EXPECT_EXIST")),
        ],
    )
    assert [(one.is_ok, one.error_code) for one in answer.get_put_by_table("jobs")] == [
        (True, None),
        (False, "OTSConditionCheckFail"),
    ]
    assert [one.is_ok for one in answer.get_update_by_table("jobs")] == [True]
    assert [one.error_code for one in answer.get_delete_by_table("jobs")] == ["OTSConditionCheckFail"]
    request = sdk.BatchGetRowRequest()
    keys = [[("key", key)] for key in ("up", "gone", "old", "new")]
    request.add(sdk.TableInBatchGetRowItem("jobs", keys, ["n"], max_version=1))
    found = client.batch_get_row(request).get_result_by_table("jobs")
    assert [one.row and one.row.attribute_columns[0][1] for one in found] == [3, None, 1, 1]


def test_batches_have_limits(client: Sdk, sdk: Sdk, refused: Refused, service: Tablestore) -> None:
    """200 rows and 4 MB to write, 100 rows to read, no row twice, no missing table: the whole is refused."""
    ignore, invalid = sdk.Condition("IGNORE"), (400, "OTSParameterInvalid")

    def puts(count: int, size: int = 1) -> list[Any]:
        rows = [sdk.Row([("key", f"{number:03}")], [("b", bytearray(size))]) for number in range(count)]
        return [sdk.PutRowItem(row, ignore) for row in rows]

    def get(table: str, keys: list[str]) -> Any:
        request = sdk.BatchGetRowRequest()
        request.add(sdk.TableInBatchGetRowItem(table, [[("key", key)] for key in keys], max_version=1))
        return client.batch_get_row(request)

    batch(client, sdk, puts(200))
    assert refused(lambda: batch(client, sdk, puts(201))) == invalid
    assert refused(lambda: batch(client, sdk, puts(3, 1_400_000))) == invalid
    assert refused(lambda: batch(client, sdk, puts(1) * 2)) == invalid
    keys = [f"{number:03}" for number in range(101)]
    assert len(get("jobs", keys[:100]).get_result_by_table("jobs")) == 100
    assert refused(lambda: get("jobs", keys)) == invalid
    assert refused(lambda: get("jobs", ["a", "a"])) == invalid
    assert refused(lambda: get("other", ["a"])) == (404, "OTSObjectNotExist")
    assert (service.count("BatchWriteRow"), service.count("BatchGetRow")) == (4, 4)
