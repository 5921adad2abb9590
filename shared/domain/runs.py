"""Lives of a job, and which of them an announced failure means (design.md, Lives)."""

from __future__ import annotations

from enum import Enum

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import EhpcSnapshot, Instance, SchedulerxSnapshot, Snapshot

SKEW_S = 30.0
"""Clocks of an event's author and of the scheduler are trusted to agree within this."""
START_TOLERANCE_S = 1.0
"""A start told by the scheduler's own clock may be cut or rounded to a second."""
QUEUED_LIFE = "queued"


class Run(str, Enum):
    """Which run of the job the failure means."""

    THIS = "this"
    EARLIER = "earlier"
    """The job has been restarted since."""
    UNCLEAR = "unclear"


def life_of(snapshot: Snapshot) -> str:
    """The life that a snapshot shows, as text that equals only itself; empty if it shows none.

    E-HPC: `run:<StartTime>` while RUNNING, `queued` while QUEUED. SchedulerX: `<data time>#<instance id>`.
    """
    if isinstance(snapshot, EhpcSnapshot):
        if snapshot.state is State.QUEUED:
            return QUEUED_LIFE
        if snapshot.state is State.RUNNING and snapshot.start_time is not None:
            return f"run:{snapshot.start_time}"
        return ""
    if snapshot.instance is None:
        return ""
    return f"{snapshot.instance.data_time}#{snapshot.instance.instance_id}"


def run_label(failure: Failure, snapshot: Snapshot, run: Run) -> str:
    """What tells this failure from the job's other failures, for `failure_id`: the life if it is known."""
    if isinstance(snapshot, SchedulerxSnapshot):
        told = failure.job_instance_id if failure.job_instance_id is not None else failure.data_time
        return life_of(snapshot) or f"told:{told}"
    if run is Run.THIS and snapshot.state is not State.QUEUED and snapshot.start_time is not None:
        return f"run:{snapshot.start_time}"
    if failure.started_at is not None:
        return f"run:{int(failure.started_at)}"
    return f"told:{int(failure.occurred_at)}"


def which_run(failure: Failure, snapshot: Snapshot, record: JobRecord) -> Run:
    """Whether the failure means the run that the snapshot shows."""
    if isinstance(snapshot, SchedulerxSnapshot):
        return _which_instance(failure, snapshot, record)
    if snapshot.state is State.QUEUED:
        return _queued(failure, snapshot, record)
    if snapshot.state is State.RUNNING:
        return _running(failure, snapshot, record)
    return Run.THIS


def rerun_since(failure: Failure, snapshot: Snapshot, record: JobRecord) -> Case | None:
    """The case whose rerun was done after this failure occurred: the failure means that case's run, or an older one."""
    meant = snapshot.instance if isinstance(snapshot, SchedulerxSnapshot) else None
    for case in reversed(record.cases):
        same_day = meant is None or case.life.startswith(f"{meant.data_time}#")
        if case.state is CaseState.DONE and same_day and case.reserved_at >= failure.occurred_at:
            return case
    return None


def _running(failure: Failure, snapshot: EhpcSnapshot, record: JobRecord) -> Run:
    start = snapshot.start_time
    if start is None:
        return Run.UNCLEAR
    if failure.started_at is not None:
        return _by_start(failure.started_at, start)
    if _handled_restart_count(failure, record):
        return Run.EARLIER
    if start > failure.occurred_at + SKEW_S:
        return Run.EARLIER
    if start < failure.occurred_at - SKEW_S:
        return Run.THIS
    if rerun_since(failure, snapshot, record) is not None:
        return Run.EARLIER
    return Run.THIS if _newer_restart_count(failure, record) else Run.UNCLEAR


def _by_start(told: float, start: float) -> Run:
    if abs(told - start) <= START_TOLERANCE_S:
        return Run.THIS
    # A start later than the one listed: the list lags behind, so it shows a run that is over.
    return Run.EARLIER if told < start else Run.UNCLEAR


def _handled_restart_count(failure: Failure, record: JobRecord) -> bool:
    """Whether the scheduler's counter shows that this run's failure already had an attempt."""
    counts = _attempted_counts(record)
    return failure.restart_count is not None and bool(counts) and failure.restart_count <= max(counts)


def _newer_restart_count(failure: Failure, record: JobRecord) -> bool:
    counts = _attempted_counts(record)
    return failure.restart_count is not None and bool(counts) and failure.restart_count > max(counts)


def _attempted_counts(record: JobRecord) -> list[int]:
    return [
        case.failure.restart_count
        for case in record.cases
        if case.attempt and not case.open and case.failure.restart_count is not None
    ]


def _queued(failure: Failure, snapshot: EhpcSnapshot, record: JobRecord) -> Run:
    """A queued job whose failure was one of a run has been requeued since: there is nothing left to heal."""
    event_saw_it_run = failure.started_at is not None or bool(failure.exit_code) or bool(failure.node)
    ledger_saw_it_run = any(case.life.startswith("run:") for case in record.cases)
    modified_since = snapshot.last_modify_time is not None and snapshot.last_modify_time > failure.occurred_at
    return Run.EARLIER if event_saw_it_run or ledger_saw_it_run or modified_since else Run.THIS


def _which_instance(failure: Failure, snapshot: SchedulerxSnapshot, record: JobRecord) -> Run:
    meant = snapshot.instance
    if meant is None:
        return Run.THIS
    same_day = [other for other in snapshot.others if other.data_time == meant.data_time]
    if any(_newer(other, meant) for other in same_day):
        return Run.EARLIER
    if failure.job_instance_id is not None or not same_day:
        return Run.THIS
    if failure.started_at is not None and meant.started_at is not None:
        return _by_start(failure.started_at, meant.started_at)
    if rerun_since(failure, snapshot, record) is not None:
        return Run.EARLIER
    if meant.started_at is None:
        return Run.UNCLEAR
    if meant.started_at > failure.occurred_at + SKEW_S:
        return Run.EARLIER
    return Run.THIS if meant.started_at < failure.occurred_at - SKEW_S else Run.UNCLEAR


def _newer(other: Instance, meant: Instance) -> bool:
    """Begun after it; ids decide only where a start is unknown or equal."""
    if other.started_at is not None and meant.started_at is not None and other.started_at != meant.started_at:
        return other.started_at > meant.started_at
    return other.instance_id > meant.instance_id
