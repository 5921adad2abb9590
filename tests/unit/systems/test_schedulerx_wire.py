"""SchedulerX on the wire, member by member: which calls are made, and what an answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.job import State
from shared.domain.life import Life
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.openapi.results import by_success
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import Instance
from shared.systems.schedulerx.wire import (
    Detail,
    JobsPage,
    ask,
    failed_instances,
    groups,
    instances,
    job_config,
    jobs,
    moment,
)
from tests.support.clock import Clock
from tests.support.openapi import Play
from tests.unit.systems.schedulerx_answers import FAILED, NOON, ZONE, yes

PLACE = {"RegionId": "cn-hangzhou", "Namespace": "space", "GroupId": "app.defaultGroup"}


def test_a_place_is_named_as_far_as_it_is_known(fake_api: Play) -> None:
    """A namespace without a group is asked for its groups; a source of namespaces is sent where there is one."""
    api = fake_api(lambda _: yes(AppGroups=[{"GroupId": "a", "AppVersion": "1"}, {"GroupId": "b"}]))
    said = groups(api, Group(region="r", namespace="n", group_id=""))
    assert isinstance(said, list)
    assert [(one.group_id, one.app_version) for one in said] == [("a", 1), ("b", None)]
    groups(api, Group(region="r", namespace="n", group_id="g", namespace_source="s"))
    assert api.parameters("ListGroups") == [
        {"RegionId": "r", "Namespace": "n"},
        {"RegionId": "r", "Namespace": "n", "GroupId": "g", "NamespaceSource": "s"},
    ]
    assert groups(fake_api(lambda _: FAILED), Group(region="r", namespace="n", group_id="")) is FAILED


@pytest.mark.parametrize(
    ("method", "action", "in_query"),
    [("GET", "GetJobInfo", False), ("POST", "RerunJob", False), ("POST", "RetryJobInstance", True)],
)
def test_each_call_is_made_as_the_service_wants_it(
    fake_api: Play,
    group: Group,
    method: Any,
    action: str,
    in_query: bool,  # noqa: FBT001 - a table
) -> None:
    """What is posted mutates; one operation wants its parameters in the query all the same."""
    api = fake_api(lambda _: yes())
    assert ask(api, method, action, group, {"a": "b"}) == yes()
    assert api.asked == [
        ApiCall(
            action=action, version="2019-04-30", method=method, in_query=in_query, parameters={**PLACE, "a": "b"},
            mutates=method == "POST",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "message", "effect"),
    [
        ({"Success": False, "Code": 400, "Message": "no"}, "400", "no", Effect.NOT_DONE_USELESS),
        ({"Success": False, "Code": 400}, "400", "", Effect.NOT_DONE_USELESS),
        ({"Success": False}, "", "", Effect.UNKNOWN),
        (
            {"Success": None, "Code": 200, "Message": "m"}, "UnreadableAnswer",
            "Success is None with Code 200: m", Effect.UNKNOWN,
        ),
        ({"Success": True, "Code": 500}, "UnreadableAnswer", "Success is True with Code 500: ", Effect.UNKNOWN),
    ],
)  # fmt: skip
def test_what_is_no_yes_is_told_with_the_answer(
    body: Mapping[str, Any], code: str, message: str, effect: Effect
) -> None:
    """Code, message, request and status: a person reads them."""
    said = by_success(Reply(body=dict(body), request_id="req", status=202))
    assert isinstance(said, CallFailed)
    assert (said.code, said.message, said.effect, said.request_id, said.http_status) == (
        code, message, effect, "req", 202,
    )  # fmt: skip


def test_an_instance_is_read_whole() -> None:
    """Its times in the zone; what is absent is nothing, and what it said is bounded."""
    assert Detail(instance_id=1, status=3).instance(ZONE) == Instance(
        instance_id=1, state=State.RUNNING, data_time="", trigger_type=0, started_at=None, ended_at=None
    )
    whole = Detail(
        instance_id=1, status=5, data_time="d", trigger_type=4, start_time="2026-01-01 12:00:00",
        end_time="2026-01-01 12:01:00", parameters="p", result="é" * 3_000,
    )  # fmt: skip
    seen = whole.instance(ZONE)
    assert (seen.data_time, seen.trigger_type, seen.started_at, seen.ended_at) == ("d", 4, NOON, NOON + 60)
    assert (seen.parameters, len(seen.result.encode())) == ("p", 4_096)


def test_a_time_that_nobody_describes_is_none() -> None:
    """As one that is not there."""
    assert (moment(None, ZONE), moment("", ZONE), moment("soon", ZONE)) == (None, None, None)
    assert moment("2026-01-01 12:00:00", ZONE) == NOON


def test_a_list_of_a_job_holds_no_other_s_instances(fake_api: Play, group: Group) -> None:
    """One that names no job is taken to be the one asked for."""
    rows = [{"InstanceId": 1, "Status": 5, "JobId": job} for job in (7, 8, None)]
    api = fake_api(lambda _: yes(JobInstanceDetails=rows))
    said = instances(api, group, "7", {"PageNum": "2"})
    assert isinstance(said, list)
    assert [one.job_id for one in said] == [7, None]
    assert api.parameters("GetJobInstanceList") == [{**PLACE, "JobId": "7", "PageNum": "2"}]


def test_failed_instances_are_asked_for_with_or_without_a_job(fake_api: Play, group: Group) -> None:
    """Of a job's list each is that job's, if it names none."""
    rows = [{"InstanceId": 1, "Status": 5, "JobId": job} for job in (8, None)]
    api = fake_api(lambda _: yes(JobInstanceDetails=rows))
    for job_id, found in [("", [8, None]), ("7", [8, 7])]:
        said = failed_instances(api, group, job_id, (1.5, 2.5), 3)
        assert isinstance(said, list)
        assert [one.job_id for one in said] == found
    window = {"Status": "5", "StartTimestamp": "1500", "EndTimestamp": "2500", "PageNum": "3", "PageSize": "50"}
    assert api.parameters("GetJobInstanceList") == [{**PLACE, **window}, {**PLACE, "JobId": "7", **window}]


@pytest.mark.parametrize(
    ("number", "count", "total", "last"),
    [
        (1, 0, None, True), (1, 9, None, True), (1, 10, None, False), (1, 11, None, True), (1, 50, 50, True),
        (1, 50, 51, False), (2, 10, 20, True), (2, 10, 21, False), (2, 10, 0, False), (2, 10, -1, False),
        (2, 10, 1, True),
    ],
)  # fmt: skip
def test_the_last_page_of_jobs(
    fake_api: Play,
    group: Group,
    number: int,
    count: int,
    total: int | None,
    last: bool,  # noqa: FBT001
) -> None:
    """A round number may be a cap; the service's count, where it has one, knows. A job without an id is none."""
    rows: list[dict[str, Any]] = [{"JobId": job} for job in range(count)]
    if rows:
        rows[-1] = {}
    api = fake_api(lambda _: yes(Jobs=rows, Total=total))
    assert jobs(api, group, number) == JobsPage(job_ids=[str(job) for job in range(max(count - 1, 0))], last=last)
    assert api.parameters("ListJobs") == [{**PLACE, "Status": "1", "PageNum": str(number), "PageSize": "50"}]


def test_what_fails_is_handed_on(fake_api: Play, group: Group) -> None:
    """Of each read."""
    api = fake_api(lambda _: FAILED)
    assert jobs(api, group, 1) is FAILED
    assert failed_instances(api, group, "", (0, 1), 1) is FAILED
    assert instances(api, group, "7", {}) is FAILED
    assert job_config(api, group, "7") is FAILED


def test_one_instance_may_be_retried_by_itself(fake_api: Play, clock: Clock, group: Group) -> None:
    """Where the rule says so and the instance is known; else its day is run once more."""
    life = Life.instance("2026-01-01 10:00:00", 9)
    retry = Target(scope=group, job_id="7", life=life, action_api=ActionApi.RETRY_INSTANCE)
    api = fake_api(lambda _: yes())
    system = SchedulerxJobs(api, clock, ZONE)
    assert system.rerun([retry]) == [
        CallResult(effect=Effect.DONE, api="RetryJobInstance", request_id="req", left_at=1_001.0)
    ]
    (call,) = api.asked
    assert (dict(call.parameters), call.mutates) == ({**PLACE, "JobId": "7", "JobInstanceId": "9"}, True)
    nameless = Target(scope=group, job_id="7", action_api=ActionApi.RETRY_INSTANCE)
    (result,) = system.rerun([nameless])
    assert (result.effect, result.api, result.code) == (Effect.NOT_DONE_USELESS, "RerunJob", "InvalidDataTime")
    assert (result.left_at, bool(result.message), len(api.asked)) == (1_001.0, True, 1)


def test_a_listed_instance_that_cannot_be_read_hides_no_other(fake_api: Play, group: Group) -> None:
    """It stays in its place, for a page's length says whether another follows; a page of nothing else is none."""
    odd, good = {"InstanceId": 1, "Status": 5, "Result": ["no text"]}, {"InstanceId": 2, "Status": 5, "JobId": 7}
    api = fake_api(lambda _: yes(JobInstanceDetails=[odd, good]))
    said = failed_instances(api, group, "", (0, 1), 1)
    assert not isinstance(said, CallFailed)
    assert [(one.instance_id, one.status, one.job_id) for one in said] == [(0, 0, None), (2, 5, 7)]
    api = fake_api(lambda _: yes(JobInstanceDetails=[odd]))
    with pytest.raises(msgspec.ValidationError):
        failed_instances(api, group, "", (0, 1), 1)
