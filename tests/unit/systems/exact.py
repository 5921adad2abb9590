"""A failure that was told, and a case whose call was made."""

from __future__ import annotations

from typing import Any

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.record import Case, CaseState
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.systems import GROUP

AT, CALLED, SKEW_S = 1_000.0, 1_500.0, 30.0
"""When the job failed, and when its rerun was called."""
DAY, OTHER_DAY = "2026-01-01 10:00:00", "2026-01-02 10:00:00"


def told(scope: Any = GROUP, **rest: Any) -> Failure:
    """It has failed."""
    return Failure(
        scope=scope, job_id="42", occurred_at=AT, trigger=Trigger.EVENT, event_id="e", telling_id="t", **rest
    )


def case(life: Life | None, **rest: Any) -> Case:
    """A rerun that was called."""
    base: dict[str, Any] = {"failure": told(), "state": CaseState.UNKNOWN, "attempt": 1, "reserved_at": CALLED}
    return Case(failure_id="f", opened_at=AT, life=life, **{**base, **rest})


def execution(number: int = 7, **rest: Any) -> Execution:
    """One that has failed."""
    base: dict[str, Any] = {
        "state": State.FAILED, "attempt": 1, "data_time": DAY, "started_at": 900.0, "ended_at": AT,
    }  # fmt: skip
    return Execution(execution_id=number, **{**base, **rest})


def app(*others: Execution, meant: Execution | None = None, **rest: Any) -> Schedulerx3Snapshot:
    """A look at a SchedulerX 3 job."""
    one = meant or execution()
    return Schedulerx3Snapshot(job_id="42", state=one.state, execution=one, others=others, look_begun_at=2e3, **rest)
