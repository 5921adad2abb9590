"""What a policy says of SchedulerX 3 applications in which failures are looked for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.systems.discovery import Name, Names, RegionId

REACH_H = 48.0


class Apps(Struct, frozen=True, kw_only=True):
    """Applications of a cluster whose failed executions are found."""

    region: RegionId | None = None
    """Where they are. Absent: the function's own region."""
    cluster_id: Name | None = None
    """The cluster."""
    cluster: Name | None = None
    """The same, in short: one of the two is there."""
    apps: Names
    """Names of applications. A glob asks the cluster for its applications at each look."""
    reach_h: Annotated[float, Meta(ge=1, le=720, description="a number of hours from 1 to 720")] = REACH_H
    """The list of executions, against which events are held, is read so far back."""

    def __post_init__(self) -> None:
        if (self.cluster_id is None) == (self.cluster is None):
            raise ValueError("wants a cluster_id, and no cluster beside it")

    @property
    def of_cluster(self) -> str:
        """The cluster's id."""
        return self.cluster_id or self.cluster or ""
