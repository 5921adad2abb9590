"""What people do over the Ledger port: found, changed by compare-and-set, and safe to repeat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace

from secondwind.commands.breaker import close_at
from shared import people
from shared.documents import controls_write, encode
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import CONTROLS_KEY, breaker_key
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import LISTED_AT, CaseState, JobRecord
from shared.ledger.sqlite import SqliteLedger
from shared.people import AmbiguousId, Backlog, Contended, UnknownId
from shared.people.moves import HoldStanding, NotHeld, approve
from shared.people.walk import listed
from shared.ports import Due, Ledger, Write
from shared.systems.schedulerx.scope import Group
from tests.support.clock import START, Clock
from tests.support.meddled_ledger import MeddledLedger
from tests.support.memory_ledger import MemoryLedger, Store, touch
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, failure_id, held, put, record_at, stopped

NOW = START + 60


def rewrite(ledger: Ledger, key: str, record: JobRecord) -> None:
    """Somebody else's change."""
    stored = ledger.load([key])[key]
    write = Write(key=key, document=encode(record), expected=stored.version, due_at=record.due_at, expires_at=None)
    assert not ledger.save([write])


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


def test_modes_are_set_and_taken_back(ledger: Ledger) -> None:
    """For everything and for rules, each by itself; the document is due while it owes, and never expires."""
    off = ModeSet(mode=Mode.OFF, by="ann", at=NOW, why="maintenance")
    watch = ModeSet(mode=Mode.OBSERVE, by="bob", at=NOW)
    people.set_mode(ledger, None, off)
    people.set_mode(ledger, "the-rest", watch)
    assert people.read_controls(ledger).everything == off
    people.clear_mode(ledger, None, by="ann", now=NOW)
    controls = people.read_controls(ledger)
    assert (controls.everything, controls.rules) == (None, {"the-rest": watch})
    assert people.clear_mode(ledger, "the-rest", by="ann", now=NOW).rules == {}
    assert [due.key for due in ledger.due(NOW * 10, 10)] == [CONTROLS_KEY]
    told = people.read_controls(ledger)
    paid = told.paid(one["outcome_id"] for one in told.acts)
    assert ledger.save([controls_write(paid, ledger.load([CONTROLS_KEY])[CONTROLS_KEY].version)]) == frozenset()
    assert ledger.due(NOW * 10, 10) == []


def test_two_modes_set_at_once_are_both_kept(memory: MeddledLedger) -> None:
    """Bob sets a rule's mode between ann's look and her save: both are there afterwards."""
    bobs = ModeSet(mode=Mode.OBSERVE, by="bob", at=NOW)

    def bob() -> None:
        people.set_mode(memory, "the-rest", bobs)

    memory.before_save = bob
    people.set_mode(memory, None, ModeSet(mode=Mode.OFF, by="ann", at=NOW))
    controls = people.read_controls(memory)
    assert controls.everything is not None
    assert controls.everything.by == "ann"
    assert controls.rules == {"the-rest": bobs}


def test_a_malformed_modes_document_is_not_nothing_set(ledger: Ledger) -> None:
    """Whoever reads it or would change it is refused."""
    ledger.save([Write(key=CONTROLS_KEY, document=b"{", expected=None, due_at=None, expires_at=None)])
    with pytest.raises(LedgerUnavailable, match="malformed"):
        people.read_controls(ledger)
    with pytest.raises(LedgerUnavailable, match="malformed"):
        people.clear_mode(ledger, None, by="ann", now=NOW)


def test_a_breaker_is_opened_once(ledger: Ledger) -> None:
    """The first opens it, for a scope that nobody has counted yet too; a second changes nothing; both are listed."""
    first = people.open_breaker(ledger, CLUSTER, why="storage is down", by="ann", now=NOW)
    second = people.open_breaker(ledger, CLUSTER, why="else", by="bob", now=NOW + 1)
    assert (first.before.opened_at, first.after.opened_at) == (None, NOW)
    assert second.before == second.after == first.after
    (seen,) = people.breakers(ledger)
    assert seen.limit is not None
    assert (seen.scope, seen.limit.why, seen.limit.opened_by) == (CLUSTER.key, "storage is down", "ann")


def test_closing_leaves_the_backlog_alone(ledger: Ledger) -> None:
    """Closed by a person; a second closing changes nothing; what waits is counted in its own scope."""
    put(ledger, stopped(1))
    put(ledger, stopped(2, OTHER))
    put(ledger, stopped(3), key="pending/abc")
    people.open_breaker(ledger, CLUSTER, why="w", by="ann", now=NOW)
    closed = people.close_breaker(ledger, CLUSTER, by="ann", now=NOW + 1)
    again = people.close_breaker(ledger, CLUSTER, by="bob", now=NOW + 2)
    assert (closed.before.opened_at, closed.after.opened_at) == (NOW, None)
    assert again.before == again.after
    assert people.waiting_behind(ledger, CLUSTER) == 2
    assert {one.scope: one.waiting for one in people.breakers(ledger)} == {CLUSTER.key: 2, OTHER.key: 1}


@pytest.mark.parametrize("how", list(Backlog))
def test_a_backlog_is_settled_whole_and_nothing_beside_it(ledger: Ledger, how: Backlog) -> None:
    """250 failures in 250 documents, one that waits for a look, and strangers: each of the backlog once, no other."""
    keys = [put(ledger, stopped(number)) for number in range(250)]
    keys.append(put(ledger, stopped(900), key="pending/abc"))
    stranger = put(ledger, stopped(1000, OTHER))
    beside = put(ledger, held(1001))
    done = people.settle(ledger, CLUSTER, how, by="ann", now=NOW, per_minute=10_000)
    assert (done.changed, done.left) == (251, 0)
    states = {record_at(ledger, key).cases[0].state for key in keys}
    assert states == {CaseState.DEFERRED if how is Backlog.RESUME else CaseState.CLOSED}
    assert all(record_at(ledger, key).cases[0].due_at == (NOW if how is Backlog.RESUME else None) for key in keys)
    assert record_at(ledger, stranger) == JobRecord(cases=(stopped(1000, OTHER),))
    assert record_at(ledger, beside) == JobRecord(cases=(held(1001),))
    assert people.settle(ledger, CLUSTER, how, by="ann", now=NOW, per_minute=1).changed == 0


def test_a_resumed_backlog_gets_its_turns(ledger: Ledger) -> None:
    """Seven failures at three a minute: three now, three in a minute, one in two."""
    keys = [put(ledger, stopped(number)) for number in range(7)]
    people.settle(ledger, CLUSTER, Backlog.RESUME, by="ann", now=NOW, per_minute=3)
    due = sorted(record_at(ledger, key).cases[0].due_at or 0 for key in keys)
    assert due == [NOW] * 3 + [NOW + 60] * 3 + [NOW + 120]


def test_a_crash_in_the_middle_of_a_backlog_is_repeated_safely(memory: MeddledLedger) -> None:
    """The second of three batches is written and its answer lost: the repetition does the rest, nothing twice."""
    keys = [put(memory, stopped(number)) for number in range(250)]
    memory.die_after(2, LedgerUnavailable("the answer was lost"))
    with pytest.raises(LedgerUnavailable):
        people.settle(memory, CLUSTER, Backlog.RESUME, by="ann", now=NOW, per_minute=10_000)
    left = people.settle(memory, CLUSTER, Backlog.RESUME, by="bob", now=NOW + 1, per_minute=10_000)
    assert (left.changed, left.left) == (50, 0)
    assert all(len(record_at(memory, key).owed) == 1 for key in keys)


@pytest.mark.parametrize("how", list(Backlog))
def test_the_command_closes_before_it_settles(memory: MeddledLedger, how: Backlog) -> None:
    """Whenever the sweep comes by, no failure is resumed or dropped while the breaker's document says open."""
    key = put(memory, stopped(1))
    people.open_breaker(memory, CLUSTER, why="w", by="ann", now=NOW)
    memory.saves.clear()
    close_at(CLUSTER.key, how, "ann", 6)(memory, NOW + 1)
    assert memory.saves == [[breaker_key(CLUSTER)], [key]]


def test_a_conflict_in_a_batch_is_met_again(memory: MeddledLedger) -> None:
    """One record is changed underneath: its neighbours go through, and it goes through in the next round."""
    keys = [put(memory, stopped(number)) for number in range(5)]
    beaten = [True]

    def quicker() -> None:
        if beaten.pop() if beaten else False:
            touch(memory, keys[2])

    memory.before_save = quicker
    done = people.settle(memory, CLUSTER, Backlog.RESUME, by="ann", now=NOW, per_minute=10)
    assert (done.changed, done.left) == (5, 0)
    assert all(len(record_at(memory, key).owed) == 1 for key in keys)


def test_what_is_always_beaten_is_said(memory: MeddledLedger) -> None:
    """A record that others change each time stays in the backlog and is counted as left."""
    keys = [put(memory, stopped(number)) for number in range(3)]

    def quicker() -> None:
        touch(memory, keys[1])

    memory.before_save = quicker
    done = people.settle(memory, CLUSTER, Backlog.DROP, by="ann", now=NOW, per_minute=10)
    assert (done.changed, done.left) == (2, 1)


class Lagging(MeddledLedger):
    """Its index still lists two jobs that have been decided, or that it never had."""

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due, and what was."""
        was = [] if after else [Due(LISTED_AT, f"{CLUSTER.key}/{number}.scheduler") for number in (1, 2)]
        return [*super().due(before, limit, after), *was]


def test_a_stale_index_names_what_is_no_longer_there(clock: Clock) -> None:
    """`due` is a hint: a key without a document, or one decided meanwhile, is no backlog."""
    memory = Lagging(MemoryLedger(clock))
    put(memory, replace(stopped(1), due_at=None))
    assert people.waiting_behind(memory, CLUSTER) == 0
    assert people.settle(memory, CLUSTER, Backlog.RESUME, by="ann", now=NOW, per_minute=1).changed == 0
    assert people.breakers(memory) == []


def test_one_malformed_record_hides_no_other(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """It is left as it is, and named; lists and backlogs go on around it."""
    bad = Write(key=f"{CLUSTER.key}/9.scheduler", document=b"\xff", expected=None, due_at=NOW, expires_at=None)
    ledger.save([bad])
    put(ledger, held(1))
    put(ledger, stopped(2))
    assert len(people.holds(ledger)) == 1
    assert [message.partition(":")[0] for message in caplog.messages] == [f"{bad.key} is left as it is"]
    assert people.settle(ledger, CLUSTER, Backlog.DROP, by="ann", now=NOW, per_minute=1).changed == 1
    assert ledger.load([bad.key])[bad.key].document == b"\xff"


def test_a_malformed_breaker_is_listed_as_one(ledger: Ledger) -> None:
    """It is in the list without a state; opening or closing it is refused."""
    key = breaker_key(CLUSTER)
    ledger.save([Write(key=key, document=b"{", expected=None, due_at=NOW, expires_at=None)])
    (seen,) = people.breakers(ledger)
    assert (seen.scope, seen.limit) == (CLUSTER.key, None)
    with pytest.raises(LedgerUnavailable):
        people.close_breaker(ledger, CLUSTER, by="ann", now=NOW)


def test_more_than_one_page_of_due_keys_is_walked(memory: MeddledLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three, ten documents, several due at the same moment: each is found once."""
    monkeypatch.setattr("shared.people.walk.PAGE", 3)
    for number in range(10):
        put(memory, held(number, expires_at=START + 100 + number // 4))
    assert len(people.holds(memory)) == 10
    group = Group(region="cn-hangzhou", namespace="n", group_id="g/1")
    put(memory, stopped(11, group))
    assert people.breakers(memory)[0].scope == "schedulerx/cn-hangzhou/n/g%2F1"


def test_out_of_reach_is_said(memory: MeddledLedger) -> None:
    """No list is empty because the ledger did not answer."""
    memory.close()
    for look in (people.holds, people.breakers, people.read_controls):
        with pytest.raises(LedgerUnavailable):
            look(memory)


def test_what_moves_while_the_ledger_is_walked_is_met_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep puts a document off, so it comes again further on: counted twice, a backlog would be another."""
    monkeypatch.setattr("shared.people.walk.PAGE", 1)
    keys = [put(ledger, held(number, expires_at=START + number)) for number in (1, 2, 3)]
    met = []
    for key in listed(ledger):
        met.append(key)
        if key == keys[0] and len(met) == 1:
            rewrite(ledger, key, JobRecord(cases=(held(1, expires_at=START + 9),)))
    assert met == keys
