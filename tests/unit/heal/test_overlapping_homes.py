"""Two sweeps overlap over one failure that waits by its job's number alone, and only one of them sees the job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.unit.heal.test_named_homes import MOST_SAVES, job_gone, look_refused, one_end, waits

Hidden = Callable[[House], None]


def _hidden_from(house: House, hide: Hidden) -> Callable[[], None]:
    """Hide the job; call what comes back to show it again."""
    job = house.ehpc.jobs["1.scheduler"]
    hide(house)

    def show() -> None:
        house.ehpc.look_fails = None
        house.ehpc.jobs["1.scheduler"] = job

    return show


@pytest.mark.parametrize("hide", [look_refused, job_gone])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("save", range(1, MOST_SAVES))
def test_who_saw_no_job_leaves_it_to_who_named_its_home_and_died(
    house: House, save: int, hide: Hidden, *, after: bool
) -> None:
    """The other comes between look and save of the first, and dies at any of its own saves."""
    waits(house)
    show = _hidden_from(house, hide)

    def other() -> None:
        house.ehpc.after_look = lambda: None
        show()
        (house.ledger.die_after if after else house.ledger.die_before)(save)
        with suppress(Killed):
            house.sweep()
        house.ledger.leave_alone()

    house.ehpc.after_look = other
    house.sweep()
    assert len(one_end(house)) == 1
    assert len(house.ehpc.kills) <= 1


@pytest.mark.parametrize("hide", [look_refused, job_gone])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("save", range(1, MOST_SAVES))
def test_who_sees_no_job_ends_it_where_its_home_was_named(
    house: House, save: int, hide: Hidden, *, after: bool
) -> None:
    """A whole sweep comes between any two saves of the one that takes it home: whichever ends it, the other sees."""
    waits(house)
    left = [save]

    def other() -> None:
        left[0] -= 1
        if not left[0]:
            show = _hidden_from(house, hide)
            house.sweep()
            show()

    if after:
        house.ledger.after_save = other
    else:
        house.ledger.before_save = other
    house.sweep()
    house.ledger.leave_alone()
    assert len(one_end(house)) == 1
    assert len(house.ehpc.kills) <= 1
