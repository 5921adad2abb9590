"""What is asked of Tablestore early is answered later: as it was then, or, whatever went wrong, as it is now."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import LedgerUnavailable
from shared.ledger._tablestore_table import READ_ROWS_MAX
from shared.ledger.tablestore import TablestoreLedger
from shared.ports import Stored
from tests.support.tablestore_server import TablestoreServer, write


def test_one_request_brings_them(ledger: TablestoreLedger, service: Tablestore) -> None:
    """It is sent at once, and nothing is sent when they are wanted; what has no document is not there."""
    ledger.save([write("a", b"1"), write("b", b"2")])
    service.calls.clear()
    coming = ledger.load_early(["a", "b", "c"])
    assert coming.documents() == {"a": Stored(b"1", 1), "b": Stored(b"2", 1)}
    assert service.count("BatchGetRow") == 1


def test_what_has_expired_meanwhile_is_not_there(ledger: TablestoreLedger, clock: ManualClock) -> None:
    """As of any load: by the clock of the moment at which it is wanted."""
    ledger.save([write("a", expires_at=clock.now() + 5)])
    coming = ledger.load_early(["a"])
    clock.advance(6)
    assert coming.documents() == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("BatchGetRow", FaultKind.CLOSE_BEFORE_EFFECT),
        Fault("BatchGetRow", FaultKind.HTML_BEFORE_EFFECT),
        Fault("BatchGetRow", FaultKind.EMPTY_BEFORE_EFFECT),
        Fault("BatchGetRow", FaultKind.ERROR_BEFORE_EFFECT, status=503, code="OTSServerBusy"),
    ],
    ids=lambda fault: fault.kind.value,
)
def test_what_fails_is_loaded_when_it_is_wanted(ledger: TablestoreLedger, service: Tablestore, fault: Fault) -> None:
    """Not as it was when it was asked for: nobody knows how that was."""
    ledger.save([write("a", b"1"), write("b", b"2")])
    service.faults.add(fault)
    coming = ledger.load_early(["a", "b"])
    ledger.save([write("b", b"3", expected=1)])
    assert coming.documents() == {"a": Stored(b"1", 1), "b": Stored(b"3", 2)}
    assert service.count("BatchGetRow") == 2


def test_more_than_one_request_could_bring_is_loaded_when_it_is_wanted(
    ledger: TablestoreLedger, service: Tablestore
) -> None:
    """All of it."""
    keys = [f"{number:03}" for number in range(READ_ROWS_MAX + 1)]
    ledger.save([write(key) for key in keys])
    coming = ledger.load_early(keys)
    assert service.count("BatchGetRow") == 0
    assert set(coming.documents()) == set(keys)


def test_who_cannot_ask_says_so_when_it_is_wanted(server: TablestoreServer, clock: ManualClock) -> None:
    """To ask early never fails: the look that comes next is worth having all the same."""
    late = server.ledger(clock, remaining_s=lambda: 0.1)
    coming = late.load_early(["a"])
    with pytest.raises(LedgerUnavailable, match="no time left"):
        coming.documents()
    late.load_early(["a"]).drop()


def test_what_nobody_wants_leaves_the_ledger_as_it_was(ledger: TablestoreLedger) -> None:
    """The next question has an answer of its own."""
    ledger.save([write("a", b"1")])
    ledger.load_early(["missing"]).drop()
    assert ledger.load(["a"]) == {"a": Stored(b"1", 1)}
