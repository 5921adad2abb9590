"""Modes and breakers over the Ledger port: set, taken back, opened, closed, and their backlog settled."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from secondwind.commands.answer import decide
from secondwind.commands.breaker import close_at
from shared import people
from shared.documents import controls_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import CONTROLS_KEY, breaker_key
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import CaseState, JobRecord
from shared.people import Backlog
from shared.ports import Ledger, Write
from tests.support.meddled_ledger import MeddledLedger
from tests.support.memory_ledger import touch
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, failure_id, held, put, record_at, stopped
from tests.unit.people.rewriting import NOW


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


@pytest.mark.parametrize(
    ("mode", "until", "by", "stays"),
    [
        (Mode.OBSERVE, None, "ann", True),
        (Mode.AUTO, None, "ann", True),
        (Mode.OFF, NOW + 100, "ann", True),
        (Mode.OFF, NOW + 200, "ann", False),
        (Mode.OFF, None, "ann", False),
        (Mode.OBSERVE, None, "bob", False),
    ],
)
def test_nobody_loosens_by_setting_what_somebody_else_has_set(
    ledger: Ledger, mode: Mode, until: float | None, by: str, *, stays: bool
) -> None:
    """That is taken back, or it ends: a mode set a moment later is no answer to a kill switch that nobody saw."""
    bobs = ModeSet(mode=Mode.OFF, by="bob", at=NOW, until=NOW + 200)
    people.set_mode(ledger, None, bobs)
    wanted = ModeSet(mode=mode, by=by, at=NOW + 1, until=until)
    if stays:
        with pytest.raises(people.LooserMode, match="mode off is set by bob: take it back first"):
            people.set_mode(ledger, None, wanted)
    else:
        people.set_mode(ledger, None, wanted)
    assert people.read_controls(ledger).everything == (bobs if stays else wanted)
    later = replace(wanted, at=NOW + 200)
    assert people.set_mode(ledger, None, later).everything == later


def test_what_is_taken_back_is_what_was_shown(ledger: Ledger) -> None:
    """Bob switches off while ann looks at her own mode."""
    anns, bobs = ModeSet(mode=Mode.OBSERVE, by="ann", at=NOW), ModeSet(mode=Mode.OFF, by="bob", at=NOW + 1)
    people.set_mode(ledger, None, anns)
    people.set_mode(ledger, None, bobs)
    with pytest.raises(people.LooserMode, match="mode off is set by bob"):
        people.clear_mode(ledger, None, by="ann", now=NOW + 2, seen=anns.digest)
    assert people.read_controls(ledger).everything == bobs
    assert people.clear_mode(ledger, None, by="ann", now=NOW + 2, seen=bobs.digest).everything is None
    assert people.clear_mode(ledger, None, by="ann", now=NOW + 2, seen=bobs.digest).everything is None


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
    assert ledger.load([breaker_key(CLUSTER)])[breaker_key(CLUSTER)].version == 2, "opened and closed, no more"
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


def test_what_a_last_round_has_settled_is_not_left(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what it met, only what it could not change."""
    monkeypatch.setattr(sys.modules["shared.people.breakers"], "TRIES", 1)
    put(ledger, stopped(1))
    done = people.settle(ledger, CLUSTER, Backlog.DROP, by="ann", now=NOW, per_minute=1)
    assert (done.changed, done.left) == (1, 0)


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


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_nothing_is_resumed_into_a_mode_that_would_close_it_for_good(memory: MeddledLedger, mode: Mode) -> None:
    """The breaker stays open and the backlog as it is until the mode is taken back, or is over; it may be dropped."""
    key = put(memory, stopped(1))
    people.open_breaker(memory, CLUSTER, why="w", by="ann", now=NOW)
    people.set_mode(memory, None, ModeSet(mode=mode, by="zoe", at=NOW, until=NOW + 60))
    memory.saves.clear()
    closing = close_at(CLUSTER.key, Backlog.RESUME, "ann", 6)
    with pytest.raises(people.ModeInTheWay, match=f"mode {mode.value} is set by zoe"):
        closing(memory, NOW + 59)
    assert memory.saves == []
    closing(memory, NOW + 60)
    people.set_mode(memory, None, ModeSet(mode=Mode.AUTO, by="zoe", at=NOW))
    closing(memory, NOW + 61)
    assert record_at(memory, key).cases[0].state is CaseState.DEFERRED
    people.set_mode(memory, None, ModeSet(mode=mode, by="zoe", at=NOW))
    close_at(CLUSTER.key, Backlog.DROP, "ann", 6)(memory, NOW)


@pytest.mark.parametrize("rule", [None, "the-rest"])
@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_no_yes_is_taken_under_a_mode_that_would_close_it_for_good(
    memory: MeddledLedger, mode: Mode, rule: str | None
) -> None:
    """Whether everything or the rule that holds it is switched off: it stays held; a no is taken, and a yes later."""
    cases = [replace(held(number), held_rule="the-rest") for number in (1, 2)]
    keys = [put(memory, case) for case in cases]
    people.set_mode(memory, rule, ModeSet(mode=mode, by="zoe", at=NOW, until=NOW + 60))
    people.set_mode(memory, "another", ModeSet(mode=mode, by="zoe", at=NOW))
    memory.saves.clear()
    about = "" if rule is None else " for rule the-rest"
    with pytest.raises(people.ModeInTheWay, match=f"mode {mode.value} is set{about} by zoe"):
        decide(failure_id(1), yes=True, by="ann")(memory, NOW + 59)
    assert memory.saves == []
    decide(failure_id(2), yes=False, by="ann")(memory, NOW + 59)
    decide(failure_id(1), yes=True, by="ann")(memory, NOW + 60)
    assert [record_at(memory, key).cases[0].state for key in keys] == [CaseState.DEFERRED, CaseState.CLOSED]


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
