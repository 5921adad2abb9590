"""SchedulerX 3 (2024-06-24) on the wire: its calls, and what its answers say about executions.

Sources: docs/facts/schedulerx3.md, and the models of the official SDK (alibabacloud_schedulerx320240624 1.9.3).
`Success` decides; the documented samples carry a `Message` that looks like an error all the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.job import LIVE_STATES, State
from shared.reading.shape import each_shaped, shaped
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, Caller, CallFailed, Reply
from shared.systems.openapi.results import by_success
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import APPS, BACKFILL, EVENTS, GET, LIST, RETRY, RETRY_WORKFLOW, App

VERSION = "2024-06-24"
PAGE_SIZE = 50
WORKFLOW_PAGE = 100
AHEAD_S = 300.0
"""What a look shows may be so much later than its beginning: it takes a while, and the service's clock may be ahead."""
_NEWEST_EVENTS = 10
_FAILED = 5
_BY_GET = frozenset({EVENTS, APPS})
_MUTATING = frozenset({RETRY, RETRY_WORKFLOW, BACKFILL})
_ID = re.compile(r"[0-9]{1,19}\Z")
_STATES = {
    1: State.QUEUED,
    2: State.QUEUED,
    3: State.RUNNING,
    4: State.SUCCEEDED,
    _FAILED: State.FAILED,
    6: State.PAUSED,
    7: State.QUEUED,
    8: State.REJECTED,
    9: State.QUEUED,
    10: State.PARTIAL_FAILED,
    11: State.SKIPPED,
    12: State.REMOVED,
}
"""Status as a word (docs/facts/schedulerx3.md#numbers); any other number is UNKNOWN."""
_RETRIES_ITSELF = "Failing_Auto_Retry"
"""The event of an execution that has failed and that the service will run again by itself."""


class Shown(Struct, rename="pascal"):
    """An execution as GetJobExecution or ListJobExecutions shows it; text and numbers may come as either."""

    job_execution_id: int
    status: int
    job_id: int | None = None
    app_name: str | None = None
    job_name: str | None = None
    attempt: int | None = None
    trigger_type: int | None = None
    data_time: str | None = None
    schedule_time: str | None = None
    start_time: str | None = None
    """GetJobExecution alone shows it."""
    end_time: str | None = None
    result: str | None = None
    workflow_execution_id: int | str | None = None
    """ListJobExecutions alone shows it."""

    def is_meant(self, app: App, job_id: str, execution_id: int | None) -> bool:
        """Whether it is the one that was asked for, of that job, if one was told, and application by their spelling."""
        mine = (self.job_execution_id, str(self.job_id), self.app_name or app.app_name)
        return mine == (execution_id, job_id or mine[1], app.app_name)

    def execution(self, zone: ZoneInfo, by: float = -math.inf) -> Execution:
        """In the words of the trade, its times read in the zone.

        `by`: when the look began. Of an hour that comes twice a start is the later one, unless it lies ahead: what a
        call made then would else seem to be an hour older than the call. An end is always the earlier one: it names the
        life.
        """
        workflow = str(self.workflow_execution_id)
        return Execution(
            execution_id=self.job_execution_id,
            state=_STATES.get(self.status, State.UNKNOWN),
            attempt=self.attempt or 0,
            trigger_type=self.trigger_type or 0,
            data_time=(self.data_time or "").strip(),
            started_at=moment(self.start_time, zone, by + AHEAD_S),
            ended_at=moment(self.end_time, zone),
            workflow=int(workflow) if _ID.match(workflow) else 0,
        )


class Event(Struct, rename="pascal"):
    """What the service has noted of an execution."""

    event: str = ""
    event_type: str = ""
    job_execution_id: int | str | None = None
    time: str = ""
    """`2024-10-31 16:43:51`, with a line feed at its end."""

    @property
    def execution_id(self) -> int | None:
        """Of a job's execution; None where it is about something else."""
        number = str(self.job_execution_id or "")
        return int(number) if self.event_type in {"", "JOB"} and _ID.match(number) else None


class ExecutionsPage(Struct, rename="pascal"):
    """A page of ListJobExecutions."""

    records: list[Shown] = []
    total: int | None = None


class JobPage(Struct, frozen=True):
    """The same of one job."""

    shown: list[Shown]
    count: int
    """Of all rows that are on it."""
    total: int | None
    """Of all that the list has; None or 0 if it does not say."""


class _Rows(Struct, rename="pascal"):
    records: list[Any] = []
    total: int | None = None


_UNREAD = Shown(job_execution_id=0, status=0)
"""In the place of a listed execution that cannot be read: not taken for failed, but counted among its page's."""


class EventsPage(Struct, rename="pascal"):
    """A page of ListScheduleEvent."""

    records: list[Event] = []
    total: int | None = None


class _AppShown(Struct, rename="pascal"):
    app_name: str


class _Apps(Struct, rename="pascal"):
    records: list[_AppShown] = []


_Data = TypeVar("_Data", Shown, ExecutionsPage, _Rows, EventsPage, _Apps)


def ask(
    api: Caller, action: str, app: App, parameters: Mapping[str, str], *, amid_calls: bool = False
) -> Reply | CallFailed:
    """One call, by the official SDK's method and place. It is an answer only if `Success` is true."""
    of_app = {"AppName": app.app_name} if app.app_name else {}
    wanted = ApiCall(
        action=action,
        version=VERSION,
        method="GET" if action in _BY_GET else "POST",
        in_query=action != RETRY_WORKFLOW,
        parameters={"ClusterId": app.cluster_id, **of_app, **parameters},
        mutates=action in _MUTATING,
        amid_calls=amid_calls,
    )
    reply = api.call(wanted)
    return reply if isinstance(reply, CallFailed) else by_success(reply, without_code=True)


def one(api: Caller, app: App, execution_id: int) -> Shown | CallFailed:
    """One execution. Raises msgspec.ValidationError if the answer has none."""
    reply = ask(api, GET, app, {"JobExecutionId": str(execution_id)})
    return reply if isinstance(reply, CallFailed) else _data(reply, Shown)


def executions(api: Caller, app: App, job_id: str, page: int) -> JobPage | CallFailed:
    """A page of the job's executions, newest first. Raises msgspec.ValidationError if it is no such page."""
    reply = ask(api, LIST, app, {"JobId": job_id, **_page(page)})
    if isinstance(reply, CallFailed):
        return reply
    found = _data(reply, ExecutionsPage)
    own = [shown for shown in found.records if shown.job_id is None or str(shown.job_id) == job_id]
    return JobPage(own, len(found.records), found.total)


def lives(api: Caller, app: App, workflow: int, *, amid_calls: bool) -> bool | CallFailed:
    """Whether something of a workflow execution is queued or runs; of one of more than a page it has to be believed.

    Raises:
        msgspec.ValidationError: the answer is no list.
    """
    wanted = {"WorkflowExecutionId": str(workflow), **_page(1, WORKFLOW_PAGE)}
    reply = ask(api, LIST, app, wanted, amid_calls=amid_calls)
    if isinstance(reply, CallFailed):
        return reply
    page = _data(reply, ExecutionsPage)
    more = len(page.records) >= WORKFLOW_PAGE or (page.total or 0) > len(page.records)
    return more or any(_STATES.get(found.status) in LIVE_STATES for found in page.records)


def failed_executions(
    api: Caller, app: App, window: tuple[float, float], page: int, zone: ZoneInfo
) -> ExecutionsPage | CallFailed:
    """A page of the application's executions that stand failed and belong to `[from, to]` (unix seconds).

    Which of its times an execution is chosen by is not said. Raises msgspec.ValidationError if it is no such page.
    """
    start, end = (datetime.fromtimestamp(edge, zone).strftime("%Y-%m-%d %H:%M:%S") for edge in window)
    wanted = {"Status": str(_FAILED), "StartTime": start, "EndTime": end, **_page(page)}
    reply = ask(api, LIST, app, wanted)
    if isinstance(reply, CallFailed):
        return reply
    rows = _data(reply, _Rows)
    return ExecutionsPage(records=each_shaped(rows.records, Shown, _UNREAD), total=rows.total)


def events(api: Caller, app: App, execution_id: int) -> list[Event] | CallFailed:
    """The newest events of an execution. Raises msgspec.ValidationError if it is no such list."""
    wanted = {"JobExecutionId": str(execution_id), "Reverse": "true", **_page(1, _NEWEST_EVENTS)}
    reply = ask(api, EVENTS, app, wanted)
    return reply if isinstance(reply, CallFailed) else _data(reply, EventsPage).records


def will_retry(noted: Sequence[Event]) -> bool:
    """Whether the service means to run an execution with these events again by itself."""
    newest = max(noted, key=lambda event: event.time.strip(), default=None)
    return newest is not None and newest.event == _RETRIES_ITSELF


def failed_events(api: Caller, app: App, window: tuple[float, float], page: int) -> EventsPage | CallFailed:
    """A page of what failed in `[from, to]` (unix seconds), oldest first: events alone grow, so no page moves.

    Raises:
        msgspec.ValidationError: it is no such page.
    """
    start, end = (str(int(edge * 1000)) for edge in window)
    wanted = {"Event": "Failed", "EventType": "JOB", "StartTime": start, "EndTime": end, "Reverse": "false"}
    reply = ask(api, EVENTS, app, {**wanted, **_page(page)})
    return reply if isinstance(reply, CallFailed) else _data(reply, EventsPage)


def apps(api: Caller, cluster: App, page: int) -> list[str] | CallFailed:
    """A page of the names of a cluster's applications. Raises msgspec.ValidationError if it is no such page."""
    reply = ask(api, APPS, cluster, _page(page))
    return reply if isinstance(reply, CallFailed) else [shown.app_name for shown in _data(reply, _Apps).records]


def not_there(why: CallFailed) -> bool:
    """404 by its number or by its name (docs/facts/schedulerx3.md#errors)."""
    return why.code in {"NotFound", "404"}


def moment(written: str | None, zone: ZoneInfo, by: float = -math.inf) -> float | None:
    """Unix seconds of a time (`by`: see `instant`); none if there is none, or one that no document describes."""
    try:
        return instant(written.strip(), zone, by) if written else None
    except ValueError:
        return None


def _page(number: int, size: int = PAGE_SIZE) -> dict[str, str]:
    return {"PageNum": str(number), "PageSize": str(size)}


def _data(reply: Reply, kind: type[_Data]) -> _Data:
    return shaped(reply.body.get("Data"), kind, strict=False)
