"""SchedulerX 3 (2024-06-24) on the wire: its calls, and what its answers say about executions.

Sources: docs/facts/schedulerx3.md, and the models of the official SDK (alibabacloud_schedulerx320240624 1.9.3).
`Success` decides; the documented samples carry a `Message` that looks like an error all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.job import State
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, Caller, CallFailed, Reply, from_row, unreadable
from shared.systems.openapi.classify import as_number, business_row
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Execution

VERSION = "2024-06-24"
_OK = 200
_STATES = {
    1: State.QUEUED,
    2: State.QUEUED,
    3: State.RUNNING,
    4: State.SUCCEEDED,
    5: State.FAILED,
    6: State.PAUSED,
    7: State.QUEUED,
    8: State.REJECTED,
    9: State.QUEUED,
    10: State.PARTIAL_FAILED,
    11: State.SKIPPED,
    12: State.REMOVED,
}
"""Status as a word (docs/facts/schedulerx3.md#numbers); any other number is UNKNOWN."""
RETRIES_ITSELF = "Failing_Auto_Retry"
"""The event of an execution that has failed and that the service will run again by itself."""


class Shown(Struct, rename="pascal"):
    """An execution as GetJobExecution or ListJobExecutions shows it; text and numbers may come as either."""

    job_execution_id: int
    status: int
    job_id: int | None = None
    job_name: str | None = None
    attempt: int | None = None
    trigger_type: int | None = None
    data_time: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    workflow_execution_id: int | str | None = None

    def execution(self, zone: ZoneInfo) -> Execution:
        """In the words of the trade, its times read in the zone."""
        return Execution(
            execution_id=self.job_execution_id,
            state=_STATES.get(self.status, State.UNKNOWN),
            attempt=self.attempt or 0,
            trigger_type=self.trigger_type or 0,
            data_time=(self.data_time or "").strip(),
            started_at=moment(self.start_time, zone),
            ended_at=moment(self.end_time, zone),
            workflow=self.workflow_execution_id not in {None, "", "0", 0},
        )


class Event(Struct, rename="pascal"):
    """What the service has noted of an execution."""

    event: str = ""
    time: str = ""
    """`2024-10-31 16:43:51`, with a line feed at its end."""


class _Page(Struct, rename="pascal"):
    records: list[Shown] = []


class _Events(Struct, rename="pascal"):
    records: list[Event] = []


_Data = TypeVar("_Data", Shown, _Page, _Events)


def ask(
    api: Caller, method: Literal["GET", "POST"], action: str, app: App, parameters: Mapping[str, str]
) -> Reply | CallFailed:
    """One call, its parameters in the query. It is an answer only if `Success` is true."""
    wanted = ApiCall(
        action=action,
        version=VERSION,
        method=method,
        in_query=True,
        parameters={"ClusterId": app.cluster_id, "AppName": app.app_name, **parameters},
        mutates=method != "GET",
    )
    reply = api.call(wanted)
    return reply if isinstance(reply, CallFailed) else judged(reply)


def judged(reply: Reply) -> Reply | CallFailed:
    """Whether an answer with HTTP 2xx means yes. `Success` with the code of an error means neither yes nor no."""
    success, code = reply.body.get("Success"), reply.body.get("Code")
    if success is True and as_number(code) in {_OK, None}:
        return reply
    message = str(reply.body.get("Message") or "")
    if success is not False:
        text = f"Success is {success!r:.20} with Code {code!r:.20}: {message}"
        return unreadable(text, request_id=reply.request_id, status=reply.status)
    shown = "" if code is None else str(code)
    return from_row(business_row(code, message), shown, message, http_status=reply.status, request_id=reply.request_id)


def one(api: Caller, app: App, execution_id: int) -> Shown | CallFailed:
    """One execution. Raises msgspec.ValidationError if the answer has none."""
    reply = ask(api, "GET", "GetJobExecution", app, {"JobExecutionId": str(execution_id)})
    return reply if isinstance(reply, CallFailed) else _data(reply, Shown)


def executions(api: Caller, app: App, job_id: str, page: int, size: int) -> list[Shown] | CallFailed:
    """A page of the job's executions, newest first. Raises msgspec.ValidationError if it is no such page."""
    wanted = {"JobId": job_id, "PageNum": str(page), "PageSize": str(size)}
    reply = ask(api, "GET", "ListJobExecutions", app, wanted)
    if isinstance(reply, CallFailed):
        return reply
    return [found for found in _data(reply, _Page).records if found.job_id is None or str(found.job_id) == job_id]


def events(api: Caller, app: App, execution_id: int, size: int) -> list[Event] | CallFailed:
    """The newest events of an execution. Raises msgspec.ValidationError if it is no such list."""
    wanted = {"JobExecutionId": str(execution_id), "Reverse": "true", "PageNum": "1", "PageSize": str(size)}
    reply = ask(api, "GET", "ListScheduleEvent", app, wanted)
    return reply if isinstance(reply, CallFailed) else _data(reply, _Events).records


def moment(written: str | None, zone: ZoneInfo) -> float | None:
    """Unix seconds of a time; none if there is none, or one that no document describes."""
    try:
        return instant(written.strip(), zone) if written and written.strip() else None
    except ValueError:
        return None


def _data(reply: Reply, kind: type[_Data]) -> _Data:
    return msgspec.convert(reply.body.get("Data"), kind, strict=False)
