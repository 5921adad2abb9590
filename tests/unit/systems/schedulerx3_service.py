"""A SchedulerX 3 with these executions, newest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from shared.systems.schedulerx3.scope import App
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play

ZONE = ZoneInfo("Asia/Shanghai")
HERE = App(region="cn-hangzhou", cluster_id="c", app_name="a")
PLACE = {"ClusterId": "c", "AppName": "a"}
NOON = instant("2026-01-01 12:00:00", ZONE)
FAILED = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")


def yes(data: Any = None, **body: Any) -> Reply:
    """Accepted."""
    return Reply(body={"Code": 200, "Success": True, "Data": data, **body}, request_id="req", status=200)


AGAIN, FINAL = "Failing_Auto_Retry", "Failed"


class Service:
    """With these executions, newest first; a look at one shows no workflow, the list does."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = list(rows)
        self.workflow: list[int] | CallFailed | None = []
        """States of what the workflow has, or what is said when it is asked for."""
        self.events: Ending = yes({"Records": []})
        self.cap = 50
        self.total: int | None = None
        """Of the list, as it says."""
        self.hidden = 0
        """An execution that the list does not show."""
        self.listed: Ending | None = None

    def __call__(self, wanted: ApiCall) -> Ending:
        """Answer one call."""
        asked = wanted.parameters
        if wanted.mutates:
            return yes()
        if wanted.action == "GetJobExecution":
            found = [one for one in self.rows if str(one["JobExecutionId"]) == asked["JobExecutionId"]]
            return yes({**found[0], "WorkflowExecutionId": None})
        if wanted.action == "ListScheduleEvent":
            return self.events
        if "WorkflowExecutionId" in asked:
            return self._of_workflow()
        start = (int(asked["PageNum"]) - 1) * self.cap
        rows = [one for one in self.rows if one["JobExecutionId"] != self.hidden]
        return self.listed or yes({"Records": rows[start : start + self.cap], "Total": self.total})

    def _of_workflow(self) -> Ending:
        if self.workflow is None:
            return yes({"Records": 5})
        if isinstance(self.workflow, CallFailed):
            return self.workflow
        return yes({"Records": [{"JobExecutionId": 1, "Status": status} for status in self.workflow]})


System = tuple[Schedulerx3Jobs, FakeApi]
Opened = Callable[[Service], System]


def telling(failure: Make[Failure]) -> Make[Failure]:
    """Of execution 9, or another one."""
    return lambda number=9, **rest: failure("71", HERE, job_instance_id=number, **rest)


def opening(fake_api: Play) -> Opened:
    """A system before such a service, at noon, and the transport between."""

    def make(service: Service) -> System:
        api = fake_api(service)
        return Schedulerx3Jobs(api, Clock(NOON), ZONE), api

    return make
