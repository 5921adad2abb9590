"""What SchedulerX 3 (2024-06-24) answers: the reads of executions, their retries and backfills.

Operations: https://help.aliyun.com/zh/schedulerx/schedulerx-xxljob/developer-reference/api-schedulerx3-2024-06-24-dir-job-execution-mse/
Members as the models of the official SDK (alibabacloud_schedulerx320240624 1.9.3) have them. What no source states and
is chosen here: an execution that has not failed is refused with HTTP 200 and `Success` false; ids are text in answers;
a time yet to come is empty; an event of each end, and of each retry that the service means to do itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.schedulerx3.models import App, Execution, Status
from localcloud.timeline import Timeline
from localcloud.wire.http import ApiError
from localcloud.wire.openapi import Operation

VERSION = "2024-06-24"
PAGE_MOST = 100
MOST_DAYS = 366
_FORMAT = "%Y-%m-%d %H:%M:%S"
_SCOPE = ("ClusterId", "AppName")
_SAMPLE_MESSAGE = "Parameter error: content is null."
"""The documented samples of successes carry such a message."""
Parameters = Mapping[str, str]


class Schedulerx3Answers:
    """Answers about these applications; `operations` go to the gateway. Times are written in that zone."""

    def __init__(self, apps: Mapping[tuple[str, str], App], timeline: Timeline, zone: str) -> None:
        self._apps = apps
        self._timeline = timeline
        self._zone = ZoneInfo(zone)

    def operations(self) -> list[Operation]:
        """What the gateway offers."""
        one, workflow = (*_SCOPE, "JobExecutionId"), (*_SCOPE, "WorkflowExecutionId")
        return [
            _operation("OperateRetryJobExecution", "POST", self.retry, one),
            _operation("OperateRetryWorkflowExecution", "POST", self.retry_workflow, workflow, in_body=True),
            _operation("OperateRerunJob", "POST", self.rerun, (*_SCOPE, "JobId", "StartDate", "EndDate", "DataTime")),
            _operation("GetJobExecution", "POST", self.get_job_execution, one),
            _operation("ListJobExecutions", "POST", self.list_job_executions, ("ClusterId",)),
            _operation("ListScheduleEvent", "GET", self.list_schedule_event, ("ClusterId",)),
            _operation("ListApps", "GET", self.list_apps, ("ClusterId",)),
        ]

    def retry(self, parameters: Parameters) -> dict[str, Any]:
        """Run a failed execution again."""
        with self._timeline.lock:
            self._timeline.tick()
            app, found = self._one(parameters)
            if found.status(self._timeline.now()) is not Status.FAILED:
                return {"Code": 400, "Success": False, "Message": "the job execution has not failed"}
            app.retry(found)
            return {}

    def retry_workflow(self, parameters: Parameters) -> dict[str, Any]:
        """Run the failed executions of a workflow again, or all of them."""
        with self._timeline.lock:
            self._timeline.tick()
            app, wanted, now = self._app(parameters), parameters["WorkflowExecutionId"], self._timeline.now()
            mine = [one for one in app.newest_first(frozenset(app.jobs)) if one.workflow_execution_id == wanted]
            if not mine:
                raise ApiError(404, "NotFound", "The specified workflow execution does not exist.")
            if any(one.status(now) is Status.RUNNING for one in mine):
                return {"Code": 400, "Success": False, "Message": "the workflow execution is running"}
            for one in mine:
                if parameters.get("OnlyFailed", "").casefold() != "true" or one.status(now) is Status.FAILED:
                    app.retry(one)
            return {}

    def rerun(self, parameters: Parameters) -> dict[str, Any]:
        """One new execution of a job for each day of the range."""
        with self._timeline.lock:
            self._timeline.tick()
            app, job_id = self._app(parameters), _number(parameters, "JobId", 0)
            if job_id not in app.jobs:
                raise ApiError(404, "NotFound", "The specified job does not exist.")
            first, last = (_number(parameters, edge, 0) / 1000 for edge in ("StartDate", "EndDate"))
            if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]", parameters["DataTime"]) is None:
                raise ApiError(400, "InvalidParameter", "DataTime is not HH:mm:ss")
            days = [datetime.fromtimestamp(edge, self._zone).date() for edge in (first, last)]
            for number in range(days[0].toordinal(), min(days[1].toordinal(), days[0].toordinal() + MOST_DAYS) + 1):
                app.backfill(job_id, f"{date.fromordinal(number).isoformat()} {parameters['DataTime']}")
            return {}

    def get_job_execution(self, parameters: Parameters) -> dict[str, Any]:
        """One execution."""
        app, found = self._one(parameters)
        shown = self._shown(app, found)
        started = found.status(self._timeline.now()) is not Status.WAITING
        return {"Data": {**shown, "StartTime": self._text(found.starts_at) if started else ""}}

    def list_job_executions(self, parameters: Parameters) -> dict[str, Any]:
        """Executions, newest first; of one job, or of the application."""
        app = self._app(parameters)
        wanted, workflow = parameters.get("JobId"), parameters.get("WorkflowExecutionId")
        jobs = frozenset(job for job in app.jobs if not wanted or str(job) == wanted)
        status, now = parameters.get("Status"), self._timeline.now()
        earliest, latest = (self._moment(parameters.get(edge)) for edge in ("StartTime", "EndTime"))
        found = [
            one
            for one in app.newest_first(jobs)
            if (not status or str(int(one.status(now))) == status)
            and (not workflow or one.workflow_execution_id == workflow)
            and (earliest is None or one.starts_at >= earliest)
            and (latest is None or one.starts_at <= latest)
        ]
        rows = [{**self._shown(app, one), "WorkflowExecutionId": one.workflow_execution_id} for one in found]
        return self._page(parameters, rows)

    def list_apps(self, parameters: Parameters) -> dict[str, Any]:
        """The cluster's applications."""
        there = sorted(name for cluster, name in self._apps if cluster == parameters["ClusterId"])
        if not there:
            raise ApiError(404, "NotFound", "The specified cluster does not exist.")
        return self._page(parameters, [{"AppName": name} for name in there])

    def list_schedule_event(self, parameters: Parameters) -> dict[str, Any]:
        """What the service has noted: ends, and what it will run again itself. Newest first with `Reverse`."""
        app, now = self._app(parameters), self._timeline.now()
        wanted, kind = parameters.get("JobExecutionId"), parameters.get("Event")
        begin, end = _number(parameters, "StartTime", 0) / 1000, _number(parameters, "EndTime", 0) / 1000
        rows = [
            row
            for one in app.newest_first(frozenset(app.jobs))
            if not wanted or str(one.execution_id) == wanted
            for at, row in self._events(app, one, now)
            if (not kind or row["Event"] == kind) and at >= begin and (not end or at <= end)
        ]
        rows.sort(key=lambda row: str(row["Time"]), reverse=parameters.get("Reverse", "").casefold() == "true")
        return self._page(parameters, rows)

    def _events(self, app: App, one: Execution, now: float) -> list[tuple[float, dict[str, Any]]]:
        ends = [(at, "Failed") for at in one.ended]
        if one.ends_at <= now:
            failed = "Failing_Auto_Retry" if one.retries_itself else "Failed"
            ends.append((one.ends_at, failed if one.course.status is Status.FAILED else "Succeed"))
        told = {
            "AppName": app.app_name,
            "JobName": app.jobs[one.job_id].name,
            "JobExecutionId": str(one.execution_id),
            "EventType": "JOB",
            "WorkerAddr": "http://192.0.2.10:9999/",
            "Content": one.course.result,
            "WorkflowName": "",
            "WorkflowExecutionId": one.workflow_execution_id,
        }
        return [(at, {**told, "Event": event, "Time": self._text(at) + "\n"}) for at, event in ends]

    def _shown(self, app: App, one: Execution) -> dict[str, Any]:
        now = self._timeline.now()
        status = one.status(now)
        over = status in {Status.SUCCESS, Status.FAILED}
        return {
            "AppName": app.app_name,
            "JobExecutionId": str(one.execution_id),
            "JobId": one.job_id,
            "JobName": app.jobs[one.job_id].name,
            "JobType": "xxljob",
            "Status": int(status),
            "Attempt": one.attempt,
            "TriggerType": int(one.trigger),
            "DataTime": one.data_time,
            "ScheduleTime": self._text(one.starts_at),
            "EndTime": self._text(one.ends_at) if over else "",
            "Result": one.course.result if over else "",
        }

    def _page(self, parameters: Parameters, rows: list[dict[str, Any]]) -> dict[str, Any]:
        size = min(max(_number(parameters, "PageSize", 20), 1), PAGE_MOST)
        page = max(_number(parameters, "PageNum", 1), 1)
        shown = rows[(page - 1) * size : page * size]
        return {"Data": {"Records": shown, "PageNumber": page, "PageSize": size, "Total": len(rows)}}

    def _app(self, parameters: Parameters) -> App:
        found = self._apps.get((parameters["ClusterId"], parameters.get("AppName", "")))
        if found is None:
            raise ApiError(404, "NotFound", "The specified cluster or application does not exist.")
        return found

    def _one(self, parameters: Parameters) -> tuple[App, Execution]:
        app = self._app(parameters)
        wanted = _number(parameters, "JobExecutionId", 0)
        for job in app.jobs.values():
            if wanted in job.executions:
                return app, job.executions[wanted]
        raise ApiError(404, "NotFound", "The specified job execution does not exist.")

    def _moment(self, text: str | None) -> float | None:
        try:
            return datetime.strptime(text, _FORMAT).replace(tzinfo=self._zone).timestamp() if text else None
        except ValueError:
            raise ApiError(400, "InvalidParameter", "a time is no time") from None

    def _text(self, moment: float) -> str:
        return datetime.fromtimestamp(int(moment), self._zone).strftime(_FORMAT)


def _operation(
    action: str,
    method: str,
    handler: Callable[[Parameters], dict[str, Any]],
    required: tuple[str, ...],
    *,
    in_body: bool = False,
) -> Operation:
    def answered(parameters: Parameters) -> dict[str, Any]:
        return {"Code": 200, "Success": True, "Message": _SAMPLE_MESSAGE, **handler(parameters)}

    return Operation(VERSION, action, method, answered, required, in_body=in_body, refusal=_refusal)


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"Code": int(code) if code.isdecimal() else code, "Success": False, "Message": message}


def _number(parameters: Parameters, name: str, default: int) -> int:
    text = parameters.get(name) or str(default)
    if re.fullmatch(r"[0-9]{1,19}", text) is None:
        raise ApiError(400, "InvalidParameter", f"{name} is not a number")
    return int(text)
