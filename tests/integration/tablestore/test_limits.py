"""What the Tablestore ledger costs and bounds: requests, time, sizes, throttling; and what it never tells."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.ledger import _tablestore_rows
from shared.ledger.tablestore import Place, TablestoreLedger
from shared.ports import Stored
from tests.support.tablestore_server import TablestoreServer, credentials, write

ROOT = Path(__file__).parents[3]


def test_a_hundred_documents_are_two_requests(ledger: TablestoreLedger, service: Tablestore) -> None:
    """One to load them, one to save them; a page of what is due is one more, and the first page another."""
    keys = [f"ehpc/cn-hangzhou/c/{number}" for number in range(100)]
    assert ledger.load(keys) == {}
    assert ledger.save([write(key, due_at=1.0) for key in keys]) == frozenset()
    assert [call.operation for call in service.calls] == ["BatchGetRow", "BatchWriteRow"]
    service.calls.clear()
    first = ledger.due(2.0, 50)
    assert len(ledger.due(2.0, 50, first[-1])) == 50
    assert [call.operation for call in service.calls] == ["GetRange"] * 3


@pytest.mark.parametrize("code", ["OTSServerBusy", "OTSNotEnoughCapacityUnit"])
def test_throttling_is_waited_for_but_not_long(ledger: TablestoreLedger, server: TablestoreServer, code: str) -> None:
    """Two refusals are waited for, reads and writes alike; the third ends it."""
    faults, pauses = server.service.faults, server.pauses
    for operation in ("BatchWriteRow", "BatchGetRow"):
        faults.add(Fault(operation, FaultKind.THROTTLED, code=code, times=2))
    assert ledger.save([write("a", b"1")]) == frozenset()
    assert ledger.load(["a"]) == {"a": Stored(b"1", 1)}
    assert pauses == [0.1, 0.4, 0.1, 0.4]
    faults.add(Fault("BatchWriteRow", FaultKind.THROTTLED, code=code, times=None))
    with pytest.raises(LedgerUnavailable, match=code):
        ledger.save([write("a", b"2", expected=1)])
    assert pauses == [0.1, 0.4] * 3


def test_throttled_rows_are_sent_again_alone(ledger: TablestoreLedger, service: Tablestore) -> None:
    """A batch that partly fails is finished row by row; a true conflict in it stays one."""
    ledger.save([write("mine", b"1")])
    service.calls.clear()
    partly = {"done": frozenset({"a", "mine"}), "code": "OTSNotEnoughCapacityUnit", "status": 403}
    service.faults.add(Fault("BatchWriteRow", FaultKind.PART_FAILURE, **partly))  # type: ignore[arg-type]  # as its fields are
    assert ledger.save([write("a"), write("b"), write("mine"), write("c")]) == {"mine"}
    assert sorted(ledger.load(["a", "b", "c"])) == ["a", "b", "c"]
    assert service.count("BatchWriteRow") == 2


def test_nothing_is_sent_without_time(server: TablestoreServer, clock: ManualClock) -> None:
    """No request, no pause and no timeout beyond what the invocation has left."""
    left = [0.5]
    ledger = server.ledger(clock, remaining_s=lambda: left[0])
    assert ledger.load(["a"]) == {}
    server.service.faults.add(Fault("BatchGetRow", FaultKind.THROTTLED))
    with pytest.raises(LedgerUnavailable, match="OTSServerBusy"):
        ledger.load(["a"])
    left[0] = 0.4
    server.service.calls.clear()
    for operation in (lambda: ledger.load(["a"]), lambda: ledger.save([write("a")]), lambda: ledger.due(1, 1)):
        with pytest.raises(LedgerUnavailable, match="no time"):
            operation()
    assert (server.service.calls, server.pauses) == ([], [])
    ledger.close()


@pytest.mark.parametrize("spoiled", [{"token": "token-hunter24"}, {"secret": "sts-hunter25"}])
def test_an_expired_token_is_told_without_it(
    server: TablestoreServer, clock: ManualClock, caplog: pytest.LogCaptureFixture, spoiled: dict[str, str]
) -> None:
    """Out of reach, at once; no key, secret or token in the error, its causes or any log, however loud."""
    caplog.set_level(logging.DEBUG)
    ledger = server.ledger(clock, credentials=credentials(**spoiled))
    for operation in (lambda: ledger.load(["a"]), lambda: ledger.save([write("a")]), lambda: ledger.due(1, 1)):
        with pytest.raises(LedgerUnavailable, match="OTSAuthFailed") as caught:
            operation()
        told = "".join(traceback.format_exception(caught.type, caught.value, caught.tb)) + caplog.text
        assert not [word for word in ("hunter", "STS.local") if word in told]
    assert server.pauses == []
    ledger.close()


def test_nothing_is_logged(ledger: TablestoreLedger, caplog: pytest.LogCaptureFixture) -> None:
    """A conflict is normal, and no token is written down when the log is at its loudest."""
    caplog.set_level(logging.DEBUG)
    assert ledger.save([write("a", b"own words")]) == frozenset()
    assert ledger.save([write("a", b"own words")]) == {"a"}
    assert not [word for word in ("hunter", "STS.local", "own words", "OTS") if word in caplog.text]


def test_a_server_that_is_not_there(server: TablestoreServer, clock: ManualClock) -> None:
    """Nobody listens: nothing was sent, so it is tried again, and then the delivery must come again."""
    place = Place(endpoint="http://127.0.0.1:9", instance="sw", table="ledger")
    ledger = server.ledger(clock, place=place)
    for operation in (lambda: ledger.load(["a"]), lambda: ledger.save([write("a")])):
        with pytest.raises(LedgerUnavailable, match="ConnectFailed"):
            operation()
    assert server.pauses == [0.1, 0.4] * 2
    ledger.close()


def test_documents_have_a_size(ledger: TablestoreLedger, service: Tablestore) -> None:
    """One of 2 MB is saved; a larger one, or a key over 1 KB, is refused before anything of the call is sent."""
    largest = b"x" * _tablestore_rows.DOCUMENT_BYTES_MAX
    assert ledger.save([write("a", largest)]) == frozenset()
    assert ledger.load(["a"])["a"].document == largest
    service.calls.clear()
    for bad in (write("big", largest + b"x"), write("k" * 1025)):
        with pytest.raises(DocumentRefused, match="bytes") as refused:
            ledger.save([write("b"), bad])
        assert refused.value.keys == {bad.key}
    assert service.calls == []


def test_large_documents_share_no_request_that_is_too_large(ledger: TablestoreLedger, service: Tablestore) -> None:
    """A request stays below 4 MB; all are saved."""
    documents = {f"k{number}": bytes([number]) * 1_000_000 for number in range(7)}
    assert ledger.save([write(key, document) for key, document in documents.items()]) == frozenset()
    assert service.count("BatchWriteRow") == 3
    assert {key: found.document for key, found in ledger.load(list(documents)).items()} == documents


def loaded(module: str) -> set[str]:
    """What a process that imports the functions and that module has of Tablestore's."""
    script = f"import sys, shared.runtime, {module}; print(*[one for one in sys.modules if 'tablestore' in one])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_ledger_is_loaded_only_if_it_is_named() -> None:
    """Neither the functions nor opening another ledger pay for it; its SDK is for whoever sets up."""
    assert loaded("shared.openers.ledger") == set()
    assert "shared.ledger._tablestore_link" in loaded("shared.ledger.tablestore") - {"tablestore"}
    assert "tablestore" not in loaded("shared.ledger.tablestore") | loaded("shared.ledger.tablestore_setup")
