"""What a look at a job system showed."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.job import LIVE_STATES, State


class EhpcSnapshot(Struct, frozen=True, kw_only=True):
    """One E-HPC job as `ListJobsWithFilters` showed it; `state` NOT_FOUND after two passes without it."""

    job_id: str
    """As the list spells it; as told if the job was not found."""
    state: State
    """QUEUED, RUNNING, FINISHED, NOT_FOUND; UNKNOWN for any other word."""
    start_time: int | None = None
    """Unix seconds of the present (or last) run's start. Of a queued Slurm job it may be a forecast."""
    last_modify_time: int | None = None
    rerunnable: bool = True
    array_request: str = ""
    """Not empty for the parent of an array job."""
    ambiguous: bool = False
    """The id was told without its server part and the list holds several jobs that it could mean."""
    owner: str = ""
    queue: str = ""
    name: str = ""
    nodes: tuple[str, ...] = ()
    look_begun_at: float
    """Unix seconds at which the look began: nothing that it shows is older than that."""


TRIGGER_API = 3
TRIGGER_DATA_RERUN = 2
"""TriggerType of an instance made by RerunJob (job-systems.md 6.3)."""


class Instance(Struct, frozen=True, kw_only=True):
    """One SchedulerX job instance."""

    instance_id: int
    state: State
    data_time: str
    """`YYYY-MM-DD HH:MM:SS`, no zone: read in the configured one."""
    trigger_type: int
    started_at: float | None = None
    """Unix seconds; None while it has not started."""
    ended_at: float | None = None
    parameters: str = ""
    """Only known of the instance that the failure means; list items lack it."""
    workflow: bool = False

    @property
    def live(self) -> bool:
        """Whether it is queued or running."""
        return self.state in LIVE_STATES


class SchedulerxSnapshot(Struct, frozen=True, kw_only=True):
    """One SchedulerX job with the instance that a failure means."""

    job_id: str
    state: State
    """State of the meant instance; NOT_FOUND if the job or the instance is not there."""
    enabled: bool = True
    instance: Instance | None = None
    """The meant one: by id, else the newest with the data time told. None exactly if `state` is NOT_FOUND."""
    others: tuple[Instance, ...] = ()
    """Every other instance that the list showed, newest first, at least back to an hour before the look and
    to the meant instance where the list reaches that far."""
    own_parameters: bool = False
    """The meant instance ran with parameters other than the job's: RerunJob cannot carry them."""
    own_retries: int = 0
    """How often SchedulerX itself retries an instance that fails (`MaxAttempt` of GetJobInfo)."""
    owner: str = ""
    name: str = ""
    look_begun_at: float


class LookFailed(Struct, frozen=True, kw_only=True):
    """Observing did not succeed."""

    worth_repeating: bool
    code: str
    """The service's error code, or the name of the transport failure."""
    message: str
    retry_after_s: float | None = None
    look_begun_at: float


Snapshot = EhpcSnapshot | SchedulerxSnapshot
Observation = EhpcSnapshot | SchedulerxSnapshot | LookFailed
