"""The process dies between two steps; redelivery and the sweep do the rest."""

from __future__ import annotations

import sqlite3

import pytest

from shared.domain.call import Effect
from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.unit.heal.tricks import BAD_LOOK, finals, quiet


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("effect", [Effect.DONE, Effect.UNKNOWN])
def test_a_crash_after_any_save_loses_nothing_and_kills_once(house: House, step: int, effect: Effect) -> None:
    """The process dies after its n-th save; the platform delivers again, the sweep does the rest."""
    house.ehpc.answer = lambda _: effect
    failure = house.hung()
    house.ledger.die_after(step)
    try:
        house.deliver(failure)
    except Killed:
        house.later(1)
        house.deliver(failure)
    house.ledger.leave_alone()
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert all(finals(house).values()), house.sink.rows


@pytest.mark.parametrize("step", range(1, 5))
def test_a_crash_in_the_sweep_loses_nothing_and_kills_once(house: House, step: int) -> None:
    """The same for a sweep that takes over from a look that had failed: two documents, any crash between."""
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.hung(1, job_id="1"))
    house.ehpc.look_fails = None
    house.later(61)
    house.ledger.die_after(step)
    with pytest.raises(Killed):
        house.sweep()
    house.ledger.leave_alone()
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert list(finals(house).values()) == [["rerun"]]


def test_a_crash_before_the_acknowledgement_writes_the_same_outcome_again(house: House) -> None:
    """Told twice with one id: readers drop repeats."""
    failure = house.hung()
    house.ledger.die_before(4)
    with pytest.raises(Killed):
        house.deliver(failure)
    house.ledger.leave_alone()
    quiet(house)
    assert len(house.sink.rows) == 2
    assert house.sink.told() == [("rerun", "accepted")]


def test_the_database_is_left_whole_by_all_this(house: House) -> None:
    """SQLite itself finds nothing wrong after deliveries and sweeps."""
    house.deliver(house.hung(), house.failed_instance())
    quiet(house)
    found = sqlite3.connect(house.path / "ledger.db")
    assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found.close()
