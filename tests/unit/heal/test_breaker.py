"""The breaker at work in the corridor."""

from __future__ import annotations

import itertools

import pytest

from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.policy.model import Cooldown
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, break_it, count, set_policy

NO_COOLDOWN = Cooldown(base_s=0, max_s=0)


def test_a_breaker_admits_so_many_jobs_and_stays_open(house: House) -> None:
    """Two of five are rerun; afterwards nothing, long after the window and whatever else expires."""
    break_it(house)
    assert count(house.deliver(*(house.hung(number) for number in range(1, 6)))) == (2, 3)
    assert count(house.deliver(house.hung(6))) == (0, 1)
    for days in (1, 29, 31, 400):
        house.later(days * DAY_S)
        house.deliver(house.failed_instance(job_id=str(days), instance_id=days))  # another scope: its saves expire all
        failure = house.hung(100 + days)
        house.ehpc.jobs[f"{100 + days}.scheduler"].start = int(house.clock.now()) - 3600
        assert count(house.deliver(failure)) == (0, 1)
    assert len(house.ehpc.kills) == 2


@pytest.mark.parametrize("sizes", [(5,), (1, 4), (4, 1), (2, 3), (3, 2), (1, 1, 1, 1, 1)])
@pytest.mark.parametrize("backwards", [False, True])
def test_order_and_splitting_never_change_how_many(house: House, sizes: tuple[int, ...], *, backwards: bool) -> None:
    """However the failures are ordered and split over deliveries, two are rerun and three are not."""
    break_it(house)
    failures = [house.hung(number) for number in range(1, 6)]
    order = iter(failures[::-1] if backwards else failures)
    totals = [count(house.deliver(*itertools.islice(order, size))) for size in sizes]
    assert (sum(total[0] for total in totals), sum(total[1] for total in totals)) == (2, 3)


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_the_same_one_is_admitted_whichever_is_told_first(house: House, first: int) -> None:
    """Who delivers chooses no job: where one of two has room it is the one whose document comes first."""
    break_it(house, 1)
    failures = {number: house.hung(number) for number in (1, 2)}
    report = house.deliver(failures.pop(first), *failures.values())
    assert count(report) == (1, 1)
    assert [job.split("@")[0] for job in house.ehpc.kills] == ["1.scheduler"]


def test_the_same_job_twice_takes_one_token(house: House) -> None:
    """The breaker counts distinct jobs: a second attempt of a counted job is no third job."""
    break_it(house)
    set_policy(house, cooldown=NO_COOLDOWN)
    house.deliver(house.hung(1))
    house.later(200)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 100
    house.deliver(house.failure(1))
    assert count(house.deliver(house.hung(2))) == (1, 0)
    assert count(house.deliver(house.hung(3))) == (0, 1)


def test_looking_after_a_rerun_takes_no_token(house: House) -> None:
    """What is only watched is not acted on: sweeps long after the window leave the breaker as it was."""
    break_it(house)
    house.deliver(house.hung(1), house.hung(2))
    for number in (1, 2):
        house.ehpc.jobs[f"{number}.scheduler"].state = State.QUEUED  # nothing new to see, sweep after sweep
    breaker = [row for row in house.database() if str(row[0]).startswith("breaker/")]
    for _ in range(10):
        house.later(3600)
        house.sweep()
    assert [row for row in house.database() if str(row[0]).startswith("breaker/")] == breaker


def test_another_cluster_has_a_breaker_of_its_own(house: House) -> None:
    """One cluster's breaker stops no other scope."""
    break_it(house, 1)
    assert count(house.deliver(house.hung(1), house.hung(2))) == (1, 1)
    assert count(house.deliver(house.failed_instance())) == (1, 0)


def test_force_passes_an_open_breaker_and_leaves_it_open(house: House) -> None:
    """A person may act on one job; the next failure meets the open breaker."""
    break_it(house, 1)
    house.deliver(house.hung(1), house.hung(2))
    assert count(house.deliver(house.hung(3), force=True, trigger=Trigger.MANUAL)) == (1, 0)
    assert count(house.deliver(house.hung(4))) == (0, 1)


def test_a_breaker_opened_meanwhile_stops_what_waited(house: House) -> None:
    """Deferred without an attempt; by the time it goes on the breaker is open."""
    break_it(house, 1)
    house.ehpc.look_fails = LookFailed(worth_repeating=True, code="Throttling", message="no", look_begun_at=0)
    house.deliver(house.hung(1))
    house.ehpc.look_fails = None
    house.deliver(house.hung(2), house.hung(3))
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "breaker_open")]
