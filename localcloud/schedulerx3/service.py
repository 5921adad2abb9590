"""SchedulerX 3 on localhost: applications, and the truth about what was retried.

schedulerx3 = Schedulerx3(Timeline(ManualClock(1_767_225_600)))
app = schedulerx3.app("xxljob-demo", "demo-app")
app.job(71)
app.execution(71, "2026-01-01 10:00:00", fails(after_s=30))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import ClassVar

from localcloud.schedulerx3.answers import Schedulerx3Answers
from localcloud.schedulerx3.models import App, Retried
from localcloud.schedulerx3.story import COURSES, AppStory
from localcloud.service import DEFAULT_ZONE, Ground, Service
from localcloud.story import Element, Story
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation

FIRST_EXECUTION_ID = 1_310_630_367_761_285_120


class Schedulerx3(Service):
    """The service. Times are written in that zone."""

    title = "SchedulerX 3"
    stories: ClassVar[Mapping[str, type[Element]]] = {"apps": AppStory}

    def __init__(self, timeline: Timeline, *, zone: str = DEFAULT_ZONE) -> None:
        self.retried: list[Retried] = []
        """Every retry that took place, whatever was answered."""
        self.apps: dict[tuple[str, str], App] = {}
        """By cluster and name."""
        self._timeline = timeline
        self._zone = zone
        self._numbers = count(FIRST_EXECUTION_ID)

    @classmethod
    def on(cls, ground: Ground) -> Schedulerx3:
        """The service, without applications."""
        return cls(ground.timeline, zone=ground.zone)

    def app(self, cluster_id: str, app_name: str, *, keeps_id: bool = True) -> App:
        """Add an application. Raises ValueError if the cluster has one of that name."""
        key = (cluster_id, app_name)
        if key in self.apps:
            raise ValueError(f"application {app_name} is there already")
        made = self.apps[key] = App(
            self._timeline, cluster_id, app_name, numbers=self._numbers, retried=self.retried, keeps_id=keeps_id
        )
        return made

    def operations(self) -> Iterable[Operation]:
        """All of it goes through the gateway."""
        return Schedulerx3Answers(self.apps, self._timeline, self._zone).operations()

    def populate(self, story: Story, now: float) -> None:
        """Make the story's applications with their jobs and executions."""
        for told in story.of(AppStory):
            app = self.app(told.cluster_id, told.name, keeps_id=told.keeps_id)
            for task in told.jobs:
                app.job(task.id, task.name)
                for one in task.executions:
                    app.execution(task.id, one.data_time, COURSES[one.status], starts_at=now - one.started_ago_s)
