"""DataWorks (2024-05-18) on the wire: its calls, and what its answers say about task instances.

Sources: docs/facts/dataworks.md, and the models of the official SDK (alibabacloud_dataworks_public20240518 9.11.0).
`Message` never decides: the documented sample of a success says that the instance does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from shared.domain.call import CallResult, Effect
from shared.domain.job import State
from shared.ports import Clock
from shared.reading.shape import shaped
from shared.systems.dataworks.scope import GET, LIST, RERUN
from shared.systems.dataworks.snapshot import RerunMode, TaskInstance
from shared.systems.openapi import ApiCall, Caller, CallFailed, Reply, bounded, unreadable
from shared.systems.openapi.classify import of_something_else
from shared.systems.openapi.results import by_code, call_result
from shared.systems.openapi.said import text_of

VERSION = "2024-05-18"
PAGE_MOST = 500
"""Instances on a page of the list (docs/facts/dataworks.md#lists)."""
REFUSED_BY_ID = "RefusedById"
"""Ours: the code of an answer whose SuccessInfo says no of one instance. It has none of its own."""
_FAILURE = "Failure"
_NOT_THERE = 404
_STATES = {
    "NotRun": State.QUEUED,
    "WaitTime": State.QUEUED,
    "WaitResource": State.QUEUED,
    "WaitTrigger": State.QUEUED,
    "Running": State.RUNNING,
    "CheckingCondition": State.RUNNING,
    "Checking": State.RUNNING,
    _FAILURE: State.FAILED,
    "Success": State.SUCCEEDED,
}
"""Status as a word (docs/facts/dataworks.md#states); any other is UNKNOWN."""
_PAUSED = frozenset({"Pause", "PauseCalendar"})
"""TriggerRecurrence of what is not run: by a person, or by a calendar."""
_MODES = {mode.value: mode for mode in RerunMode}


class TaskShown(Struct, rename="pascal"):
    """An instance as GetTaskInstance and ListTaskInstances show it; numbers may come as text."""

    id: int
    status: str
    run_number: int
    """Required: without it no look could prove what a call did."""
    project_id: int | None = None
    """The list is asked by it; of one that was asked for by its id alone it has to be shown."""
    project_env: str | None = None
    rerun_mode: str | None = None
    trigger_recurrence: str | None = None
    started_time: int | None = None
    finished_time: int | None = None
    bizdate: int | None = None
    owner: str | int | None = None
    task_name: str | None = None

    def instance(self) -> TaskInstance:
        """In the words of the trade."""
        mode = RerunMode.ALL_ALLOWED if not self.rerun_mode else _MODES.get(self.rerun_mode, RerunMode.UNKNOWN)
        return TaskInstance(
            instance_id=self.id,
            state=_STATES.get(self.status, State.UNKNOWN),
            run_number=self.run_number,
            rerun_mode=mode,
            frozen=self.trigger_recurrence in _PAUSED,
            dev=(self.project_env or "").casefold() == "dev",
            started_at=_seconds(self.started_time),
            finished_at=_seconds(self.finished_time),
            bizdate=self.bizdate or 0,
            owner=str(self.owner or ""),
            name=self.task_name or "",
        )


class _Got(Struct, rename="pascal"):
    task_instance: TaskShown


class Rows(Struct, frozen=True, kw_only=True):
    """A page of the list."""

    shown: list[TaskShown]
    """Those that can be read."""
    count: int
    """Of all that are on it."""
    total: int | None
    """Of all that the list has; None if it does not say."""


class _Paging(Struct, rename="pascal"):
    task_instances: list[Any] = []
    total_count: int | None = None


class _Page(Struct, rename="pascal"):
    paging_info: _Paging


def ask(api: Caller, action: str, parameters: Mapping[str, str], *, jobs: int = 1) -> Reply | CallFailed:
    """One call. What carries the code of an error, or no request id, is no success whatever its status."""
    wanted = ApiCall(
        action=action,
        version=VERSION,
        method="GET" if action == GET else "POST",
        parameters=parameters,
        mutates=action == RERUN,
        jobs=jobs,
    )
    reply = api.call(wanted)
    return reply if isinstance(reply, CallFailed) else by_code(reply, jobs=jobs)


def one(api: Caller, instance_id: str) -> TaskShown | CallFailed:
    """One instance. Raises msgspec.ValidationError if the answer has none."""
    reply = ask(api, GET, {"Id": instance_id})
    return reply if isinstance(reply, CallFailed) else shaped(reply.body, _Got, strict=False).task_instance


def page(api: Caller, project_id: str, bizdate: int, instance_ids: Sequence[str]) -> list[TaskShown] | CallFailed:
    """Those of these instances (at most `PAGE_MOST`) that are of that day; rows that cannot be read are left out.

    Raises:
        msgspec.ValidationError: The answer is no such page.
    """
    wanted = {
        "ProjectId": project_id,
        "Bizdate": str(bizdate),
        "Ids": ids_text(instance_ids),
        "PageNumber": "1",
        "PageSize": str(PAGE_MOST),
    }
    rows = _listed(api, wanted)
    return rows if isinstance(rows, CallFailed) else rows.shown


def failed_instances(
    api: Caller, project_id: str, bizdate: int, since: float, number: int, size: int = PAGE_MOST
) -> Rows | CallFailed:
    """A page of the instances of that business date whose newest run has failed.

    Args:
        api: the transport.
        project_id: of the workspace.
        bizdate: milliseconds, a midnight.
        since: unix seconds; no run that was over before then.
        number: of the page, from 1.
        size: instances on a page, at most `PAGE_MOST`.

    Raises:
        msgspec.ValidationError: The answer is no such page.
    """
    wanted = {
        "ProjectId": project_id,
        "Bizdate": str(bizdate),
        "Status": _FAILURE,
        "Filter": json.dumps({"finishedTimeStart": int(since * 1000)}),
        "PageNumber": str(number),
        "PageSize": str(size),
    }
    return _listed(api, wanted)


def rerun(api: Caller, clock: Clock, instance_ids: Sequence[str]) -> CallResult | dict[str, CallResult]:
    """Rerun these instances: a result each, or one for all where the call as a whole came to nothing."""
    reply = ask(api, RERUN, {"Ids": ids_text(instance_ids)}, jobs=len(instance_ids))
    left_at = clock.now()
    if isinstance(reply, CallFailed):
        return call_result(RERUN, reply, left_at)
    info = reply.body.get("SuccessInfo")
    if not isinstance(info, dict):
        why = unreadable("the answer says nothing of the instances", request_id=reply.request_id)
        return call_result(RERUN, why, left_at)
    return {number: _result(info.get(number), reply, left_at) for number in instance_ids}


def not_there(why: CallFailed) -> bool:
    """Whether a read was refused because there is no such instance (docs/facts/dataworks.md#errors).

    The gateway refuses keys, operations and versions with that status as well, before DataWorks has looked at all.
    """
    return why.http_status == _NOT_THERE and not of_something_else(why.code)


def ids_text(instance_ids: Sequence[str]) -> str:
    """The parameter `Ids`: JSON text of a list of numbers."""
    return f"[{','.join(str(int(number)) for number in instance_ids)}]"


def _listed(api: Caller, wanted: Mapping[str, str]) -> Rows | CallFailed:
    reply = ask(api, LIST, wanted)
    if isinstance(reply, CallFailed):
        return reply
    paging = shaped(reply.body, _Page, strict=False).paging_info
    rows = [shown for row in paging.task_instances if (shown := _row(row)) is not None]
    return Rows(shown=rows, count=len(paging.task_instances), total=paging.total_count)


def _result(info: Any, reply: Reply, left_at: float) -> CallResult:
    """What the answer says of one instance; it is a yes or a no only by `Success`, else nothing."""
    success = info.get("Success") if isinstance(info, dict) else None
    if success is True:
        return call_result(RERUN, reply, left_at)
    if success is False:
        return CallResult(
            effect=Effect.NOT_DONE_USELESS,
            api=RERUN,
            code=REFUSED_BY_ID,
            message=bounded(text_of(info, "Message")),
            request_id=reply.request_id,
            left_at=left_at,
        )
    why = unreadable("the answer does not say whether", request_id=reply.request_id)
    return call_result(RERUN, why, left_at)


def _row(row: Any) -> TaskShown | None:
    try:
        return shaped(row, TaskShown, strict=False)
    except msgspec.ValidationError:
        return None


def _seconds(milliseconds: int | None) -> float | None:
    return milliseconds / 1000 if milliseconds is not None and milliseconds > 0 else None
