"""SchedulerX 3: answers that say neither yes nor no, and ends that are missing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect, Target
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.snapshot import LookFailed
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.schedulerx3.adapter import MOST_A_LOOK, Schedulerx3Jobs
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from shared.systems.schedulerx3.wire import PAGE_SIZE
from tests.support.clock import Clock
from tests.support.openapi import FakeApi, Script
from tests.unit.systems.schedulerx3_looks import APP, ID, TOLD

NOT_FOUND = refused("NotFound", "no such thing", jobs=1, http_status=404)


def shown(number: int = ID, status: object = 5, **rest: Any) -> dict[str, Any]:
    """An execution as the service shows it."""
    times = {"StartTime": "2026-01-05 02:00:00", "EndTime": "2026-01-05 02:10:00 ", "DataTime": "2026-01-05 02:00:00"}
    base = {"JobExecutionId": str(number), "JobId": 71, "Status": status, "Attempt": 1, "TriggerType": 1, **times}
    return {**base, **rest}


def yes(data: Any, **body: Any) -> Reply:
    """Accepted, with a message that looks like an error."""
    said = {"Code": 200, "Success": True, "Message": "Parameter error: content is null.", "Data": data, **body}
    return Reply(body=said, request_id="req", status=200)


def service(one: Any, listed: list[dict[str, Any]] | None = None, events: Any = ()) -> Script:
    """A service that has this execution, lists these, and has noted these events."""

    def answer(wanted: ApiCall) -> Reply | CallFailed:
        assert wanted.in_query
        assert {"ClusterId": "xxljob-demo", "AppName": "demo-app"}.items() <= wanted.parameters.items()
        if wanted.action == "GetJobExecution":
            return one if isinstance(one, Reply | CallFailed) else yes(one)
        if wanted.action == "ListScheduleEvent":
            return yes({"Records": [{"Event": event, "Time": time} for time, event in events]})
        start = (int(wanted.parameters["PageNum"]) - 1) * PAGE_SIZE
        return yes({"Records": (listed if listed is not None else [one])[start : start + PAGE_SIZE]})

    return answer


def look(script: Script, told: Failure = TOLD) -> Schedulerx3Snapshot | LookFailed:
    """One look at what was told."""
    clock = Clock()
    (seen,) = Schedulerx3Jobs(FakeApi(clock, script), clock, ZoneInfo("Asia/Shanghai")).observe([told])
    assert isinstance(seen, Schedulerx3Snapshot | LookFailed)
    return seen


def state(script: Script) -> State | str:
    """What the look shows, or the code of its failure."""
    seen = look(script)
    return seen.code if isinstance(seen, LookFailed) else seen.state


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (service(shown()), State.FAILED),
        (service(shown(status="5")), State.FAILED),
        (service(shown(status=10)), State.PARTIAL_FAILED),
        (service(shown(status=3, EndTime="")), State.RUNNING),
        (service(shown(status=77)), State.UNKNOWN),
        (service(shown(JobId=72)), State.NOT_FOUND),
        (service(shown(AppName="demo-app")), State.FAILED),
        (service(shown(AppName="Demo-App")), State.NOT_FOUND),
        (service(shown(AppName="another-app")), State.NOT_FOUND),
        (service(shown(ID + 1)), State.NOT_FOUND),
        (service(NOT_FOUND), State.NOT_FOUND),
        (service(shown(EndTime=None)), "NoEndTime"),
        (service(shown(EndTime="soon")), "NoEndTime"),
        (service(yes(None)), "MalformedAnswer"),
        (service(yes(shown(), Code=500)), "UnreadableAnswer"),
        (service(yes(shown(), Success=None)), "UnreadableAnswer"),
        (service(yes(None, Success=False, Code=500)), "500"),
        (service(refused("NoPermission", "no", jobs=1, http_status=403)), "NoPermission"),
        (service(shown(), events=[("2026-01-05 02:10:00\n", "Failing_Auto_Retry")]), State.QUEUED),
        (
            service(
                shown(),
                events=[("2026-01-05 02:10:00\n", "Failing_Auto_Retry"), ("2026-01-05 02:12:00\n", "Failed")],
            ),
            State.FAILED,
        ),
    ],
)
def test_what_a_look_shows(script: Script, found: State | str) -> None:
    """`Success` decides, never the message; a failed execution without an end is looked at again."""
    assert state(script) == found


@pytest.mark.parametrize(
    ("script", "job_id"),
    [
        (service(shown(JobId=72)), "72"),
        (service(shown(AppName="another-app")), ""),
        (service(shown(ID + 1)), ""),
        (service(NOT_FOUND), ""),
    ],
)
def test_of_an_execution_without_its_job_the_look_shows_whose_it_is(script: Script, job_id: str) -> None:
    """That job's list is read; what is of another application, or not there, is nobody's."""
    seen = look(script, replace(TOLD, job_id=""))
    assert isinstance(seen, Schedulerx3Snapshot)
    assert (seen.job_id, seen.state) == (job_id, State.FAILED if job_id else State.NOT_FOUND)


def test_the_list_is_read_back_an_hour_and_no_further() -> None:
    """What began in that hour may live; what is older is not asked for."""
    many = [shown(ID + number, status=4, ScheduleTime="2025-12-01 00:00:00") for number in range(10 * PAGE_SIZE, 0, -1)]
    seen = look(service(shown(), listed=[shown(), *many]))
    assert isinstance(seen, Schedulerx3Snapshot)
    assert len(seen.others) == PAGE_SIZE - 1


def test_a_flood_costs_a_bounded_number_of_calls() -> None:
    """So many executions are looked at, as they come, each once; the others say why not. The list is asked once."""
    flood = [replace(TOLD, job_instance_id=ID + number) for number in range(MOST_A_LOOK + 5)]
    clock = Clock()
    api = FakeApi(clock, service(NOT_FOUND, listed=[]))
    jobs = Schedulerx3Jobs(api, clock, ZoneInfo("Asia/Shanghai"))
    for told in (flood + flood, flood[::-1]):
        seen = jobs.observe(told)
        unseen = {one.job_instance_id for one, look in zip(told, seen, strict=True) if isinstance(look, LookFailed)}
        assert unseen == {one.job_instance_id for one in told[MOST_A_LOOK : len(flood)]}
    assert len(api.asked) == 2 * MOST_A_LOOK + 1


def test_who_names_no_execution_means_none() -> None:
    """Not the first one of the same job, which is looked at beside it."""
    clock = Clock()
    jobs = Schedulerx3Jobs(FakeApi(clock, service(shown(1))), clock, ZoneInfo("Asia/Shanghai"))
    told = [replace(TOLD, job_instance_id=number) for number in (None, 1)]
    nothing, first, *again, other = jobs.observe([*told, *told, replace(TOLD, job_instance_id=2)])
    assert isinstance(nothing, Schedulerx3Snapshot)
    assert isinstance(first, Schedulerx3Snapshot)
    assert (nothing.state, first.state) == (State.NOT_FOUND, State.FAILED)
    assert again == [nothing, first]
    assert isinstance(other, Schedulerx3Snapshot), "what stands behind what was told twice is looked at"


def test_a_call_names_the_execution_in_the_query() -> None:
    """By POST, its effect unknown where the answer says neither yes nor no; nothing is sent where none was seen."""
    clock = Clock()
    api = FakeApi(clock, lambda _: yes(None, Success=None))
    jobs = Schedulerx3Jobs(api, clock, ZoneInfo("Asia/Shanghai"))
    life = Life.attempt(ID, 1, "1767550200")
    (result,) = jobs.rerun([Target(scope=APP, job_id="71", life=life)])
    (call,) = api.asked
    assert (call.method, call.in_query, call.mutates) == ("POST", True, True)
    assert (call.parameters["JobExecutionId"], result.effect) == (str(ID), Effect.UNKNOWN)
    (none,) = jobs.rerun([Target(scope=APP, job_id="71")])
    assert (none.effect, len(api.asked)) == (Effect.NOT_DONE_USELESS, 1)
