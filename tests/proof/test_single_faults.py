"""Every fault at every step of every scenario, then redelivery and sweeps until quiet; all laws on each history."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proof.exploration import Explorer
from tests.proof.histories import Met, singles
from tests.proof.scenarios import SCENARIOS, Scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_single_fault_breaks_a_law(
    scenario: Scenario, *, everything: bool, record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold after any one fault, and the states that the scenario is about were reached.

    What histories have in common is run once (`exploration`); `make histories` runs each by itself.
    """
    if everything:
        met = Met()
        covered = sum(1 for _ in singles(scenario, met))
    else:
        explorer = Explorer(scenario.name, scenario.until)
        covered, met = sum(explorer.explore(scenario.world(), 1)), explorer.met
    record_property("histories with every single fault", covered)
    assert covered > 10
    assert not [word for word in scenario.reaches if not met.words[word]], dict(met.words)
    assert met.words["killed"]
    assert met.words["redelivered"]
