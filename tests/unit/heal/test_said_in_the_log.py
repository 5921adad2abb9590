"""What goes wrong without an error is said in the function's log, with the document that it is about."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from shared.documents import nodes_write
from shared.domain.claims import Share
from shared.domain.decision import Ask
from shared.domain.errors import DocumentRefused
from shared.domain.failure import Trigger
from shared.domain.keys import breaker_key, claim_key, nodes_key
from shared.domain.nodes import KnownNodes
from shared.domain.outcome import Outcome, rfc3339
from shared.heal.claims import WholeClaims
from shared.heal.item import Result, Walked
from shared.heal.nodes import NodeMemory
from shared.heal.records import Records
from shared.heal.report import Reporter
from shared.ports import Stored, Write
from tests.support.clock import START, Clock
from tests.support.house import House, verdicts
from tests.support.memory_ledger import MemoryLedger, touch
from tests.support.sink import Sink
from tests.support.systems import CLUSTER
from tests.unit.heal.test_node_memory import HOLD, item

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"


@pytest.fixture(autouse=True)
def _listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)


def broken(ledger: Any, key: str, **more: Any) -> None:
    """Somebody else's document stands there."""
    ledger.save([Write(key=key, document=b"{", expected=None, due_at=1.0, expires_at=None, **more)])


def test_a_claim_that_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Its whole is restarted by nobody."""
    key = claim_key(CLUSTER, "7")
    one = SimpleNamespace(
        failure=SimpleNamespace(scope=CLUSTER),
        seen=SimpleNamespace(share=lambda _: Share(of="7"), look_begun_at=START),
        decided=SimpleNamespace(action_api=None, failure_id="f"),
    )
    claims = WholeClaims([one], START)  # type: ignore[list-item]
    assert claims.barred({key: Stored(b"{", 1)}) == {id(one): None}
    assert f"{key} is left as it is" in caplog.text


def test_a_record_that_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is decided on it."""
    ledger = MemoryLedger(Clock())
    broken(ledger, JOB)
    Records(ledger, START).open([JOB])
    assert f"{JOB} is left as it is" in caplog.text


def test_a_due_document_that_cannot_be_read(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The sweep goes on with the others."""
    broken(house.ledger, JOB)
    house.sweep()
    assert f"{JOB} is left as it is" in caplog.text


@pytest.mark.parametrize("key", [JOB, breaker_key(CLUSTER)])
def test_a_document_that_the_ledger_has_no_room_for(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Nobody is called on what could not be written down."""
    save = house.ledger.save

    def narrow(writes: list[Write]) -> frozenset[str]:
        if any(write.key == key for write in writes):
            raise DocumentRefused({key: 3_000_000})
        return save(writes)

    monkeypatch.setattr(house.ledger, "save", narrow)
    house.deliver(house.hung())
    assert house.ehpc.calls == []
    assert f"{key} (3000000 bytes)" in caplog.text


def test_outcomes_that_stay_owed(caplog: pytest.LogCaptureFixture) -> None:
    """And why."""
    outcome = Outcome(
        outcome_id="o",
        failure_id="f",
        final="true",
        at=rfc3339(START),
        verdict="suppressed",
        reason="stale",
        message="",
    )
    ask = Ask(now=START, trigger=Trigger.LOG, request_id="r")
    Reporter(MemoryLedger(Clock()), Sink(down=True)).deliver(Walked([Result(outcome, None, "")]), ask)
    assert "outcomes stay owed: down" in caplog.text


def test_what_failed_on_nodes_and_is_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    """Because others keep writing the memory, or the ledger takes it not at all."""
    key = nodes_key(CLUSTER)
    for refused, said in ((False, "others keep writing it"), (True, f"{key} (1 bytes)")):
        ledger = MemoryLedger(Clock())
        ledger.save([nodes_write(key, KnownNodes(), None, START)])
        memory = NodeMemory(
            ledger=ledger,
            systems=lambda *_: None,  # type: ignore[arg-type]
            clock=Clock(),
            policy=HOLD,
            scope=CLUSTER,
            now=START,
            hard_deadline=START + 60,
        )
        memory.read(ledger.load([key]))
        memory.count([item(1, "n1")])
        save = ledger.save

        def saved(writes: Any, save: Any = save, ledger: Any = ledger, *, refused: bool = refused) -> frozenset[str]:
            if refused:
                raise DocumentRefused({key: 1})
            ledger.save = save
            touch(ledger, key)
            ledger.save = saved
            result: frozenset[str] = save(writes)
            return result

        ledger.save = saved  # type: ignore[method-assign]
        caplog.clear()
        assert memory.save() == []
        assert "not counted" in caplog.text
        assert said in caplog.text


def test_a_quiet_night_says_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Where all goes well nobody has to look."""
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    house.sweep()
    assert caplog.records == []
