"""What a policy says of E-HPC clusters in which lost jobs are looked for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.systems.discovery import Names, RegionId

GRACE_S = 300.0
_Grace = Annotated[float, Meta(ge=60, le=86_400.0, description="a number of seconds from 60 to 86400")]
_Hours = Annotated[float, Meta(ge=1, le=8_760, description="a number of hours from 1 to 8760")]


class Nodes(Struct, frozen=True, kw_only=True):
    """Jobs on nodes that are gone."""

    grace_s: _Grace = GRACE_S
    """How long a job may stand bound to a lost node, its start unchanged, before it is told: the scheduler's own
    requeue comes first."""


class Silence(Struct, frozen=True, kw_only=True):
    """Jobs whose output stands still. What is absent bounds nothing."""

    after_s: Annotated[float, Meta(ge=300, le=604_800, description="a number of seconds from 300 to 604800")]
    queues: Names | None = None
    owners: Names | None = None
    names: Names | None = None
    """Of jobs."""


class Overdue(Struct, frozen=True, kw_only=True):
    """Jobs that run for longer than they should. What is absent bounds nothing."""

    after_h: _Hours
    queues: Names | None = None
    owners: Names | None = None
    names: Names | None = None
    """Of jobs."""


class Clusters(Struct, frozen=True, kw_only=True):
    """Clusters whose running jobs are looked at; each part only where it is written."""

    region: RegionId | None = None
    """Where they are. Absent: the function's own region."""
    clusters: Names
    """Ids of clusters. A glob asks for the account's clusters at each look."""
    nodes: Nodes | None = None
    silence: Silence | None = None
    overdue: Overdue | None = None
