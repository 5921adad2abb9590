"""What became of a rerun is not told by what the job's next attempt made, nor does that open a breaker."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi, Effect, Target
from shared.domain.job import State
from shared.domain.life import Life
from shared.policy.model import Action, Cooldown, Match, Rule
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN
from tests.support.house import House
from tests.support.systems import GROUP
from tests.unit.heal.tricks import set_policy

RETRIES = Rule(name="one", match=Match(message="worker lost"), action=Action.RERUN, action_api=ActionApi.RETRY_INSTANCE)
DAY_1, DAY_2 = "2026-01-01 10:00:00", "2026-01-02 10:00:00"


@pytest.fixture(autouse=True)
def _at_once(house: House) -> None:
    set_policy(house, cooldown=Cooldown(base_s=0, max_s=0))


def _seen(house: House) -> list[tuple[str, str]]:
    return sorted((row["attempt"], row["reason"]) for row in house.sink.sightings)


def _watched(house: House) -> None:
    for _ in range(4):
        house.later(61)
        house.sweep()


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.RUNNING])
def test_a_rerun_that_failed_has_failed_however_the_next_one_ends(house: House, end: State) -> None:
    """It was told and rerun before anybody looked: the second is no second instance of the first one's call."""
    house.deliver(house.failed_instance(DAY_1))
    house.later(30)
    house.schedulerx.end("42", State.FAILED)
    house.deliver(house.instance_failure(house.schedulerx.instances["42"][-1].instance_id))
    house.later(30)
    house.schedulerx.end("42", end)
    _watched(house)
    became = {State.RUNNING: "seen_restarted"}.get(end, f"seen_{end.value.lower()}")
    assert _seen(house) == [("1", "seen_failed"), ("2", became)]
    assert house.sink.told() == [("rerun", "accepted")] * 2


def test_the_rerun_of_another_day_is_none_of_the_first_ones_call(house: House) -> None:
    """Two days of a job, one after the other: each ends as its own run does, and the group's breaker is closed."""
    days = [house.failed_instance(DAY_1, 7), house.failed_instance(DAY_2, 8)]
    for failure, end in zip(days, (State.SUCCEEDED, State.FAILED), strict=True):
        house.deliver(failure)
        house.later(30)
        house.schedulerx.end("42", end)
    _watched(house)
    assert _seen(house) == [("1", "seen_succeeded"), ("2", "seen_failed")]
    assert house.sink.told() == [("rerun", "accepted")] * 2


def test_a_rerun_in_vain_is_made_again_although_another_day_was_rerun_since(house: House) -> None:
    """Accepted, and nothing of its day shows: the other day's instance proves nothing for it."""
    house.schedulerx.effect = False
    first, second = house.failed_instance(DAY_1, 7), house.failed_instance(DAY_2, 8)
    house.deliver(first)
    house.schedulerx.effect = True
    house.later(30)
    house.deliver(second)
    house.later(30)
    house.schedulerx.end("42", State.SUCCEEDED)
    _watched(house)
    assert ("unknown", "not_restarted") in house.sink.told()


@pytest.mark.parametrize("answer", [Effect.UNKNOWN, Effect.DONE])
def test_a_rerun_in_vain_is_made_again_although_another_days_showed_late(house: House, answer: Effect) -> None:
    """The other day's call was there first, and took effect after this one's: its instance proves nothing for this."""
    world = house.schedulerx
    set_policy(house, breaker=None)  # a first rerun in vain opens it
    first, second = house.failed_instance(DAY_1, 7), house.failed_instance(DAY_2, 8)
    world.effect = False
    house.deliver(second)
    house.later(30)
    world.answer = answer
    house.deliver(first)
    world.answer, world.effect = Effect.DONE, True
    world.rerun([Target(scope=GROUP, job_id="42", life=Life.instance(DAY_2, 8))])
    house.later(45)
    world.end("42", State.SUCCEEDED)
    _watched(house)
    house.later(61)
    world.end("42", State.SUCCEEDED)
    _watched(house)
    assert [day for _, day in world.calls] == [DAY_2, DAY_1, DAY_2, DAY_1]
    assert [one.data_time for one in world.instances["42"] if one.trigger_type == TRIGGER_DATA_RERUN] == [DAY_2, DAY_1]
    assert len([pair for pair in _seen(house) if pair[1] == "seen_succeeded"]) == 2


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.RUNNING])
def test_a_rerun_that_was_retried_in_its_place_had_failed(house: House, end: State) -> None:
    """By a rule that retries the instance itself, for which the service makes no new one."""
    set_policy(house, rules=(RETRIES, *house.policy.rules))
    world = house.schedulerx
    house.deliver(house.failed_instance(DAY_1))
    house.later(30)
    world.end("42", State.FAILED)
    world.effect = False
    made = world.instances["42"][-1]
    house.deliver(replace(house.instance_failure(made.instance_id), message="worker lost"))
    world.instances["42"][-1] = replace(made, state=end, started_at=house.clock.now(), ended_at=None)
    _watched(house)
    became = "seen_restarted" if end is State.RUNNING else "seen_succeeded"
    assert _seen(house) == [("1", "seen_failed"), ("2", became)]
