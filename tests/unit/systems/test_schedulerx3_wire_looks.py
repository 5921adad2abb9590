"""A look at SchedulerX 3 over its wire, and what is sent for a rule after it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.snapshot import LookFailed
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.make import Make
from tests.support.openapi import Play
from tests.support.systems import CLUSTER
from tests.unit.systems.schedulerx3_service import (
    AGAIN,
    FAILED,
    HERE,
    NOON,
    PLACE,
    Opened,
    Service,
    System,
    opening,
    telling,
    yes,
)


def row(number: int = 9, status: int = 5, **rest: Any) -> dict[str, Any]:
    """An execution as the service shows it; it ran for ten minutes until noon."""
    times = {"StartTime": "2026-01-01 11:50:00", "EndTime": "2026-01-01 12:00:00", "DataTime": "2026-01-01 10:00:00"}
    return {"JobExecutionId": number, "JobId": 71, "Status": status, "Attempt": 1, "TriggerType": 1, **times, **rest}


@pytest.fixture
def told(failure: Make[Failure]) -> Make[Failure]:
    """See `telling`."""
    return telling(failure)


@pytest.fixture
def system(fake_api: Play) -> Opened:
    """See `opening`."""
    return opening(fake_api)


def looked(system: System, *failures: Failure) -> list[Schedulerx3Snapshot]:
    """What a look showed."""
    seen = system[0].observe(failures)
    return [one for one in seen if isinstance(one, Schedulerx3Snapshot)]


def test_a_look_shows_the_execution_the_others_and_its_workflow(system: Opened, told: Make[Failure]) -> None:
    """Which only the list tells; it is read once a job."""
    service = Service(row(11), row(9, JobName="settle", WorkflowExecutionId="7"), row(8, status=4))
    service.workflow = [5, 4]
    sx = system(service)
    first, second = looked(sx, told(), told(11))
    assert first.execution is not None
    assert (first.state, first.name, first.look_begun_at) == (State.FAILED, "settle", NOON)
    assert (first.execution.execution_id, first.execution.workflow, first.workflow_rests) == (9, 7, True)
    assert [other.execution_id for other in first.others] == [11, 8]
    assert second.execution is not None
    assert (second.name, second.execution.workflow, second.workflow_rests) == ("", 0, False)
    assert [other.execution_id for other in second.others] == [9, 8]
    assert [call.action for call in sx[1].asked] == [
        "GetJobExecution", "ListScheduleEvent", "ListJobExecutions", "ListJobExecutions",
        "GetJobExecution", "ListScheduleEvent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("workflow", "rests"), [([5, 4], True), ([], True), ([5, 3], False), (FAILED, False), (None, False)]
)
def test_a_workflow_rests_only_where_nothing_of_it_is_seen_to_live(
    system: Opened,
    told: Make[Failure],
    workflow: Any,
    rests: bool,  # noqa: FBT001
) -> None:
    """A look that fails is no rest."""
    service = Service(row(WorkflowExecutionId="7"))
    service.workflow = workflow
    sx = system(service)
    (seen,) = looked(sx, told())
    assert seen.workflow_rests is rests
    assert not any(call.amid_calls for call in sx[1].asked), "each may tell the time"


@pytest.mark.parametrize("again", ["ended well", "will be repeated"])
def test_a_workflow_is_looked_at_only_for_what_has_failed(system: Opened, told: Make[Failure], again: str) -> None:
    """And is not repeated by the service itself."""
    service = Service(row(status=4 if again == "ended well" else 5, WorkflowExecutionId="7"))
    service.events = yes({"Records": [{"Event": AGAIN}]})
    sx = system(service)
    (seen,) = looked(sx, told())
    assert seen.state is (State.SUCCEEDED if again == "ended well" else State.QUEUED)
    assert not seen.workflow_rests
    assert sx[1].asked[-1].parameters.get("JobId") == "71"


def test_without_an_execution_named_nothing_is_there(system: Opened, told: Make[Failure]) -> None:
    """And nothing is asked."""
    sx = system(Service(row()))
    (seen,) = looked(sx, told(None))
    assert (seen.state, seen.execution, seen.look_begun_at, sx[1].asked) == (State.NOT_FOUND, None, NOON, [])


@pytest.mark.parametrize("which", ["events", "listed"])
def test_a_read_that_fails_fails_the_look(system: Opened, told: Make[Failure], which: str) -> None:
    """Whichever it is; where both fail, as the first says."""
    service = Service(row())
    setattr(service, which, FAILED)
    ((seen,), codes) = system(service)[0].observe([told()]), ["Throttling"]
    assert isinstance(seen, LookFailed)
    assert [seen.code] == codes
    assert seen.look_begun_at == NOON


def test_an_execution_without_its_end_is_looked_at_again(system: Opened, told: Make[Failure]) -> None:
    """Its life has no name yet; nothing else is asked."""
    sx = system(Service(row(EndTime="")))
    (seen,) = sx[0].observe([told()])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating, seen.look_begun_at, len(sx[1].asked)) == ("NoEndTime", True, NOON, 1)


def call_of(system: System, action_api: ActionApi | None, number: int = 9, **more: Any) -> CallResult:
    """The rerun of an execution, by that operation."""
    life = Life.attempt(number, 1, "1767240000")
    (result,) = system[0].rerun([Target(scope=HERE, job_id="71", life=life, action_api=action_api, **more)])
    return result


def sent(system: System) -> list[tuple[str, dict[str, str]]]:
    """What was called, and with what beside the place."""
    return [
        (call.action, {name: one for name, one in call.parameters.items() if name not in PLACE})
        for call in system[1].asked
        if call.mutates
    ]


RETRY, WHOLE, BACKFILL = "OperateRetryJobExecution", "OperateRetryWorkflowExecution", "OperateRerunJob"
DAY = {"JobId": "71", "StartDate": "1767196800000", "EndDate": "1767283199000", "DataTime": "10:00:00"}


@pytest.mark.parametrize(
    ("action_api", "workflow", "call"),
    [
        (None, "", (RETRY, {"JobExecutionId": "9"})),
        (None, "7", (RETRY, {"JobExecutionId": "9"})),
        (ActionApi.RETRY_WITH_CHILDREN, "", (RETRY, {"JobExecutionId": "9", "TriggerChild": "true"})),
        (ActionApi.RETRY_WITH_CHILDREN, "7", (RETRY, {"JobExecutionId": "9", "TriggerChild": "true"})),
        (ActionApi.RETRY_WORKFLOW, "", (RETRY, {"JobExecutionId": "9"})),
        (ActionApi.RETRY_WORKFLOW, "7", (WHOLE, {"WorkflowExecutionId": "7", "OnlyFailed": "true"})),
        (ActionApi.BACKFILL, "", (BACKFILL, DAY)),
        (ActionApi.BACKFILL, "7", (BACKFILL, DAY)),
    ],
)
def test_what_is_sent_for_a_rule(
    system: Opened, told: Make[Failure], action_api: ActionApi | None, workflow: str, call: tuple[str, dict[str, str]]
) -> None:
    """Once, after the look that showed the execution; what came of it says by which operation, and when."""
    service = Service(row(WorkflowExecutionId=workflow))
    sx = system(service)
    looked(sx, told())
    service.workflow = [] if workflow else [3]  # who is part of none waits for none
    result = call_of(sx, action_api)
    assert sent(sx) == [call]
    assert result == CallResult(effect=Effect.DONE, api=call[0], request_id="req", left_at=NOON)


@pytest.mark.parametrize("api", [ActionApi.RETRY_WORKFLOW, ActionApi.RETRY_WITH_CHILDREN])
@pytest.mark.parametrize(
    ("workflow", "code", "message"),
    [
        ([3], "WorkflowRuns", "something of the workflow execution still runs"),
        (FAILED, "Throttling", "slow"),
        (None, "UnreadableAnswer", None),
    ],
)
def test_while_something_of_a_workflow_runs_nothing_that_reaches_it_is_sent(
    system: Opened, told: Make[Failure], api: ActionApi, workflow: Any, code: str, message: str | None
) -> None:
    """Nor where it could not be looked at: later, by the operation that the rule wants. That look stands amid calls."""
    service = Service(row(WorkflowExecutionId="7"))
    sx = system(service)
    looked(sx, told())
    service.workflow = workflow
    result = call_of(sx, api)
    named = WHOLE if api is ActionApi.RETRY_WORKFLOW else RETRY
    assert (result.effect, result.api, result.code) == (Effect.NOT_DONE_LATER, named, code)
    assert result.left_at == NOON
    assert message in {None, result.message}
    assert result.message
    service.workflow = [5]  # it rests, and that look took so long that the job's own has become too old
    assert (call_of(sx, api, call_by=NOON - 1).code, sent(sx)) == ("LookTooOld", [])
    assert sx[1].asked[-1].amid_calls


@pytest.mark.parametrize("api", [ActionApi.RETRY_WORKFLOW, ActionApi.RETRY_WITH_CHILDREN, ActionApi.BACKFILL])
def test_what_reaches_further_is_sent_only_for_an_execution_that_was_seen(
    system: Opened, told: Make[Failure], api: ActionApi
) -> None:
    """And nothing for none."""
    sx = system(Service(row()))
    looked(sx, told())
    result = call_of(sx, api, number=10)
    assert (result.effect, result.api, result.code) == (Effect.NOT_DONE_USELESS, RETRY, "NoExecution")
    assert result.left_at == NOON
    (none,) = sx[0].rerun([Target(scope=HERE, job_id="71", action_api=api)])
    assert (none.code, sent(sx)) == ("NoExecution", [])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"TriggerType": 3}, "TriggeredByApi"),
        ({"DataTime": "soon"}, "InvalidDataTime"),
        ({"DataTime": None}, "InvalidDataTime"),
    ],
)
def test_a_day_that_cannot_be_run_faithfully_is_not_run(
    system: Opened, told: Make[Failure], members: dict[str, Any], code: str
) -> None:
    """What was triggered with parameters of its own, or whose data time is no day."""
    sx = system(Service(row(**members)))
    looked(sx, told())
    result = call_of(sx, ActionApi.BACKFILL)
    assert (result.effect, result.api, result.code) == (Effect.NOT_DONE_USELESS, BACKFILL, code)
    assert bool(result.message)
    assert sent(sx) == []


def test_one_execution_a_call_of_an_application(system: Opened, failure: Make[Failure]) -> None:
    """Two, or another system's, are the caller's mistake."""
    sx = system(Service(row()))
    target = Target(scope=HERE, job_id="71", life=Life.attempt(9, 1, "1"))
    with pytest.raises(ValueError, match="unpack"):
        sx[0].rerun([target, target])
    with pytest.raises(TypeError, match="applications"):
        sx[0].observe([failure("71", CLUSTER)])
