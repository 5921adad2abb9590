"""What a simulated DataWorks workspace is made of: nodes and their task instances.

An instance goes its course from the moment at which it starts; its status follows from the time alone. Words as in
https://help.aliyun.com/en/dataworks/developer-reference/api-dataworks-public-2024-05-18-gettaskinstance
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from localcloud.timeline import Timeline


class Status(str, Enum):
    """Status, as far as the simulation makes use of it."""

    WAIT_RESOURCE = "WaitResource"
    RUNNING = "Running"
    FAILURE = "Failure"
    SUCCESS = "Success"


class RerunMode(str, Enum):
    """RerunMode of a node."""

    ALL_ALLOWED = "AllAllowed"
    FAILURE_ALLOWED = "FailureAllowed"
    ALL_DENIED = "AllDenied"


@dataclass(frozen=True, slots=True)
class Course:
    """What an instance does once it has started."""

    run_s: float
    status: Status = Status.SUCCESS
    """How it ends."""


def succeeds(after_s: float = 5.0) -> Course:
    """Runs that long, then ends well."""
    return Course(after_s)


def fails(after_s: float = 5.0) -> Course:
    """Runs that long, then ends badly."""
    return Course(after_s, Status.FAILURE)


def keeps_running() -> Course:
    """Never ends by itself."""
    return Course(math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node (task): what its instances have in common."""

    task_id: int
    name: str = "demo"
    rerun_mode: RerunMode = RerunMode.ALL_ALLOWED
    frozen: bool = False
    dev: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One task instance in its newest run."""

    instance_id: int
    task_id: int
    bizdate: int
    """Milliseconds, a midnight of the zone of the services."""
    starts_at: float
    """Unix seconds; may lie ahead: it waits for resources until then."""
    course: Course
    then: tuple[Course, ...] = ()
    """What its reruns do; after these it succeeds."""
    run_number: int = 1

    @property
    def ends_at(self) -> float:
        """Unix seconds; may lie ahead, or be infinite."""
        return self.starts_at + self.course.run_s

    def status(self, now: float) -> Status:
        """The state at that moment."""
        if now < self.starts_at:
            return Status.WAIT_RESOURCE
        return Status.RUNNING if now < self.ends_at else self.course.status


@dataclass(frozen=True, slots=True)
class Rerun:
    """A rerun that took place: the truth that `never twice` is judged by."""

    instance_id: int
    run_number: int
    """Of the run that it made."""
    at: float


class Project:
    """One workspace. A rerun waits `wait_s` for resources before it starts, and has its number from the beginning."""

    def __init__(
        self,
        timeline: Timeline,
        project_id: int,
        *,
        numbers: Iterator[int],
        reruns: list[Rerun],
        wait_s: float,
        zone: ZoneInfo,
    ) -> None:
        self.timeline = timeline
        self._zone = zone
        self.project_id = project_id
        self.wait_s = wait_s
        self.nodes: dict[int, Node] = {}
        self.instances: dict[int, Instance] = {}
        self._numbers = numbers
        self._reruns = reruns

    def node(self, task_id: int, name: str = "demo", **settings: object) -> Node:
        """Add a node. Raises ValueError if there is one with that id."""
        with self.timeline.lock:
            if task_id in self.nodes:
                raise ValueError(f"node {task_id} is there already")
            made = self.nodes[task_id] = replace(Node(task_id=task_id, name=name), **settings)  # type: ignore[arg-type]
            return made

    def instance(
        self,
        task_id: int,
        course: Course,
        *,
        then: tuple[Course, ...] = (),
        starts_at: float | None = None,
        bizdate: int | None = None,
        number: int | None = None,
    ) -> Instance:
        """Let a node run; now, for the day before, and by the next id, where nothing else is said."""
        with self.timeline.lock:
            _ = self.nodes[task_id]
            begins = self.timeline.now() if starts_at is None else starts_at
            midnight = datetime.fromtimestamp(begins, self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
            day_before = int((midnight - timedelta(days=1)).timestamp() * 1000)
            made = Instance(
                instance_id=next(self._numbers) if number is None else number,
                task_id=task_id,
                bizdate=day_before if bizdate is None else bizdate,
                starts_at=begins,
                course=course,
                then=then,
            )
            self.instances[made.instance_id] = made
            return made

    def rerun(self, instance_id: int) -> Instance:
        """Run that instance again, under its id."""
        with self.timeline.lock:
            old, now = self.instances[instance_id], self.timeline.now()
            course, *then = old.then or (succeeds(),)
            made = self.instances[instance_id] = replace(
                old, starts_at=now + self.wait_s, course=course, then=tuple(then), run_number=old.run_number + 1
            )
            self._reruns.append(Rerun(instance_id, made.run_number, now))
            return made
