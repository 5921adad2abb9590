"""What a sweep takes up: whatever is due, from its moment on, in turns, as long as there is time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest

from shared import sweep as module
from shared import sweep_turns
from shared.documents import encode
from shared.domain.keys import CONTROLS_KEY, breaker_key, nodes_key
from shared.domain.limits import SharedLimit
from shared.domain.mode import Controls
from shared.domain.nodes import KnownNodes
from shared.domain.record import OWED_RETRY_S, CaseState, JobRecord
from shared.domain.room import LARGEST_BYTES
from shared.heal.item import Report, Result, Walked
from shared.ports import Stored, Write
from shared.sweep import sweep
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.decide.facts import make_case
from tests.unit.heal.test_reporter import outcome

OWED = outcome(1).fields()
KEY = f"{CLUSTER.key}/1.s"
DOCUMENTS: dict[str, Any] = {
    KEY: JobRecord(owed=(OWED,), owed_at=START),
    breaker_key(CLUSTER): SharedLimit(owed=(OWED,), owed_at=START),
    CONTROLS_KEY: Controls(acts=(OWED,), acts_at=START),
    nodes_key(CLUSTER): KnownNodes(owed=(OWED,), owed_at=START),
}


class _Healer:
    """Keeps what it was to go on with; each page takes so long."""

    def __init__(self, ledger: MemoryLedger, clock: Clock, left_s: float = 1000.0, takes_s: float = 0.0) -> None:
        self.ledger, self.clock = ledger, clock
        self.invocation = SimpleNamespace(hard_deadline=clock.moment + left_s)
        self.pages: list[list[str]] = []
        self.owed = Walked()
        self.controlled = False
        self.looked_into: set[str] = set()
        self._takes_s = takes_s

    def under_controls(self) -> _Healer:
        self.controlled = True
        return self

    def resume(self, items: list[Any], owed: Walked) -> Report:
        assert self.controlled
        self.pages.append([item.origin.key for item in items])
        self.looked_into |= {item.failure.scope.key for item in items}
        self.owed.results += owed.results
        self.owed.notices += owed.notices
        self.clock.moment += self._takes_s
        return Report([Result(outcome(9), None, "")], folded=2)


def swept(healer: _Healer) -> Report:
    """One sweep."""
    return sweep(healer)  # type: ignore[arg-type]  # what a sweep needs of a healer


def cases_due(*keys: str) -> tuple[MemoryLedger, Clock]:
    """A case that is due in each of these documents, the first since longest."""
    clock = Clock()
    ledger = MemoryLedger(clock)
    for place, key in enumerate(keys):
        at = START - 100 + place
        record = JobRecord(cases=(make_case(due_at=at),))
        ledger.save([Write(key=key, document=encode(record), expected=None, due_at=at, expires_at=None)])
    return ledger, clock


@pytest.mark.parametrize("key", DOCUMENTS)
def test_what_is_owed_is_told_from_its_moment_on(key: str) -> None:
    """By whichever document owes it; before that the delivery itself may still be telling it."""
    stored = {key: Stored(encode(DOCUMENTS[key]), 1)}
    for moment, told in ((START + OWED_RETRY_S, 1), (START + OWED_RETRY_S - 0.5, 0)):
        items, owed = module._due_work(stored, moment)
        assert items == []
        assert [result.key for result in owed.results] + [notice.key for notice in owed.notices] == [key] * told
        assert all(result.outcome == outcome(1) for result in owed.results)
        assert all(notice.fields == OWED for notice in owed.notices)


def test_documents_that_owe_nothing_or_cannot_be_read_hold_up_nobody() -> None:
    """Cases that are due are taken up, each with the document it waits in; others of the same document are not."""
    cases = (
        make_case(failure_id="due", due_at=START),
        make_case(failure_id="later", due_at=START + 0.5),
        make_case(failure_id="over", due_at=None, state=CaseState.CLOSED),
    )
    empty: dict[str, Any] = {
        breaker_key(CLUSTER): SharedLimit(),
        CONTROLS_KEY: Controls(),
        nodes_key(CLUSTER): KnownNodes(),
    }
    stored = {key: Stored(encode(document), 1) for key, document in empty.items()}
    broken = {key: Stored(b"x", 1) for key in (f"{CLUSTER.key}/0.s", breaker_key(CLUSTER) + "x")}
    items, owed = module._due_work({**stored, **broken, KEY: Stored(encode(JobRecord(cases=cases)), 1)}, START)
    assert [(item.origin.key, item.origin.case.failure_id) for item in items if item.origin] == [(KEY, "due")]
    assert (owed.results, owed.notices) == ([], [])


def test_documents_are_gone_on_with_together_as_far_as_there_is_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read page by page; what they take is reckoned from what the ledger has, and results counted together."""
    monkeypatch.setattr(module, "PAGE", 2)
    keys = [f"ehpc/r/c/{number}" for number in range(5)]
    ledger, clock = cases_due(*keys)
    sizes = [len(ledger.load([key])[key].document) for key in keys]
    for most, portions in (
        (sum(sizes[:4]) + 1, [5]),
        (sum(sizes[:4]), [4, 1]),
        (sum(sizes[:2]) + 1, [4, 1]),
        (1, [2, 2, 1]),
    ):
        monkeypatch.setattr(module, "PORTION_BYTES", most)
        healer = _Healer(ledger, clock)
        report = swept(healer)
        assert [len(portion) for portion in healer.pages] == portions
        assert (len(report.results), report.folded) == (len(portions), 2 * len(portions))


def test_as_many_of_the_largest_documents_as_small_ones_are_no_more_than_64_mb_at_once() -> None:
    """Small ones first, so that nothing has warned of what comes; what is read at once is counted at the ledger."""
    keys = [f"ehpc/r/c/{number:03}" for number in range(100)]
    clock = Clock()
    ledger = MemoryLedger(clock)
    for place, key in enumerate(keys):
        at, filler = START - 200 + place, b" " * (LARGEST_BYTES - 2_000 if place > 30 else 0)
        document = encode(JobRecord(cases=(make_case(due_at=at),))) + filler
        ledger.save([Write(key=key, document=document, expected=None, due_at=at, expires_at=None)])
    healer = _Healer(_Weighed(ledger), clock)  # type: ignore[arg-type]  # a ledger that counts
    healer.ledger.of = healer.pages  # type: ignore[attr-defined]  # as above
    swept(healer)
    assert sorted(chain.from_iterable(healer.pages)) == keys
    assert 12_000_000 < healer.ledger.most <= 64_000_000  # type: ignore[attr-defined]  # as above


class _Weighed:
    """A ledger that knows the most bytes it gave between two portions."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger, self.due, self.save = ledger, ledger.due, ledger.save
        self.of: list[list[str]] = []
        self.most = self._since = self._portions = 0

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        if self._portions != len(self.of):
            self._portions, self._since = len(self.of), 0
        found = self._ledger.load(keys)
        self._since += sum(len(stored.document) for stored in found.values())
        self.most = max(self.most, self._since)
        return found


def test_nothing_more_is_read_once_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six seconds are enough for one more page."""
    monkeypatch.setattr(module, "PAGE", 2)
    monkeypatch.setattr(module, "PORTION_BYTES", 1)
    keys = [f"ehpc/r/c/{number}" for number in range(5)]
    for takes_s, portions in ((0.0, [2, 2, 1]), (4.0, [2, 2]), (4.1, [2])):
        healer = _Healer(*cases_due(*keys), 10.0, takes_s)
        swept(healer)
        assert [len(portion) for portion in healer.pages] == portions


def test_so_many_documents_are_taken_up_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next timer goes on; with nothing due nobody even asks for the modes."""
    keys = [f"ehpc/r/c/{number}" for number in range(5)]
    monkeypatch.setattr(sweep_turns, "MAX_DOCUMENTS", 3)
    ledger, clock = cases_due(*keys)
    healer = _Healer(ledger, clock)
    swept(healer)
    assert healer.pages == [keys[:3]]
    idle = _Healer(*cases_due())
    assert swept(idle) == Report()
    assert (idle.pages, idle.controlled) == ([], False)


def test_large_documents_of_one_scope_delay_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a portion has no room for comes behind the others, which may be looked at side by side."""
    monkeypatch.setattr(module, "PAGE", 1)
    monkeypatch.setattr(module, "PORTION_BYTES", 1)
    large, small = [f"ehpc/r/large/{number}" for number in range(3)], ["ehpc/r/small/1", "ehpc/r/tiny/1"]
    healer = _Healer(*cases_due(*large, *small))
    swept(healer)
    assert healer.pages == [[large[0]], [small[0]], [small[1]], [large[1]], [large[2]]]
