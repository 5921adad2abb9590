"""The official SDK makes, describes, lists and drops tables of the local Tablestore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from tests.support.sdk import Sdk

Refused = Callable[[Callable[[], Any]], tuple[int, str]]


def test_a_table_is_described_as_it_was_made(client: Sdk, create: Callable[..., None]) -> None:
    """Keys, predefined columns, options and indexes come back."""
    create()
    found = client.describe_table("jobs")
    assert found.table_meta.table_name == "jobs"
    assert found.table_meta.schema_of_primary_key == [("key", "STRING")]
    assert found.table_meta.defined_columns == [("due", "INTEGER"), ("note", "STRING")]
    assert (found.table_options.time_to_live, found.table_options.max_version) == (-1, 1)
    assert [(one.index_name, one.primary_key_names, one.defined_column_names) for one in found.secondary_indexes] == [
        ("jobs_due", ["due", "key"], ["note"])
    ]


def test_tables_and_indexes_are_listed_until_they_are_dropped(client: Sdk, create: Callable[..., None]) -> None:
    """An index is a table of its own and goes with its table."""
    create("b")
    create("a", indexed=False)
    assert client.list_table() == ("a", "b", "b_due")
    client.delete_table("b")
    assert client.list_table() == ("a",)


def test_table_errors(client: Sdk, create: Callable[..., None], refused: Refused) -> None:
    """A second table of a name, a missing one and a malformed one are refused as documented."""
    create()
    assert refused(create) == (409, "OTSObjectAlreadyExist")
    assert refused(lambda: create("jobs_due", indexed=False)) == (409, "OTSObjectAlreadyExist")
    assert refused(lambda: client.describe_table("other")) == (404, "OTSObjectNotExist")
    assert refused(lambda: client.delete_table("other")) == (404, "OTSObjectNotExist")
    assert refused(lambda: create("no-hyphen")) == (400, "OTSParameterInvalid")
    assert refused(lambda: client.get_row("other", [("key", "a")])) == (404, "OTSObjectNotExist")


def test_a_ttl_is_a_day_at_least(create: Callable[..., None], refused: Refused) -> None:
    """A shorter one is refused, and so is one beside an index while rows may be updated."""
    assert refused(lambda: create(ttl_s=86_399, indexed=False)) == (400, "OTSParameterInvalid")
    assert refused(lambda: create(ttl_s=86_400)) == (400, "OTSParameterInvalid")
    create(ttl_s=86_400, allow_update=False)


def test_a_ttl_forgets_what_was_not_written_for_that_long(
    client: Sdk, create: Callable[..., None], sdk: Sdk, clock: ManualClock
) -> None:
    """It counts from the last write of a column."""
    create(ttl_s=86_400, indexed=False)
    client.put_row("jobs", sdk.Row([("key", "a")], [("n", 1)]))
    clock.advance(86_399)
    assert client.get_row("jobs", [("key", "a")])[1] is not None
    clock.advance(2)
    assert client.get_row("jobs", [("key", "a")])[1] is None


def test_a_new_table_is_not_ready_at_once(
    client: Sdk, create: Callable[..., None], service: Tablestore, clock: ManualClock, refused: Refused
) -> None:
    """Until it is, it refuses rows; that is settable."""
    service.ready_after_s = 30
    create()
    assert refused(lambda: client.get_row("jobs", [("key", "a")])) == (404, "OTSTableNotReady")
    clock.advance(31)
    assert client.get_row("jobs", [("key", "a")])[1] is None


@pytest.mark.parametrize(
    ("keys", "defined", "index"),
    [
        ([], [], []),
        ([(f"k{n}", "STRING") for n in range(5)], [], []),
        ([("key", "STRING")], [], ["missing"]),
        ([("key", "STRING")], [("ratio", "DOUBLE")], ["ratio"]),
    ],
)
def test_impossible_schemas(
    client: Sdk, sdk: Sdk, refused: Refused, keys: list[Any], defined: list[Any], index: list[str]
) -> None:
    """No key, five keys, an index on no column, an index on a DOUBLE."""
    indexes = [sdk.SecondaryIndexMeta("i", index, [])] if index else []
    meta, options = sdk.TableMeta("t", keys, defined), sdk.TableOptions()
    capacity = sdk.ReservedThroughput(sdk.CapacityUnit(0, 0))
    assert refused(lambda: client.create_table(meta, options, capacity, indexes)) == (400, "OTSParameterInvalid")
    assert client.list_table() == ()


def test_what_is_not_there_is_refused(client: Sdk, create: Callable[..., None], refused: Refused) -> None:
    """An operation that the local cloud lacks says so."""
    create()
    assert refused(lambda: client.list_search_index("jobs")) == (400, "OTSParameterInvalid")
