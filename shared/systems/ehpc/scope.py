"""An E-HPC cluster, and the operations that are called on it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shared.domain.job import Scope

RERUN = "RerunJobs"
LIST = "ListJobsWithFilters"
NODES = "ListNodes"
CLUSTERS = "ListClusters"
LOG = "GetJobLog"


class Cluster(Struct, Scope, frozen=True, kw_only=True, tag="ehpc"):
    """An E-HPC cluster: what a RerunJobs call names, and what a breaker guards."""

    parts: ClassVar[tuple[str, ...]] = ("cluster_id",)
    system: ClassVar[str] = "ehpc"
    region: str
    cluster_id: str
