"""A job told by its number alone: what waited of it ends once, whoever dies or writes while a sweep takes it home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, record_write
from shared.domain.call import Effect
from shared.domain.job import State
from shared.domain.keys import job_key, pending_key
from shared.domain.record import JobRecord
from shared.ports import Write
from tests.support.clock import START
from tests.support.house import House
from tests.support.meddled_ledger import Killed, MeddledLedger
from tests.support.systems import CLUSTER
from tests.unit.heal.test_partial_saves import HOME, WAITS, Conflicting
from tests.unit.heal.tricks import BAD_LOOK, NO_LOOK, finals, quiet

MOST_SAVES = 6
"""More than a sweep that heals one job makes."""


def waits(house: House) -> str:
    """Have it wait, as the look fails; the key under which it does."""
    failure = house.hung(1, job_id="1")
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    house.later(61)
    return pending_key(failure.scope, failure.telling_id)


def look_refused(house: House) -> None:
    """Nobody may look any more."""
    house.ehpc.look_fails = NO_LOOK


def job_gone(house: House) -> None:
    """The list shows it no more."""
    del house.ehpc.jobs["1.scheduler"]


def one_end(house: House) -> list[str]:
    """The verdicts that ended the one failure, once all is quiet."""
    quiet(house, 30)
    (ends,) = finals(house).values()
    return ends


@pytest.mark.parametrize("then", [look_refused, job_gone])
@pytest.mark.parametrize("state", [State.RUNNING, State.FINISHED])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("save", range(1, MOST_SAVES + 1))
def test_whoever_dies_on_the_way_home_leaves_one_end(
    house: House, save: int, state: State, then: Callable[[House], None], *, after: bool
) -> None:
    """At any save of the sweep that takes it there; the next look shows no such job."""
    waits(house)
    house.ehpc.jobs["1.scheduler"].state = state
    (house.ledger.die_after if after else house.ledger.die_before)(save)
    with suppress(Killed):
        house.sweep()
    house.ledger.leave_alone()
    then(house)
    house.later(61)
    house.sweep()
    assert len(one_end(house)) == 1
    assert len(house.ehpc.kills) <= 1


@pytest.mark.parametrize("save", range(1, MOST_SAVES + 1))
def test_two_sweeps_take_it_home_once(house: House, save: int) -> None:
    """Whichever save of the one the other comes before."""
    waits(house)
    left = [save]

    def other() -> None:
        left[0] -= 1
        if not left[0]:
            house.sweep()

    house.ledger.before_save = other
    house.sweep()
    assert one_end(house) == ["rerun"]
    assert len(house.ehpc.kills) == 1


def test_what_another_sweep_has_taken_home_meanwhile_is_not_named_again(house: House) -> None:
    """It comes in after the look, and closes what waited."""
    waits(house)

    def other() -> None:
        house.ehpc.after_look = lambda: None
        house.sweep()

    house.ehpc.after_look = other
    house.sweep()
    assert one_end(house) == ["rerun"]


def test_what_others_write_meanwhile_stays_as_it_is(house: House) -> None:
    """Where it goes could not be written down: nothing is decided, and the next sweep heals it."""
    there = waits(house)
    house.ledger = Conflicting(house.ledger, (WAITS,))
    assert house.sweep().results == []
    assert list(house.records()) == [there]
    assert one_end(house) == ["rerun"]


def test_where_it_goes_is_written_down_once(house: House) -> None:
    """Others write the job's document, and it is decided anew."""
    there = waits(house)
    house.ledger = others = Conflicting(house.ledger, (HOME,))
    others.saves.clear()
    house.sweep()
    alone = [keys for keys in others.saves if keys == [there]]
    assert (len(alone), others.met) == (1, 1)
    assert one_end(house) == ["rerun"]


def test_beside_one_that_is_at_home_it_is_named_as_well(house: House) -> None:
    """A chunk is no matter of all or nothing."""
    house.ehpc.answer = lambda _: Effect.NOT_DONE_LATER
    house.deliver(house.hung(0))
    house.ehpc.answer = lambda _: Effect.DONE
    there = waits(house)
    house.ledger.saves.clear()
    house.sweep()
    assert [there] in house.ledger.saves
    assert len(house.ehpc.kills) == 2


def test_what_finds_no_home_that_can_be_read_goes_nowhere(house: House) -> None:
    """It stays where it waits."""
    there = waits(house)
    home = job_key(CLUSTER, "1.scheduler")
    house.ledger.save([Write(key=home, document=b"{", expected=None, due_at=None, expires_at=None)])
    house.sweep()
    record = decode_record(house.ledger.load([there])[there].document)
    assert [case.taken_to for case in record.cases] == [""]


@pytest.mark.parametrize("save", range(1, MOST_SAVES + 1))
def test_where_one_went_stays_known_beside_one_that_goes_there_now(house: House, save: int) -> None:
    """The sweep that took it home died, its job is gone, and the next sweep dies once it has named another's."""
    waits(house)
    house.ledger.die_after(save)
    with suppress(Killed):
        house.sweep()
    house.ledger.leave_alone()
    job_gone(house)
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.hung(2, job_id="2"))
    house.ehpc.look_fails = None
    house.later(61)
    house.ledger.die_after(1)
    with suppress(Killed):
        house.sweep()
    house.ledger.leave_alone()
    quiet(house, 30)
    ends = [[verdict for verdict in found if verdict != "duplicate"] for found in finals(house).values()]
    assert sorted(map(len, ends)) == [1, 1]


class Forgetting(MeddledLedger):
    """A ledger in which others write the job's document and forget where what waits goes, and hinder naming it."""

    met = 0

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, after others."""
        keys = [write.key for write in writes if write.key.startswith((HOME, WAITS)[self.met : self.met + 1])]
        if keys:
            self.met += 1
            there = [due.key for due in self.inner.due(START + 1e6, 9) if due.key.startswith(WAITS)]
            for key in {*keys, *there}:
                stored = self.inner.load([key]).get(key)
                record = decode_record(stored.document) if stored else JobRecord()
                forgot = replace(record, cases=tuple(replace(case, taken_to="") for case in record.cases))
                self.inner.save([record_write(key, forgot, stored.version if stored else None, START)])
        return super().save(writes)


def test_nothing_is_called_for_what_could_not_be_named_anew(house: House) -> None:
    """It was reserved at home, in vain, when its home was named for the first time."""
    waits(house)
    house.ledger = others = Forgetting(house.ledger)
    assert house.sweep().results == []
    assert (others.met, house.ehpc.calls) == (2, [])
    assert one_end(house) == ["rerun"]
