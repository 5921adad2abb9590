"""Two faults in one history, the second at any later step, redeliveries and sweeps included: all of them in time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.proof.conftest import PARTS
from tests.proof.exploration import Explorer, Share
from tests.proof.histories import Met, pairs
from tests.proof.scenarios import SCENARIOS, Scenario

WHOLE = [replace(scenario, name=f"{scenario.name}, whole", whole=True) for scenario in SCENARIOS]
"""The same on a ledger that saves tokens and reservations in one step."""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("scenario", [*SCENARIOS, *WHOLE], ids=lambda scenario: scenario.name)
def test_no_pair_of_faults_breaks_a_law(
    scenario: Scenario, *, everything: bool, part: int | None, record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold after any two faults.

    `make test` takes the part of the day and runs once what pairs have in common (`exploration`), `make pairs` does so
    with all parts, `make histories` runs each pair by itself.
    """
    # Few scenarios have as many first faults as there are parts: were they all counted from the same one, most days
    # would have none.
    own = zlib.crc32(scenario.name.encode())
    share = None if everything or part is None else Share(part + own, PARTS)
    if everything:
        met = Met()
        covered = sum(1 for _ in pairs(scenario, met))
    else:
        explorer = Explorer(scenario.name, scenario.until, share)
        covered = explorer.explore(scenario.world(), 2)[2]
        met = explorer.met
        record_property("turns of the platform run for them", explorer.turns)
    record_property("pairs of faults covered", covered)
    record_property("histories judged for them", met.histories)
    assert covered > 200 or share is not None, "a part of a short scenario may have no pair"
    assert met.words["killed"] or share is not None, "no process died in them"
