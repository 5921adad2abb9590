"""Two faults in one history, the second at any later step, redeliveries and sweeps included."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proof.histories import Met, pairs
from tests.proof.scenarios import SCENARIOS, Scenario

SHARE = 150
"""`make test` runs each 150th pair of each scenario, `make histories` all."""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_pair_of_faults_breaks_a_law(
    scenario: Scenario, *, everything: bool, record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold after any two faults."""
    met = Met()
    pairs(scenario, met, 1 if everything else SHARE)
    record_property("histories with a pair of faults", met.histories)
    assert met.histories >= 1
    assert met.words["killed"]
