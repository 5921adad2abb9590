"""What exploring leaves out makes no difference: it ends as all plans run by themselves do, broken ones included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.policy import decide
from tests.proof import nights, nights_shared
from tests.proof.exploration import Explorer
from tests.proof.histories import breaches
from tests.proof.scenarios import SCENARIOS, Scenario
from tests.proof.seam import Fault, Plan, extensions
from tests.proof.truth import Past
from tests.proof.world import World
from tests.support.depth import of_today

SMALL = (
    replace(next(one for one in SCENARIOS if one.name == "requeued_after_the_look"), name="requeued"),
    Scenario("batch", nights.scripted(Fault.LOST_NONE, Fault.PART, jobs=2), within_s=1.0),
    Scenario("two doors", nights.two_doors, within_s=8.0),
    Scenario("group", nights_shared.failed(Fault.LATER), within_s=1.0),
)
BLINDED = frozenset({"attempt_seen", "in_hand", "told_before", "cooled_down", "calls_take_effect"})
"""Gates without which the corridor repeats without looking."""
Ends = dict[tuple[object, ...], frozenset[str]]
"""Shape of a world at rest → the sentences of the laws that it breaks."""


def _plain(scenario: Scenario, past: Past) -> tuple[int, Ends]:
    """Every plan of up to two faults by itself: how many pairs, and how they end."""
    ends: Ends = {}
    pairs = 0

    def night(plan: Plan) -> World:
        world = scenario.world(plan, past)
        while world.turn():
            pass
        ends[world.shape()] = frozenset(breaches(world))
        return world

    for plan in ((), *extensions((), night(()).trace, scenario.until)):
        trace = night(plan).trace
        for both in extensions(plan, trace, scenario.until) if plan else ():
            pairs += 1
            night(both)
    return pairs, ends


def _explored(scenario: Scenario, past: Past) -> tuple[int, Ends, Explorer]:
    ends: Ends = {}

    def on_end(world: World) -> None:
        ends[world.shape()] = frozenset(breaches(world))

    explorer = Explorer(scenario.name, scenario.until, on_end=on_end)
    pairs = explorer.explore(scenario.world(past=past), 2)[2]
    return pairs, ends, explorer


@pytest.mark.parametrize("scenario", of_today(SMALL), ids=lambda scenario: scenario.name)
def test_exploring_ends_as_every_plan_by_itself(
    scenario: Scenario, record_property: Callable[[str, object], None]
) -> None:
    """The same number of pairs, the same ends: not one is missing, and none is invented. At a fraction of the work."""
    past = Past()
    pairs, ends = _plain(scenario, past)
    covered, found, explorer = _explored(scenario, past)
    record_property("pairs run plainly and explored", pairs)
    assert covered == pairs
    assert found == ends
    assert explorer.met.histories == len(ends) < pairs / 2


def _untold(world: World) -> None:
    """Of one of the two jobs nobody has said that it failed, as far as the laws know."""
    nights.scripted(jobs=2)(world)
    world.tellings.pop()


def test_exploring_finds_every_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a world that breaks laws, by a corridor that repeats without looking, both find the same broken sentences."""
    monkeypatch.setattr(decide, "GATES", tuple(gate for gate in decide.GATES if gate[0] not in BLINDED))
    scenario = Scenario("blind", _untold, within_s=1.0)
    past = Past()
    pairs, ends = _plain(scenario, past)
    covered, found, _ = _explored(scenario, past)
    assert (covered, found) == (pairs, ends)
    broken = {sentence.partition(":")[0] for sentences in ends.values() for sentence in sentences}
    assert "law_01_one_effective_rerun_a_life" in broken, "nothing is broken: this compares nothing"
    assert frozenset() in ends.values()
