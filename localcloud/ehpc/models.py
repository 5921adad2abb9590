"""What a simulated cluster is made of: its settings, jobs as they stand, what each run of a job will do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

NEVER = math.inf
"""A wait or a run that does not end by itself."""


PBS_MOST_RUNS = 21
"""OpenPBS holds a job after that many runs."""
AGENT_TIMEOUT_S = 45.0
"""OpenPBS answers a rerun that takes longer with an error, while the rerun goes on."""


class State(str, Enum):
    """A job's state in E-HPC's lists: they do not tell a job that ended well from one that failed."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    COMPLETING = "COMPLETING"
    """Slurm's word, which no page of E-HPC has: how one would see it that hands it on (`completing_is`)."""


class Flavour(str, Enum):
    """Which scheduler a cluster behaves like; the value is E-HPC's SchedulerType."""

    PBS = "pbs"
    SLURM = "slurm"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How a cluster behaves where clusters differ."""

    region: str = "cn-hangzhou"
    status: str = "running"
    """One of uninit, creating, init, running, exception, releasing; only a running one takes orders."""
    rerun_lag_s: float | None = None
    """How long a killed run is still shown RUNNING; None: 3 s on PBS, 0 on Slurm.

    Beyond 45 s a rerun is answered with an error although it goes on.
    """
    accepts_queued: bool = False
    """Whether a rerun of a queued job is accepted, without effect; else it is refused."""
    completing_s: float = 0.0
    """Slurm: how long a requeued job completes (epilog, killing) before it waits again. Seen: 0.1 to 27 s and more."""
    completing_is: State = State.RUNNING
    """How that is listed, which is documented nowhere; StartTime is *now* the while, and moves."""
    begin_wait_s: float | None = None
    """Slurm: how long a requeued job may not begin, 121 as it comes; it begins up to 4 s later. None: the job says.

    Not waited after a dead node.
    """
    forecast_off_s: float = 60.0
    """By how much Slurm's estimate of the start of a job that lacks resources is too late."""


class Ending(str, Enum):
    """How a run ends by itself."""

    FINISH = "finish"
    REQUEUE = "requeue"
    """The scheduler takes the job back into the queue, as after a node failure."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job, from its start."""

    after_s: float
    ending: Ending = Ending.FINISH
    exit_code: int = 0


def finishes(after_s: float, exit_code: int = 0) -> Run:
    """A run that ends by itself, well or badly: the lists show FINISHED for both."""
    return Run(after_s, Ending.FINISH, exit_code)


def hangs() -> Run:
    """A run that never ends by itself."""
    return Run(NEVER)


def requeued(after_s: float) -> Run:
    """A run that the scheduler itself puts back into the queue."""
    return Run(after_s, Ending.REQUEUE)


@dataclass(frozen=True, slots=True)
class JobRetry:
    """E-HPC's own retries (`JobRetry` of SubmitJob): that many, whenever a run ends with that exit code."""

    count: int
    on_exit_code: int


@dataclass(frozen=True, slots=True)
class Prints:
    """What each run of a job writes, from its start on."""

    line: str = "step done\n"
    every_s: float = 10.0
    for_s: float = NEVER
    """Then it falls silent."""
    errors: str = ""
    """Standard error, all of it at once."""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a user submits, and what will come of it."""

    runs: tuple[Run, ...] = (Run(NEVER),)
    """First run, second run, …; the last one goes for every further run."""
    wait_s: float = 0.0
    """In the queue before the first start; NEVER: it stays there."""
    requeue_wait_s: float | None = None
    """In the queue before each further start; None: drawn from the world's seed, 1 to 5 s."""
    name: str = "job"
    owner: str = "alice"
    queue: str = "workq"
    rerunnable: bool = True
    batch: bool = True
    """Slurm: False of what salloc or srun began; such a job is never requeued."""
    nodes: int = 1
    hosts: tuple[str, ...] = ()
    """Where the first run is; empty: drawn from the world's seed, as for every further run."""
    retry: JobRetry | None = None
    output: bytes = b""
    """What it has printed, for GetJobLog; `prints` comes behind it."""
    prints: Prints | None = None
    """What each run adds; None: nothing."""
    errors: bytes = b""


@dataclass(slots=True)
class Job:
    """One job as the scheduler has it. What leaves a cluster is a copy."""

    job_id: str
    spec: JobSpec
    submitted_at: float
    modified_at: float
    state: State = State.QUEUED
    started_at: int | None = None
    """Unix seconds, whole as in the lists: with the job id, this names the run."""
    forecast: int | None = None
    """What the scheduler shows as the start of a queued job; of what leaves a cluster."""
    begins_at: float | None = None
    """Slurm: before that a requeued job may not begin (its BeginTime)."""
    starts_at: float | None = None
    """When a queued job will start."""
    noticed_at: float | None = None
    """Slurm: the run's node is dead, and this is when Slurm notices; NEVER: it does not."""
    stopped_at: float | None = None
    """Suspended since: its processes stand still, and it is listed as running. Requeued it is held."""
    leader: str = ""
    """Slurm: of a part of a heterogeneous job, the id of the job that leads it."""
    nodes: tuple[str, ...] = ()
    run_count: int = 0
    exit_code: int | None = None
    held: bool = False
    array_request: str = ""
    """`first-last:step` of an array's parent."""
    subjobs: tuple[str, ...] = ()
    dying: bool = False
    """A rerun is in progress: the lists still show the run that it kills."""
    completing: bool = False
    """Slurm: it was requeued and is not in the queue yet."""
    plan: int = 0
    """Which plan is in force: events of an earlier one no longer concern the job."""

    @property
    def shown_start(self) -> int | None:
        """StartTime as the lists have it."""
        return self.forecast if self.state is State.QUEUED else self.started_at

    def written(self, now: float) -> tuple[bytes, bytes]:
        """What the present run has written by then: standard output, standard error. Each run begins anew."""
        spec, prints = self.spec, self.spec.prints
        if prints is None or self.started_at is None:
            return spec.output, spec.errors
        until = now if self.state is State.RUNNING else self.modified_at
        until = until if self.stopped_at is None else self.stopped_at
        lines = int(min(until - self.started_at, prints.for_s) / prints.every_s)
        return spec.output + prints.line.encode() * lines, spec.errors + prints.errors.encode()

    @property
    def run(self) -> Run:
        """What the present run does."""
        return self.spec.runs[min(self.run_count, len(self.spec.runs)) - 1]


@dataclass(slots=True)
class Node:
    """A compute node as ListNodes has it."""

    host: str
    instance_id: str
    status: str = "running"
    """uninit, exception, running, initing, releasing, untracking or stopped."""
    in_scheduler: str = "free"
    """StateInSched: the scheduler's own word."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One effective rerun: the truth that `never twice` is judged by."""

    cluster_id: str
    job_id: str
    life: int
    """StartTime of the run killed; of a subjob rerun with its array, it may have ended before."""
    at: float
