"""What a SchedulerX 3 shows to a seeker, turn by turn."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.call import Effect
from shared.systems.discovery import Sight, Terms
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.seek import Schedulerx3Seeker
from shared.systems.schedulerx3.watch import Apps
from tests.support.clock import Clock
from tests.support.openapi import Ending, Few, Play, fits

ZONE = ZoneInfo("Asia/Shanghai")
SCOPE = App(region="cn-hangzhou", cluster_id="c-1", app_name="app")
NOW, DAY_S = 1_767_240_000.0, 86_400.0
STALE_AFTER_S, REACH_H = 3_600.0, 48.0
WATCH = Apps(cluster="c-1", apps=("app",), reach_h=REACH_H)


class Service:
    """What the service shows, and what a seeker makes of it; a turn is three minutes after the one before."""

    def __init__(self, play: Play) -> None:
        self.now = NOW
        self.apps: list[str] = []
        self.same_apps = False
        """Whatever page is asked for, the first comes."""
        self.events: list[dict[str, Any]] = []
        """Of failures, oldest first."""
        self.listed: list[dict[str, Any]] = []
        """Executions that stand failed."""
        self.hidden: dict[int, dict[str, Any]] = {}
        """Executions that the list does not show."""
        self.retried: set[int] = set()
        """Executions that the service will run again by itself."""
        self.page_most = 50
        self.tells_total = True
        self.fails: dict[str, CallFailed] = {}
        self.memory: dict[str, Any] = {}
        self.api = play(self._answer)

    def _answer(self, wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        assert asked["ClusterId"] == "c-1"
        if wanted.action in self.fails:
            return self.fails[wanted.action]
        if wanted.action == "GetJobExecution":
            number = int(asked["JobExecutionId"])
            return _reply(self.hidden[number]) if number in self.hidden else failed("404")
        if wanted.action == "ListScheduleEvent" and "JobExecutionId" in asked:
            again = int(asked["JobExecutionId"]) in self.retried
            return _reply({"Records": [{"Event": "Failing_Auto_Retry"}] if again else []})
        if wanted.action == "ListApps":
            number = 1 if self.same_apps else int(asked["PageNum"])
            return _reply({"Records": [{"AppName": name} for name in self._page(self.apps, number)]})
        rows = self.events if wanted.action == "ListScheduleEvent" else self.listed
        total = {"Total": len(rows)} if self.tells_total else {}
        return _reply({"Records": self._page(rows, int(asked["PageNum"])), **total})

    def _page(self, rows: list[Any], number: int) -> list[Any]:
        return rows[(number - 1) * self.page_most :][: self.page_most]

    def seeker(self) -> Schedulerx3Seeker:
        """Of this invocation."""
        return Schedulerx3Seeker(self.api, Clock(self.now), ZONE, "cn-hangzhou")

    def turn(self, calls: int = 1_000, after_s: float = 180.0) -> Sight:
        """The next one, with so many calls."""
        self.now += after_s
        self.api.asked.clear()
        terms = Terms(now=self.now, fits=fits, stale_after_s=STALE_AFTER_S)
        sight = self.seeker().look(WATCH, SCOPE, self.memory, Few(calls), terms)
        self.memory = sight.memory
        return sight

    @property
    def asked(self) -> list[str]:
        """Operation and page, or execution, of the last turn's calls."""
        return [
            f"{call.action} {call.parameters.get('JobExecutionId') or call.parameters['PageNum']}"
            for call in self.api.asked
        ]

    def windows(self, action: str) -> list[tuple[str, str]]:
        """From when to when that was asked for."""
        asked = [one for one in self.api.parameters(action) if "StartTime" in one]
        return [(one["StartTime"], one["EndTime"]) for one in asked]


def _reply(data: Any) -> Reply:
    return Reply(body={"Success": True, "Code": 200, "Data": data}, request_id="req", status=200)


def failed(code: str) -> CallFailed:
    """A call that failed."""
    return CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code=code, message="why")


def written(moment: float) -> str:
    """As the service writes times."""
    return datetime.fromtimestamp(moment, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def execution(number: int, ended_ago_s: float = 60.0, **rest: Any) -> dict[str, Any]:
    """A failed one, as it is shown; it ended so long before the first turn."""
    end = written(NOW + 180.0 - ended_ago_s)
    return {"JobExecutionId": number, "JobId": 71, "Status": 5, "Attempt": 1, "EndTime": end, **rest}


def event(number: object, **rest: Any) -> dict[str, Any]:
    """That it failed."""
    return {"Event": "Failed", "EventType": "JOB", "JobExecutionId": number, **rest}
