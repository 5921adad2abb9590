"""What a look, or an answer that comes to nothing, leaves as it was."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared import people
from shared.domain.act import Signed
from shared.domain.keys import breaker_key, job_key, link_key, pending_key
from shared.domain.links import HoldAnswer, link_to
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import CaseState
from shared.people import CaseChanged
from shared.people.moves import NotHeld
from shared.people.walk import records
from shared.ports import Ledger
from tests.support.clock import START
from tests.support.meddled_ledger import MeddledLedger
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import failure_id, held, put, stopped

NOW = START + 60


def test_only_records_are_loaded_for_their_cases(memory: MeddledLedger, caplog: pytest.LogCaptureFixture) -> None:
    """Breakers, modes and the rest are no records, malformed or not: nothing is said of them."""
    keys = {put(memory, held(1)), put(memory, held(2), key=pending_key(CLUSTER, "t"))}
    people.open_breaker(memory, CLUSTER, why="w", by="ann", now=NOW)
    people.set_mode(memory, None, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    memory.loads.clear()
    assert {key for key, _, _ in records(memory, lambda _: True)} == keys
    assert [sorted(keys) for keys in memory.loads] == [sorted(keys)]
    assert caplog.messages == []
    assert [key for key, _, _ in records(memory, lambda key: key == job_key(CLUSTER, "1.scheduler"))] == [
        job_key(CLUSTER, "1.scheduler")
    ]


def test_nothing_waits_behind_a_breaker_that_stopped_nothing(ledger: Ledger) -> None:
    """And what waits behind another is its own."""
    people.open_breaker(ledger, CLUSTER, why="w", by="ann", now=NOW)
    assert [(seen.scope, seen.waiting) for seen in people.breakers(ledger)] == [(CLUSTER.key, 0)]
    for number in (1, 2):
        put(ledger, stopped(number))
    (seen,) = people.breakers(ledger)
    assert (seen.waiting, seen.limit is not None and seen.limit.opened_at) == (2, NOW)
    assert breaker_key(CLUSTER) in ledger.load([breaker_key(CLUSTER)])


@pytest.mark.parametrize("over", [CaseState.HELD, CaseState.CLOSED])
def test_a_link_that_comes_too_late_is_not_written_down_as_used(memory: MeddledLedger, over: CaseState) -> None:
    """It has answered nothing: who comes again is told the same once more."""
    case = replace(held(1, expires_at=NOW), state=over)
    key = put(memory, case)
    link = link_to(key, case, HoldAnswer.APPROVE, "ann", expires_at=NOW + 60, nonce="n1")
    for _ in range(2):
        with pytest.raises(NotHeld):
            people.answer_by_link(memory, link, seen=link.digest, by="ann", now=NOW, signed=Signed())
    assert memory.load([link_key("n1")]) == {}
    assert memory.saves == [[key]]


def test_what_has_changed_since_it_was_shown_is_said_by_its_id(ledger: Ledger) -> None:
    """A person reads which of the failures that they answered at once it is."""
    put(ledger, case := held(1))
    with pytest.raises(CaseChanged, match=f"failure {failure_id(1)} has changed since it was shown") as caught:
        people.answer(ledger, people.find(ledger, case.failure_id), yes=True, by="ann", now=NOW, seen="another")
    assert caught.value.hold.case == case


def test_acts_of_one_moment_are_as_many_outcomes(ledger: Ledger) -> None:
    """One person sets the modes of two rules and of everything in a script, and takes them back: each is told."""
    names = ("gpu", "cpu", None)
    for name in names:
        people.set_mode(ledger, name, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    for name in names:
        acts = people.clear_mode(ledger, name, by="ann", now=NOW).acts
    assert len({act["outcome_id"] for act in acts}) == len({act["failure_id"] for act in acts}) == 6
