"""Answers that leave out what identity, age or proof rests on: nothing is taken to be as the teller has it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.job import State
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.record import JobRecord
from shared.domain.snapshot import LookFailed
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from shared.systems.schedulerx.wire import Detail
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from tests.support.clock import Clock
from tests.support.openapi import FakeApi
from tests.unit.systems.dataworks_service import failure, looked, service, shown
from tests.unit.systems.exact import AT, CALLED, OTHER_DAY, app, case, execution, told
from tests.unit.systems.schedulerx3_service import HERE, ZONE, Service

START = "2026-01-01 10:00:00"
OURS = case(execution().life, failure=told(HERE, job_instance_id=7))


def test_an_instance_of_no_workspace_is_looked_at_again() -> None:
    """It is asked for by its id alone: told of two workspaces it would be two jobs, and rerun twice."""
    assert looked(service(shown(ProjectId=None)), failure()) == (["MalformedAnswer"], ["GetTaskInstance"])


def test_an_execution_of_no_job_is_looked_at_again() -> None:
    """It is asked for by its own id: told of two jobs it would be two executions, and retried twice."""
    row = {"JobExecutionId": 7, "Status": 5, "Attempt": 1, "TriggerType": 1, "StartTime": START, "EndTime": START}
    clock = Clock()
    jobs = Schedulerx3Jobs(FakeApi(clock, Service(row)), clock, ZONE)
    (look,) = jobs.observe([told(HERE, job_instance_id=7)])
    assert isinstance(look, LookFailed)
    assert (look.code, look.worth_repeating) == ("MalformedAnswer", True)


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ({"FinishedTime": None}, State.FAILED),
        ({"StartedTime": None}, State.FAILED),
        ({"FinishedTime": None, "StartedTime": None}, "NoEndTime"),
        ({"FinishedTime": None, "StartedTime": None, "TriggerRecurrence": "Pause"}, State.FAILED),
        ({"FinishedTime": None, "StartedTime": None, "Status": "Success"}, State.SUCCEEDED),
    ],
)
def test_a_failed_instance_of_no_time_at_all_is_looked_at_again(times: dict[str, Any], found: State | str) -> None:
    """Only its teller would say how old it is. What is not rerun anyway is told as it is."""
    assert looked(service(shown(**times)), failure())[0] == [found]


@pytest.mark.parametrize(
    ("state", "finished_at", "ended_at"),
    [
        (State.FAILED, AT, AT),
        (State.FAILED, None, 900.0),
        (State.SUCCEEDED, None, None),
        (State.RUNNING, None, None),
    ],
)
def test_a_failed_instance_without_an_end_failed_no_earlier_than_it_began(
    state: State, finished_at: float | None, ended_at: float | None
) -> None:
    """One that began sixty days ago and is told without a time is not of today."""
    one = TaskInstance(instance_id=7, state=state, started_at=900.0, finished_at=finished_at)
    assert DataworksSnapshot(job_id="7", instance=one, look_begun_at=CALLED).ended_at == ended_at


@pytest.mark.parametrize(
    ("row", "ended"),
    [
        ({"end_time": "2026-01-01 10:09:00"}, 540.0),
        ({}, 60.0),
        ({"start_time": ""}, 0.0),
        ({"start_time": "", "schedule_time": ""}, None),
        ({"status": 3}, None),
        ({"status": 4}, None),
    ],
)
def test_nor_is_an_instance_of_schedulerx(row: dict[str, Any], ended: float | None) -> None:
    """Where it has not begun either, it failed no earlier than it was due."""
    times = {"schedule_time": START, "start_time": "2026-01-01 10:01:00"}
    one = Detail(**{"instance_id": 9, "status": 5, **times, **row}).instance(ZONE)
    due = Detail(instance_id=9, status=5, schedule_time=START).instance(ZONE).ended_at
    assert due is not None
    assert one.ended_at == (None if ended is None else due + ended)


@pytest.mark.parametrize("nobody_said", [0, 7])
@pytest.mark.parametrize(
    ("other", "concluded", "became"),
    [
        ({"started_at": CALLED}, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        ({"started_at": None}, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        ({"started_at": AT}, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        ({"started_at": CALLED, "data_time": OTHER_DAY}, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
    ],
)
def test_an_execution_that_anything_may_have_made_proves_neither(
    nobody_said: int, other: dict[str, Any], concluded: Conclusion, became: Aftermath
) -> None:
    """TriggerType 0 is documented as unknown: taken for nothing of ours, the retry would be repeated beside it."""
    look = app(execution(9, trigger_type=nobody_said, **other))
    assert look.conclude(OURS, settled=True) is concluded
    assert look.aftermath(OURS, settled=True) is became
    assert look.known_reruns == (9,)
    before = case(execution().life, failure=OURS.failure, known_reruns=(9,))
    assert look.conclude(before, settled=True) is Conclusion.NOT_RESTARTED


@pytest.mark.parametrize("nobody_said", [0, 7])
def test_and_repeats_an_earlier_one_of_its_data_time(nobody_said: int) -> None:
    """A failure of the earlier one is not rerun beside it."""
    look = app(execution(9, trigger_type=nobody_said))
    assert look.which_run(OURS.failure, JobRecord()) is Run.EARLIER
