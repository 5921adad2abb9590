"""Edges of the Tablestore ledger: of batches, of times, and of what the sweep's first look removes."""

from __future__ import annotations

import logging

import pytest

from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import LedgerUnavailable
from shared.ledger import tablestore
from shared.ledger._tablestore_cells import Bound
from shared.ledger._tablestore_rows import EXPIRES, KEY, Put, Seen, size
from shared.ledger.tablestore import WRITE_BYTES_MAX, TablestoreLedger, _batches, _superseded
from shared.ports import Due
from tests.support.clock import Clock
from tests.support.tablestore_server import TablestoreServer, write


@pytest.mark.parametrize(("bytes_more", "requests"), [(0, [2]), (1, [1, 1])])
def test_a_batch_is_as_large_as_a_request_may_be(bytes_more: int, requests: list[int]) -> None:
    """To the byte; a write that is larger than that goes alone."""
    one = write("a", b"x" * 1_000_000)
    other = write("b", b"x" * (WRITE_BYTES_MAX - size(one) - size(write("b")) + len(b"{}") + bytes_more))
    assert [len(batch) for batch in _batches([one, other])] == requests
    huge = write("c", b"x" * (WRITE_BYTES_MAX + 1))
    assert [len(batch) for batch in _batches([one, huge, one, one, one])] == [1, 1, 3]
    assert [len(batch) for batch in _batches([huge, one, other])] == [1, *requests]
    assert [len(batch) for batch in _batches([huge, one])] == [1, 1]


def test_a_batch_has_two_hundred_rows() -> None:
    """In their order; nothing is no batch."""
    writes = [write(f"k{number}") for number in range(401)]
    batches = list(_batches(writes))
    assert [len(batch) for batch in batches] == [200, 200, 1]
    assert [one for batch in batches for one in batch] == writes
    assert list(_batches([])) == []


@pytest.mark.parametrize(
    ("row", "impossible"),
    [
        (None, False),
        (Seen(version=5, owner="theirs", expires_ns=None), True),
        (Seen(version=4, owner="theirs", expires_ns=None), False),
        (Seen(version=6, owner="theirs", expires_ns=None), False),
        (Seen(version=5, owner="expired", expires_ns=None), False),
    ],
)
def test_a_lost_write_cannot_come_any_more_where_others_have_its_version(row: Seen | None, impossible: bool) -> None:  # noqa: FBT001
    """Not where the row is still the one that it was to replace."""
    put = Put(write=write("k", expected=4), expected=4, expired_owner="expired")
    if impossible:
        _superseded(put, row)
    else:
        with pytest.raises(LedgerUnavailable, match="not known whether"):
            _superseded(put, row)


def test_what_expires_now_is_still_there(tablestore_server: TablestoreServer, clock: Clock) -> None:
    """A moment later it is not, for whoever loads, saves or asks what is due."""
    ledger = tablestore_server.ledger(clock)
    now = clock.now()
    ledger.save([write("a", due_at=now, expires_at=now)])
    assert (list(ledger.load(["a"])), ledger.due(now, 5), ledger.save([write("a")])) == (
        ["a"],
        [Due(now, "a")],
        frozenset({"a"}),
    )
    clock.moment += 0.001
    assert (ledger.load(["a"]), ledger.due(now, 5)) == ({}, [])
    ledger.close()


def test_what_conflicts_is_told_beside_what_replaces_an_expired_one(
    tablestore_server: TablestoreServer, clock: Clock
) -> None:
    """In one save: the one is there still, the other has gone, and somebody may be faster with that as well.

    Who expects another version than the one that expired has not seen it, and replaces nothing.
    """
    ledger, other = tablestore_server.ledger(clock), tablestore_server.ledger(clock)
    ledger.save([write("a"), write("b", expires_at=clock.now()), write("c", expires_at=clock.now())])
    clock.moment += 1
    assert ledger.save([write("a", b"new"), write("b", b"new")]) == {"a"}
    found = ledger.load(["a", "b", "c"])
    assert {key: (one.document, one.version) for key, one in found.items()} == {"a": (b"{}", 1), "b": (b"new", 1)}
    assert other.save([write("c")]) == frozenset()
    assert ledger.save([write("c"), write("b")]) == {"b", "c"}
    ledger.save([write("d", expires_at=clock.now())])
    clock.moment += 1
    assert ledger.save([write("d", expected=2), write("e", expected=1)]) == {"d", "e"}
    for one in (ledger, other):
        one.close()


def test_of_a_batch_whose_answer_is_lost_each_write_is_looked_for(
    tablestore_server: TablestoreServer, clock: Clock
) -> None:
    """The first was done, the second had conflicted: that one is done says nothing of those behind it."""
    ledger = tablestore_server.ledger(clock)
    ledger.save([write("b")])
    tablestore_server.service.faults.add(Fault("BatchWriteRow", FaultKind.CLOSE_AFTER_EFFECT))
    assert ledger.save([write("a", b"new"), write("b", b"new")]) == {"b"}
    assert {key: one.document for key, one in ledger.load(["a", "b"]).items()} == {"a": b"new", "b": b"{}"}
    ledger.close()


def test_a_replacement_whose_answer_is_lost_may_come_yet(tablestore_server: TablestoreServer, clock: Clock) -> None:
    """The row is still the expired one, which has the version that the replacement would have: nobody was faster."""
    ledger = tablestore_server.ledger(clock)
    ledger.save([write("a", expires_at=clock.now())])
    clock.moment += 1
    tablestore_server.service.faults.add(Fault("BatchWriteRow", FaultKind.CLOSE_BEFORE_EFFECT, skip=1))
    with pytest.raises(LedgerUnavailable, match="not known whether"):
        ledger.save([write("a", b"new")])
    ledger.close()


def test_what_is_due_at_that_moment_is_told_page_by_page(tablestore_server: TablestoreServer, clock: Clock) -> None:
    """Each once, oldest first; nothing that is due later, and nothing after the last."""
    ledger = tablestore_server.ledger(clock)
    all_due = [Due(1.0, "a"), Due(1.0, "b"), Due(2.0, "a2"), Due(3.0, "c")]
    ledger.save([write(one.key, due_at=one.due_at) for one in all_due])
    assert [ledger.due(moment, 9) for moment in (0.999, 1.0, 2.999, 3.0)] == [[], all_due[:2], all_due[:3], all_due]
    for limit in (1, 2, 3, 4):
        found, last = list[Due](), None
        while page := ledger.due(3.0, limit, last):
            assert len(page) <= limit
            found, last = found + page, page[-1]
        assert found == all_due
    tablestore_server.service.calls.clear()
    for next_moment in (3.000000001, 3.5):
        assert ledger.due(3.0, 9, Due(next_moment, "z")) == []
    assert tablestore_server.service.calls == []
    assert ledger.due(3.0, 9, Due(3.0, "b")) == [Due(3.0, "c")]
    ledger.close()


@pytest.mark.parametrize(("left_s", "left"), [(10.0, ["c"]), (9.9, ["a", "b", "c"])])
def test_what_has_expired_is_removed_if_there_is_time(
    tablestore_server: TablestoreServer, clock: Clock, left_s: float, left: list[str]
) -> None:
    """By the first page alone; what has not expired stays."""
    ledger = tablestore_server.ledger(clock, remaining_s=lambda: left_s)
    ledger.save([write("a", due_at=1.0, expires_at=clock.now() + 1), write("b", expires_at=clock.now() + 1)])
    ledger.save([write("c", due_at=1.0, expires_at=clock.now() + 60)])
    clock.moment += 2
    assert ledger.due(5.0, 5, Due(0.5, "")) == [Due(1.0, "c")]
    assert _that_expire(ledger) == ["a", "b", "c"]
    assert ledger.due(5.0, 5) == [Due(1.0, "c")]
    assert _that_expire(ledger) == left
    ledger.close()


def _that_expire(ledger: TablestoreLedger) -> list[str]:
    first = [(EXPIRES, Bound.LEAST), (KEY, Bound.LEAST)]
    return sorted(str(key[KEY]) for key, _ in ledger._table.scan("ledger_expiry", first, (EXPIRES, 2**62), 50))


def test_what_cannot_be_removed_stays_for_now(
    tablestore_server: TablestoreServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """It counts as absent anyway; how many is told."""
    caplog.set_level(logging.INFO, tablestore.__name__)
    ledger = tablestore_server.ledger(clock)
    ledger.save([write("a", due_at=1.0, expires_at=clock.now() + 1), write("b", expires_at=clock.now() + 1)])
    clock.moment += 2
    fault = Fault("BatchWriteRow", FaultKind.PART_FAILURE, done=frozenset({"a"}), code="OTSServerBusy", status=503)
    tablestore_server.service.faults.add(fault)
    assert ledger.due(5.0, 5) == []
    assert [one.getMessage() for one in caplog.records] == ["1 of 2 expired documents stay for now: OTSServerBusy"]
    assert ledger.due(5.0, 5) == []
    assert len(caplog.records) == 1
    ledger.close()
