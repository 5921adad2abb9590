"""DataWorks on the wire, member by member: what an instance shows, which calls are made, and what an answer says."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.call import CallResult, Effect
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.systems.dataworks.adapter import DataworksJobs
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.snapshot import DataworksSnapshot, RerunMode, TaskInstance
from shared.systems.dataworks.wire import Rows, TaskShown, ask, failed_instances, rerun
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import FakeApi, Play
from tests.support.systems import CLUSTER

HERE = Project(region="cn-hangzhou", project_id="7")
ZONE = ZoneInfo("Asia/Shanghai")


def yes(request_id: str = "req", **body: Any) -> Reply:
    """An answer with HTTP 200."""
    return Reply(body=body, request_id=request_id, status=200)


@pytest.mark.parametrize(
    ("action", "method", "mutates"),
    [
        ("GetTaskInstance", "GET", False),
        ("ListTaskInstances", "POST", False),
        ("RerunTaskInstances", "POST", True),
    ],
)
def test_each_call_is_made_as_the_service_wants_it(fake_api: Play, action: str, method: str, mutates: bool) -> None:  # noqa: FBT001
    """A look may be made again, a rerun may not."""
    api = fake_api(lambda _: yes())
    assert ask(api, action, {"a": "b"}, jobs=3) == yes()
    (call,) = api.asked
    assert (call.action, call.version, call.method, call.mutates) == (action, "2024-05-18", method, mutates)
    assert (call.jobs, dict(call.parameters)) == (3, {"a": "b"})
    ask(api, action, {})
    assert api.asked[1].jobs == 1


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (yes(Code="NoPermission", Message="why"), ("NoPermission", "why", "req", 200)),
        (yes(Code="NoPermission"), ("NoPermission", "", "req", 200)),
        (yes(""), ("UnreadableAnswer", "the answer has no request id", "", 200)),
        (yes(Code="200"), None),
        (yes(Code=200), None),
        (yes(Code=None), None),
    ],
)
def test_what_is_no_success_whatever_its_status(
    fake_api: Play, answer: Reply, failed: tuple[object, ...] | None
) -> None:
    """An error's code, or no request id: with what the answer was."""
    said = ask(fake_api(lambda _: answer), "GetTaskInstance", {})
    if failed is None:
        assert said is answer
    else:
        assert isinstance(said, CallFailed)
        assert (said.code, said.message, said.request_id, said.http_status) == failed


def test_a_refusal_in_a_200_of_several_is_judged_as_one_of_several(fake_api: Play) -> None:
    """As the same refusal with an error's status is."""
    for count in (1, 2):
        said = ask(fake_api(lambda _: yes(Code="RerunJobsFailure", Message="job has finished")), "R", {}, jobs=count)
        assert said == refused("RerunJobsFailure", "job has finished", jobs=count, http_status=200, request_id="req")


def test_an_instance_is_read_whole() -> None:
    """Times are milliseconds; what is absent is nothing."""
    least: dict[str, Any] = {"id": 5, "status": "Failure", "run_number": 2}
    assert TaskShown(**least).instance() == TaskInstance(instance_id=5, state=State.FAILED, run_number=2)
    whole = TaskShown(
        **least,
        project_env="DEV",
        rerun_mode="AllDenied",
        trigger_recurrence="PauseCalendar",
        started_time=1_500,
        finished_time=2_500,
        bizdate=86_400_000,
        owner=1900,
        task_name="daily",
    )
    assert whole.instance() == TaskInstance(
        instance_id=5, state=State.FAILED, run_number=2, rerun_mode=RerunMode.ALL_DENIED, frozen=True, dev=True,
        started_at=1.5, finished_at=2.5, bizdate=86_400_000, owner="1900", name="daily",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("members", "field", "value"),
    [
        ({"trigger_recurrence": "Pause"}, "frozen", True),
        ({"trigger_recurrence": "Normal"}, "frozen", False),
        ({"trigger_recurrence": "Skip"}, "frozen", False),
        ({"project_env": "dev"}, "dev", True),
        ({"project_env": "Prod"}, "dev", False),
        ({"started_time": 0}, "started_at", None),
        ({"started_time": 1}, "started_at", 0.001),
        ({"finished_time": -1}, "finished_at", None),
    ],
)
def test_a_member_means(members: dict[str, Any], field: str, value: object) -> None:
    """What is 0 or before all times is no time."""
    shown = TaskShown(id=5, status="Failure", run_number=2, **members)
    assert getattr(shown.instance(), field) == value


def test_a_page_says_how_many_rows_it_has(fake_api: Play) -> None:
    """Those that cannot be read are counted as well."""
    row = {"Id": 1, "Status": "Failure", "RunNumber": 1}
    api = fake_api(lambda _: yes(PagingInfo={"TaskInstances": [row, {}], "TotalCount": "9"}))
    shown = TaskShown(id=1, status="Failure", run_number=1)
    assert failed_instances(api, "7", 5, 0.0, 3, size=2) == Rows(shown=[shown], count=2, total=9)
    (asked,) = api.parameters("ListTaskInstances")
    assert (asked["PageNumber"], asked["PageSize"]) == ("3", "2")
    none = fake_api(lambda _: yes(PagingInfo={}))
    assert failed_instances(none, "7", 5, 0.0, 1) == Rows(shown=[], count=0, total=None)


def test_all_that_an_answer_says_of_a_rerun_is_kept(fake_api: Play, clock: Clock) -> None:
    """Instance by instance, with the moment at which it came; a reason is bounded."""
    info = {"1": {"Success": True}, "2": {"Success": False, "Message": "m" * 2_000}, "3": {"Success": False}, "4": {}}
    results = rerun(fake_api(lambda _: yes(SuccessInfo=info)), clock, ["1", "2", "3", "4"])
    came = {"api": "RerunTaskInstances", "request_id": "req", "left_at": 1_001.0}
    no = {"effect": Effect.NOT_DONE_USELESS, "code": "RefusedById", **came}
    unknown = {"effect": Effect.UNKNOWN, "code": "UnreadableAnswer", **came}
    assert results == {
        "1": CallResult(effect=Effect.DONE, **came),  # type: ignore[arg-type]
        "2": CallResult(message="m" * 1_024, **no),  # type: ignore[arg-type]
        "3": CallResult(**no),  # type: ignore[arg-type]
        "4": CallResult(message="the answer does not say whether", **unknown),  # type: ignore[arg-type]
    }
    assert rerun(fake_api(lambda _: yes()), Clock(1_000.0), ["1"]) == CallResult(
        message="the answer says nothing of the instances",
        **{**unknown, "left_at": 1_000.0},  # type: ignore[arg-type]
    )


def shown(number: int, day: int = 5, **rest: Any) -> dict[str, Any]:
    """As the service shows it."""
    return {
        "Id": number,
        "Status": "Failure",
        "RunNumber": 1,
        "Bizdate": day,
        "ProjectId": 7,
        "FinishedTime": 1_000,
        **rest,
    }


def looked(play: Play, failure: Make[Failure], rows: list[dict[str, Any]], *told: int) -> tuple[list[State], list[str]]:
    """States, and the calls: `one 3`, `day 5 of 4 5 6`."""

    def answer(wanted: ApiCall) -> Reply | CallFailed:
        asked = wanted.parameters
        if wanted.action == "GetTaskInstance":
            found = [row for row in rows if str(row["Id"]) == asked["Id"]]
            return yes(TaskInstance=found[0]) if found else refused("NoSuch", "", jobs=1, http_status=404)
        assert (asked["PageNumber"], asked["PageSize"]) == ("1", "500")
        ids = json.loads(asked["Ids"])
        listed = [row for row in rows if row["Id"] in ids and str(row["Bizdate"]) == asked["Bizdate"]]
        return yes(PagingInfo={"TaskInstances": listed})

    api: FakeApi = play(answer)
    seen = DataworksJobs(api, Clock(1.0), ZONE).observe([failure(str(number), HERE) for number in told])
    assert all(isinstance(one, DataworksSnapshot) for one in seen)
    calls = [
        f"one {call.parameters['Id']}"
        if "Id" in call.parameters
        else f"day {call.parameters['Bizdate']} of {' '.join(map(str, json.loads(call.parameters['Ids'])))}"
        for call in api.asked
    ]
    return [one.state for one in seen if isinstance(one, DataworksSnapshot)], calls


@pytest.mark.parametrize(
    ("told", "calls"),
    [
        ([1], ["one 1"]),
        ([1, 1, 1, 1, 1], ["one 1"]),
        ([1, 2, 3], ["one 1", "one 2", "one 3"]),
        ([1, 2, 3, 4], ["one 1", "day 5 of 2 3 4"]),
        ([1, 2, 3, 4, 4, 2], ["one 1", "day 5 of 2 3 4"]),
    ],
)
def test_a_few_are_read_one_by_one_and_each_once(
    fake_api: Play, failure: Make[Failure], told: list[int], calls: list[str]
) -> None:
    """A list pays where three more may stand on it."""
    states, made = looked(fake_api, failure, [shown(number) for number in range(1, 5)], *told)
    assert (states, made) == ([State.FAILED] * len(told), calls)


def test_a_day_is_listed_once(fake_api: Play, failure: Make[Failure]) -> None:
    """What it left out, and the instance that has no day, are read by themselves."""
    rows = [shown(1), shown(2, day=6), shown(3, day=0), shown(4), shown(5, day=6), shown(6, day=6), shown(7, day=6)]
    states, calls = looked(fake_api, failure, rows, *range(1, 9))
    assert states == [State.FAILED] * 7 + [State.NOT_FOUND]
    assert calls == ["one 1", "day 5 of 2 3 4 5 6 7 8", "one 2", "day 6 of 3 5 6 7 8", "one 3", "one 8"]


def test_of_another_workspace_nothing_is_shown_on_a_list_either(fake_api: Play, failure: Make[Failure]) -> None:
    """Its row is passed over, and the instance read by itself is not there."""
    rows = [shown(1), shown(2, ProjectId=8), shown(3, ProjectId=None), shown(4)]
    states, calls = looked(fake_api, failure, rows, 1, 2, 3, 4)
    assert states == [State.FAILED, State.NOT_FOUND, State.FAILED, State.FAILED]
    assert calls == ["one 1", "day 5 of 2 3 4", "one 2"]


@pytest.mark.parametrize("runs", [(1, 2), (2, 1)])
def test_of_two_rows_the_later_run_counts_in_either_order(
    fake_api: Play, failure: Make[Failure], runs: tuple[int, int]
) -> None:
    """The list may show runs before as well."""
    states = {1: "Failure", 2: "Running"}
    rows = [shown(4, RunNumber=run, Status=states[run]) for run in runs]
    seen, _ = looked(fake_api, failure, [shown(1), shown(2), shown(3), *rows], 1, 2, 3, 4)
    assert seen[3] is State.RUNNING


def test_days_that_one_page_has_shown_are_asked_for_on_the_next(fake_api: Play, failure: Make[Failure]) -> None:
    """Five hundred ids a call."""
    rows = [shown(number) for number in range(1, 1_006)]
    _, calls = looked(fake_api, failure, rows, *range(1, 1_006))
    calls = [call for call in calls if not call.startswith("day -")]  # days of late, by this clock
    assert [call.partition(" of ")[0] for call in calls] == ["one 1", "day 5", "day 5", "day 5"]
    assert len(calls[1].split()) == 3 + 499
    assert len(calls[2].split()) == 3 + 500


def test_only_workspaces_are_acted_on(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """Another system's scope is a mistake of the caller."""
    with pytest.raises(TypeError, match="workspaces"):
        DataworksJobs(fake_api(lambda _: yes()), clock, ZONE).observe([failure("1", CLUSTER)])
