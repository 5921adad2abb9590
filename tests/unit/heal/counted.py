"""Services that count what they are asked: clusters of E-HPC, a group of SchedulerX, an application of SchedulerX 3."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import Scope
from shared.domain.outcome import stable_id
from shared.heal import Healer, Report
from shared.ports import JobSystem
from shared.sweep import sweep
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.house import House
from tests.support.openapi import Ending, Script

DOWN = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow down")
NOT_THERE = CallFailed(effect=Effect.NOT_DONE_USELESS, read_again=False, code="404", message="it is not existed")
HOUR_S, DAY_S = 3_600, 86_400


class Counted:
    """Counts calls by operation; while it is down none is answered. Its threads only ever read what it knows."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = True

    def call(self, wanted: ApiCall) -> Ending:
        """One call."""
        if self.down:
            return DOWN
        self.asked.append(wanted.action)
        return self.ask(wanted)

    def ask(self, wanted: ApiCall) -> Ending:
        """The answer as every service spells it."""
        body = {"Code": 200, "Success": True, **self.answer(wanted.action, dict(wanted.parameters))}
        return Reply(body=body, request_id="req", status=200)

    def answer(self, action: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """What an answer has besides what all have."""
        raise NotImplementedError

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was asked for."""
        return Counter(self.asked)


class Scripted(Counted):
    """Looks are answered by a script, and no rerun is done."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def ask(self, wanted: ApiCall) -> Ending:
        """As the script has it."""
        return DOWN if wanted.mutates else self._script(wanted)


class Clusters(Counted):
    """Clusters whose jobs run since an hour before the beginning. Each call takes so many seconds of the clock."""

    def __init__(self, clock: Clock, jobs: Mapping[str, Sequence[str]], takes_s: float = 0.0) -> None:
        super().__init__()
        self.oldest_s = 0.0
        """The greatest age of a page by which a job was rerun."""
        self._clock, self._takes_s = clock, takes_s
        self._shown_at: dict[str, float] = {}
        began = clock.now()
        self._jobs = {
            cluster: [{"Id": job_id, "State": "RUNNING", "StartTime": str(int(began) - HOUR_S)} for job_id in mine]
            for cluster, mine in jobs.items()
        }

    def answer(self, action: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """A page of a cluster's jobs; whatever else is asked is done."""
        now = self._clock.moment
        self._clock.moment += self._takes_s
        if action != "ListJobsWithFilters":
            rerun = [one["Id"] for one in json.loads(asked["Jobs"])]
            self.oldest_s = max(self.oldest_s, *(now - self._shown_at[job_id] for job_id in rerun))
            return {}
        jobs, size, number = self._jobs[asked["ClusterId"]], int(asked["PageSize"]), int(asked["PageNumber"])
        page = jobs[(number - 1) * size : number * size]
        self._shown_at |= {job["Id"]: now for job in page}
        return {"Jobs": page, "PageSize": size, "TotalCount": len(jobs)}


class Instances(Counted):
    """Jobs 0 to so many of SchedulerX or SchedulerX 3, each with as many failed instances, an hour apart."""

    def __init__(self, now: float, jobs: int, each: int) -> None:
        super().__init__()
        self._rows = {number: _row(now, number // each, number) for number in range(jobs * each)}

    def ask(self, wanted: ApiCall) -> Ending:
        """What nobody ever ran is not there."""
        named = wanted.parameters.get("JobInstanceId", wanted.parameters.get("JobExecutionId", "0"))
        return super().ask(wanted) if int(named) in self._rows else NOT_THERE

    def answer(self, action: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """The newest of a job's are its last."""
        if action == "GetJobInfo":
            return {"Data": {"JobConfigInfo": {"JobId": int(asked["JobId"]), "Name": "nightly", "Status": 1}}}
        if action == "GetJobInstance":
            return {"Data": {"JobInstanceDetail": self._rows[int(asked["JobInstanceId"])]}}
        if action == "GetJobExecution":
            return {"Data": self._rows[int(asked["JobExecutionId"])]}
        if action in {"GetJobInstanceList", "ListJobExecutions"}:
            mine = [row for row in self._rows.values() if asked.get("JobId") in {None, str(row["JobId"])}][::-1]
            mine = [row for row in mine if asked.get("Status") in {None, str(row["Status"])}]
            size, number = int(asked["PageSize"]), int(asked.get("PageNum", 1))
            page = mine[(number - 1) * size : number * size]
            return {"Data": {"JobInstanceDetails": page, "Records": page}}
        return {"Data": {"Records": []}}


def _row(now: float, job: int, number: int) -> dict[str, Any]:
    began = _written(now - DAY_S + 60 * number)
    times = {"DataTime": began, "ScheduleTime": began, "StartTime": began, "EndTime": _written(now - HOUR_S + number)}
    named = {"InstanceId": number, "JobExecutionId": number, "AppName": "a", "ClusterId": "c"}
    return {"JobId": job, "Status": 5, "TriggerType": 1, **named, **times}


def _written(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment + 8 * HOUR_S))


def told(house: House, scope: Scope, job_id: str, instance_id: int | None = None) -> Failure:
    """A telling of a job or of an instance."""
    return replace(
        house.failure(),
        scope=scope,
        job_id=job_id,
        job_instance_id=instance_id,
        telling_id=stable_id(scope.key, job_id, instance_id),
    )


def corridor(house: House, system: JobSystem, time_s: float = 60.0) -> Healer:
    """A new invocation's, with that job system alone."""
    return replace(house.healer(time_s), systems=lambda *_: system)


def made_due(house: House, system: JobSystem, service: Counted, failures: Sequence[Failure]) -> None:
    """Told while the service was down, and their time has come."""
    corridor(house, system).handle(Intake(failures=list(failures)), Trigger.EVENT)
    house.later(31)
    service.down = False


def swept(house: House, system: JobSystem, time_s: float = 60.0) -> Report:
    """One run of the timer's function."""
    return sweep(corridor(house, system, time_s))
