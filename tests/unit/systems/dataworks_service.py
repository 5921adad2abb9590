"""A DataWorks with these instances, and a failure of one."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.dataworks.adapter import DataworksJobs
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi, Script

HERE = Project(region="cn-hangzhou", project_id="12345")
ID = 453_000_000_001
DAY = 1_767_139_200_000
ZONE = ZoneInfo("Asia/Shanghai")


def failure(number: int = ID, scope: Project = HERE, **told: Any) -> Failure:
    """It has failed just now."""
    base: dict[str, Any] = {"occurred_at": START, "trigger": Trigger.EVENT, "event_id": "e", "telling_id": "t"}
    return Failure(**{"scope": scope, "job_id": str(number), **base, **told})


def shown(number: int = ID, **rest: Any) -> dict[str, Any]:
    """An instance as the service shows it."""
    base: dict[str, Any] = {
        "Id": number,
        "Status": "Failure",
        "RunNumber": 1,
        "ProjectId": 12345,
        "ProjectEnv": "Prod",
        "RerunMode": "AllAllowed",
        "TriggerRecurrence": "Normal",
        "StartedTime": 1_767_239_000_000,
        "FinishedTime": 1_767_239_300_000,
        "Bizdate": DAY,
        "Owner": "1000",
    }
    return {**base, **rest}


def yes(request_id: str = "req", **body: Any) -> Reply:
    """An answer with HTTP 200."""
    return Reply(body=body, request_id=request_id, status=200)


def service(*rows: dict[str, Any], listed: bool = True) -> Script:
    """A service that has these instances; the list shows them only if it works."""

    def answer(wanted: ApiCall) -> Reply | CallFailed:
        assert not wanted.mutates
        if wanted.action == "GetTaskInstance":
            assert wanted.method == "GET"
            found = [row for row in rows if str(row["Id"]) == wanted.parameters["Id"]]
            return yes(TaskInstance=found[0]) if found else refused("NoSuch", "no", jobs=1, http_status=404)
        assert (wanted.method, wanted.parameters["ProjectId"]) == ("POST", "12345")
        ids = json.loads(wanted.parameters["Ids"])
        of_day = [row for row in rows if row["Id"] in ids and str(row["Bizdate"]) == wanted.parameters["Bizdate"]]
        return (
            yes(PagingInfo={"TaskInstances": of_day}) if listed else refused("Throttling", "", jobs=1, http_status=400)
        )

    return answer


def looked(script: Script, *failures: Failure) -> tuple[list[State | str], list[str]]:
    """What a look shows, or the code of its failure; and the calls that it took."""
    clock = Clock()
    api = FakeApi(clock, script)
    seen = DataworksJobs(api, clock, ZONE).observe(failures)
    states = [one.code if isinstance(one, LookFailed) else one.state for one in seen]
    return states, [wanted.action for wanted in api.asked]


def seen(one: TaskInstance | None) -> DataworksSnapshot:
    """A look that shows it."""
    return DataworksSnapshot(job_id=str(ID), instance=one, look_begun_at=START)
