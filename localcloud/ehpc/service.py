"""E-HPC on localhost: clusters, and the truth about what was rerun.

ehpc = Ehpc(Timeline(ManualClock(1_767_225_600)))
cluster = ehpc.cluster("ehpc-hz-1", Flavour.PBS)
cluster.submit("1.scheduler", JobSpec(runs=(hangs(), finishes(60))))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from localcloud.ehpc.answers import EhpcAnswers
from localcloud.ehpc.cluster import Cluster
from localcloud.ehpc.models import ClusterSettings, Flavour, Kill
from localcloud.ehpc.scheduler import Scheduler
from localcloud.ehpc.story import ClusterStory
from localcloud.service import DEFAULT_ZONE, Ground, Service
from localcloud.story import Element, Story
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation


class Ehpc(Service):
    """The service. Clusters live by the timeline; what is left to chance follows from the seed."""

    title = "E-HPC"
    stories: ClassVar[Mapping[str, type[Element]]] = {"clusters": ClusterStory}

    def __init__(self, timeline: Timeline, *, zone: str = DEFAULT_ZONE, seed: int = 0) -> None:
        self.kills: list[Kill] = []
        """Every effective RerunJobs, one entry a job and life, whatever was answered."""
        self.clusters: dict[str, Cluster] = {}
        self._schedulers: dict[str, Scheduler] = {}
        self._timeline = timeline
        self._zone = zone
        self._seed = seed

    @classmethod
    def on(cls, ground: Ground) -> Ehpc:
        """The service, without clusters."""
        return cls(ground.timeline, zone=ground.zone, seed=ground.seed)

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
        self.clusters[cluster_id] = self._schedulers[cluster_id] = made
        return made

    def adopt(self, scheduler: Scheduler) -> None:
        """Serve a cluster whose scheduler is another than the simulated one. Its reruns are not in `kills`."""
        self._schedulers[scheduler.cluster_id] = scheduler

    def operations(self) -> Iterable[Operation]:
        """All of it goes through the gateway."""
        return EhpcAnswers(self._schedulers, self._timeline, self._zone).operations()

    def populate(self, story: Story, now: float) -> None:
        """Make the story's clusters, and submit their jobs."""
        for told in story.of(ClusterStory):
            cluster = self.cluster(told.id, told.scheduler)
            for job in told.jobs:
                cluster.submit(job.id, job.spec(), at=now - job.submitted_ago_s)
