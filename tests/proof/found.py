"""A discovery in the world of the proof: it finds jobs whose runs hang, and nobody tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from shared.discover import discover
from shared.domain.failure import Failure
from shared.domain.job import Scope, State
from shared.domain.snapshot import LookFailed
from shared.heal import Healer
from shared.policy.discover import Discover
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms, found
from shared.systems.ehpc.watch import Clusters
from tests.proof.cast import CLUSTER, POLICY
from tests.proof.seam import Fault
from tests.proof.world import World

PERIOD_S = 180.0
YOUNG_S = 60.0
"""A run of that age shows nothing yet."""
FOUND = replace(POLICY, discover=Discover(ehpc=(Clusters(clusters=(CLUSTER.cluster_id,)),)))


@dataclass(frozen=True, slots=True)
class Discovering:
    """The timer of the function `discover` fires. Knows nothing of any world but the one that it is given."""

    def __call__(self, world: World) -> None:
        """One run; one that fails is not repeated, the next period comes."""
        shown: list[tuple[Failure, int]] = []
        world.invoke("discover", lambda healer: look_through(world, healer, shown))
        taken_in(world, shown)


def look_through(world: World, healer: Healer, shown: list[tuple[Failure, int]]) -> None:
    """What the timer's function does; what it was shown is noted, with the runs that are meant."""
    discover(healer, lambda system, _region: _Seeker(world, shown) if system == "ehpc" else None, CLUSTER.region)


def taken_in(world: World, shown: Sequence[tuple[Failure, int]]) -> None:
    """What got as far as the ledger or the Logstore is told from then on. What got lost before is shown again."""
    for failure, run in shown:
        known = any(one.failure.event_id == failure.event_id for one in world.tellings)
        event_id = failure.event_id.encode()
        kept = any(event_id in saved.document for saved in world.saved)
        if not known and (kept or any(row.get("event_id") == failure.event_id for row in world.sink.rows)):
            world.told(failure, run)


def each_period(world: World, count: int = 4, first_s: float = 0.0) -> None:
    """The timer, so many times."""
    for number in range(count):
        world.at(first_s + number * PERIOD_S, Discovering())


class _Seeker:
    """Shows what the list shows (`shared.systems.discovery.Seeker`); all that it remembers is in the ledger."""

    def __init__(self, world: World, noted: list[tuple[Failure, int]]) -> None:
        self._world, self._noted = world, noted

    def scopes(self, watch: Clusters, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The one cluster."""
        del watch, fits, calls, ask
        return Listed(scopes=(CLUSTER,))

    def look(self, watch: Clusters, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """One page."""
        del watch, terms
        if not calls.may("ListJobsWithFilters"):
            return Sight(memory=memory, done=False)
        world = self._world
        fault = world.step("look", 1)
        now = world.clock.moment
        if fault in {Fault.LOOK_FAILED, Fault.LOOK_REFUSED}:
            world.leave(fault)
            worth = fault is Fault.LOOK_FAILED
            failed = LookFailed(worth_repeating=worth, code="Forbidden.RAM", message="no look", look_begun_at=now)
            return Sight(memory=memory, done=False, problem=failed)
        told: dict[str, int] = memory.get("told", {})
        shown = list(self._hanging(scope, now))
        world.leave(fault)
        new = [(failure, run) for failure, run in shown if told.get(failure.job_id) != run]
        self._noted += new
        return Sight(
            failures=tuple(failure for failure, _ in new),
            memory={"told": {one.job_id: run for one, run in shown}},
            done=True,
        )

    def _hanging(self, scope: Scope, now: float) -> Iterator[tuple[Failure, int]]:
        for (place, job_id), job in self._world.cluster.items():
            job.catch_up(now)
            if place == scope and job.state is State.RUNNING and job.run <= job.hanging and now - job.start > YOUNG_S:
                about = {"occurred_at": now - 1, "started_at": float(job.start), "message": "stands still"}
                yield found(scope, job_id, job.start, "silent", **about), job.run
