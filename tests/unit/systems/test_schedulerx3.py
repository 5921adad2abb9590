"""SchedulerX 3: answers that say neither yes nor no, ends that come late, and lives that are told apart."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi, Effect, Target
from shared.domain.claims import Share
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.schedulerx3.adapter import MOST_A_LOOK, Schedulerx3Jobs
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Execution, Schedulerx3Snapshot
from shared.systems.schedulerx3.wire import PAGE_SIZE
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi, Script

APP = App(region="cn-hangzhou", cluster_id="xxljob-demo", app_name="demo-app")
ID = 1_310_630_367_761_285_120
TOLD = Failure(
    scope=APP, job_id="71", job_instance_id=ID, occurred_at=START, trigger=Trigger.EVENT, event_id="e", telling_id="t"
)
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


def look(script: Script) -> Schedulerx3Snapshot | LookFailed:
    """One look at what was told."""
    clock = Clock()
    (seen,) = Schedulerx3Jobs(FakeApi(clock, script), clock, ZoneInfo("Asia/Shanghai")).observe([TOLD])
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


def test_the_list_is_read_back_an_hour_and_no_further() -> None:
    """What began in that hour may live; what is older is not asked for."""
    many = [shown(ID + number, status=4, ScheduleTime="2025-12-01 00:00:00") for number in range(10 * PAGE_SIZE, 0, -1)]
    seen = look(service(shown(), listed=many))
    assert isinstance(seen, Schedulerx3Snapshot)
    assert len(seen.others) == PAGE_SIZE


def test_a_flood_costs_a_bounded_number_of_calls() -> None:
    """The same executions are looked at in whatever order they are told, each once; the others say why not."""
    flood = [replace(TOLD, job_instance_id=ID + number) for number in range(MOST_A_LOOK + 5)]
    codes = []
    for told in (flood + flood, flood[::-1]):
        clock = Clock()
        api = FakeApi(clock, service(NOT_FOUND))
        seen = Schedulerx3Jobs(api, clock, ZoneInfo("Asia/Shanghai")).observe(told)
        assert len(api.asked) == MOST_A_LOOK
        codes.append(
            {one.job_instance_id for one, look in zip(told, seen, strict=True) if isinstance(look, LookFailed)}
        )
    assert codes[0] == codes[1] == {ID + number for number in range(MOST_A_LOOK, MOST_A_LOOK + 5)}


def test_a_call_names_the_execution_in_the_query() -> None:
    """By POST, its effect unknown where the answer says neither yes nor no; nothing is sent where none was seen."""
    clock = Clock()
    api = FakeApi(clock, lambda _: yes(None, Success=None))
    jobs = Schedulerx3Jobs(api, clock, ZoneInfo("Asia/Shanghai"))
    life = Life.attempt(ID, "1@1767550200")
    (result,) = jobs.rerun([Target(scope=APP, job_id="71", life=life)])
    (call,) = api.asked
    assert (call.method, call.in_query, call.mutates) == ("POST", True, True)
    assert (call.parameters["JobExecutionId"], result.effect) == (str(ID), Effect.UNKNOWN)
    (none,) = jobs.rerun([Target(scope=APP, job_id="71")])
    assert (none.effect, len(api.asked)) == (Effect.NOT_DONE_USELESS, 1)


def execution(**parts: Any) -> Execution:
    """One that failed ten minutes before the telling."""
    base: dict[str, Any] = {
        "execution_id": ID,
        "state": State.FAILED,
        "attempt": 1,
        "data_time": "d",
        "started_at": START - 600,
        "ended_at": START - 5,
    }
    return Execution(**{**base, **parts})


def seen(meant: Execution | None, *others: Execution) -> Schedulerx3Snapshot:
    """A look that shows these."""
    found = meant.state if meant else State.NOT_FOUND
    return Schedulerx3Snapshot(job_id="71", state=found, execution=meant, others=others, look_begun_at=START)


def reserved(**parts: Any) -> Case:
    """A case whose call is in doubt."""
    base: dict[str, Any] = {
        "failure": replace(TOLD, occurred_at=START - 60),
        "failure_id": "f",
        "state": CaseState.UNKNOWN,
        "opened_at": START,
        "life": execution().life,
        "attempt": 1,
        "reserved_at": START,
    }
    return Case(**{**base, **parts})


@pytest.mark.parametrize(
    ("snapshot", "settled", "concluded", "became"),
    [
        (seen(execution()), False, Conclusion.WAIT, Aftermath.WAIT),
        (seen(execution()), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (seen(None), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(ended_at=None)), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (seen(execution(attempt=2, state=State.RUNNING)), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(state=State.RUNNING)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(state=State.RUNNING, started_at=START)), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(state=State.QUEUED)), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(ended_at=START - 40)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=0, state=State.RUNNING)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 31)), True, Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 31)), False, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 30)), True, Conclusion.RESTARTED, Aftermath.FAILED),
        (seen(execution(attempt=2, ended_at=START + 90)), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (
            seen(execution(state=State.SUCCEEDED, ended_at=START + 90)),
            False,
            Conclusion.RESTARTED,
            Aftermath.SUCCEEDED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, state=State.QUEUED, started_at=None)),
            False,
            Conclusion.RESTARTED,
            Aftermath.RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, started_at=START - 3600)),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, started_at=START, data_time="other")),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=1, started_at=START)),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
    ],
)
def test_what_a_look_proves(
    snapshot: Schedulerx3Snapshot,
    settled: bool,  # noqa: FBT001 - a table
    concluded: Conclusion,
    became: Aftermath,
) -> None:
    """Under the old id or a new one, begun since; an end that is missing proves nothing."""
    case = reserved()
    assert snapshot.conclude(case, settled=settled) is concluded
    assert snapshot.aftermath(case, settled=settled) is became


def test_a_retry_known_before_the_call_proves_nothing() -> None:
    """Somebody's of a minute ago is not ours."""
    earlier = execution(execution_id=ID + 1, trigger_type=4, started_at=START - 10)
    snapshot = seen(execution(), earlier)
    assert snapshot.known_reruns == (ID + 1,)
    assert snapshot.conclude(reserved(known_reruns=(ID + 1,)), settled=True) is Conclusion.NOT_RESTARTED


@pytest.mark.parametrize(
    ("snapshot", "told", "run"),
    [
        (seen(None), {}, Run.THIS),
        (seen(execution()), {}, Run.THIS),
        (seen(execution(started_at=START - 5)), {}, Run.THIS),
        (seen(execution(started_at=START - 31, ended_at=None, attempt=2)), {}, Run.THIS),
        (seen(execution(started_at=START - 30, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 30, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 30)), {}, Run.THIS),
        (seen(execution(started_at=START - 5, ended_at=START, attempt=2)), {}, Run.THIS),
        (seen(execution(started_at=None)), {}, Run.THIS),
        (seen(execution(started_at=None, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 60, attempt=2)), {}, Run.EARLIER),
        (seen(execution()), {"started_at": START - 600}, Run.THIS),
        (seen(execution(attempt=2)), {"started_at": START - 1200}, Run.EARLIER),
        (seen(execution(), execution(execution_id=ID + 1, trigger_type=5)), {}, Run.EARLIER),
        (seen(execution(), execution(execution_id=ID + 1, trigger_type=1)), {}, Run.THIS),
    ],
)
def test_which_run_a_failure_means(snapshot: Schedulerx3Snapshot, told: dict[str, float], run: Run) -> None:
    """The execution told, unless it has been run again since."""
    failure = Failure(**{**{name: getattr(TOLD, name) for name in TOLD.__struct_fields__}, **told})
    assert snapshot.which_run(failure, JobRecord()) is run


def test_a_rerun_of_ours_since_makes_it_an_earlier_run() -> None:
    """The record knows what the list does not show yet."""
    done = reserved(state=CaseState.DONE, reserved_at=START + 10)
    assert seen(execution()).which_run(TOLD, JobRecord(cases=(done,))) is Run.EARLIER


def test_attempts_that_were_not_ours_count() -> None:
    """So that its retries and ours do not multiply."""
    assert seen(execution(attempt=4)).retries_of_its_own(JobRecord(), TOLD, 1) == 2
    assert seen(execution(attempt=0)).retries_of_its_own(JobRecord(), TOLD, 1) == 0
    assert seen(None).retries_of_its_own(JobRecord(), TOLD, 0) == 0


def test_lives_come_back_from_documents() -> None:
    """With the execution that they name."""
    for one in (execution(), execution(state=State.RUNNING, attempt=2)):
        assert one.life is not None
        again = Life.read(one.life.text)
        assert (again, again.instance_id, again.data_time) == (one.life, ID, None)


def test_what_a_call_may_restart_beside_the_execution() -> None:
    """The workflow that it is part of, whole only by the call that is for that."""
    part = seen(execution(workflow=5))
    assert part.share(ActionApi.RETRY_WORKFLOW) == Share(of="5", all_of_it=True)
    assert part.share(None) == Share(of="5")
    assert (seen(execution()).share(ActionApi.RETRY_WORKFLOW), seen(None).share(None)) == (None, None)


def test_a_backfill_makes_one_execution_of_the_same_data_time() -> None:
    """The meant one stays as it is; another data time, or two, is what a wrong time zone does."""
    case = reserved(action_api=ActionApi.BACKFILL)
    made = execution(execution_id=ID + 1, trigger_type=2, started_at=START)
    assert seen(execution(attempt=2), made).strays(case) is False
    assert seen(execution()).strays(case) is True
    assert (seen(execution()).strays(reserved()), seen(None).strays(case)) == (None, None)
