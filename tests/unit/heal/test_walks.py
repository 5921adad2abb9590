"""One walk from the look to the result: what is done once for all of it, and what is left when it has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from msgspec.structs import replace

from shared import meanwhile
from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.heal.item import Item, Walked
from shared.heal.lanes import Turn, one_by_one
from shared.policy import match
from tests.support.clock import START
from tests.support.house import House
from tests.support.systems import CLUSTER

ASK = Ask(now=START, trigger=Trigger.LOG, request_id="req-1")


def test_what_has_walked_holds_nothing_of_its_look(house: House) -> None:
    """Ten thousand are in memory until the last is told."""
    items = [Item(house.hung(number)) for number in (1, 2)]
    walked = house.healer().walk(items, ASK)
    assert [result.outcome.verdict for result in walked.results] == ["rerun", "rerun"]
    assert [(one.observation, one.decision, one.call) for one in items] == [(None, None, None)] * 2


@pytest.mark.parametrize("clusters", [1, 2])
def test_patterns_are_compiled_once_before_clusters_go_side_by_side(
    house: House, monkeypatch: pytest.MonkeyPatch, clusters: int
) -> None:
    """Each would compile them for itself, at the same time. Of one alone they are, while its look is waited for."""
    monkeypatch.setattr(match, "_last", [None])
    monkeypatch.setattr(meanwhile, "_EXPECTED", {})
    ready: list[bool] = []

    def lanes(turns: Sequence[Turn]) -> Iterator[list[Walked]]:
        ready.append(match.is_ready(house.policy))
        meanwhile.use_wait()
        ready.append(match.is_ready(house.policy))
        return one_by_one(turns)

    failures = [house.hung(number) for number in range(1, clusters + 1)]
    told = [replace(one, scope=replace(CLUSTER, cluster_id=one.job_id)) for one in failures]
    healer = replace(house.healer(), lanes=lanes)
    healer.walk([Item(one) for one in told], ASK)
    assert ready == [clusters > 1, True]
    healer.walk([Item(house.hung())], ASK)
    assert (ready[2:], meanwhile._EXPECTED) == ([True, True], {})
