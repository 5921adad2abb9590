"""SchedulerX 2 on localhost: groups, and the truth about what was made to run again.

schedulerx = Schedulerx(Timeline(ManualClock(1_767_225_600)))
job = schedulerx.group("ns", "demo.group").job(92583, JobConfig(name="nightly"))
job.instance("2026-01-01 10:00:00", fails(after_s=30))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import ClassVar

from localcloud.schedulerx.answers import SchedulerxAnswers
from localcloud.schedulerx.models import Group, JobConfig, Made
from localcloud.schedulerx.story import COURSES, GroupStory
from localcloud.service import DEFAULT_ZONE, Ground, Service
from localcloud.story import Element, Story
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation

FIRST_INSTANCE_ID = 11_111_111


class Schedulerx(Service):
    """The service. Days are cut and times written in that zone."""

    title = "SchedulerX"
    stories: ClassVar[Mapping[str, type[Element]]] = {"groups": GroupStory}

    def __init__(self, timeline: Timeline, *, zone: str = DEFAULT_ZONE) -> None:
        self.reruns: list[Made] = []
        """Every instance that RerunJob or RetryJobInstance made, whatever was answered."""
        self.groups: dict[tuple[str, str], Group] = {}
        """By namespace and group id."""
        self._timeline = timeline
        self._zone = zone
        self._numbers = count(FIRST_INSTANCE_ID)

    @classmethod
    def on(cls, ground: Ground) -> Schedulerx:
        """The service, without groups."""
        return cls(ground.timeline, zone=ground.zone)

    def group(self, namespace: str, group_id: str) -> Group:
        """Add a group. Raises ValueError if the namespace has one with that id."""
        key = (namespace, group_id)
        if key in self.groups:
            raise ValueError(f"group {group_id} is there already")
        made = self.groups[key] = Group(self._timeline, namespace, group_id, numbers=self._numbers, made=self.reruns)
        return made

    def operations(self) -> Iterable[Operation]:
        """All of it goes through the gateway."""
        return SchedulerxAnswers(self.groups, self._timeline, self._zone).operations()

    def populate(self, story: Story, now: float) -> None:
        """Make the story's groups with their jobs and instances."""
        for told in story.of(GroupStory):
            group = self.group(told.namespace, told.id)
            for task in told.jobs:
                config = JobConfig(name=task.name, enabled=task.enabled, parameters=task.parameters)
                job = group.job(task.id, config)
                for one in task.instances:
                    scheduled_at = now - one.scheduled_ago_s
                    job.instance(
                        one.data_time, COURSES[one.status], scheduled_at=scheduled_at, parameters=one.parameters
                    )
