"""One case, explained: every gate asked anew on a look at the job, and nothing done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared import people
from shared.console.app import answer
from shared.console.http import WebRequest
from shared.console.site import Site
from shared.console.visitor import Visitor
from shared.domain.gate import Gate
from shared.gates_now import gates_of
from shared.policy.model import Action, Policy
from tests.support.clock import START
from tests.support.memory_ledger import MemoryLedger
from tests.unit.console.conftest import KEY
from tests.unit.people.conftest import Ward, failure_id, held, put


def test_a_held_failures_gates_are_asked_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last gate is the one that holds it; the ledger is as before, and no job was touched."""
    house = Ward(tmp_path)
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    before = dict(house.ledger.load([hold.key]))
    saves, looks = len(house.ledger.saves), house.ehpc.looks
    monkeypatch.setattr("shared.gates_now.open_systems", lambda *_: house.healer().systems)
    anything: Any = None  # settings and a key, which the systems of a test need not
    now = house.clock.now()
    gates = gates_of(hold.case.failure, house.ledger, anything, anything, house.policy, house.clock, now + 20)
    assert house.ehpc.looks == looks + 1
    assert len(gates) > 3
    assert [gate.passed for gate in gates].count(False) == 1
    assert not gates[-1].passed
    assert dict(house.ledger.load([hold.key])) == before
    assert (len(house.ledger.saves), house.killed) == (saves, [])
    house.ledger.close()


def test_gates_are_asked_when_somebody_wants_it(ledger: MemoryLedger) -> None:
    """A look costs the job system a call: the page offers it, and shows what came of it."""
    put(ledger, held(1))
    asked: list[str] = []

    def gates(failure: Any) -> list[Gate]:
        asked.append(failure.job_id)
        return [Gate(name="rule_allows", passed=False, saw="<b>hold</b>", wanted="rerun")]

    site = Site(ledger=ledger, policy=Policy(version=1), now=START, key=KEY, gates=gates)
    boss = Visitor(name="boss", how="x", holds_key=True)
    plain = WebRequest(method="GET", path="/case", query={"id": [failure_id(1)]})
    assert "ask every gate" in answer(site, plain, boss).body.decode()
    assert asked == []
    wanted = WebRequest(method="GET", path="/case", query={"id": [failure_id(1)], "ask": ["1"]})
    page = answer(site, wanted, boss).body.decode()
    assert asked == ["1.scheduler"]
    assert "&lt;b&gt;hold&lt;/b&gt;" in page
