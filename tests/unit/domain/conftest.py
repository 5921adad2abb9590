"""Short ways to say what was told and what was seen."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.record import Case, CaseState
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.support.lives import with_lives
from tests.support.make import Make
from tests.support.systems import CLUSTER, GROUP


def make_failure(occurred_at: float = 1000.0, **told: Any) -> Failure:
    """A telling about the E-HPC job `1.scheduler`."""
    base = Failure(
        scope=CLUSTER,
        job_id="1.scheduler",
        occurred_at=occurred_at,
        trigger=Trigger.EVENT,
        event_id="e",
        telling_id="t",
    )
    return replace(base, **told)


@pytest.fixture
def failure() -> Make[Failure]:
    """Makes tellings."""
    return make_failure


@pytest.fixture
def instance_failure() -> Make[Failure]:
    """Makes tellings about the SchedulerX job 42."""

    def make(**told: Any) -> Failure:
        return make_failure(**{"scope": GROUP, "job_id": "42", **told})

    return make


@pytest.fixture
def ehpc() -> Make[EhpcSnapshot]:
    """Makes looks at `1.scheduler`."""

    def make(state: State, start: int | None = None, at: float = 2000.0, **seen: Any) -> EhpcSnapshot:
        base = EhpcSnapshot(job_id="1.scheduler", state=state, start_time=start, look_begun_at=at)
        return replace(base, **seen)

    return make


@pytest.fixture
def instance() -> Make[Instance]:
    """Makes instances of job 42."""

    def make(number: int, state: State = State.FAILED, started_at: float | None = 900.0, **seen: Any) -> Instance:
        base = Instance(
            instance_id=number, state=state, data_time="2026-01-01 10:00:00", trigger_type=1, started_at=started_at
        )
        return replace(base, **seen)

    return make


@pytest.fixture
def schedulerx() -> Make[SchedulerxSnapshot]:
    """Makes looks at job 42: the instance meant, then the others."""

    def make(meant: Instance | None, *others: Instance, at: float = 2000.0, **seen: Any) -> SchedulerxSnapshot:
        state = meant.state if meant else State.NOT_FOUND
        base = SchedulerxSnapshot(job_id="42", state=state, instance=meant, others=others, look_begun_at=at)
        return replace(base, **seen)

    return make


@pytest.fixture
def case() -> Make[Case]:
    """Makes cases; reserved at 1500, the call left by 1510 at the latest."""

    def make(failure_id: str = "f", state: CaseState = CaseState.UNKNOWN, **known: Any) -> Case:
        base = Case(
            failure=make_failure(),
            failure_id=failure_id,
            state=state,
            opened_at=1400.0,
            life=Life.run(500),
            attempt=1,
            reserved_at=1500.0,
            may_leave_until=1510.0,
        )
        return replace(base, **with_lives(known))

    return make
