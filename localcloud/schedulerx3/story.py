"""SchedulerX 3 applications, as a scenario file tells of them.

In the list `apps`:

    apps:
      - cluster_id: xxljob-demo
        name: demo-app
        keeps_id: true                    # a retry runs under the old id (default), or makes a new execution
        jobs:
          - id: 71
            name: settle-accounts
            executions:                   # numbered from 1310630367761285120, in the order of the file
              - data_time: "2026-01-05 02:00:00"
                status: failed            # failed (default), succeeded or running
                started_ago_s: 58560      # default 3600
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, ClassVar

from msgspec import Meta

from localcloud.schedulerx3.models import Course, fails, keeps_running, succeeds
from localcloud.story import Ago, Element, Name


class ExecutionStatus(str, Enum):
    """How an execution stands."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RUNNING = "running"


COURSES: Mapping[ExecutionStatus, Course] = {
    ExecutionStatus.FAILED: fails(30),
    ExecutionStatus.SUCCEEDED: succeeds(30),
    ExecutionStatus.RUNNING: keeps_running(),
}
"""What an execution does that is to stand so."""


class ExecutionStory(Element, frozen=True, kw_only=True):
    """One execution."""

    data_time: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")]
    status: ExecutionStatus = ExecutionStatus.FAILED
    started_ago_s: Ago = 3600.0


class Job3Story(Element, frozen=True, kw_only=True):
    """One job."""

    id: Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]
    name: Name = "demo"
    executions: tuple[ExecutionStory, ...] = ()


class AppStory(Element, frozen=True, kw_only=True):
    """One application."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"jobs": Job3Story}
    cluster_id: Name
    name: Name
    keeps_id: bool = True
    jobs: tuple[Job3Story, ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """The application in its cluster, and each job's id within it."""
        yield "app", f"{self.cluster_id}/{self.name}"
        yield from (("job", f"{self.cluster_id}/{self.name}/{job.id}") for job in self.jobs)

    def shown(self) -> tuple[str, str]:
        """Its cluster, name and size."""
        return "app", f"{self.cluster_id} / {self.name} ({len(self.jobs)} jobs)"
