"""SchedulerX 2 (2019-04-30) on the wire: its calls, and what its answers say about a job and its instances.

Sources: docs/facts/schedulerx.md. Failures arrive with HTTP 200 and `Success` false; the documented success
carries a `Message` all the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.domain.job import State
from shared.reading.shape import each_shaped, shaped
from shared.reading.text import cut
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, Caller, CallFailed, Reply
from shared.systems.openapi.results import by_success
from shared.systems.schedulerx.scope import LOG, RETRY, Group
from shared.systems.schedulerx.snapshot import Instance

VERSION = "2019-04-30"
LOG_LINES = 200
"""The most that one call reads."""
RESULT_BYTES = 4096
PAGE_SIZE = 50
_FAILED, _ENABLED, _TEN = "5", "1", 10
AHEAD_S = 300.0
"""What a look shows may be so much later than its beginning: it takes a while, and the service's clock may be ahead."""
MOST_RETRIES = 1000
"""More than any attempt budget has; a larger number means no more than that."""

_STATES = {
    1: State.QUEUED,
    2: State.QUEUED,
    3: State.RUNNING,
    4: State.SUCCEEDED,
    5: State.FAILED,
    6: State.KILLED,
    7: State.PAUSED,
    8: State.QUEUED,
    9: State.REJECTED,
    10: State.QUEUED,
    11: State.PARTIAL_FAILED,
    12: State.SKIPPED,
    99: State.REMOVED,
}
"""InstanceStatus as a word (docs/facts/schedulerx.md#states); any other number is UNKNOWN."""


class JobConfig(Struct, rename="pascal"):
    """What GetJobInfo says, as far as it matters."""

    job_id: int | None = None
    name: str | None = None
    status: int | None = None
    """1 is enabled."""
    parameters: str | None = None
    max_attempt: int | None = None
    """How often SchedulerX itself retries a failed instance; 0 by default (docs/facts/schedulerx.md#own-retries)."""
    attempt_interval: int | None = None
    """Seconds between such retries."""

    @property
    def own_retries(self) -> int:
        """`max_attempt` within reason; none where nothing is said."""
        return max(0, min(self.max_attempt or 0, MOST_RETRIES))


class Detail(Struct, rename="pascal"):
    """An instance as GetJobInstance or GetJobInstanceList shows it; the list lacks `parameters`.

    No member of either tells that an instance belongs to a workflow (the official SDK's models have none), so
    `Instance.workflow` stays false.
    """

    instance_id: int
    status: int
    job_id: int | None = None
    data_time: str | None = None
    schedule_time: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    trigger_type: int | None = None
    parameters: str | None = None
    result: str | None = None
    """What the instance said at its end."""
    work_addr: str | None = None
    """`host:port` of the worker."""

    def instance(self, zone: ZoneInfo, by: float = -math.inf) -> Instance:
        """The instance in the words of the trade, its times read in the zone (`by`: see `moment`)."""
        state = _STATES.get(self.status, State.UNKNOWN)
        started_at = moment(self.start_time, zone, by)
        not_before = (started_at or moment(self.schedule_time, zone, by)) if state is State.FAILED else None
        return Instance(
            instance_id=self.instance_id,
            state=state,
            data_time=self.data_time or "",
            trigger_type=self.trigger_type or 0,
            started_at=started_at,
            ended_at=moment(self.end_time, zone, by) or not_before,
            parameters=self.parameters or "",
            result=cut(self.result or "", RESULT_BYTES),
        )


class _InfoData(Struct, rename="pascal"):
    job_config_info: JobConfig


class _DetailData(Struct, rename="pascal"):
    job_instance_detail: Detail


class _LogData(Struct, rename="pascal"):
    logs: list[str]


class _ListData(Struct, rename="pascal"):
    job_instance_details: list[Detail]


class AppGroup(Struct, rename="pascal"):
    """A group as ListGroups shows it."""

    group_id: str
    app_version: int | None = None
    """1 Basic, 2 Professional (https://help.aliyun.com/document_detail/467599.htm)."""


class _RowsData(Struct, rename="pascal"):
    job_instance_details: list[Any]


_UNREAD = Detail(instance_id=0, status=0)
"""In the place of a listed instance that cannot be read: not taken for failed, but counted among its page's."""


class _GroupsData(Struct, rename="pascal"):
    app_groups: list[AppGroup]


class _JobsData(Struct, rename="pascal"):
    jobs: list[JobConfig]
    total: int | None = None


class JobsPage(Struct, frozen=True, kw_only=True):
    """One page of ListJobs."""

    job_ids: list[str]
    last: bool


_Data = TypeVar("_Data", _InfoData, _DetailData, _ListData, _RowsData, _GroupsData, _JobsData, _LogData)


def ask(
    api: Caller, method: Literal["GET", "POST"], action: str, group: Group, parameters: Mapping[str, str]
) -> Reply | CallFailed:
    """One SchedulerX call. It is an answer only if `Success` is true and `Code` is 200."""
    place = {"RegionId": group.region, "Namespace": group.namespace}
    if group.group_id:
        place["GroupId"] = group.group_id
    if group.namespace_source:
        place["NamespaceSource"] = group.namespace_source
    wanted = ApiCall(
        action=action,
        version=VERSION,
        method=method,
        in_query=action == RETRY,
        parameters={**place, **parameters},
        mutates=method != "GET",
    )
    reply = api.call(wanted)
    return reply if isinstance(reply, CallFailed) else by_success(reply)


def job_config(api: Caller, group: Group, job_id: str) -> JobConfig | CallFailed:
    """The job's own settings. Raises msgspec.ValidationError if the answer has none."""
    reply = ask(api, "GET", "GetJobInfo", group, {"JobId": job_id})
    return reply if isinstance(reply, CallFailed) else _data(reply, _InfoData).job_config_info


def detail(api: Caller, group: Group, job_id: str, instance_id: int) -> Detail | CallFailed:
    """One instance. Raises msgspec.ValidationError if the answer has none."""
    wanted = {"JobId": job_id, "JobInstanceId": str(instance_id)}
    reply = ask(api, "GET", "GetJobInstance", group, wanted)
    return reply if isinstance(reply, CallFailed) else _data(reply, _DetailData).job_instance_detail


def instances(api: Caller, group: Group, job_id: str, filters: Mapping[str, str]) -> list[Detail] | CallFailed:
    """One page of the job's instances, newest first. Raises msgspec.ValidationError if it is no such page."""
    reply = ask(api, "GET", "GetJobInstanceList", group, {"JobId": job_id, **filters})
    if isinstance(reply, CallFailed):
        return reply
    found = _data(reply, _ListData).job_instance_details
    return [one for one in found if one.job_id is None or str(one.job_id) == job_id]


def read_log(api: Caller, group: Group, job_id: str, instance: Instance, *, newest: bool) -> list[str] | None:
    """The last 200 lines of an instance's log, or the first, oldest first; None if they cannot be had.

    The service looks half an hour back unless it is told from when on (docs/facts/schedulerx.md#log).
    """
    wanted = {
        "JobId": job_id,
        "JobInstanceId": str(instance.instance_id),
        "Line": str(LOG_LINES),
        "Offset": "0",
        "Reverse": "true" if newest else "false",
    }
    if instance.started_at is not None:
        wanted["StartTimestamp"] = str(int(instance.started_at * 1000))
    try:
        reply = ask(api, "GET", LOG, group, wanted)
        if isinstance(reply, CallFailed):
            return None
        lines = _data(reply, _LogData).logs[:LOG_LINES]
    except msgspec.ValidationError:
        return None
    return lines[::-1] if newest else lines


def overlaid(first: Sequence[str], last: Sequence[str]) -> list[str]:
    """The beginning and the end of a log; what is in both of them once."""
    most = min(len(first), len(last))
    shared = next((count for count in range(most, 0, -1) if first[-count:] == last[:count]), 0)
    return [*first, *last[shared:]]


def failed_instances(
    api: Caller, group: Group, job_id: str, window: tuple[float, float], number: int
) -> list[Detail] | CallFailed:
    """One page of the failed instances of a group, or of one of its jobs, that were to start in `[from, to]`.

    Args:
        api: the transport.
        group: whose instances.
        job_id: of one job; empty: of all.
        window: unix seconds.
        number: of the page, from 1.

    Raises:
        msgspec.ValidationError: it is no such page.
    """
    start, end = (str(int(edge * 1000)) for edge in window)
    wanted = {"Status": _FAILED, "StartTimestamp": start, "EndTimestamp": end, "PageNum": str(number)}
    of_job = {"JobId": job_id} if job_id else {}
    reply = ask(api, "GET", "GetJobInstanceList", group, {**of_job, **wanted, "PageSize": str(PAGE_SIZE)})
    if isinstance(reply, CallFailed):
        return reply
    details = each_shaped(_data(reply, _RowsData).job_instance_details, Detail, _UNREAD)
    return [one if one.job_id is not None or not job_id else replace(one, job_id=int(job_id)) for one in details]


def groups(api: Caller, namespace: Group) -> list[AppGroup] | CallFailed:
    """The groups of a namespace (https://help.aliyun.com/document_detail/467599.htm), which has no pages.

    Raises:
        msgspec.ValidationError: it is no such list.
    """
    reply = ask(api, "GET", "ListGroups", namespace, {})
    return reply if isinstance(reply, CallFailed) else _data(reply, _GroupsData).app_groups


def jobs(api: Caller, group: Group, number: int) -> JobsPage | CallFailed:
    """One page of a group's enabled jobs. Raises msgspec.ValidationError if it is no such page."""
    wanted = {"Status": _ENABLED, "PageNum": str(number), "PageSize": str(PAGE_SIZE)}
    reply = ask(api, "GET", "ListJobs", group, wanted)
    if isinstance(reply, CallFailed):
        return reply
    data = _data(reply, _JobsData)
    ids = [str(one.job_id) for one in data.jobs if one.job_id is not None]
    last = len(data.jobs) % _TEN != 0 or not data.jobs or 0 < (data.total or 0) <= number * len(data.jobs)
    return JobsPage(job_ids=ids, last=last)


def moment(written: str | None, zone: ZoneInfo, by: float = -math.inf) -> float | None:
    """Unix seconds of an instance's time; none if it has none, or one that no document describes.

    `by` is when the look began. Of an hour that comes twice the later time counts, unless it lies ahead: what a call
    made then would else seem to be an hour older than the call.
    """
    try:
        return instant(written, zone, by + AHEAD_S) if written else None
    except ValueError:
        return None


def _data(reply: Reply, kind: type[_Data]) -> _Data:
    data: Any = reply.body.get("Data")
    return shaped(data, kind, strict=False)
