"""Which jobs a block of settings or a window is for: conditions on places, owners, queues and names."""

from __future__ import annotations

from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.snapshot import Snapshot
from shared.policy.conditions import Globs, Places
from shared.policy.evidence import evidence_of
from shared.policy.places import place_fits, speaks_for


class Reach(Places, frozen=True, kw_only=True):
    """Which jobs: all conditions hold. What is absent asks nothing; what a job does not tell fits no condition."""

    regions: Globs | None = None
    owners: Globs | None = None
    """The live job's where it tells one, else the one told; so also below."""
    queues: Globs | None = None
    job_names: Globs | None = None

    @property
    def asks_of_job(self) -> bool:
        """Whether it asks for more than a place: for an owner, a queue or a name."""
        return not (self.owners is None and self.queues is None and self.job_names is None)

    def has_place(self, scope: Scope) -> bool:
        """Whether jobs of a cluster or group may be meant."""
        return place_fits(self.regions, scope.region) and speaks_for(self, scope)

    def has_job(self, failure: Failure, seen: Snapshot | None) -> bool:
        """Whether the failed job is meant. `seen`: the look at the live job."""
        if not self.has_place(failure.scope):
            return False
        if not self.asks_of_job:
            return True
        told = evidence_of(failure, seen)
        asked = ((self.owners, told.owner), (self.queues, told.queue), (self.job_names, told.job_name))
        return all(place_fits(globs, value) for globs, value in asked)
