"""DataWorks on localhost: workspaces, and the truth about what was rerun.

dataworks = Dataworks(Timeline(ManualClock(1_767_225_600)))
project = dataworks.project(12345)
project.node(71, "settle-accounts")
project.instance(71, fails(after_s=30))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import ClassVar
from zoneinfo import ZoneInfo

from localcloud.dataworks.answers import DataworksAnswers
from localcloud.dataworks.models import Project, Rerun
from localcloud.dataworks.story import COURSES, ProjectStory
from localcloud.service import DEFAULT_ZONE, Ground, Service
from localcloud.story import Element, Story
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation

FIRST_INSTANCE_ID = 453_000_000_001
MOST_IDS = 1000


class Dataworks(Service):
    """The service, with the business dates of that zone. A rerun may name `most_ids`; the real number is not known."""

    title = "DataWorks"
    stories: ClassVar[Mapping[str, type[Element]]] = {"projects": ProjectStory}

    def __init__(self, timeline: Timeline, *, most_ids: int = MOST_IDS, zone: str = DEFAULT_ZONE) -> None:
        self.reruns: list[Rerun] = []
        """Every rerun that took place, whatever was answered."""
        self.projects: dict[int, Project] = {}
        self._timeline = timeline
        self._zone = ZoneInfo(zone)
        self._numbers = count(FIRST_INSTANCE_ID)
        self._answers = DataworksAnswers(self.projects, timeline, most_ids)

    @classmethod
    def on(cls, ground: Ground) -> Dataworks:
        """The service, without workspaces."""
        return cls(ground.timeline, zone=ground.zone)

    def project(self, project_id: int, *, wait_s: float = 0.0) -> Project:
        """Add a workspace. Raises ValueError if there is one of that id."""
        if project_id in self.projects:
            raise ValueError(f"workspace {project_id} is there already")
        made = self.projects[project_id] = Project(
            self._timeline,
            project_id,
            numbers=self._numbers,
            reruns=self.reruns,
            wait_s=wait_s,
            zone=self._zone,
        )
        return made

    def take_at_most(self, most_ids: int) -> None:
        """From now on a rerun may name so many instances."""
        self._answers.most_ids = most_ids

    def deny(self, instance_id: int) -> None:
        """From now on this instance is refused by its id, for a reason that no read shows."""
        self._answers.denied.add(instance_id)

    def operations(self) -> Iterable[Operation]:
        """All of it goes through the gateway."""
        return self._answers.operations()

    def populate(self, story: Story, now: float) -> None:
        """Make the story's workspaces with their nodes and instances."""
        for told in story.of(ProjectStory):
            project = self.project(told.id)
            for node in told.nodes:
                project.node(node.id, node.name, frozen=node.frozen, dev=node.dev)
                for one in node.instances:
                    project.instance(node.id, COURSES[one.status], starts_at=now - one.started_ago_s)
