"""DataWorks: answers that say neither yes nor no, looks that share pages, and reruns in batches."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest

from shared.domain.call import CallResult, Effect, Target
from shared.domain.job import State
from shared.systems.dataworks.adapter import MOST_A_CALL, DataworksJobs
from shared.systems.dataworks.look import LIKELY_DAYS, MOST_DAYS, MOST_ONE_BY_ONE, midnight
from shared.systems.dataworks.scope import Project
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi, Script
from tests.unit.systems.dataworks_service import DAY, HERE, ID, ZONE, failure, looked, service, shown, yes


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, State.FAILED),
        ({"Status": "Success"}, State.SUCCEEDED),
        ({"Status": "Running"}, State.RUNNING),
        ({"Status": "Checking"}, State.RUNNING),
        ({"Status": "CheckingCondition"}, State.RUNNING),
        ({"Status": "NotRun"}, State.QUEUED),
        ({"Status": "WaitTime"}, State.QUEUED),
        ({"Status": "WaitResource"}, State.QUEUED),
        ({"Status": "WaitTrigger"}, State.QUEUED),
        ({"Status": "Nobody knows"}, State.UNKNOWN),
        ({"RunNumber": "2", "StartedTime": "0"}, State.FAILED),
        ({"ProjectId": 54321}, State.NOT_FOUND),
        ({"Id": ID + 1}, State.NOT_FOUND),
        ({"RunNumber": None}, "MalformedAnswer"),
        ({"Status": None}, "MalformedAnswer"),
    ],
)
def test_what_a_look_shows(row: dict[str, Any], found: State | str) -> None:
    """Without a run's number nothing could be proven; of another one, or another workspace's, nothing is shown."""
    assert looked(lambda _: yes(TaskInstance=shown(**row)), failure()) == ([found], ["GetTaskInstance"])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (refused("InstanceNotFound", "no", jobs=1, http_status=404), State.NOT_FOUND),
        (refused("InvalidAction.NotFound", "no", jobs=1, http_status=404), "InvalidAction.NotFound"),
        (refused("Whatever", "no such instance", jobs=1, http_status=400), "Whatever"),
        (yes(), "MalformedAnswer"),
        (yes(TaskInstance=None), "MalformedAnswer"),
        (yes(Code="NoPermission", TaskInstance=shown()), "NoPermission"),
        (yes("", TaskInstance=shown()), "UnreadableAnswer"),
    ],
)
def test_only_a_plain_no_means_that_it_is_not_there(answer: Reply | CallFailed, found: State | str) -> None:
    """An empty answer, or a code that nobody documented, is looked at again."""
    assert looked(lambda _: answer, failure())[0] == [found]


@pytest.mark.parametrize(
    "code",
    [
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "InvalidSecurityToken.Expired",
        "SignatureDoesNotMatch",
        "InvalidTimeStamp.Expired",
        "Throttling.User",
        "Forbidden.RAM",
        "NoPermission",
        "InvalidProtocol.NeedSsl",
        "InvalidApi.NotFound",
        "InvalidVersion",
        "MissingParameter",
    ],
)
def test_what_the_gateway_refuses_with_the_same_status_says_nothing_of_the_instance(code: str) -> None:
    """A key that somebody has switched off is no reason to forget a failure for good."""
    answer = refused(code, "no", jobs=1, http_status=404)
    assert looked(lambda _: answer, failure())[0] == [code]


@pytest.mark.parametrize("code", ["NoSuch", "NotFound", "InvalidProject.NotFound", "Forbidden.InstanceNotFound"])
def test_what_says_that_a_thing_is_not_there_is_believed(code: str) -> None:
    """Whatever its name for it, with that status."""
    answer = refused(code, "no", jobs=1, http_status=404)
    assert looked(lambda _: answer, failure())[0] == [State.NOT_FOUND]


def test_neighbours_are_seen_on_one_page() -> None:
    """The first one tells the day of the others; what the page leaves out or spoils is read by itself."""
    rows = [shown(ID + number) for number in range(10)]
    spoiled = {**rows[3], "Status": None}
    states, calls = looked(
        lambda wanted: (
            service(*rows)(wanted)
            if wanted.action == "GetTaskInstance"
            else yes(PagingInfo={"TaskInstances": [*rows[1:3], spoiled, *rows[4:9]]})
        ),
        *(failure(ID + number) for number in range(10)),
    )
    assert states == [State.FAILED] * 10
    assert calls == ["GetTaskInstance", "ListTaskInstances", "GetTaskInstance", "GetTaskInstance"]


def test_an_instance_that_is_not_there_names_no_day_to_list() -> None:
    """Nor does one without a business date: each is read alone."""
    states, calls = looked(service(shown(ID, Bizdate=None)), *(failure(ID + number) for number in range(6)))
    assert states == [State.FAILED, *[State.NOT_FOUND] * 5]
    assert calls == ["GetTaskInstance"] * 6


@pytest.mark.parametrize(
    "answer",
    [yes(), yes(TaskInstance=shown(ProjectId=None)), refused("Whatever", "no", jobs=1, http_status=400)],
)
def test_an_instance_that_cannot_be_read_names_no_day_to_list(answer: Reply | CallFailed) -> None:
    """Its neighbours are each read alone too."""
    _, calls = looked(lambda _: answer, *(failure(ID + number) for number in range(6)))
    assert calls == ["GetTaskInstance"] * 6


def test_of_an_instances_runs_the_list_means_the_newest() -> None:
    """It may show those before as well."""
    runs = [shown(ID + 4, RunNumber=number, Status=status) for number, status in ((1, "Failure"), (2, "Running"))]
    rows = [*(shown(ID + number) for number in range(4)), *runs]
    states, _ = looked(service(*rows), *(failure(ID + number) for number in range(5)))
    assert states == [State.FAILED] * 4 + [State.RUNNING]


def test_a_list_that_does_not_serve_loses_nothing() -> None:
    """Each is read by itself then, and days that differ cost a bounded number of lists."""
    rows = [shown(ID + number, Bizdate=DAY + number) for number in range(30)]
    told = [failure(ID + number) for number in range(30)]
    assert looked(service(*rows, listed=False), *told)[0] == [State.FAILED] * 30
    states, calls = looked(service(*rows), *told)
    assert states == [State.FAILED] * 30
    assert calls.count("ListTaskInstances") == MOST_DAYS


def test_invented_ids_cost_no_more_than_so_many_calls() -> None:
    """Those of a day of late stand on its list, wherever they are told; of the rest so many are read, as they come."""
    flood = [failure(ID + number) for number in range(MOST_ONE_BY_ONE + 5)]
    real = [failure(number) for number in (1, 2, 3, 4)]
    for told in ([*real, *flood], [*reversed(flood), *reversed(real)]):
        for back in LIKELY_DAYS:
            rows = [shown(number, Bizdate=midnight(START, back, ZONE)) for number in (1, 2, 3, 4)]
            states, asked = looked(service(*rows), *told)
            by_id = {one.job_id: state for one, state in zip(told, states, strict=True)}
            assert [by_id[one.job_id] for one in real] == [State.FAILED] * 4
            mine = [by_id[one.job_id] for one in told if one in flood]
            assert mine == [State.NOT_FOUND] * MOST_ONE_BY_ONE + ["LooksUsedUp"] * 5
            assert Counter(asked) == {"ListTaskInstances": len(LIKELY_DAYS), "GetTaskInstance": MOST_ONE_BY_ONE}


def test_a_page_that_nobody_can_read_is_as_none() -> None:
    """Its instances are read one by one, and it is asked for once."""
    answer = service(*(shown(ID + number) for number in range(6)))
    states, asked = looked(
        lambda wanted: yes() if wanted.action == "ListTaskInstances" else answer(wanted),
        *(failure(ID + number) for number in range(6)),
    )
    assert states == [State.FAILED] * 6
    assert Counter(asked) == {"GetTaskInstance": 6, "ListTaskInstances": 1}


@pytest.mark.parametrize("since_s", [0, 1, 59, 60, 3_599, 86_399.999])
def test_a_day_is_named_by_its_midnight(since_s: float) -> None:
    """Whatever the time of the day; of the zone."""
    begun = 1_767_196_800  # 2026-01-01 in Shanghai
    assert midnight(begun + since_s, 0, ZONE) == 1_000 * begun
    assert midnight(begun + since_s, 1, ZONE) == 1_000 * (begun - 86_400)


def test_days_that_nobody_named_are_listed_once_and_only_of_many() -> None:
    """What was on none of their lists is on none a moment later."""
    clock, api = Clock(), FakeApi(Clock(), service())
    jobs = DataworksJobs(api, clock, ZONE)
    flood = [failure(ID + number) for number in range(MOST_ONE_BY_ONE + 1)]
    jobs.observe(flood[1:])
    assert {wanted.action for wanted in api.asked} == {"GetTaskInstance"}
    for _ in range(2):
        jobs.observe(flood)
    assert [wanted.action for wanted in api.asked].count("ListTaskInstances") == len(LIKELY_DAYS)


def test_workspaces_are_looked_at_apart() -> None:
    """An id of one is not looked for in another."""
    other = Project(region="cn-hangzhou", project_id="54321")
    states, _ = looked(
        service(shown(), shown(ID + 1, ProjectId=54321)), failure(), failure(ID + 1, other), failure(ID, other)
    )
    assert states == [State.FAILED, State.FAILED, State.NOT_FOUND]


def rerun(script: Script, many: int = 1, good_s: float = math.inf) -> tuple[list[CallResult], FakeApi]:
    """Rerun so many instances; the look at them is good for so long."""
    clock = Clock()
    api = FakeApi(clock, script)
    by = clock.now() + good_s
    targets = [Target(scope=HERE, job_id=str(ID + number), call_by=by) for number in range(many)]
    return DataworksJobs(api, clock, ZONE).rerun(targets), api


@pytest.mark.parametrize(
    ("info", "effect"),
    [
        ({"Success": True, "Message": "The instance does not exist."}, Effect.DONE),
        ({"Success": False, "Message": ""}, Effect.NOT_DONE_USELESS),
        ({"Success": "true"}, Effect.UNKNOWN),
        ({"Message": ""}, Effect.UNKNOWN),
        (None, Effect.UNKNOWN),
        ([], Effect.UNKNOWN),
    ],
)
def test_the_answer_speaks_of_each(info: Any, effect: Effect) -> None:
    """`Success` decides, never the message; of an instance that it does not name nothing is known."""
    said = {str(ID): {"Success": True}, str(ID + 1): info}
    results, api = rerun(lambda _: yes(SuccessInfo=said), 2)
    assert [one.effect for one in results] == [Effect.DONE, effect]
    (call,) = api.asked
    assert (call.method, call.mutates, call.jobs, call.in_query) == ("POST", True, 2, False)
    assert call.parameters == {"Ids": f"[{ID},{ID + 1}]"}


@pytest.mark.parametrize("body", [{}, {"SuccessInfo": None}, {"SuccessInfo": []}])
def test_an_answer_without_the_instances_proves_nothing(body: dict[str, Any]) -> None:
    """It is looked at what became of each."""
    results, _ = rerun(lambda _: yes(**body), 2)
    assert {one.effect for one in results} == {Effect.UNKNOWN}


NO_MEMBER = ("Invalid.Tenant.UserNotInProject", 400)


def test_a_refused_batch_is_halved_down_to_the_one_that_spoils_it() -> None:
    """A refusal of the whole did nothing; what leaves it open is not repeated, nor a no of the account or workspace."""

    def picky(wanted: ApiCall) -> Reply | CallFailed:
        ids = json.loads(wanted.parameters["Ids"])
        if ID + 5 in ids:
            return refused("InvalidParameter", "", jobs=len(ids), http_status=400)
        return yes(SuccessInfo={str(number): {"Success": True} for number in ids})

    results, api = rerun(picky, 8)
    assert [one.effect is Effect.DONE for one in results] == [number != 5 for number in range(8)]
    named = [number for call in api.asked[:] for number in json.loads(call.parameters["Ids"]) if number != ID + 5]
    assert len(api.asked) == 7
    assert set(named) == {ID + number for number in range(8) if number != 5}
    for code, status in (("InternalError", 500), ("NoPermission", 403), ("Throttling.User", 400), NO_MEMBER):
        _, api = rerun(lambda _, code=code, status=status: refused(code, "", jobs=8, http_status=status), 8)  # type: ignore[misc]
        assert len(api.asked) == 1, code


def test_no_half_leaves_when_the_look_has_become_too_old() -> None:
    """Each answer takes a second: the one that would be the third call is not made, nor any after it."""
    results, api = rerun(lambda wanted: refused("InvalidParameter", "", jobs=wanted.jobs, http_status=400), 8, good_s=1)
    assert [call.jobs for call in api.asked] == [8, 4]
    assert {(one.effect, one.api, one.too_late_for) for one in results} == {
        (Effect.NOT_DONE_LATER, "RerunTaskInstances", 2)
    }


def test_a_call_takes_fifty_of_one_workspace() -> None:
    """More is the caller's mistake."""
    _, api = rerun(lambda _: yes(), MOST_A_CALL)
    assert [call.jobs for call in api.asked] == [MOST_A_CALL]
    with pytest.raises(ValueError, match="1 to 50"):
        rerun(lambda _: yes(), MOST_A_CALL + 1)
    with pytest.raises(ValueError, match="1 to 50"):
        rerun(lambda _: yes(), 0)
