"""SchedulerX 3 judged by the official SDK, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_schedulerx320240624 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx3.models import App, fails, succeeds
from localcloud.schedulerx3.service import Schedulerx3
from tests.support.sdk import Sdk

SCOPE = {"cluster_id": "xxljob-demo", "app_name": "demo-app"}
DAY = "2026-01-01 02:00:00"
Connect = Callable[..., Any]


@pytest.fixture
def sdk(connect: Connect) -> Any:
    """An official client with the right key."""
    return connect("schedulerx3")


@pytest.fixture
def app(cloud: LocalCloud) -> App:
    """The application that `SCOPE` names, with a job."""
    made = cloud[Schedulerx3].app("xxljob-demo", "demo-app")
    made.job(71, "settle")
    return made


def one(sdk: Sdk, execution_id: int) -> Any:
    """What GetJobExecution says."""
    wanted = models.GetJobExecutionRequest(**SCOPE, job_execution_id=str(execution_id))
    body = sdk.get_job_execution(wanted).body
    assert (body.success, body.code, bool(body.request_id)) == (True, 200, True)
    return body.data


def listed(sdk: Sdk, **filters: Any) -> list[Any]:
    """Records of ListJobExecutions."""
    body = sdk.list_job_executions(models.ListJobExecutionsRequest(**SCOPE, **filters)).body
    assert body.success is True
    assert body.data.total == len(body.data.records)
    return list(body.data.records)


def test_a_retry_runs_the_execution_again(cloud: LocalCloud, clock: ManualClock, app: App, sdk: Sdk) -> None:
    """Failed, retried, running, over: under its id, with another attempt, start and end."""
    made = app.execution(71, DAY, fails(30, "boom"))
    clock.advance(30)
    before = one(sdk, made.execution_id)
    assert (before.status, before.attempt, before.job_id, before.result) == (5, 1, 71, "boom")
    assert (before.start_time, before.end_time) == ("2026-01-01 08:00:00", "2026-01-01 08:00:30")
    request = models.OperateRetryJobExecutionRequest(**SCOPE, job_execution_id=str(made.execution_id))
    assert sdk.operate_retry_job_execution(request).body.success is True
    assert one(sdk, made.execution_id).status == 3
    clock.advance(5)
    after = one(sdk, made.execution_id)
    assert (after.status, after.attempt) == (4, 2)
    assert [retried.execution_id for retried in cloud[Schedulerx3].retried] == [made.execution_id]


def test_a_retry_may_stand_beside_the_old_one(clock: ManualClock, cloud: LocalCloud, sdk: Sdk) -> None:
    """Then it is of TriggerType 4, and of the same data time."""
    app = cloud[Schedulerx3].app("xxljob-demo", "demo-app", keeps_id=False)
    app.job(71)
    made = app.execution(71, DAY, fails(30))
    clock.advance(30)
    request = models.OperateRetryJobExecutionRequest(**SCOPE, job_execution_id=str(made.execution_id))
    sdk.operate_retry_job_execution(request)
    newest, old = listed(sdk, job_id=71)
    assert (newest.trigger_type, newest.data_time, old.status) == (4, DAY, 5)


def test_of_a_workflow_only_what_failed_runs_again(cloud: LocalCloud, clock: ManualClock, app: App, sdk: Sdk) -> None:
    """With `OnlyFailed`; a workflow that nobody knows is refused."""
    failed = app.execution(71, DAY, fails(30), workflow_execution_id="7")
    app.execution(71, DAY, succeeds(30), workflow_execution_id="7")
    clock.advance(30)
    request = models.OperateRetryWorkflowExecutionRequest(**SCOPE, workflow_execution_id=7, only_failed=True)
    assert sdk.operate_retry_workflow_execution(request).body.success is True
    assert [one.execution_id for one in cloud[Schedulerx3].retried] == [failed.execution_id]
    request.workflow_execution_id = 8
    with pytest.raises(ClientException, match="does not exist"):
        sdk.operate_retry_workflow_execution(request)


def test_a_backfill_makes_an_execution_of_each_day(clock: ManualClock, app: App, sdk: Sdk) -> None:
    """Of TriggerType 2, beside what is there; a job that is not there is an error, a time that is none as well."""
    app.execution(71, DAY, fails(30))
    clock.advance(30)
    noon = 1_767_240_000_000
    wanted = {"job_id": 71, "start_date": noon, "end_date": noon + 86_400_000, "data_time": "02:00:00"}
    assert sdk.operate_rerun_job(models.OperateRerunJobRequest(**SCOPE, **wanted)).body.success is True
    made = {(one.data_time, one.trigger_type) for one in listed(sdk, job_id=71)}
    assert made == {(DAY, 1), (DAY, 2), ("2026-01-02 02:00:00", 2)}
    for wrong in ({"job_id": 72}, {"data_time": "2 am"}):
        with pytest.raises(ClientException):
            sdk.operate_rerun_job(models.OperateRerunJobRequest(**SCOPE, **{**wanted, **wrong}))


def test_what_has_not_failed_is_refused(clock: ManualClock, app: App, sdk: Sdk) -> None:
    """`Success` false, not an HTTP error; what is not there is one."""
    made = app.execution(71, DAY, succeeds(5))
    clock.advance(10)
    request = models.OperateRetryJobExecutionRequest(**SCOPE, job_execution_id=str(made.execution_id))
    body = sdk.operate_retry_job_execution(request).body
    assert (body.success, body.code) == (False, 400)
    with pytest.raises(ClientException, match="does not exist"):
        one(sdk, 5)


def test_lists_choose_by_state_and_time(clock: ManualClock, app: App, sdk: Sdk) -> None:
    """Rows have the workflow and no start: GetJobExecution is the other way round."""
    made = app.execution(71, DAY, fails(30), workflow_execution_id="77")
    app.execution(71, DAY, succeeds(30))
    clock.advance(60)
    (row,) = listed(sdk, status=5)
    assert (row.job_execution_id, row.workflow_execution_id) == (str(made.execution_id), "77")
    assert not hasattr(row, "start_time")
    assert not hasattr(one(sdk, made.execution_id), "workflow_execution_id")
    assert listed(sdk, status=5, start_time="2026-01-01 08:00:01", end_time="2026-01-02 00:00:00") == []


def test_events_tell_ends_in_order(clock: ManualClock, app: App, sdk: Sdk) -> None:
    """Chosen by kind and time; a line feed ends each time."""
    first, own = app.execution(71, DAY, fails(30)), app.execution(71, DAY, fails(40), retries_itself=True)
    clock.advance(60)

    def told(**more: Any) -> list[tuple[str, str, str]]:
        body = sdk.list_schedule_event(models.ListScheduleEventRequest(**SCOPE, **more)).body
        return [(row.job_execution_id, row.event, row.time) for row in body.data.records]

    ours = (str(first.execution_id), "Failed", "2026-01-01 08:00:30\n")
    assert told(event="Failed", event_type="JOB") == [ours]
    assert told(reverse=True)[0][:2] == (str(own.execution_id), "Failing_Auto_Retry")
    assert told(event="Failed", start_time=int((clock.now() - 10) * 1000)) == []


def test_applications_are_listed(app: App, sdk: Sdk) -> None:
    """By name; a cluster that is not there is refused."""
    body = sdk.list_apps(models.ListAppsRequest(cluster_id="xxljob-demo")).body
    assert [row.app_name for row in body.data.records] == [app.app_name]
    with pytest.raises(ClientException, match="NotFound"):
        sdk.list_apps(models.ListAppsRequest(cluster_id="other"))
