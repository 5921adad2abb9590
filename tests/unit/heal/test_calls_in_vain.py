"""Calls that are proven to have done nothing: repeated ever more rarely, and each wait is told."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.domain.call import Effect
from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.unit.heal.tricks import finals, quiet


def _nobody_hears(house: House) -> list[float]:
    """Each answer is lost, and no call takes effect; when they left, as they leave."""
    left: list[float] = []
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.ehpc.effect = lambda _: False
    house.ehpc.before_call = lambda: left.append(house.clock.now())
    return left


def _sweeps(house: House, until_s: float) -> None:
    for _ in range(int(until_s / 60)):
        house.later(60)
        house.sweep()


def test_each_waits_longer_than_the_one_before(house: House) -> None:
    """A day of a service that answers nothing is some fifty calls; the first is repeated as soon as it is proven."""
    left = _nobody_hears(house)
    house.deliver(house.hung())
    _sweeps(house, 2 * 3600)
    for _ in range(96):
        house.later(930)
        house.sweep()
    pauses = [later - before for before, later in pairwise(left)]
    assert pauses[0] <= 240
    assert pauses[:6] == sorted(pauses[:6])
    assert min(pauses[6:]) >= 1800
    assert len(left) < 60
    assert ("deferred", "call_in_vain") in house.sink.told()
    assert list(finals(house).values()) == [["refused"]]


def test_what_a_person_forced_waits_as_well_after_calls_that_were_accepted_and_did_nothing(house: House) -> None:
    """No budget ends it: of a day the service is called some fifty times, not each time that the sweep has looked."""
    left = _nobody_hears(house)
    house.ehpc.answer = lambda _: Effect.DONE
    house.deliver(house.hung(), force=True)
    _sweeps(house, 25 * 3600)
    pauses = [later - before for before, later in pairwise(left)]
    assert pauses[0] <= 240
    assert pauses[:6] == sorted(pauses[:6])
    assert min(pauses[8:]) >= 1800
    assert len(left) < 60
    assert house.sink.told()[-1] == ("refused", "gave_up")


def test_the_next_that_is_heard_is_the_last(house: House) -> None:
    """After hours the service hears again: rerun, once, as the same attempt."""
    _nobody_hears(house)
    house.deliver(house.hung())
    _sweeps(house, 3 * 3600)
    house.ehpc.answer, house.ehpc.effect = (lambda _: Effect.DONE), (lambda _: True)
    _sweeps(house, 3600)
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert list(finals(house).values()) == [["rerun"]]
    assert {row["attempt"] for row in house.sink.rows if "attempt" in row} == {"1"}


def test_a_person_need_not_wait(house: House) -> None:
    """Whoever forces it has it called at once."""
    left = _nobody_hears(house)
    failure = house.hung()
    house.deliver(failure)
    _sweeps(house, 2 * 3600)
    while house.open_cases() != ["call_in_vain"]:
        _sweeps(house, 60)
    before = len(left)
    house.deliver(failure, force=True)
    assert len(left) == before + 1


@pytest.mark.parametrize("jobs", [2, 7])
def test_halves_of_a_batch_need_not_wait(house: House, jobs: int) -> None:
    """A call of several is repeated in halves until one is alone: that ends by itself, and finds whom it failed for."""
    left = _nobody_hears(house)
    house.ehpc.effect = lambda target: target.job_id != "1.scheduler" and len(house.ehpc.calls[-1]) <= jobs // 2
    house.deliver(*(house.hung(number) for number in range(1, jobs + 1)))
    _sweeps(house, 900)
    alone = [at for at, call in zip(left, house.ehpc.calls, strict=True) if call == ["1.scheduler"]]
    assert alone
    assert alone[0] - left[0] <= 240 * jobs.bit_length()
    assert len(house.ehpc.kills) == jobs - 1


def test_a_process_that_dies_each_time_is_called_as_rarely(house: House) -> None:
    """Whether the answer was lost or who should have read it makes no difference."""
    left = _nobody_hears(house)

    def die() -> None:
        left.append(house.clock.now())
        raise Killed

    house.ehpc.before_call = die
    with pytest.raises(Killed):
        house.deliver(house.hung())
    for _ in range(6 * 60):
        house.later(60)
        try:
            house.sweep()
        except Killed:
            continue
    assert 6 <= len(left) <= 16
