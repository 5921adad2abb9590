"""SchedulerX groups, as a scenario file tells of them.

In the list `groups`:

    groups:
      - namespace: demo-namespace
        id: demo.defaultGroup
        jobs:
          - id: 92583
            name: daily-report
            enabled: true
            parameters: ""
            instances:                    # numbered from 11111111, in the order of the file
              - data_time: "2026-01-05 02:00:00"
                status: failed            # failed (default), succeeded or running
                scheduled_ago_s: 58560    # default 3600
                parameters: ""            # default the job's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, ClassVar

from msgspec import Meta

from localcloud.schedulerx.models import Course, fails, keeps_running, succeeds
from localcloud.story import Ago, Element, Name


class InstanceStatus(str, Enum):
    """How an instance stands."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RUNNING = "running"


COURSES: Mapping[InstanceStatus, Course] = {
    InstanceStatus.FAILED: fails(30, "submit jobInstanceId to worker timeout"),
    InstanceStatus.SUCCEEDED: succeeds(30),
    InstanceStatus.RUNNING: keeps_running(),
}
"""What an instance does that is to stand so."""


class InstanceStory(Element, frozen=True, kw_only=True):
    """One instance of a SchedulerX job."""

    data_time: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")]
    status: InstanceStatus = InstanceStatus.FAILED
    scheduled_ago_s: Ago = 3600.0
    parameters: str | None = None


class ScheduledStory(Element, frozen=True, kw_only=True):
    """One SchedulerX job."""

    id: Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]
    name: Name = "demo"
    enabled: bool = True
    parameters: str = ""
    instances: tuple[InstanceStory, ...] = ()


class GroupStory(Element, frozen=True, kw_only=True):
    """One SchedulerX group."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"jobs": ScheduledStory}
    namespace: Name
    id: Name
    jobs: tuple[ScheduledStory, ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """The group's id in its namespace, and each job's within it."""
        yield "group", f"{self.namespace}/{self.id}"
        yield from (("job", f"{self.namespace}/{self.id}/{job.id}") for job in self.jobs)

    def shown(self) -> tuple[str, str]:
        """Its namespace, id and size."""
        return "group", f"{self.namespace} / {self.id} ({len(self.jobs)} jobs)"
