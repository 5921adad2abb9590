"""What the core must know of SchedulerX 3, the XXL-JOB edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.ports import Clock, JobSystem
from shared.reading.ids import Field, positive_long, printable_name
from shared.systems.discovery import Seeker
from shared.systems.imagined import Imagined
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import APPS, BACKFILL, EVENTS, GET, LIST, RETRY, RETRY_WORKFLOW, App
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from shared.systems.schedulerx3.watch import Apps
from shared.systems.system import Flag, Operation, Part, Probe, System

if TYPE_CHECKING:
    from shared.systems.openapi import Caller

NOBODY, NO_JOB = "xxljob-secondwind-doctor", "1"
"""Stand in for a cluster or application that was not told, and for a job or execution."""
_IMAGINED_ID, _IMAGINED_OTHER_ID, _IMAGINED_DATA_TIME = 1000, 100, "2026-01-05 02:00:00"


def job_id(value: Any) -> str:
    """A job id as decimal digits without leading zeros."""
    return str(positive_long(value))


class Schedulerx3(System):
    """SchedulerX, API 2024-06-24."""

    name = "schedulerx3"
    title = "SchedulerX 3"
    scope_type = App
    snapshot_type = Schedulerx3Snapshot
    parts = (Part(field="cluster_id", label="cluster"), Part(field="app_name", label="app"))
    job_label = "job"
    fields = (
        Field("cluster_id", printable_name, required=True, says="The cluster's id, `xxljob-…`."),
        Field("app_name", printable_name, required=True, says="The application's name (AppName)."),
        Field("job_id", job_id, says="The job's id; of one that is not told the execution's own counts."),
        Field(
            "job_execution_id",
            positive_long,
            required=True,
            fills="job_instance_id",
            says="The failed execution; outcomes name it as `job_instance_id`.",
        ),
    )
    one_of = ()
    # Which actions there are: https://help.aliyun.com/zh/schedulerx/schedulerx-xxljob/security-and-compliance/use-ram-for-permission-control
    # Their prefix is not said there; that of the system policies' product is taken: docs/facts/schedulerx3.md#ram.
    operations = (
        Operation(name=RETRY, mutates=True, ram_action="mse:OperateRetryJobExecution"),
        Operation(name=RETRY_WORKFLOW, mutates=True, ram_action="mse:OperateRetryWorkflowExecution"),
        Operation(name=BACKFILL, mutates=True, ram_action="mse:OperateRerunJob"),
        Operation(name=GET, ram_action="mse:GetJobExecution"),
        Operation(name=LIST, ram_action="mse:ListJobExecutions"),
        Operation(name=EVENTS, ram_action="mse:ListScheduleEvent"),
        Operation(name=APPS, ram_action="mse:ListApps"),
    )
    pace = None
    watched = Apps
    flag = Flag(option="--app", metavar="CLUSTER/APP", help="a SchedulerX 3 application of yours")
    endpoint_says = "Host of SchedulerX 3, or a URL."
    endpoint_default = "`https://schedulerx3.<region>.aliyuncs.com`; inside a VPC name `schedulerx3-vpc.<region>…`"

    def endpoint(self, region: str) -> Endpoint:
        """One a region (alibabacloud_schedulerx320240624 1.9.3)."""
        return Endpoint("https", f"schedulerx3.{region}.aliyuncs.com", 443)

    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The adapter."""
        from shared.systems.schedulerx3.adapter import (  # noqa: PLC0415 - the one door from the pure room to the wire
            Schedulerx3Jobs,
        )

        return Schedulerx3Jobs(api, clock, zone)

    def seeker(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> Seeker:
        """Finds failed executions."""
        from shared.systems.schedulerx3.seek import Schedulerx3Seeker  # noqa: PLC0415 - as in `connect`

        return Schedulerx3Seeker(api, clock, zone, region)

    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """An execution of a job of a test application."""
        del told
        return {"cluster_id": "test", "app_name": "test", "job_id": 1, "job_execution_id": _IMAGINED_ID}

    def imagine(self, live: Imagined, failure: Failure, now: float) -> Schedulerx3Snapshot:
        """The meant execution, failed unless the test says otherwise, and those beside it."""
        state = live.state or State.FAILED
        meant = Execution(
            execution_id=failure.job_instance_id or _IMAGINED_ID,
            state=state,
            attempt=1 + live.own_retries,
            trigger_type=live.trigger_type,
            data_time=_IMAGINED_DATA_TIME,
            started_at=None if state is State.QUEUED else now - live.started_ago_s,
            ended_at=None if state in {State.QUEUED, State.RUNNING} else now,
            workflow=int(live.workflow),
        )
        others = (
            Execution(
                execution_id=_IMAGINED_OTHER_ID + place,
                state=other.state,
                attempt=1,
                trigger_type=other.trigger_type,
                data_time=other.data_time,
                started_at=now - other.started_ago_s,
            )
            for place, other in enumerate(live.others)
        )
        return Schedulerx3Snapshot(
            job_id=failure.job_id,
            state=state,
            execution=None if state is State.NOT_FOUND else meant,
            others=tuple(others),
            name=live.name,
            look_begun_at=now,
        )

    def read_flag(self, text: str) -> dict[str, str]:
        """`cluster/app`."""
        cluster, _, app = text.partition("/")
        if not (cluster and app):
            raise ValueError("wants CLUSTER/APP")
        return {"cluster_id": cluster, "app_name": app}

    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """The reads, about an execution that need not exist."""
        from shared.systems.schedulerx3.wire import ask  # noqa: PLC0415 - as in `connect`

        app = App(region=region, cluster_id=told.get("cluster_id") or NOBODY, app_name=told.get("app_name") or NOBODY)
        one = {"JobExecutionId": NO_JOB}
        yield Probe(operation=GET, reply=ask(api, GET, app, one))
        few = {"JobId": NO_JOB, "PageNum": "1", "PageSize": "1"}
        yield Probe(operation=LIST, reply=ask(api, LIST, app, few))
        yield Probe(operation=EVENTS, reply=ask(api, EVENTS, app, {"PageSize": "1"}), should_exist=bool(told))
        cluster = App(region=region, cluster_id=app.cluster_id, app_name="")
        listed = ask(api, APPS, cluster, {"PageNum": "1", "PageSize": "1"})
        yield Probe(operation=APPS, reply=listed, should_exist=bool(told))
