"""What a SchedulerX shows to a seeker, turn by turn."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from shared.domain.call import Effect
from shared.systems.discovery import Sight, Terms
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.seek import SchedulerxSeeker
from shared.systems.schedulerx.watch import Groups
from tests.support.clock import Clock
from tests.support.openapi import Ending, Few, Play, fits

ZONE = ZoneInfo("Asia/Shanghai")
SCOPE = Group(region="cn-hangzhou", namespace="ns", group_id="a.group")
NOW, DAY_S = 1_767_240_000.0, 86_400.0
STALE_AFTER_S = 3_600.0
REACH_H = 48.0
WATCH = Groups(namespace="ns", groups=("a.group",), reach_h=REACH_H)


class Service:
    """What the service shows, and what a seeker makes of it; a turn is three minutes after the one before."""

    def __init__(self, play: Play) -> None:
        self.now = NOW
        self.groups: list[dict[str, Any]] = []
        self.instances: list[dict[str, Any]] = []
        """Failed ones; the list shows the newest first."""
        self.jobs: list[int] = []
        self.configs: dict[str, dict[str, Any]] = {}
        self.needs_job_id = False
        self.page_most = 50
        self.shows_most: int | None = None
        """However many there are, each page shows the first so many."""
        self.fails: dict[str, CallFailed] = {}
        self.memory: dict[str, Any] = {}
        self.api = play(self._answer)

    def _answer(self, wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        assert asked["Namespace"] == "ns"
        if wanted.action in self.fails:
            return self.fails[wanted.action]
        if wanted.action == "ListGroups":
            return _reply(AppGroups=self.groups)
        if wanted.action == "GetJobInfo":
            return _reply(JobConfigInfo=self.configs.get(asked["JobId"], {}))
        if wanted.action == "ListJobs":
            return _reply(Jobs=self._page([{"JobId": one} for one in self.jobs], asked), Total=len(self.jobs))
        if self.needs_job_id and "JobId" not in asked:
            return refused("400")
        of_job = [one for one in self.instances if asked.get("JobId", str(one["JobId"])) == str(one["JobId"])]
        if self.shows_most is not None:
            return _reply(JobInstanceDetails=of_job[: self.shows_most])
        return _reply(JobInstanceDetails=self._page(of_job, asked))

    def _page(self, listed: list[dict[str, Any]], asked: Any) -> list[dict[str, Any]]:
        size = min(int(asked["PageSize"]), self.page_most)
        return listed[(int(asked["PageNum"]) - 1) * size :][:size]

    def seeker(self) -> SchedulerxSeeker:
        """Of this invocation."""
        return SchedulerxSeeker(self.api, Clock(self.now), ZONE, "cn-hangzhou")

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
        """Operation, job and page of the last turn's calls: `GetJobInstanceList 42 1`, `ListJobs 2`."""
        told = []
        for call in self.api.asked:
            named = (call.parameters.get(name) for name in ("JobId", "PageNum"))
            told.append(" ".join([call.action, *(one for one in named if one)]))
        return told


def _reply(**data: Any) -> Reply:
    return Reply(body={"Success": True, "Code": 200, "Data": data}, request_id="req", status=200)


def refused(code: str, **rest: bool) -> CallFailed:
    """A call that failed, for what it asked."""
    failed = CallFailed(effect=Effect.NOT_DONE_USELESS, read_again=False, code=code, message="why")
    return replace(failed, **rest)


def written(moment: float) -> str:
    """As the service writes times."""
    return datetime.fromtimestamp(moment, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def instance(number: int, job: int = 42, ended_ago_s: float | None = 60.0, **rest: Any) -> dict[str, Any]:
    """A failed instance, of a day of its own."""
    ended = {} if ended_ago_s is None else {"EndTime": written(NOW + 180.0 - ended_ago_s)}
    return {"InstanceId": number, "JobId": job, "Status": 5, "DataTime": f"day {number}", **ended, **rest}


def told(sight: Sight) -> list[int | None]:
    """Instances that were found."""
    return [failure.job_instance_id for failure in sight.failures]
