"""The two laws of discovery (13, 14), in worlds in which one looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from shared.policy.discover import watched
from tests.proof.cast import CLUSTER
from tests.proof.laws.reading import Breaches
from tests.proof.world import World
from tests.support.clock import START

PERIOD_S = 180.0
MOST_FAULTS = 2
"""So many a history may have: each can cost one look, or the minute until what was reserved is taken up."""
TURN_S = 60.0
FOUND_BY = START + (1 + MOST_FAULTS) * PERIOD_S + MOST_FAULTS * TURN_S


def law_13_what_is_shown_is_found(world: World) -> Breaches:
    """What hangs from the beginning is told within a period, and one more for each fault."""
    for job_id in _watched(world, hanging=True):
        moments = [_moment(row) for row in world.sink.unique().values() if row.get("job_id") == job_id]
        if not moments:
            yield f"{job_id} hangs, and nobody was told"
        elif min(moments) > FOUND_BY:
            yield f"{job_id} was found after {min(moments) - START:.0f} s"


def law_14_nothing_healthy_is_told(world: World) -> Breaches:
    """What never hung is in no outcome, and was not rerun."""
    healthy = set(_watched(world, hanging=False))
    yield from (f"healthy {row['job_id']} was told" for row in world.sink.rows if row.get("job_id") in healthy)
    yield from (f"healthy {call.job[1]} was rerun" for call in world.calls if call.job[1] in healthy)


def _watched(world: World, *, hanging: bool) -> Iterator[str]:
    """Ids of the jobs of the cluster that is looked through; none where nothing is."""
    if any(watched(world.policy.discover)):
        for (scope, job_id), job in world.cluster.items():
            if scope == CLUSTER and bool(job.hanging) is hanging:
                yield job_id


def _moment(row: dict[str, str]) -> float:
    return datetime.fromisoformat(row["at"].replace("Z", "+00:00")).timestamp()
