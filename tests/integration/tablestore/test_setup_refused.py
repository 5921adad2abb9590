"""Setting up where Tablestore refuses, or where somebody else was faster: what is there is compared."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import LedgerUnavailable, SettingsError
from shared.ledger import tablestore_setup
from shared.ledger._tablestore_link import Link
from shared.ledger._tablestore_messages import MessageError
from shared.ledger._tablestore_rows import DUE, EXPIRES, KEY
from shared.ledger.tablestore_setup import create_table, has_table, sdk
from tests.support.tablestore_server import TablestoreServer, credentials


@pytest.fixture
def bare() -> Iterator[TablestoreServer]:
    """No table, and nothing asked yet."""
    running = TablestoreServer()
    yield running
    running.stop()


def refused(operation: str, code: str, status: int = 403, times: int | None = None) -> Fault:
    """An error answer of that operation."""
    return Fault(operation, FaultKind.ERROR_BEFORE_EFFECT, status=status, code=code, times=times)


def test_whether_the_table_is_there(bare: TablestoreServer) -> None:
    """Without making it; one of another form is told, whoever asks."""
    assert has_table(bare.place, credentials()) is False
    assert bare.service.count("CreateTable") == 0
    bare.set_up()
    assert has_table(bare.place, credentials()) is True
    bare.service.faults.add(refused("DescribeTable", "OTSNoPermissionAccess"))
    for asks in (has_table, create_table):
        with pytest.raises(LedgerUnavailable, match="OTSNoPermissionAccess"):
            asks(bare.place, credentials())
    assert bare.service.count("CreateTable") == 0


def test_a_description_that_is_none_is_no_answer(bare: TablestoreServer) -> None:
    """Whatever the SDK makes of it; the one who asked is told as of any answer that cannot be read."""

    class Garbled:
        """Answers whatever it is asked with what no description of a table is."""

        def repeating(self, _operation: str, _body: bytes, read: Any) -> Any:
            return read(b"\xff" * 9)

    with pytest.raises(MessageError, match="no description"):
        tablestore_setup._described(bare.place, cast("Link", Garbled()))


def test_what_is_set_up_reserves_nothing_and_keeps_what_is_written(bare: TablestoreServer) -> None:
    """What is used is paid for, nothing else; no document goes by itself, and none is there twice."""
    _, options, throughput, _ = tablestore_setup._wanted(bare.place)
    assert (throughput.capacity_unit.read, throughput.capacity_unit.write) == (0, 0)
    assert (options.time_to_live, options.max_version) == (-1, 1)


@pytest.mark.parametrize("asks", [has_table, create_table])
def test_whoever_asks_stops_after_two_minutes(bare: TablestoreServer, asks: Any) -> None:
    """Nothing is sent any more, whatever the clock began with."""
    ticks = iter([1_000.0, *[1_121.0] * 9])
    with pytest.raises(LedgerUnavailable, match="no time left"):
        asks(bare.place, credentials(), sleep=bare.pauses.append, ticks=lambda: next(ticks))
    assert (bare.service.count("DescribeTable"), bare.pauses) == (0, [])


@pytest.mark.parametrize(("code", "status"), [("OTSNoPermissionAccess", 403), ("OTSServerBusy", 503)])
def test_a_table_that_is_refused_is_told(bare: TablestoreServer, code: str, status: int) -> None:
    """It was certainly not made, so there is nothing to compare."""
    bare.service.faults.add(refused("CreateTable", code, status))
    with pytest.raises(LedgerUnavailable, match=code):
        create_table(bare.place, credentials(), sleep=bare.pauses.append)
    assert bare.service.count("CreateTable") == 1


def test_who_comes_second_finds_the_table(bare: TablestoreServer) -> None:
    """It was made by somebody else, meanwhile."""
    bare.service.faults.add(refused("DescribeTable", "OTSObjectNotExist", 404, times=1))
    other = TablestoreServer.set_up
    assert other(bare) is True
    bare.service.faults.add(refused("DescribeTable", "OTSObjectNotExist", 404, times=1))
    assert create_table(bare.place, credentials(), sleep=bare.pauses.append) is False


def test_the_table_is_paid_for_as_it_is_used_and_keeps_one_version(bare: TablestoreServer) -> None:
    """For ever; its indexes carry what a page of due documents tells."""
    bare.set_up()
    told = bare.client().describe_table("ledger")
    reserved = told.reserved_throughput_details.capacity_unit
    assert (reserved.read, reserved.write) == (0, 0)
    assert (told.table_options.time_to_live, told.table_options.max_version) == (-1, 1)
    assert told.table_meta.schema_of_primary_key == [(KEY, "STRING")]
    indexes = {one.index_name: (one.primary_key_names, one.defined_column_names) for one in told.secondary_indexes}
    assert indexes == {"ledger_due": ([DUE, KEY], [EXPIRES]), "ledger_expiry": ([EXPIRES, KEY], [])}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"key": [("id", "STRING")]}, "primary key"),
        ({"key": [(KEY, "BINARY")]}, "primary key"),
        ({"ttl": 86_400}, "expire by itself"),
        ({"versions": 2}, "several versions"),
        ({"due": ([DUE, KEY], [])}, "indexes are others"),
        ({"due": ([KEY], [EXPIRES])}, "indexes are others"),
        ({"due": None}, "indexes are others"),
    ],
)
def test_each_difference_is_told_alone(bare: TablestoreServer, change: dict[str, Any], problem: str) -> None:
    """And names the setting. An index more does not matter."""
    indexes = {
        "ledger_due": change.get("due", ([DUE, KEY], [EXPIRES])),
        "ledger_expiry": ([EXPIRES, KEY], []),
        "theirs": ([EXPIRES, KEY], []),
    }
    there = SimpleNamespace(
        table_meta=sdk().TableMeta("ledger", change.get("key", [(KEY, "STRING")])),
        table_options=sdk().TableOptions(time_to_live=change.get("ttl", -1), max_version=change.get("versions", 1)),
        secondary_indexes=[
            sdk().SecondaryIndexMeta(name, *columns) for name, columns in indexes.items() if columns is not None
        ],
    )
    with pytest.raises(SettingsError) as caught:
        tablestore_setup._compare(bare.place, there)
    assert len(caught.value.faults) == 1
    assert problem in str(caught.value)
    assert "SECONDWIND_LEDGER_URL" in str(caught.value)


def test_waiting_for_a_table_ends_before_its_time_does(bare: TablestoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that would leave no time for a further look is not taken."""
    bare.service.ready_after_s = 1000
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(tablestore_setup, "READY_S", 7.0)
    with pytest.raises(LedgerUnavailable, match="OTSTableNotReady"):
        create_table(bare.place, credentials(), sleep=sleep, ticks=lambda: now[0])
    assert slept.count(2.0) == 2


def test_an_index_is_waited_for_as_the_table_is(bare: TablestoreServer) -> None:
    """The sweep reads both of them; three times each is asked before a pause."""
    bare.service.faults.add(refused("GetRange", "OTSTableNotReady", 503, times=3))
    assert create_table(bare.place, credentials(), sleep=bare.pauses.append)
    assert bare.pauses == [0.1, 0.4, 2.0]


def test_whoever_sets_up_lets_the_connection_go(bare: TablestoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it was refused."""
    closed: list[Link] = []

    def close(link: Link) -> None:
        closed.append(link)

    monkeypatch.setattr(Link, "close", close)
    assert create_table(bare.place, credentials())
    assert has_table(bare.place, credentials())
    bare.service.faults.add(refused("DescribeTable", "OTSNoPermissionAccess"))
    for asks in (has_table, create_table):
        with pytest.raises(LedgerUnavailable):
            asks(bare.place, credentials())
    assert len(closed) == 4
