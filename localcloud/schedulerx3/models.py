"""What a simulated SchedulerX 3 application is made of: jobs and their executions.

An execution goes its course from the moment for which it is scheduled; its state follows from the time alone. Numbers
of states and triggers: https://help.aliyun.com/zh/schedulerx/schedulerx-xxljob/developer-reference/api-schedulerx3-2024-06-24-getjobexecution
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from localcloud.timeline import Timeline


class Status(IntEnum):
    """Status, as far as the simulation makes use of it."""

    WAITING = 1
    RUNNING = 3
    SUCCESS = 4
    FAILED = 5


class Trigger(IntEnum):
    """TriggerType: what made an execution."""

    TIMER = 1
    RERUN = 2
    API = 3
    USER_RETRY = 4
    SYSTEM_RETRY = 5
    MANUAL = 6


@dataclass(frozen=True, slots=True)
class Course:
    """What an execution does once it has been scheduled."""

    run_s: float
    status: Status = Status.SUCCESS
    """How it ends."""
    result: str = "success"


def succeeds(after_s: float = 5.0) -> Course:
    """Runs that long, then ends well."""
    return Course(after_s)


def fails(after_s: float = 5.0, result: str = "java.lang.IllegalStateException") -> Course:
    """Runs that long, then ends badly."""
    return Course(after_s, Status.FAILED, result)


def keeps_running() -> Course:
    """Never ends by itself."""
    return Course(math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution as it stands: its newest attempt. What it did before is in `ended`."""

    execution_id: int
    job_id: int
    data_time: str
    """`YYYY-MM-DD HH:MM:SS`, in the zone of the services."""
    starts_at: float
    """Unix seconds; may lie ahead."""
    course: Course
    trigger: Trigger = Trigger.TIMER
    attempt: int = 1
    workflow_execution_id: str = ""
    retries_itself: bool = False
    """It will be run again by the service, which has said so and has not begun yet."""
    ended: tuple[float, ...] = ()
    """Ends of its earlier attempts."""

    @property
    def ends_at(self) -> float:
        """Unix seconds; may lie ahead, or be infinite."""
        return self.starts_at + self.course.run_s

    def status(self, now: float) -> Status:
        """The state at that moment."""
        if now < self.starts_at:
            return Status.WAITING
        return Status.RUNNING if now < self.ends_at else self.course.status


@dataclass(frozen=True, slots=True)
class Retried:
    """A retry that took place: the truth that `never twice` is judged by."""

    app_name: str
    job_id: int
    execution_id: int
    """The one that was named; 0 where a day was."""
    made: int
    """The one that runs: the same, or a new one."""
    at: float


@dataclass
class Job:
    """A job and what it has run; `then` are the courses of what retries make, and after them it succeeds."""

    job_id: int
    name: str = "demo"
    executions: dict[int, Execution] = field(default_factory=dict)
    then: list[Course] = field(default_factory=list)


class App:
    """One application of a cluster. `keeps_id`: a retry runs under the old id; else it makes a new execution."""

    def __init__(
        self,
        timeline: Timeline,
        cluster_id: str,
        app_name: str,
        *,
        numbers: Iterator[int],
        retried: list[Retried],
        keeps_id: bool,
    ) -> None:
        self.timeline = timeline
        self.cluster_id = cluster_id
        self.app_name = app_name
        self.keeps_id = keeps_id
        self.jobs: dict[int, Job] = {}
        self._numbers = numbers
        self._retried = retried

    def job(self, job_id: int, name: str = "demo", then: tuple[Course, ...] = ()) -> Job:
        """Add a job. Raises ValueError if there is one with that id."""
        with self.timeline.lock:
            if job_id in self.jobs:
                raise ValueError(f"job {job_id} is there already")
            made = self.jobs[job_id] = Job(job_id, name, then=list(then))
            return made

    def execution(
        self,
        job_id: int,
        data_time: str,
        course: Course,
        *,
        starts_at: float | None = None,
        trigger: Trigger = Trigger.TIMER,
        workflow_execution_id: str = "",
        retries_itself: bool = False,
    ) -> Execution:
        """Let the job run; now where nothing else is said."""
        with self.timeline.lock:
            made = Execution(
                execution_id=next(self._numbers),
                job_id=job_id,
                data_time=data_time,
                starts_at=self.timeline.now() if starts_at is None else starts_at,
                course=course,
                trigger=trigger,
                workflow_execution_id=workflow_execution_id,
                retries_itself=retries_itself,
            )
            self.jobs[job_id].executions[made.execution_id] = made
            return made

    def backfill(self, job_id: int, data_time: str) -> Execution:
        """Run the job for that data time, beside whatever is there."""
        with self.timeline.lock:
            job = self.jobs[job_id]
            made = self.execution(job_id, data_time, job.then.pop(0) if job.then else succeeds(), trigger=Trigger.RERUN)
            self._retried.append(Retried(self.app_name, job_id, 0, made.execution_id, self.timeline.now()))
            return made

    def retry(self, failed: Execution) -> Execution:
        """Run that execution again."""
        with self.timeline.lock:
            job, now = self.jobs[failed.job_id], self.timeline.now()
            course = job.then.pop(0) if job.then else succeeds()
            if self.keeps_id:
                made = replace(
                    failed,
                    starts_at=now,
                    course=course,
                    attempt=failed.attempt + 1,
                    ended=(*failed.ended, failed.ends_at),
                    retries_itself=False,
                )
                job.executions[made.execution_id] = made
            else:
                made = self.execution(
                    job.job_id,
                    failed.data_time,
                    course,
                    trigger=Trigger.USER_RETRY,
                    workflow_execution_id=failed.workflow_execution_id,
                )
            self._retried.append(Retried(self.app_name, job.job_id, failed.execution_id, made.execution_id, now))
            return made

    def newest_first(self, job_ids: frozenset[int]) -> list[Execution]:
        """Executions of these jobs."""
        with self.timeline.lock:
            found = [one for job_id in job_ids for one in self.jobs[job_id].executions.values()]
            return sorted(found, key=lambda one: (one.starts_at, one.execution_id), reverse=True)
