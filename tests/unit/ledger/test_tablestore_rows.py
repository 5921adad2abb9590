"""What a row of the ledger's table says, and what is asked of it before it is overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_messages as messages
from shared.ledger import _tablestore_rows as rows
from shared.ledger._tablestore_cells import value_of, written
from shared.ledger._tablestore_rows import (
    FOREIGN,
    Put,
    Seen,
    delete_item,
    expiry,
    from_ns,
    key_wanted,
    place,
    put_item,
    seen,
    size,
    to_ns,
)
from tests.support.tablestore_server import write

WHOLE = {"document": b"{}", "version": 3, "owner": "token", "expires_ns": 7}


def columns(**other: Any) -> dict[str, Any]:
    """A row's; None: that column is not there."""
    return {name: value for name, value in {**WHOLE, **other}.items() if value is not None}


def test_a_row_is_what_a_ledger_has_written() -> None:
    """Its expiry may be missing, and so may its document where nobody asked for it."""
    assert seen(columns(), with_document=True) == Seen(version=3, owner="token", expires_ns=7, document=b"{}")
    assert seen(columns(expires_ns=None), with_document=True).expires_ns is None
    assert seen(columns(document=None), with_document=False).document == b""
    assert seen(columns(document="anything"), with_document=False).document == b""


@pytest.mark.parametrize("column", WHOLE)
@pytest.mark.parametrize("value", [1.5, "3", 5, b"x", None])
def test_a_row_that_no_ledger_wrote_does_not_count_as_none(column: str, value: Any) -> None:
    """Each column has its one type: to take such a row for an absent one would run a job again. None is a document."""
    if isinstance(value, type(WHOLE[column])) or (column == "expires_ns" and value is None):
        seen(columns(**{column: value}), with_document=True)
        return
    if column == "expires_ns":
        with pytest.raises(LedgerUnavailable, match="malformed expiry"):
            seen(columns(**{column: value}), with_document=True)
        return
    read = seen(columns(**{column: value}), with_document=True)
    assert (read, read.document, read.version < 0) == (FOREIGN, b"", True)


@pytest.mark.parametrize(
    ("moment", "ns"),
    [
        (0.0, 0),
        (1.0, 10**9),
        (-1.5, -1_500_000_000),
        (1_767_578_400.25, 1_767_578_400_250_000_000),
        (2.0**-10, 976_562),  # 976562.5: of two that are as near the even one
        (3 * 2.0**-10, 2_929_688),  # 2929687.5
        (0.1, 100_000_000),
        (0.9999999999, 10**9),
        (9_223_372_035.0, 9_223_372_035 * 10**9),
        (9_223_372_036.0, 2**63 - 2),
        (-9_223_372_035.0, -9_223_372_035 * 10**9),
        (-9_223_372_036.0, -(2**63 - 2)),
        (float("inf"), 2**63 - 2),
        (float("-inf"), -(2**63 - 2)),
    ],
)
def test_a_time_is_the_nearest_whole_number_of_nanoseconds(moment: float, ns: int) -> None:
    """At most what an index holds."""
    assert to_ns(moment) == ns


def test_nanoseconds_come_back() -> None:
    """As seconds."""
    assert from_ns(1_500_000_000) == 1.5


def test_an_index_says_when_and_of_which_document() -> None:
    """And when that expires; of what no ledger wrote nothing is believed."""
    assert place({"due_ns": 7, "key": "k"}, rows.DUE) == (7, "k")
    assert (expiry({}), expiry({"expires_ns": 7})) == (None, 7)
    odds: list[dict[str, Any]] = [{"due_ns": "7", "key": "k"}, {"due_ns": 7, "key": b"k"}, {"key": "k"}, {"due_ns": 7}]
    for odd in odds:
        with pytest.raises(LedgerUnavailable, match="index is malformed"):
            place(odd, rows.DUE)
    with pytest.raises(LedgerUnavailable, match="malformed expiry"):
        expiry({"expires_ns": "7"})


def test_a_write_is_one_whole_row_where_there_is_none() -> None:
    """With what the document has."""
    bare = written([("key", "k")], [("document", b"{}"), ("version", 1), ("owner", "token")])
    assert put_item(Put(write=write("k"), expected=None), "token") == messages.put(bare, messages.ABSENT)
    assert (Put(write=write("k"), expected=None).version, Put(write=write("k"), expected=9).version) == (1, 1)


def test_a_write_is_one_whole_row_where_there_is_one_of_that_version() -> None:
    """It gets the next one; a row without any passes for none."""
    put = Put(write=write("k", b"{}", 4, due_at=2.0, expires_at=3.0), expected=4)
    told: dict[str, Any] = {
        "document": b"{}",
        "version": 5,
        "owner": "token",
        "due_ns": 2 * 10**9,
        "expires_ns": 3 * 10**9,
    }
    row = written([("key", "k")], told.items())
    assert put_item(put, "token") == messages.put(row, messages.condition("version", value_of(4)))


def test_a_removal_is_of_a_document_that_still_expires_then() -> None:
    """One that was renewed stays."""
    condition = messages.condition("expires_ns", value_of(7))
    assert delete_item("k", 7) == messages.delete(written([("key", "k")], deleted=True), condition)


def test_a_documents_key_is_written_once() -> None:
    """Many deliveries read the same ones."""
    key_wanted.cache_clear()
    assert key_wanted("k") is key_wanted("k") == messages.key_wanted(written([("key", "k")]))


def test_a_size_is_rather_more_than_what_is_sent() -> None:
    """Of the document, the key in bytes, and the rest of the row."""
    assert size(write("键", b"12345")) == 5 + 3 + 512
