"""What SchedulerX 2 (2019-04-30) answers: RerunJob, RetryJobInstance and the reads.

What a rerun makes: https://help.aliyun.com/en/mse/use-cases/rebrush-data. Parameters:
https://help.aliyun.com/zh/schedulerx/developer-reference/api-schedulerx2-2019-04-30-rerunjob and the official SDK
(alibabacloud_schedulerx220190430 2.2.3). Business errors are HTTP 200 with Success false. What no source states and is
chosen here: their Code is 400, that of a clash 500; the last day counts even if EndDate is its first moment; a disabled
job runs all the same (so that a caller who forgot to look is found out); at most 366 days a call; RetryJobInstance
makes a new instance with the old data time; every operation on a group of the Basic edition is refused so, of which a
page says only that its OpenAPI creates, updates and deletes tasks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.schedulerx import shapes
from localcloud.schedulerx.models import Group, Instance, Origin, ScheduledJob
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation

VERSION = "2019-04-30"
PER_MINUTE = 100
"""https://www.alibabacloud.com/help/en/schedulerx/latest/api: calls a minute, user and interface."""
DAYS_MOST = 366
PAGE_MOST = 100
LOG_LINES_MOST, LOG_BACK_S = 200, 1800.0
"""https://help.aliyun.com/zh/mse/developer-reference/api-schedulerx2-2019-04-30-getlog-mse"""
_SCOPE = ("RegionId", "Namespace", "GroupId")
_DATA_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
Parameters = Mapping[str, str]
Handler = Callable[[Parameters], dict[str, Any]]


class BusinessError(Exception):
    """A refusal that travels as HTTP 200: the number in `Code`, and the text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SchedulerxAnswers:
    """Answers about these groups; `operations` go to the gateway. Days are cut and times written in that zone."""

    def __init__(self, groups: Mapping[tuple[str, str], Group], timeline: Timeline, zone: str) -> None:
        self._groups = groups
        self._timeline = timeline
        self._zone = ZoneInfo(zone)

    def operations(self) -> list[Operation]:
        """What the gateway offers."""
        job, instance = (*_SCOPE, "JobId"), (*_SCOPE, "JobId", "JobInstanceId")
        days = (*job, "StartDate", "EndDate", "DataTime")
        return [
            _operation("RerunJob", "POST", self.rerun_job, days, in_body=True),
            _operation("RetryJobInstance", "POST", self.retry_job_instance, instance),
            _operation("GetJobInfo", "GET", self.get_job_info, job),
            _operation("GetJobInstance", "GET", self.get_job_instance, instance),
            _operation("GetJobInstanceList", "GET", self.get_job_instance_list, _SCOPE),
            _operation("GetLog", "GET", self.get_log, _SCOPE),
            _operation("ListJobs", "GET", self.list_jobs, _SCOPE),
            _operation("ListGroups", "GET", self.list_groups, ("RegionId", "Namespace")),
        ]

    def rerun_job(self, parameters: Parameters) -> dict[str, Any]:
        """One new instance for each day of the range."""
        group, job = self._job(parameters)
        days = self._days(_number(parameters, "StartDate"), _number(parameters, "EndDate"))
        time_of_day = parameters["DataTime"]
        if _DATA_TIME.fullmatch(time_of_day) is None:
            raise BusinessError(400, f"dataTime={time_of_day[:40]} is not HH:mm:ss")
        if job.made_within(group.clash_s):
            raise BusinessError(500, f"jobId={job.job_id} was triggered a moment ago, try again later")
        for day in days:
            job.make(f"{day.isoformat()} {time_of_day}", Origin.RERUN_JOB)
        return {}

    def retry_job_instance(self, parameters: Parameters) -> dict[str, Any]:
        """One new instance with the data time of an ended one."""
        _, job = self._job(parameters)
        instance = _instance(job, parameters)
        if instance.status(self._timeline.now()) not in shapes.FINAL:
            raise BusinessError(400, f"jobInstanceId={instance.instance_id} is not finished")
        job.make(instance.data_time, Origin.RETRY_JOB_INSTANCE)
        return {}

    def get_job_info(self, parameters: Parameters) -> dict[str, Any]:
        """A job's configuration."""
        _, job = self._job(parameters)
        return {"Data": {"JobConfigInfo": shapes.job_item(job)}}

    def get_job_instance(self, parameters: Parameters) -> dict[str, Any]:
        """One instance."""
        _, job = self._job(parameters)
        instance = _instance(job, parameters)
        return {"Data": {"JobInstanceDetail": shapes.detail(job, instance, self._timeline.now(), self._zone)}}

    def get_job_instance_list(self, parameters: Parameters) -> dict[str, Any]:
        """Instances, newest first; of one job, or of the group's. The two timestamps bound ScheduleTime."""
        group = self._group(parameters)
        if group.needs_job_id and not parameters.get("JobId"):
            raise BusinessError(400, "jobId is required")
        jobs = [self._job(parameters)[1]] if parameters.get("JobId") else list(group.jobs.values())
        now = self._timeline.now()
        first = _number(parameters, "StartTimestamp", 0) / 1000
        last = _number(parameters, "EndTimestamp", 10**15) / 1000
        status = _number(parameters, "Status", -1)
        found = [
            (instance.scheduled_at, instance.instance_id, shapes.list_item(job, instance, now, self._zone))
            for job in jobs
            for instance in job.instances()
            if first <= instance.scheduled_at <= last and status in {-1, int(instance.status(now))}
        ]
        found.sort(key=lambda one: one[:2], reverse=True)
        start, size = _page(parameters)
        return {"Data": {"JobInstanceDetails": [item for _, _, item in found[start : start + size]]}}

    def get_log(self, parameters: Parameters) -> dict[str, Any]:
        """Lines of an instance between two moments, the last half hour if none are named; newest first by default."""
        _, job = self._job(parameters)
        instance = _instance(job, parameters)
        now = self._timeline.now()
        first = _number(parameters, "StartTimestamp", int((now - LOG_BACK_S) * 1000)) / 1000
        last = _number(parameters, "EndTimestamp", int(now * 1000)) / 1000
        printed = instance.course.log if first <= instance.starts_at <= min(last, now) else ()
        lines = [line for line in printed if parameters.get("Keyword", "") in line]
        if parameters.get("Reverse", "true").lower() != "false":
            lines.reverse()
        count = _number(parameters, "Line", LOG_LINES_MOST)
        if not 1 <= count <= LOG_LINES_MOST:
            raise BusinessError(400, f"line={count} is not 1 to {LOG_LINES_MOST}")
        offset = max(_number(parameters, "Offset", 0), 0)
        return {"Data": {"Logs": lines[offset : offset + count]}}

    def list_jobs(self, parameters: Parameters) -> dict[str, Any]:
        """The group's jobs."""
        name, status = parameters.get("JobName"), parameters.get("Status")
        jobs = [
            shapes.job_item(job)
            for job in self._group(parameters).jobs.values()
            if (not name or name == job.config.name) and (not status or status == str(int(job.config.enabled)))
        ]
        start, size = _page(parameters)
        numbers = {"PageNumber": start // size + 1, "PageSize": size, "Total": len(jobs)}
        return {"Data": {"Jobs": jobs[start : start + size], **numbers}}

    def list_groups(self, parameters: Parameters) -> dict[str, Any]:
        """The namespace's groups."""
        mine = [group for (namespace, _), group in self._groups.items() if namespace == parameters["Namespace"]]
        return {"Data": {"AppGroups": [shapes.group_item(group, number) for number, group in enumerate(mine, 1)]}}

    def _group(self, parameters: Parameters) -> Group:
        namespace, group_id = parameters["Namespace"], parameters["GroupId"]
        group = self._groups.get((namespace, group_id))
        if group is None:
            raise BusinessError(400, f"groupid not exist groupId: {group_id} namespace: {namespace}")
        if group.basic:
            raise BusinessError(400, "the basic edition does not support this operation")
        return group

    def _job(self, parameters: Parameters) -> tuple[Group, ScheduledJob]:
        group = self._group(parameters)
        job_id = _number(parameters, "JobId")
        if job_id in group.jobs:
            return group, group.jobs[job_id]
        if any(job_id in other.jobs for other in self._groups.values()):
            raise BusinessError(400, f"jobid: {job_id} not match groupId: {group.group_id}")
        raise BusinessError(400, f"jobId={job_id} is not existed")

    def _days(self, start_ms: int, end_ms: int) -> list[date]:
        try:
            first, last = (datetime.fromtimestamp(ms / 1000, self._zone).date() for ms in (start_ms, end_ms))
        except (ValueError, OverflowError, OSError):
            raise BusinessError(400, "startDate or endDate is out of range") from None
        count = (last - first).days + 1
        if not 1 <= count <= DAYS_MOST:
            raise BusinessError(400, f"startDate to endDate must be 1 to {DAYS_MOST} days")
        return [first + timedelta(days=number) for number in range(count)]


def _operation(
    action: str, method: str, handler: Handler, required: tuple[str, ...], *, in_body: bool = False
) -> Operation:
    """An operation whose refusals travel as HTTP 200."""

    def answered(parameters: Parameters) -> dict[str, Any]:
        try:
            return {"Code": 200, "Success": True, "Message": "", **handler(parameters)}
        except BusinessError as error:
            return _refusal(str(error.code), error.message)

    return Operation(
        VERSION, action, method, answered, required, in_body=in_body, per_minute=PER_MINUTE, refusal=_refusal
    )


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"Code": int(code), "Success": False, "Message": message}


def _instance(job: ScheduledJob, parameters: Parameters) -> Instance:
    wanted = _number(parameters, "JobInstanceId")
    for instance in job.instances():
        if instance.instance_id == wanted:
            return instance
    raise BusinessError(400, f"jobInstanceId={wanted} is not existed")


def _page(parameters: Parameters) -> tuple[int, int]:
    size = min(max(_number(parameters, "PageSize", 10), 1), PAGE_MOST)
    return (max(_number(parameters, "PageNum", 1), 1) - 1) * size, size


def _number(parameters: Parameters, name: str, default: int | None = None) -> int:
    text = parameters.get(name) or ("" if default is None else str(default))
    if re.fullmatch(r"-?[0-9]{1,18}", text) is None:
        raise BusinessError(400, f"{name}={text[:40]} is not a number")
    return int(text)
