"""An application of a SchedulerX 3 cluster, and the operations on its executions."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shared.domain.job import Scope

RETRY = "OperateRetryJobExecution"
RETRY_WORKFLOW = "OperateRetryWorkflowExecution"
BACKFILL = "OperateRerunJob"
GET = "GetJobExecution"
LIST = "ListJobExecutions"
EVENTS = "ListScheduleEvent"
APPS = "ListApps"


class App(Struct, Scope, frozen=True, kw_only=True, tag="schedulerx3"):
    """An application (AppName) of a SchedulerX 3 cluster."""

    parts: ClassVar[tuple[str, ...]] = ("cluster_id", "app_name")
    system: ClassVar[str] = "schedulerx3"
    region: str
    cluster_id: str
    app_name: str
