"""What a simulated SchedulerX group is made of: scheduled jobs and their instances.

An instance goes its course from the moment for which it is scheduled; its state follows from the time alone. Numbers of
states and triggers: https://help.aliyun.com/document_detail/303929.html, and for those that the page leaves out
`processor/instance_status.go` of https://github.com/alibaba/schedulerx-worker-go.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum

from localcloud.timeline import Timeline

KEPT = 300
"""Instances kept a job (https://help.aliyun.com/document_detail/303929.html)."""


class Status(IntEnum):
    """InstanceStatus, as far as the simulation makes use of it."""

    WAITING = 1
    RUNNING = 3
    SUCCEEDED = 4
    FAILED = 5
    KILLED = 6
    REJECTED = 9
    PARTIAL_FAILED = 11


class TriggerType(IntEnum):
    """What made an instance."""

    SCHEDULED = 1
    DATA_RERUN = 2
    API = 3
    USER_RETRY = 4
    SYSTEM_RETRY = 5


class Origin(str, Enum):
    """Which operation made an instance."""

    RERUN_JOB = "RerunJob"
    RETRY_JOB_INSTANCE = "RetryJobInstance"


@dataclass(frozen=True, slots=True)
class Course:
    """What an instance does once it has been scheduled."""

    run_s: float
    status: Status = Status.SUCCEEDED
    """How it ends."""
    result: str = "success"
    wait_s: float = 1.0
    """Waiting before it starts."""
    log: tuple[str, ...] = ()
    """Lines for GetLog, all printed as it starts."""


def succeeds(after_s: float = 5.0) -> Course:
    """Runs that long, then ends well."""
    return Course(after_s)


def fails(after_s: float = 5.0, result: str = "java.lang.IllegalStateException") -> Course:
    """Runs that long, then ends badly."""
    return Course(after_s, Status.FAILED, result)


def keeps_running() -> Course:
    """Never ends by itself."""
    return Course(math.inf)


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. Its state follows from the time alone."""

    instance_id: int
    job_id: int
    data_time: str
    """`YYYY-MM-DD HH:MM:SS`, in the zone of the services."""
    scheduled_at: float
    trigger: TriggerType
    course: Course
    parameters: str = ""

    @property
    def starts_at(self) -> float:
        """Unix seconds; may lie ahead."""
        return self.scheduled_at + self.course.wait_s

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
class Made:
    """An instance that an operation made: the truth that `never twice` is judged by."""

    group_id: str
    job_id: int
    instance_id: int
    data_time: str
    at: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class JobConfig:
    """What a user configured."""

    name: str = "demo"
    enabled: bool = True
    parameters: str = ""
    time_type: int = 1
    """1 cron, 3 fix_rate, 4 second_delay, 5 one_time, 100 api."""
    time_expression: str = "0 0 10 * * ?"
    own_retries: int = 0
    """How often a failed instance is repeated by SchedulerX itself (`MaxAttempt`)."""
    own_retry_s: int = 30
    """How long after its end (`AttemptInterval`)."""
    reruns: tuple[Course, ...] = (Course(5.0),)
    """What the first, second, … instance made by an operation does; the last goes for every further one."""


class ScheduledJob:
    """One job with its instances. Methods are safe between threads."""

    def __init__(self, group: Group, job_id: int, config: JobConfig) -> None:
        self.job_id = job_id
        self.config = config
        self._group = group
        self._instances: list[Instance] = []
        self._made = 0
        self._last_made_at = -math.inf

    def instance(
        self,
        data_time: str,
        course: Course | None = None,
        *,
        scheduled_at: float | None = None,
        trigger: TriggerType = TriggerType.SCHEDULED,
        parameters: str | None = None,
    ) -> Instance:
        """Add an instance that no operation made, scheduled at that moment (default now)."""
        timeline = self._group.timeline
        with timeline.lock:
            return self._add(
                Instance(
                    instance_id=next(self._group.numbers),
                    job_id=self.job_id,
                    data_time=data_time,
                    scheduled_at=timeline.now() if scheduled_at is None else scheduled_at,
                    trigger=trigger,
                    course=course or succeeds(),
                    parameters=self.config.parameters if parameters is None else parameters,
                )
            )

    def make(self, data_time: str, origin: Origin) -> Instance:
        """Make an instance now by an operation, and record it."""
        group = self._group
        with group.timeline.lock:
            course = self.config.reruns[min(self._made, len(self.config.reruns) - 1)]
            trigger = TriggerType.DATA_RERUN if origin is Origin.RERUN_JOB else TriggerType.USER_RETRY
            self._made += 1
            self._last_made_at = group.timeline.now()
            instance = self.instance(data_time, course, trigger=trigger)
            group.made.append(
                Made(group.group_id, self.job_id, instance.instance_id, data_time, self._last_made_at, origin)
            )
            return instance

    def made_within(self, seconds: float) -> bool:
        """Whether an operation made an instance less than that long ago."""
        with self._group.timeline.lock:
            return self._group.timeline.now() - self._last_made_at < seconds

    def instances(self) -> list[Instance]:
        """The instances kept, newest first."""
        timeline = self._group.timeline
        with timeline.lock:
            timeline.tick()
            return sorted(self._instances, key=lambda one: (one.scheduled_at, one.instance_id), reverse=True)

    def retry_by_itself(self, instance: Instance, left: int) -> None:
        """Plan what SchedulerX does when the instance fails: another one, after a pause, as often as it may."""
        if left <= 0 or instance.course.status is not Status.FAILED:
            return

        def again() -> None:
            made = self.instance(instance.data_time, instance.course, trigger=TriggerType.SYSTEM_RETRY)
            self.retry_by_itself(made, left - 1)

        self._group.timeline.at(instance.ends_at + self.config.own_retry_s, again)

    def _add(self, instance: Instance) -> Instance:
        self._instances.append(instance)
        if instance.trigger is not TriggerType.SYSTEM_RETRY:
            self.retry_by_itself(instance, self.config.own_retries)
        if len(self._instances) > KEPT:
            self._instances.remove(min(self._instances, key=lambda one: (one.scheduled_at, one.instance_id)))
        return instance


class Group:
    """One application group in its namespace."""

    def __init__(
        self, timeline: Timeline, namespace: str, group_id: str, *, numbers: Iterator[int], made: list[Made]
    ) -> None:
        self.timeline = timeline
        self.namespace = namespace
        self.group_id = group_id
        self.numbers = numbers
        self.made = made
        self.clash_s = 0.0
        """A second rerun of one job within that time is refused; 0: never."""
        self.basic = False
        """Of the Basic edition, whose instances the API does not show."""
        self.needs_job_id = False
        """GetJobInstanceList wants a job's id, as one of its documents says."""
        self.jobs: dict[int, ScheduledJob] = {}

    def job(self, job_id: int, config: JobConfig | None = None) -> ScheduledJob:
        """Add a job. Raises ValueError if the group has one with that id."""
        with self.timeline.lock:
            if job_id in self.jobs:
                raise ValueError(f"job {job_id} is there already")
            job = self.jobs[job_id] = ScheduledJob(self, job_id, config or JobConfig())
            return job
