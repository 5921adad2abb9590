"""What people do with holds over the Ledger port: found and changed by compare-and-set, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace

from shared import people
from shared.documents import record_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import CaseState, JobRecord
from shared.ledger.sqlite import SqliteLedger
from shared.people import AmbiguousId, Contended, UnknownId
from shared.people.moves import HoldStanding, NotHeld, approve
from shared.ports import Ledger
from tests.support.clock import START, Clock
from tests.support.meddled_ledger import MeddledLedger
from tests.support.memory_ledger import MemoryLedger, Store, touch
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, failure_id, held, put, record_at, stopped
from tests.unit.people.rewriting import NOW, rewrite


def test_holds_are_listed_by_their_end(ledger: Ledger) -> None:
    """Every held case of every record, the one that expires first first; nothing else."""
    put(ledger, held(1, expires_at=START + 500))
    put(ledger, held(2, expires_at=START + 100), stopped(3))
    put(ledger, held(4, expires_at=START + 300), key="pending/abc")
    assert [hold.case.failure_id for hold in people.holds(ledger)] == [failure_id(n) for n in (2, 4, 1)]


def test_a_beginning_of_an_id_is_enough_if_it_is_the_only_one(ledger: Ledger) -> None:
    """Six characters find it; five do not; one that several have names them; another names nothing."""
    put(ledger, replace(held(1), failure_id="abcdef1" + "0" * 25), replace(held(2), failure_id="abcdef2" + "0" * 25))
    assert people.find(ledger, "abcdef1").case.failure.job_id == "1.scheduler"
    with pytest.raises(UnknownId, match="6"):
        people.find(ledger, "abcde")
    with pytest.raises(AmbiguousId) as many:
        people.find(ledger, "abcdef")
    assert len(many.value.found) == 2
    assert str(many.value).startswith("abcdef is the beginning of 2 ids: abcdef")
    assert all(f"abcdef{n}" in str(many.value) for n in (1, 2))
    with pytest.raises(UnknownId):
        people.find(ledger, "fedcba")


def test_an_id_that_is_too_short_hides_no_other(ledger: Ledger) -> None:
    """Each is answered by itself, though the ledger is gone through once."""
    put(ledger, held(1))
    found = people.find_all(ledger, [failure_id(1)[:3], failure_id(1)])
    assert isinstance(found[failure_id(1)[:3]], UnknownId)
    assert isinstance(found[failure_id(1)], people.Hold)


def test_a_case_is_shown_as_it_is_by_now(ledger: Ledger) -> None:
    """Answered, or gone with its document, since it was listed."""
    key = put(ledger, held(1))
    (hold,) = people.holds(ledger)
    assert people.as_now(ledger, hold) == hold
    closed = JobRecord(cases=(replace(held(1), state=CaseState.CLOSED),))
    assert not ledger.save([record_write(key, closed, ledger.load([key])[key].version, START)])
    now = people.as_now(ledger, hold)
    assert (now.key, now.case.state) == (key, CaseState.CLOSED)
    elsewhere = replace(hold, key="pending/none")
    assert people.as_now(ledger, elsewhere) == elsewhere


def test_a_held_one_wins_over_what_is_not_held(ledger: Ledger) -> None:
    """An id's beginning that one held and one other failure share means the held one."""
    other = replace(held(2), failure_id="abcdef2", state=CaseState.DEFERRED)
    put(ledger, replace(held(1), failure_id="abcdef1"), other)
    assert people.find(ledger, "abcdef").case.failure_id == "abcdef1"


def test_an_answer_is_saved_with_its_outcome(ledger: Ledger) -> None:
    """One compare-and-set has the case and the owed outcome, due at once, with the id that the job system lists."""
    told_otherwise = replace(held(1), failure=replace(held(1).failure, job_id="1"))
    key = put(ledger, told_otherwise, key=f"{CLUSTER.key}/1.scheduler")
    outcome = people.answer(ledger, people.find(ledger, failure_id(1)), yes=True, by="ann", now=NOW)
    record = record_at(ledger, key)
    assert record.cases[0].state is CaseState.DEFERRED
    assert record.owed == (outcome.fields(),)
    assert outcome.job_id == "1.scheduler"
    assert [due.key for due in ledger.due(NOW, 10)] == [key]


def test_two_people_at_once(memory: MeddledLedger) -> None:
    """Bob answers between ann's look and her save: one of them did it, the other is told who; one outcome is owed."""
    key = put(memory, held(1))
    hold = people.find(memory, failure_id(1))

    def bob() -> None:
        record = record_at(memory, key)
        rewrite(memory, key, approve(record, record.cases[0], "bob", NOW)[0])

    memory.before_save = bob
    with pytest.raises(NotHeld, match="approved by bob"):
        people.answer(memory, hold, yes=False, by="ann", now=NOW)
    record = record_at(memory, key)
    assert record.cases[0].approved_by == "bob"
    assert len(record.owed) == 1


def test_many_people_at_once_over_one_file(tmp_path: Path, clock: Clock) -> None:
    """Eight threads answer the same twenty holds over a real file: each hold has one answer and owes one outcome."""
    file = str(tmp_path / "ledger.db")
    with closing(SqliteLedger(file, clock)) as ledger:
        keys = [put(ledger, held(number)) for number in range(20)]
        gate = Barrier(8)

        def person(number: int) -> list[str]:
            won: list[str] = []
            with closing(SqliteLedger(file, clock)) as own:
                gate.wait()
                for hold in people.holds(own):
                    with suppress(NotHeld):
                        people.answer(own, hold, yes=number % 2 == 0, by=f"p{number}", now=NOW)
                        won.append(hold.key)
            return won

        with ThreadPoolExecutor(8) as pool:
            wins = [key for won in pool.map(person, range(8)) for key in won]
        assert sorted(wins) == sorted(keys)
        assert all(len(record_at(ledger, key).owed) == 1 for key in keys)


def test_an_approval_that_arrives_as_the_sweep_closes_the_hold(memory: MeddledLedger) -> None:
    """The sweep's compare-and-set came first: the answer is refused as expired and changes nothing."""
    key = put(memory, held(1))
    hold = people.find(memory, failure_id(1))

    def sweep() -> None:
        record = record_at(memory, key)
        over = replace(record.cases[0], due_at=NOW - 1)
        rewrite(memory, key, JobRecord(cases=(over,)))

    memory.before_save = sweep
    with pytest.raises(NotHeld) as late:
        people.answer(memory, hold, yes=True, by="ann", now=NOW)
    assert late.value.standing is HoldStanding.EXPIRED
    assert record_at(memory, key).cases[0].state is CaseState.HELD


def test_three_conflicts_end_it(memory: MeddledLedger) -> None:
    """Whoever is beaten three times says so and has changed nothing; after two it goes through."""
    key = put(memory, held(1))
    hold, beaten = people.find(memory, failure_id(1)), [3]

    def quicker() -> None:
        if beaten[0]:
            beaten[0] -= 1
            touch(memory, key)

    memory.before_save = quicker
    with pytest.raises(Contended, match="repeat"):
        people.answer(memory, hold, yes=True, by="ann", now=NOW)
    assert record_at(memory, key).cases[0].state is CaseState.HELD
    beaten[0] = 2
    people.answer(memory, hold, yes=True, by="ann", now=NOW)
    assert record_at(memory, key).cases[0].state is CaseState.DEFERRED


def test_a_document_that_is_always_busy_ends_in_three_tries(clock: Clock) -> None:
    """Modes and breakers: beaten three times it is said, and what the others wrote stands."""
    store = Store()
    memory = MeddledLedger(MemoryLedger(clock, store))
    people.set_mode(memory, None, ModeSet(mode=Mode.OBSERVE, by="bob", at=NOW))
    people.open_breaker(memory, OTHER, why="w", by="bob", now=NOW)

    def quicker() -> None:
        for key in list(store.kept):
            touch(memory, key)

    memory.before_save = quicker
    with pytest.raises(Contended):
        people.set_mode(memory, None, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    with pytest.raises(Contended):
        people.close_breaker(memory, OTHER, by="ann", now=NOW)
    controls, breaker = people.read_controls(memory), people.breaker_of(memory, OTHER)
    assert controls.everything is not None
    assert controls.everything.by == "bob"
    assert breaker is not None
    assert breaker.opened_by == "bob"


def test_a_lost_answer_tells_itself_when_repeated(memory: MeddledLedger) -> None:
    """The write was made and its answer lost: the repetition says who approved, and nothing is owed twice."""
    key = put(memory, held(1))
    hold = people.find(memory, failure_id(1))
    memory.die_after(1, LedgerUnavailable("the answer was lost"))
    with pytest.raises(LedgerUnavailable):
        people.answer(memory, hold, yes=True, by="ann", now=NOW)
    with pytest.raises(NotHeld, match="approved by ann"):
        people.answer(memory, people.find(memory, failure_id(1)), yes=True, by="ann", now=NOW)
    assert len(record_at(memory, key).owed) == 1
