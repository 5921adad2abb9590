"""DataWorks workspaces, as a scenario file tells of them.

In the list `projects`:

    projects:
      - id: 12345
        nodes:
          - id: 71
            name: settle-accounts
            frozen: false                 # default
            dev: false                    # of the development environment; default false
            instances:                    # numbered from 453000000001, in the order of the file
              - status: failed            # failed (default), succeeded or running
                started_ago_s: 3600       # default
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, ClassVar

from msgspec import Meta

from localcloud.dataworks.models import Course, fails, keeps_running, succeeds
from localcloud.story import Ago, Element, Name

Number = Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]


class InstanceStatus(str, Enum):
    """How an instance stands."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RUNNING = "running"


COURSES: Mapping[InstanceStatus, Course] = {
    InstanceStatus.FAILED: fails(30),
    InstanceStatus.SUCCEEDED: succeeds(30),
    InstanceStatus.RUNNING: keeps_running(),
}
"""What an instance does that is to stand so."""


class TaskInstanceStory(Element, frozen=True, kw_only=True):
    """One task instance."""

    status: InstanceStatus = InstanceStatus.FAILED
    started_ago_s: Ago = 3600.0


class NodeStory(Element, frozen=True, kw_only=True):
    """One node."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"instances": TaskInstanceStory}
    id: Number
    name: Name = "demo"
    frozen: bool = False
    dev: bool = False
    instances: tuple[TaskInstanceStory, ...] = ()


class ProjectStory(Element, frozen=True, kw_only=True):
    """One workspace."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"nodes": NodeStory}
    id: Number
    nodes: tuple[NodeStory, ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """The workspace, and each node within it."""
        yield "project", str(self.id)
        yield from (("node", f"{self.id}/{node.id}") for node in self.nodes)

    def shown(self) -> tuple[str, str]:
        """Its id and size."""
        return "project", f"{self.id} ({len(self.nodes)} nodes)"
