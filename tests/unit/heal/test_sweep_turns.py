"""Whose turn it is in a sweep: no scope waits behind another's storm, whatever its documents are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from msgspec.structs import replace

import shared.sweep_turns
from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.snapshot import Observation
from shared.heal.looks import LEAST_TIME_S
from shared.sweep import sweep
from shared.systems.ehpc.scope import Cluster
from tests.support.house import House
from tests.unit.heal.tricks import BAD_LOOK


def at(failure: Failure, cluster: str) -> Failure:
    """The same failure told of another cluster."""
    about = {"event_id": f"{failure.event_id}-{cluster}", "telling_id": f"{failure.telling_id[:20]}{cluster}"}
    return replace(failure, scope=Cluster(region="cn-hangzhou", cluster_id=cluster), **about)


def pend(house: House, failures: Iterable[Failure]) -> None:
    """Told while nobody can look: each waits in a document of its own."""
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(*failures)
    house.ehpc.look_fails = None
    house.later(1)


def clusters_of(house: House) -> list[str]:
    """Whose failures the next sweep takes up."""
    house.later(130)
    return [result.outcome.place["cluster_id"] for result in house.sweep().results]


def test_what_is_pending_waits_in_its_scopes_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty of one cluster came first; with room for four the one of another is among them."""
    monkeypatch.setattr(shared.sweep_turns, "MAX_DOCUMENTS", 4)
    pend(house, [house.hung(number) for number in range(1, 41)])
    pend(house, [at(house.hung(50), "ehpc-hz-2")])
    taken = clusters_of(house)
    assert (len(taken), taken.count("ehpc-hz-2")) == (4, 1)


def test_clusters_that_somebody_invents_take_no_more_than_half(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pending failures of ten clusters came first; what is due of real jobs is taken up all the same."""
    monkeypatch.setattr(shared.sweep_turns, "MAX_DOCUMENTS", 4)
    monkeypatch.setattr(shared.sweep_turns, "MAX_PENDING", 2)
    pend(house, [at(house.hung(number), f"ehpc-x-{number}") for number in range(1, 11)])
    house.ehpc.answer = lambda _: Effect.NOT_DONE_LATER
    house.ehpc.code = "Throttling"
    house.deliver(house.hung(20), at(house.hung(21), "ehpc-hz-2"))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    taken = clusters_of(house)
    assert {"ehpc-hz-1", "ehpc-hz-2"} < set(taken)
    assert len(taken) == 4


def test_where_nothing_else_is_due_pending_fills_the_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound leaves no room unused."""
    monkeypatch.setattr(shared.sweep_turns, "MAX_DOCUMENTS", 4)
    monkeypatch.setattr(shared.sweep_turns, "MAX_PENDING", 2)
    pend(house, [house.hung(number) for number in range(1, 9)])
    assert len(clusters_of(house)) == 4


def test_a_storm_of_many_pages_hides_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of one cluster are due than are asked for at once."""
    monkeypatch.setattr(shared.sweep_turns, "MAX_DOCUMENTS", 4)
    monkeypatch.setattr(shared.sweep_turns, "MAX_HINTS", 5)
    pend(house, [house.hung(number) for number in range(1, 21)])
    pend(house, [at(house.hung(50), "ehpc-hz-2")])
    assert "ehpc-hz-2" in clusters_of(house)


def test_a_storm_has_its_turn_although_small_scopes_take_all_the_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirteen slow clusters are due anew each time, a run looks into two: the storm waits fourteen runs at most."""
    monkeypatch.setattr(shared.sweep_turns, "MANY", 1)
    slow = [at(house.hung(number), f"ehpc-hz-{number:02}") for number in range(2, 15)]
    asked: list[str] = []
    observe = house.ehpc.observe

    def looks(failures: Sequence[Failure]) -> list[Observation]:
        asked.append(failures[0].scope.key.rpartition("/")[2])
        house.later(3)
        return observe(failures)

    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(*slow, *(at(house.hung(number), "ehpc-hz-99") for number in (1, 20)))
    monkeypatch.setattr(house.ehpc, "observe", looks)
    runs = 0
    while "ehpc-hz-99" not in asked:
        house.later(1801)
        sweep(house.healer(LEAST_TIME_S + 3))
        runs += 1
        assert runs <= 14
