"""Tablestore's traps, each by name: lost and false answers, missing columns, indexes that lag, writers at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from localcloud.wire.http import Request, Response
from shared.domain.errors import LedgerUnavailable
from shared.ledger.tablestore import TablestoreLedger
from shared.ledger.tablestore_setup import sdk
from shared.network import idle
from shared.network.kept_http import drop_connections
from shared.ports import Due, Stored
from tests.support.tablestore_server import TablestoreServer, lost, write

BEFORE = [
    FaultKind.CLOSE_BEFORE_EFFECT,
    FaultKind.EMPTY_BEFORE_EFFECT,
    FaultKind.ERROR_BEFORE_EFFECT,
    FaultKind.HTML_BEFORE_EFFECT,
]
AFTER = [
    FaultKind.CLOSE_AFTER_EFFECT,
    FaultKind.EMPTY_AFTER_EFFECT,
    FaultKind.ERROR_AFTER_EFFECT,
    FaultKind.HTML_AFTER_EFFECT,
]


class Repeater:
    """A proxy that sends each write twice, as one does that lost the first answer."""

    def __init__(self, service: Tablestore) -> None:
        self.service = service

    def wants(self, request: Request) -> bool:
        return request.path == "/BatchWriteRow"

    def handle(self, request: Request) -> Response:
        self.service.handle(request)
        return self.service.handle(request)


@pytest.mark.parametrize(("idle_s", "kept"), [(0.0, False), (60.0, True)])
def test_a_connection_that_stood_idle_is_not_used_again(
    ledger: TablestoreLedger, monkeypatch: pytest.MonkeyPatch, *, idle_s: float, kept: bool
) -> None:
    """A balancer drops it without a word, and an answer that never comes costs a whole time-out."""
    monkeypatch.setattr(idle, "IDLE_S", idle_s)
    drop_connections()
    dialled: list[object] = []
    dial = socket.create_connection

    def counted(*place: Any, **options: Any) -> socket.socket:
        dialled.append(place)
        return dial(*place, **options)

    monkeypatch.setattr(socket, "create_connection", counted)
    ledger.load(["a"])
    ledger.load(["a"])
    assert len(dialled) == (1 if kept else 2)


def test_connections_outlive_the_ledger(
    server: TablestoreServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next invocation opens a ledger of its own, and dials nobody."""
    first, second = server.ledger(clock), server.ledger(clock)
    first.load(["a"])
    first.close()
    monkeypatch.delattr(socket, "create_connection")
    assert second.load(["a"]) == {}
    with pytest.raises(LedgerUnavailable, match="closed"):
        first.load(["a"])


def test_own_success_reported_as_conflict_by_a_proxy(server: TablestoreServer, clock: ManualClock) -> None:
    """The second sending conflicts with the first; the token tells that it was ours. Others' writes still conflict."""
    repeater = Repeater(server.service)
    server.server._routes.insert(0, (repeater.wants, repeater))
    ledger, other = server.ledger(clock), server.ledger(clock)
    assert ledger.save([write("a", b"1"), write("b", b"1")]) == frozenset()
    assert ledger.save([write("a", b"2", expected=1)]) == frozenset()
    assert other.save([write("a", b"3", expected=1), write("b", b"3", expected=1)]) == {"a"}
    assert ledger.load(["a", "b"]) == {"a": Stored(b"2", 2), "b": Stored(b"3", 2)}
    for each in (ledger, other):
        each.close()


@pytest.mark.parametrize("code", ["OTSServerBusy", "OTSNotEnoughCapacityUnit", "OTSRowOperationConflict"])
def test_own_success_reported_as_conflict_after_busy(
    ledger: TablestoreLedger, server: TablestoreServer, code: str
) -> None:
    """Told to be busy although it was done: sending it again conflicts with ourselves, and counts as saved."""
    server.service.faults.add(lost(FaultKind.ERROR_AFTER_EFFECT, code))
    assert ledger.save([write("a", b"1")]) == frozenset()
    assert ledger.load(["a"]) == {"a": Stored(b"1", 1)}
    assert server.pauses == [0.1]


@pytest.mark.parametrize("column", ["other", "document"])
def test_a_missing_column_passes_no_condition(ledger: TablestoreLedger, raw: Any, column: str) -> None:
    """A row without a version, whoever wrote it, is never overwritten; with a document it is one, and malformed."""
    raw.put_row("ledger", sdk().Row([("key", "a")], [(column, bytearray(b"theirs"))]), sdk().Condition("IGNORE"))
    for expected in (None, 1):
        assert ledger.save([write("a", expected=expected)]) == {"a"}
    row = raw.get_row("ledger", [("key", "a")])[1]
    assert [(name, value) for name, value, _ in row.attribute_columns] == [(column, bytearray(b"theirs"))]
    for key, found in ledger.load(["a"]).items():
        assert (key, found.document, column) == ("a", b"", "document")
        assert ledger.save([write("a", expected=found.version)]) == {"a"}


def test_an_index_that_lags_is_a_hint(ledger: TablestoreLedger, service: Tablestore) -> None:
    """`due` shows the past; `load` and `save` know the present."""
    ledger.save([write("a", b"1", due_at=5.0)])
    service.index_lag_s = 3600.0
    ledger.save([write("a", b"2", expected=1, due_at=99.0), write("b", due_at=6.0)])
    assert ledger.due(10.0, 10) == [Due(5.0, "a")]
    assert ledger.load(["a"]) == {"a": Stored(b"2", 2)}
    assert ledger.save([write("a", b"3", expected=1)]) == {"a"}


@pytest.mark.parametrize("kind", AFTER)
def test_answer_lost_with_effect(ledger: TablestoreLedger, service: Tablestore, kind: FaultKind) -> None:
    """Read again once: our token is there, so it was saved, once."""
    ledger.save([write("old", b"1")])
    service.calls.clear()
    service.faults.add(lost(kind))
    assert ledger.save([write("old", b"2", expected=1), write("new", b"1")]) == frozenset()
    assert ledger.load(["old", "new"]) == {"old": Stored(b"2", 2), "new": Stored(b"1", 1)}
    assert [call.operation for call in service.calls] == ["BatchWriteRow", "BatchGetRow", "BatchGetRow"]


def test_an_answer_that_does_not_come_in_time(server: TablestoreServer, clock: ManualClock) -> None:
    """The socket's timeout ends the wait; the re-read finds our token."""
    ledger, read = server.ledger(clock, remaining_s=lambda: 0.5), threading.Event()
    assert ledger.load(["a"]) == {}

    def until_read(seconds: float) -> None:
        read.wait(seconds)

    server.service.faults.sleep = until_read
    server.service.faults.add(Fault("BatchWriteRow", FaultKind.DELAY_AFTER_EFFECT, delay_s=20))
    assert ledger.save([write("a", b"1")]) == frozenset()
    read.set()
    assert ledger.load(["a"]) == {"a": Stored(b"1", 1)}
    ledger.close()


@pytest.mark.parametrize("expected", [None, 1])
@pytest.mark.parametrize("kind", BEFORE)
def test_answer_lost_without_effect(
    ledger: TablestoreLedger, service: Tablestore, kind: FaultKind, expected: int | None
) -> None:
    """Not sent again, and not known: it may still come."""
    if expected:
        ledger.save([write("a", b"1")])
    service.calls.clear()
    service.faults.add(lost(kind))
    with pytest.raises(LedgerUnavailable, match="not known"):
        ledger.save([write("a", b"2", expected=expected)])
    assert service.count("BatchWriteRow") == 1
    assert ledger.load(["a"]) == ({"a": Stored(b"1", 1)} if expected else {})


@pytest.mark.parametrize("code", ["OTSTimeout", "OTSServerUnavailable", "OTSInternalServerError"])
def test_a_row_of_unknown_effect_in_a_batch(ledger: TablestoreLedger, service: Tablestore, code: str) -> None:
    """It alone is not known; it is not sent again, and its neighbours are saved."""
    service.faults.add(Fault("BatchWriteRow", FaultKind.PART_FAILURE, done=frozenset({"a"}), code=code, status=503))
    with pytest.raises(LedgerUnavailable, match="not known"):
        ledger.save([write("a", b"1"), write("b", b"1")])
    assert ledger.load(["a", "b"]) == {"a": Stored(b"1", 1)}
    assert service.count("BatchWriteRow") == 1


def test_a_late_effect_was_told_as_unknown(clock: ManualClock) -> None:
    """It comes after the save has given up, and is a save like any other."""
    moved = ManualClock(clock.now())
    server = TablestoreServer(moved)
    server.set_up()
    ledger = server.ledger(clock)
    server.service.faults.add(Fault("BatchWriteRow", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=5))
    with pytest.raises(LedgerUnavailable, match="not known"):
        ledger.save([write("a", b"1")])
    moved.advance(6)
    assert ledger.load(["a"]) == {"a": Stored(b"1", 1)}
    ledger.close()
    server.stop()


def test_a_lost_write_that_others_have_overtaken_conflicts(server: TablestoreServer, clock: ManualClock) -> None:
    """The version that it would have made is somebody else's: it did not happen and cannot any more."""
    ledger, other = server.ledger(clock), server.ledger(clock)
    ledger.save([write("a", b"1")])
    server.service.faults.add(lost(FaultKind.DELAY_BEFORE_EFFECT))
    server.service.faults.sleep = lambda _: None
    kept = ledger._link.call

    def overtaken(operation: str, body: bytes, read: Callable[[bytes], Any]) -> Any:
        other.save([write("a", b"other", expected=1)])
        server.service.faults.add(lost(FaultKind.CLOSE_BEFORE_EFFECT))
        ledger._link.call = kept  # type: ignore[method-assign]  # the test stands between the ledger and its link
        return kept(operation, body, read)

    ledger._link.call = overtaken  # type: ignore[method-assign]  # as above
    assert ledger.save([write("a", b"2", expected=1)]) == {"a"}
    assert other.load(["a"]) == {"a": Stored(b"other", 2)}
    for each in (ledger, other):
        each.close()


def test_threads_lose_no_update(server: TablestoreServer, clock: ManualClock) -> None:
    """Four writers add 25 each to the same two documents by compare-and-set: 100, and as many versions."""
    errors: list[BaseException] = []

    def count_up() -> None:
        ledger = server.ledger(clock)
        done = {"a": 0, "b": 0}
        try:
            while min(done.values()) < 25:
                open_ = [key for key, count in done.items() if count < 25]
                found = ledger.load(open_)
                writes = [
                    write(key, str(int(found[key].document) + 1).encode(), found[key].version)
                    if key in found
                    else write(key, b"1")
                    for key in open_
                ]
                conflicts = ledger.save(writes)
                for key in set(open_) - conflicts:
                    done[key] += 1
        except BaseException as error:  # noqa: BLE001 - told by the test itself
            errors.append(error)
        finally:
            ledger.close()

    writers = [threading.Thread(target=count_up) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert errors == []
    ledger = server.ledger(clock)
    assert ledger.load(["a", "b"]) == {"a": Stored(b"100", 100), "b": Stored(b"100", 100)}
    ledger.close()
