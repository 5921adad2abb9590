"""Many answers at once cost one walk through the ledger, at the command line and on a page."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from secondwind.commands.answer import decide_all
from shared import people
from shared.console.held import PAGE_HOLDS
from shared.people import AmbiguousId, UnknownId
from shared.people.walk import BATCH
from tests.support.clock import Clock
from tests.support.memory_ledger import MemoryLedger
from tests.unit.console.conftest import Browser
from tests.unit.people.conftest import failure_id, held, put

DOCUMENTS = 300


def counted(ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each load is asked for."""
    loads: list[int] = []
    load = ledger.load

    def noted(keys: Any) -> Any:
        loads.append(len(keys))
        return load(keys)

    monkeypatch.setattr(ledger, "load", noted)
    return loads


def filled(clock: Clock) -> MemoryLedger:
    """A ledger with many held failures."""
    ledger = MemoryLedger(clock)
    for number in range(DOCUMENTS):
        put(ledger, held(number))
    return ledger


@pytest.mark.parametrize("answers", [2, 60])
def test_a_command_with_many_ids_walks_once(monkeypatch: pytest.MonkeyPatch, answers: int) -> None:
    """Beside the walk three documents an answer: the record, the modes, the breaker."""
    clock = Clock()
    ledger = filled(clock)
    loads = counted(ledger, monkeypatch)
    work = decide_all([failure_id(number) for number in range(answers)], yes=True, by="ann")
    assert work(ledger, clock.now()).status == 0
    assert len(people.holds(ledger)) == DOCUMENTS - answers
    assert sum(loads[: -DOCUMENTS // BATCH]) <= DOCUMENTS + 3 * answers


def test_each_id_is_found_or_not_as_it_is_alone() -> None:
    """Whole, the beginning of one, of none, of two, and too short."""
    ledger = filled(Clock())
    put(ledger, replace(held(1_001), failure_id="abcdef1"), replace(held(1_002), failure_id="abcdef2"))
    ids = [failure_id(1), failure_id(2)[:20], "fedcba", "abcdef", "abcde"]
    found = people.find_all(ledger, ids)
    assert list(found) == ids
    assert [found[one] for one in ids[:2]] == [people.find(ledger, one) for one in ids[:2]]
    for wanted, kind in zip(ids[2:], (UnknownId, AmbiguousId, UnknownId), strict=True):
        with pytest.raises(kind) as alone:
            people.find(ledger, wanted)
        assert str(alone.value) == str(found[wanted])


def test_a_page_of_answers_walks_once(ann: Browser, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown afterwards is read alone; the case is what it is by then."""
    for number in range(DOCUMENTS):
        put(ledger, held(number))
    ann.get("/held")
    loads = counted(ledger, monkeypatch)
    text = ann.send("/held", answer="approve")
    assert text.count("Approved. The next sweep") == PAGE_HOLDS
    assert sum(loads) <= DOCUMENTS + 3 * PAGE_HOLDS
