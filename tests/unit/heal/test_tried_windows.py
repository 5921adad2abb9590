"""Somebody tries a policy with shorter windows and takes it back: what was used of a shared limit stays used."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.policy.model import Breaker, Rate
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.limits_town import BREAKER, OPEN, RATE, Town, item
from tests.unit.heal.tricks import DAY_S, set_policy

LONG, SHORT = {"max_jobs": 2, "window_s": 7200}, {"max_jobs": 9, "window_s": 60}


@pytest.mark.parametrize(
    ("long", "short", "told"),
    [
        ({"rate": Rate(**LONG)}, {"rate": Rate(**SHORT)}, ("deferred", "rate")),
        ({"breaker": Breaker(**LONG)}, {"breaker": Breaker(**SHORT)}, ("suppressed", "breaker_open")),
        (
            {"rate": Rate(**LONG | {"max_jobs": 9}, per_owner=2)},
            {"rate": Rate(**SHORT, per_owner=8)},
            ("deferred", "owner_share"),
        ),
        (
            {"breaker": Breaker(**LONG | {"max_jobs": 9}, per_owner=2)},
            {"breaker": Breaker(**SHORT, per_owner=8)},
            ("deferred", "owner_share"),
        ),
    ],
)
def test_what_was_used_stays_used(
    house: House, long: dict[str, Any], short: dict[str, Any], told: tuple[str, str]
) -> None:
    """Two jobs in two hours: one before, one under the policy tried for an hour, and none after it."""
    failures = {number: house.hung(number) for number in (1, 2, 3)}
    for job in house.ehpc.jobs.values():
        job.owner = "ann"
    set_policy(house, **long)
    assert verdicts(house.deliver(failures[1])) == [("rerun", "accepted")]
    set_policy(house, **short)
    house.later(1800)
    assert verdicts(house.deliver(failures[2])) == [("rerun", "accepted")]
    house.later(1800)
    set_policy(house, **long)
    assert verdicts(house.deliver(failures[3])) == [told]


def test_a_day_after_the_longer_window_its_tokens_are_forgotten() -> None:
    """A busy place has no document of a day's jobs for the ten minutes that its policy asks about."""
    town = Town(replace(OPEN, rate=Rate(**LONG), breaker=Breaker(**LONG)))
    town.take(item(1))
    found = []
    for later_s in (3600.0, DAY_S - 3600.0, DAY_S - 600.0, float(DAY_S)):
        town = tried(town, later_s)
        found.append([len(town.limit(key).buckets) for key in (RATE, BREAKER)])
    assert found == [[2, 2], [1, 1], [2, 2], [1, 1]]


def tried(town: Town, later_s: float) -> Town:
    """A job more, under the policy that is tried."""
    town = town.at(START + later_s)
    town.limits = replace(town.limits, policy=replace(OPEN, rate=Rate(**SHORT), breaker=Breaker(**SHORT)))
    town.take(item(int(later_s)))
    return town
