"""Tokens and reservations in one atomic save, where a ledger has one: the same laws, whatever fails, whoever meets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.proof.exploration import Explorer
from tests.proof.meetings import MEETINGS, Meeting, interleavings
from tests.proof.scenarios import SCENARIOS, Scenario
from tests.support.depth import deep

SHARE = deep(499, 251)
"""As in `test_interleavings`."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_single_fault_breaks_a_law_on_an_atomic_ledger(scenario: Scenario) -> None:
    """As `test_single_faults`: what the night is about is still reached."""
    explorer = Explorer(f"{scenario.name}, whole", scenario.until)
    covered = sum(explorer.explore(replace(scenario, whole=True).world(), 1))
    assert covered > 10
    assert not [word for word in scenario.reaches if not explorer.met.words[word]], dict(explorer.met.words)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_no_interleaving_breaks_a_law_on_an_atomic_ledger(meeting: Meeting) -> None:
    """As `test_interleavings`, with a fault in those meetings that are short."""
    calm, _ = interleavings(replace(meeting, whole=True), 0 if meeting.long else SHARE)
    assert calm.histories > 20
    assert calm.words["conflict"] or not meeting.contended, "the two never met"


def test_an_atomic_ledger_is_asked_for_the_whole() -> None:
    """Else the two above would explore what is explored already."""
    world = replace(SCENARIOS[0], whole=True).world()
    world.run()
    steps = [step.name for step in world.trace]
    assert steps[: steps.index("rerun")].count("save whole") == 1
    assert "save" not in steps[: steps.index("rerun")]
