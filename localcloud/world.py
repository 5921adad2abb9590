"""The simulated world: E-HPC clusters and SchedulerX groups that live by one clock and one seed.

    world = World(ManualClock(1_767_225_600))
    cluster = world.cluster("ehpc-hz-1", Flavour.PBS)
    cluster.submit("1.scheduler", JobSpec(runs=(hangs(), finishes(60))))
    job = world.group("ns", "demo.group").job(92583, JobConfig(name="nightly"))
    job.instance("2026-01-01 10:00:00", fails(after_s=30))

`kills` and `reruns` hold what the operations really did, whatever they answered.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from localcloud.clock import Clock
from localcloud.ehpc.cluster import Cluster, Kill
from localcloud.ehpc.flavours import ClusterSettings, Flavour
from localcloud.ehpc.models import NEVER, Job, JobRetry, JobSpec, Run, finishes, hangs, requeued
from localcloud.schedulerx.models import (
    Course,
    Group,
    Instance,
    JobConfig,
    Made,
    Origin,
    ScheduledJob,
    Status,
    TriggerType,
    fails,
    keeps_running,
    succeeds,
)
from localcloud.timeline import Timeline

__all__ = [
    "NEVER",
    "Cluster",
    "ClusterSettings",
    "Course",
    "Flavour",
    "Group",
    "Instance",
    "Job",
    "JobConfig",
    "JobRetry",
    "JobSpec",
    "Kill",
    "Made",
    "Origin",
    "Run",
    "ScheduledJob",
    "Status",
    "TriggerType",
    "World",
    "fails",
    "finishes",
    "hangs",
    "keeps_running",
    "requeued",
    "succeeds",
]

FIRST_INSTANCE_ID = 11_111_111


class World:
    """Everything simulated. Safe between threads."""

    def __init__(self, clock: Clock, *, seed: int = 0) -> None:
        self.kills: list[Kill] = []
        """Every effective RerunJobs, one entry a job and life."""
        self.reruns: list[Made] = []
        """Every instance that RerunJob or RetryJobInstance made."""
        self.clusters: dict[str, Cluster] = {}
        self.groups: dict[tuple[str, str], Group] = {}
        """By namespace and group id."""
        self._seed = seed
        self._numbers = count(FIRST_INSTANCE_ID)
        self._timeline = Timeline(clock)

    def cluster(
        self, cluster_id: str, flavour: Flavour = Flavour.PBS, settings: ClusterSettings | None = None
    ) -> Cluster:
        """Add a cluster. Raises ValueError if there is one with that id."""
        if cluster_id in self.clusters:
            raise ValueError(f"cluster {cluster_id} is there already")
        made = Cluster(
            self._timeline,
            cluster_id,
            flavour,
            settings or ClusterSettings(),
            seed=self._seed,
            kills=self.kills,
        )
        self.clusters[cluster_id] = made
        return made

    def group(self, namespace: str, group_id: str) -> Group:
        """Add a SchedulerX group. Raises ValueError if the namespace has one with that id."""
        key = (namespace, group_id)
        if key in self.groups:
            raise ValueError(f"group {group_id} is there already")
        made = self.groups[key] = Group(self._timeline, namespace, group_id, numbers=self._numbers, made=self.reruns)
        return made

    def now(self) -> float:
        """Unix seconds."""
        return self._timeline.now()

    def tick(self) -> None:
        """Let everything happen that is due. Every look and every operation does so by itself."""
        self._timeline.tick()

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Plan something that many seconds from now."""
        self._timeline.later(delay_s, action)
