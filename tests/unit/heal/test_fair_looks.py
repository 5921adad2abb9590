"""Whom a look takes where it cannot take all: no flood of one speaker keeps what others tell from being looked at."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Speaker
from shared.heal.fair import fairly
from shared.heal.item import Item, Origin
from shared.policy.model import Cooldown
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from tests.support.house import House, verdicts
from tests.support.systems import GROUP
from tests.unit.decide.facts import make_case
from tests.unit.heal.counted import Instances, made_due, swept, told
from tests.unit.heal.test_sweep_looks import ZONE
from tests.unit.heal.tricks import set_policy

FLOOD, TRUE = Speaker(project="p", logstore="anybody", topic="x"), Speaker(project="p", logstore="nodes")


def waiting(house: House, number: int, speaker: Speaker, at: float | None = None) -> Item:
    """A failure of that job; one that waits was told at that moment."""
    failure = replace(told(house, GROUP, str(number), number), speaker=speaker)
    case = None if at is None else make_case(failure=failure, opened_at=at)
    return Item(failure, None if case is None else Origin("k", case))


def jobs_of(items: list[Item]) -> list[str]:
    """By their ids."""
    return [item.failure.job_id for item in items]


def test_each_speaker_has_its_turn_and_who_waits_longest_comes_first(house: House) -> None:
    """Topics are the writer's own words, and make no speaker; what was just told comes last, in an order of its own."""
    flood = [waiting(house, number, replace(FLOOD, topic=str(number)), 5.0 - number) for number in range(4)]
    true = [waiting(house, number, TRUE, 100.0 + number) for number in (7, 8)]
    new = [waiting(house, number, TRUE) for number in (2, 1)]
    items = [*flood, *true, *new]
    order = ["3", "7", "2", "8", "1", "1", "0", "2"]
    assert jobs_of(fairly(items)) == order
    random.Random(1).shuffle(items)
    assert jobs_of(fairly(items)) == order
    assert jobs_of(fairly(new)) == jobs_of(fairly(new[::-1])) == ["1", "2"]


@pytest.mark.parametrize("speaker", [FLOOD, TRUE])
def test_a_true_failure_is_healed_by_the_first_sweep_behind_three_thousand_invented_ones(
    house: House, speaker: Speaker
) -> None:
    """Told after all of them, by whomever: its group shows it as failed, and a look begins with it."""
    set_policy(house, breaker=None, cooldown=Cooldown(base_s=0, max_s=0))
    service = Instances(house.clock.now(), 1, 1)
    system = SchedulerxJobs(service, house.clock, ZONE)
    flood = [replace(told(house, GROUP, "0", number), speaker=FLOOD) for number in range(1, 3_001)]
    made_due(house, system, service, flood)
    service.down = True
    true: Failure = replace(told(house, GROUP, "0", 0), speaker=speaker)
    made_due(house, system, service, [true])
    report = swept(house, system)
    assert verdicts(report).index(("rerun", "accepted")) < MOST_A_LOOK
