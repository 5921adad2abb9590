"""Processes that stand still past their lease and go on, clocks that jump, a ledger that saves what it has refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.proof.exploration import Explorer
from tests.proof.scenarios import SCENARIOS, Scenario
from tests.proof.seam import ILL
from tests.support.depth import of_today

WHOLE = [replace(scenario, name=f"{scenario.name}, whole", whole=True) for scenario in SCENARIOS]
"""The same on a ledger that saves tokens and reservations in one step."""


@pytest.mark.parametrize("scenario", [*SCENARIOS, *of_today(WHOLE, 10)], ids=lambda scenario: scenario.name)
def test_no_ill_machine_breaks_a_law(scenario: Scenario, record_property: Callable[[str, object], None]) -> None:
    """At any step of any night: what wakes up late finds that others went on, and does nothing that they did."""
    explorer = Explorer(scenario.name, scenario.until, kinds=ILL)
    covered = sum(explorer.explore(scenario.world(), 1))
    record_property("histories with an ill machine", covered)
    assert covered > 10
    assert explorer.met.words["woke too late"]
