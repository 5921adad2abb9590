"""The two laws of discovery under every single fault: shown is found within two periods, the healthy is never told."""

from __future__ import annotations

from datetime import datetime

from tests.proof.found import PERIOD_S
from tests.proof.histories import Met, singles
from tests.proof.scenarios import SCENARIOS
from tests.support.clock import START

TURN_S = 60.0


def test_what_is_shown_is_found_within_two_periods_whatever_goes_wrong_once() -> None:
    """The first look or the second tells it. A look that failed pauses its place, and is still in time."""
    (scenario,) = [one for one in SCENARIOS if one.name == "found_alone"]
    worlds = list(singles(scenario, Met()))
    assert len(worlds) > 30
    for world in worlds:
        rows = [row for row in world.sink.unique().values() if row.get("job_id")]
        assert {row["job_id"] for row in rows} == {"1.scheduler"}
        assert {row["trigger"] for row in rows} <= {"discover", "sweep"}
        first = min(datetime.fromisoformat(row["at"].replace("Z", "+00:00")).timestamp() for row in rows)
        assert first <= START + 2 * PERIOD_S + TURN_S
