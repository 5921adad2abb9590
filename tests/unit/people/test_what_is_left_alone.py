"""What a look, or an answer that comes to nothing, leaves as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from shared import people
from shared.documents import nodes_write
from shared.domain.act import Signed
from shared.domain.keys import CONTROLS_KEY, breaker_key, job_key, link_key, nodes_key, pending_key
from shared.domain.links import HoldAnswer, link_to
from shared.domain.mode import Mode, ModeSet
from shared.domain.nodes import Hit, KnownNode, KnownNodes
from shared.domain.record import CaseState
from shared.people import CaseChanged, Contended
from shared.people.moves import NotHeld
from shared.people.walk import TRIES, records
from shared.ports import Ledger, Write
from tests.support.clock import START
from tests.support.meddled_ledger import MeddledLedger
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, failure_id, held, put, record_at, stopped

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
    names = ("gpu", "None", None)
    for name in names:
        people.set_mode(ledger, name, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    for name in names:
        acts = people.clear_mode(ledger, name, by="ann", now=NOW).acts
    assert len({act["outcome_id"] for act in acts}) == len({act["failure_id"] for act in acts}) == 6


def test_what_is_known_of_a_scope_is_whether_a_job_of_it_waits(ledger: Ledger) -> None:
    """A breaker alone says that the ledger has heard of it; what waits for a look says nothing of where it is."""
    assert people.known_scopes(ledger) == {}
    people.open_breaker(ledger, CLUSTER, why="w", by="ann", now=NOW)
    people.set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    put(ledger, held(2), key=pending_key(CLUSTER, "t"))
    assert people.known_scopes(ledger) == {CLUSTER.key: False}
    put(ledger, held(3, scope=OTHER))
    assert people.known_scopes(ledger) == {CLUSTER.key: False, OTHER.key: True}
    put(ledger, held(1))
    people.open_breaker(ledger, OTHER, why="w", by="ann", now=NOW)
    assert people.known_scopes(ledger) == {CLUSTER.key: True, OTHER.key: True}


class Refusing(MeddledLedger):
    """Somebody else is always quicker, and gone again."""

    refused = 0

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Nothing is saved."""
        self.refused += 1
        return frozenset(write.key for write in writes)


def test_a_link_whose_use_cannot_be_written_down_answers_nothing(memory: MeddledLedger) -> None:
    """Tried three times, then said: what was not written down could be used again."""
    key = put(memory, case := held(1))
    link = link_to(key, case, HoldAnswer.APPROVE, "ann", expires_at=NOW + 60, nonce="n1")
    refusing = Refusing(memory)
    with pytest.raises(Contended, match=link_key("n1")):
        people.answer_by_link(refusing, link, seen=link.digest, by="ann", now=NOW, signed=Signed())
    assert refusing.refused == TRIES
    assert record_at(memory, key).cases == (case,)


@pytest.mark.parametrize("act", ["answer", "mode", "breaker", "node"])
def test_who_is_never_quick_enough_is_told_so(memory: MeddledLedger, act: str) -> None:
    """After three tries, with the document's name; nothing was changed."""
    key = put(memory, held(1))
    bad = KnownNode(hits=(Hit(NOW, "1.s", "bo", "xid"),), suspected_at=NOW, suspected_until=NOW + 60)
    assert not memory.save([nodes_write(nodes_key(CLUSTER), KnownNodes(nodes={"n1": bad}), None, NOW)])
    refusing = Refusing(memory)
    hold = people.find(memory, held(1).failure_id)
    off = ModeSet(mode=Mode.OFF, by="ann", at=NOW)
    acts: dict[str, tuple[str, Callable[[], object]]] = {
        "answer": (key, lambda: people.answer(refusing, hold, yes=True, by="ann", now=NOW)),
        "mode": (CONTROLS_KEY, lambda: people.set_mode(refusing, None, off)),
        "breaker": (breaker_key(CLUSTER), lambda: people.open_breaker(refusing, CLUSTER, why="w", by="a", now=NOW)),
        "node": (nodes_key(CLUSTER), lambda: people.clear_node(refusing, CLUSTER, "n1", by="ann", now=NOW)),
    }
    name, done = acts[act]
    with pytest.raises(Contended, match=name):
        done()
    assert refusing.refused == TRIES
