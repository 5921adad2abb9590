"""Documents of the Tablestore ledger expire by themselves, and its table is made by set-up alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import LedgerUnavailable, SettingsError
from shared.ledger._tablestore_rows import from_ns, to_ns
from shared.ledger.tablestore import Place, TablestoreLedger
from shared.ledger.tablestore_setup import create_table, sdk
from shared.ports import Due, Stored
from tests.support.tablestore_server import TablestoreServer, credentials, write

MONTH_S = 30 * 86_400.0


def test_an_expired_document_makes_room(ledger: TablestoreLedger, clock: ManualClock, service: Tablestore) -> None:
    """It counts as absent before anybody removed it: a new one takes its place as version 1."""
    ledger.save([write("a", b"old", expires_at=clock.now() + 10)])
    ledger.save([write("a", b"older", expected=1, expires_at=clock.now() + 10)])
    clock.advance(11)
    assert ledger.load(["a"]) == {}
    service.faults.add(Fault("BatchWriteRow", FaultKind.ERROR_AFTER_EFFECT, skip=1, status=503, code="OTSTimeout"))
    assert ledger.save([write("a", b"new")]) == frozenset()
    assert ledger.load(["a"]) == {"a": Stored(b"new", 1)}


def test_the_sweeps_first_look_removes_what_has_expired(
    ledger: TablestoreLedger, raw: Any, clock: ManualClock, service: Tablestore
) -> None:
    """200 at a time; what never expires stays, and so does one that was renewed while the index lagged."""
    soon = clock.now() + 10
    ledger.save([write(f"k{number:03}", due_at=1.0, expires_at=soon) for number in range(205)])
    ledger.save([write("ever", due_at=1.0), write("a renewed one", due_at=1.0, expires_at=soon)])
    ledger.save([write("k000", expected=1, due_at=1.0, expires_at=soon)])
    service.index_lag_s = 3600.0
    ledger.save([write("a renewed one", expected=1, due_at=1.0, expires_at=clock.now() + MONTH_S)])
    clock.advance(11)
    assert ledger.due(5.0, 10) == [Due(1.0, "ever")]
    low, high = [("key", sdk().INF_MIN)], [("key", sdk().INF_MAX)]
    left = [row.primary_key[0][1] for row in raw.get_range("ledger", sdk().Direction.FORWARD, low, high)[2]]
    assert left == ["a renewed one", "ever", *(f"k{number}" for number in range(199, 205))]
    assert set(ledger.load(left)) == {"a renewed one", "ever"}


def test_a_missing_table_names_the_set_up(clock: ManualClock) -> None:
    """The hot path makes no table."""
    server = TablestoreServer()
    ledger = server.ledger(clock)
    for operation in (lambda: ledger.load(["a"]), lambda: ledger.save([write("a")]), lambda: ledger.due(1, 1)):
        with pytest.raises(LedgerUnavailable, match="create_table"):
            operation()
    assert server.service.count("CreateTable") == 0
    ledger.close()
    server.stop()


def test_set_up_twice_is_once(clock: ManualClock) -> None:
    """The second finds what the first made; the table has no TTL, so nothing is forgotten by itself."""
    server = TablestoreServer()
    assert (server.set_up(), server.set_up()) == (True, False)
    ledger = server.ledger(clock)
    assert ledger.load(["a"]) == {}
    assert server.client().describe_table("ledger").table_options.time_to_live == -1
    ledger.close()
    server.stop()


def test_set_up_waits_until_the_table_serves() -> None:
    """A new table refuses rows for a while; without end it is told."""
    moved = ManualClock(1_800_000_000.0)
    server = TablestoreServer(moved)
    server.service.ready_after_s = 60
    assert create_table(server.place, credentials(), sleep=moved.advance, ticks=moved.now) is True
    server.service.ready_after_s = 1000
    place = Place(endpoint=server.place.endpoint, instance="sw", table="slow")
    with pytest.raises(LedgerUnavailable, match="OTSTableNotReady"):
        create_table(place, credentials(), sleep=moved.advance, ticks=moved.now)
    server.stop()


@pytest.mark.parametrize("kind", [FaultKind.CLOSE_AFTER_EFFECT, FaultKind.ERROR_AFTER_EFFECT])
def test_set_up_whose_answer_is_lost(kind: FaultKind) -> None:
    """What is there is compared with what is wanted, so a lost answer does not matter."""
    server = TablestoreServer()
    server.service.faults.add(Fault("CreateTable", kind, status=503, code="OTSTimeout"))
    assert server.set_up() is False
    server.stop()


def test_a_foreign_table_is_left_alone(clock: ManualClock) -> None:
    """Another key, a TTL, no indexes: every difference is told, and nothing is changed."""
    server = TablestoreServer()
    ledger = server.ledger(clock)
    with pytest.raises(LedgerUnavailable):
        ledger.load(["a"])
    capacity = sdk().ReservedThroughput(sdk().CapacityUnit(0, 0))
    meta, options = sdk().TableMeta("ledger", [("id", "INTEGER")]), sdk().TableOptions(time_to_live=86_400)
    server.client().create_table(meta, options, capacity)
    with pytest.raises(SettingsError) as caught:
        server.set_up()
    assert len(caught.value.faults) == 3
    assert server.client().list_table() == ("ledger",)
    ledger.close()
    server.stop()


@given(st.floats(8e6, 9.2e9), st.floats(8e6, 9.2e9))
def test_times_come_back_and_keep_their_order(one: float, other: float) -> None:
    """From April 1970 to 2261 every float of unix seconds survives as whole nanoseconds, in order."""
    assert from_ns(to_ns(one)) == one
    assert (to_ns(one) < to_ns(other)) is (one < other)


@pytest.mark.parametrize("far", [1e10, 1e300, float("inf")])
def test_times_beyond_a_number_are_the_last_one(far: float) -> None:
    """They stay in the index, after all others, and `due` may ask for them."""
    assert -to_ns(-far) == to_ns(far) == 2**63 - 2
