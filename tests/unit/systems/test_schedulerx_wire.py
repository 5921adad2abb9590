"""SchedulerX on the wire, member by member: which calls are made, what an answer says, and what a log is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.snapshot import LookFailed
from shared.ports import OutputPart
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from shared.systems.schedulerx.wire import (
    Detail,
    JobsPage,
    ask,
    failed_instances,
    groups,
    instances,
    job_config,
    jobs,
    judged,
    moment,
)
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play
from tests.support.systems import CLUSTER

ZONE = ZoneInfo("Asia/Shanghai")
NOON = instant("2026-01-01 12:00:00", ZONE)
PLACE = {"RegionId": "cn-hangzhou", "Namespace": "space", "GroupId": "app.defaultGroup"}
FAILED = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")


def yes(**data: Any) -> Reply:
    """Accepted."""
    return Reply(body={"Code": 200, "Success": True, "Data": data}, request_id="req", status=200)


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
    said = judged(Reply(body=dict(body), request_id="req", status=202))
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


def seen(result: str = "", started_at: float | None = None) -> SchedulerxSnapshot:
    """A look at an instance that said this at its end."""
    one = Instance(
        instance_id=9, state=State.FAILED, data_time="", trigger_type=0, started_at=started_at, ended_at=None,
        result=result,
    )  # fmt: skip
    return SchedulerxSnapshot(job_id="7", state=State.FAILED, instance=one, look_begun_at=1.0)


def output(play: Play, clock: Clock, failure: Failure, look: Any, ending: Ending, **how: int) -> tuple[Any, FakeApi]:
    """What is had of it, and the transport."""
    api = play(lambda _: ending)
    return SchedulerxJobs(api, clock, ZONE).output(failure, look, **how), api


@pytest.mark.parametrize("result", ["java.lang.OutOfMemoryError", "no space left", "a b"])
def test_what_an_instance_said_is_its_output(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, result: str
) -> None:
    """Without a call; nothing follows it."""
    part, api = output(fake_api, clock, failure("7", group), seen(result), FAILED)
    assert part == OutputPart(text=result, source=EvidenceFrom.RESULT, next_offset=0)
    assert api.asked == []


@pytest.mark.parametrize(("result", "how"), [("", {}), ("failed", {}), ("null", {}), ("a long story", {"offset": 5})])
def test_where_it_says_nothing_its_log_is_read(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, result: str, how: dict[str, int]
) -> None:
    """200 lines from there on, each bounded."""
    lines = yes(Logs=["x" * 5_000, *(f"line {number}" for number in range(250))])
    part, api = output(fake_api, clock, failure("7", group), seen(result), lines, **how)
    text = "\n".join(["x" * 4_096, *(f"line {number}" for number in range(199))])
    offset = how.get("offset", 0)
    assert part == OutputPart(text=text, source=EvidenceFrom.JOB_LOG, next_offset=offset + 251)
    assert api.parameters("GetLog") == [
        {**PLACE, "JobId": "7", "JobInstanceId": "9", "Line": "200", "Offset": str(offset), "Reverse": "false"}
    ]


def test_a_log_is_asked_for_from_when_the_instance_began(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """Else the service looks half an hour back."""
    part, api = output(fake_api, clock, failure("7", group), seen(started_at=1.5), yes(Logs=[]))
    assert part == OutputPart(text="", source=EvidenceFrom.JOB_LOG, next_offset=0)
    assert api.asked[0].parameters["StartTimestamp"] == "1500"


@pytest.mark.parametrize("ending", [FAILED, yes(), yes(Logs=[1])])
def test_a_log_that_cannot_be_had_is_none(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, ending: Ending
) -> None:
    """Only one edition has them."""
    assert output(fake_api, clock, failure("7", group), seen(), ending)[0] is None


def test_there_is_no_output_of_what_was_not_seen(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """No call is made."""
    gone = SchedulerxSnapshot(job_id="7", state=State.NOT_FOUND, look_begun_at=1.0)
    failed = LookFailed(worth_repeating=True, code="", message="", look_begun_at=1.0)
    for look in (gone, failed):
        part, api = output(fake_api, clock, failure("7", group), look, FAILED)
        assert (part, api.asked) == (None, [])


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


class Service:
    """Job 7 with these instances, newest first; `cap` of them on a page."""

    def __init__(self, *rows: dict[str, Any], cap: int = 50) -> None:
        self.rows, self.cap = rows, cap

    def __call__(self, wanted: ApiCall) -> Ending:
        """Answer one call."""
        asked = wanted.parameters
        if wanted.action == "GetJobInfo":
            return yes(JobConfigInfo={"JobId": 7, "Status": 1})
        if wanted.action == "GetJobInstance":
            found = [row for row in self.rows if str(row["InstanceId"]) == asked["JobInstanceId"]]
            return yes(JobInstanceDetail=found[0]) if found else _not_there()
        assert asked["PageSize"] == "50"
        rows = [row for row in self.rows if asked.get("Status", str(row["Status"])) == str(row["Status"])]
        start = (int(asked.get("PageNum", "1")) - 1) * self.cap
        return yes(JobInstanceDetails=rows[start : start + self.cap])


def _not_there(code: object = 400) -> Reply:
    body = {"Success": False, "Code": code, "Message": "jobInstanceId is not existed"}
    return Reply(body=body, request_id="req", status=200)


def row(number: int, at: str = "2026-01-01 11:59:00", status: int = 4, **rest: Any) -> dict[str, Any]:
    """An instance as the list shows it."""
    return {"InstanceId": number, "Status": status, "ScheduleTime": at, "DataTime": f"day {number}", **rest}


def look(play: Play, service: Any, *failures: Failure) -> tuple[list[Any], FakeApi]:
    """At noon."""
    api = play(service)
    return SchedulerxJobs(api, Clock(NOON), ZONE).observe(failures), api


def lists(api: FakeApi) -> list[str]:
    """Pages and filters that were asked for."""
    return [one.get("PageNum") or f"status {one['Status']}" for one in api.parameters("GetJobInstanceList")]


@pytest.mark.parametrize(("count", "pages"), [(9, ["1"]), (10, ["1", "2"]), (11, ["1", "2"])])
def test_fewer_than_ten_are_the_end_of_a_list(
    fake_api: Play, failure: Make[Failure], group: Group, count: int, pages: list[str]
) -> None:
    """A server may cap its pages at ten, so that ten are none."""
    rows = [row(number) for number in range(count, 0, -1)]
    _, api = look(fake_api, Service(*rows, cap=10), failure("7", group, job_instance_id=1))
    assert lists(api) == pages


@pytest.mark.parametrize(
    ("oldest", "more"),
    [
        ({"at": "2026-01-01 10:59:59"}, ["status 3", "status 1"]),
        ({"at": "2026-01-01 11:00:00"}, ["2"]),
        ({"at": "", "StartTime": "2026-01-01 10:59:59"}, ["status 3", "status 1"]),
        ({"at": ""}, ["2"]),
        ({"at": "2026-01-01 11:30:00", "StartTime": "2026-01-01 10:00:00"}, ["2"]),
    ],
)
def test_a_list_is_read_back_an_hour_by_when_instances_were_to_start(
    fake_api: Play, failure: Make[Failure], group: Group, oldest: dict[str, Any], more: list[str]
) -> None:
    """To the second; where that is not told, by when they started. Then only what lives is asked for."""
    rows = [row(number) for number in range(60, 51, -1)] + [row(51, **oldest)]
    _, api = look(fake_api, Service(*rows, cap=10), failure("7", group, job_instance_id=60))
    assert lists(api) == ["1", *more]


def test_a_list_is_read_to_each_instance_that_is_meant(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """By its id or its data time, whichever was told."""
    old = "2025-12-01 00:00:00"
    rows = [row(number, old) for number in range(60, 0, -1)]
    cases: list[tuple[dict[str, Any], int]] = [
        ({"job_instance_id": 60}, 1), ({"job_instance_id": 45}, 2), ({"data_time": "day 60"}, 1),
        ({"data_time": "day 35"}, 3), ({"job_instance_id": 60, "data_time": "day 35"}, 1),
    ]  # fmt: skip
    for told, pages in cases:
        (seen,), api = look(fake_api, Service(*rows, cap=10), failure("7", group, **told))
        assert lists(api) == [*map(str, range(1, pages + 1)), "status 3", "status 1"]
        assert seen.instance.instance_id == int(told.get("job_instance_id") or str(told["data_time"])[4:])
    both = [failure("7", group, job_instance_id=60), failure("7", group, job_instance_id=45)]
    _, api = look(fake_api, Service(*rows, cap=10), *both)
    assert lists(api)[:2] == ["1", "2"]


def test_what_lives_stands_in_its_place_and_as_the_list_had_it(
    fake_api: Play, failure: Make[Failure], group: Group
) -> None:
    """Newest first by when it was to start; one that tells no time comes last, one seen twice counts as first seen."""
    old = "2025-12-01 00:00:00"
    rows = [row(number, old) for number in range(60, 49, -1)]
    rows[1]["Status"] = 3
    late = [row(3, "2025-12-02 00:00:00", status=3), {**row(2, status=1), "ScheduleTime": None}]
    (seen,), api = look(fake_api, Service(*rows, *late, cap=10), failure("7", group, job_instance_id=60))
    assert lists(api) == ["1", "status 3", "status 1"]
    assert [one.instance_id for one in seen.others] == [3, *range(59, 50, -1), 2]
    assert [one.instance_id for one in seen.others if one.live] == [3, 59, 2]


@pytest.mark.parametrize("status", ["3", "1"])
def test_a_list_of_what_lives_that_fails_fails_the_look(
    fake_api: Play, failure: Make[Failure], group: Group, status: str
) -> None:
    """Never does it pass as nothing that lives."""
    service = Service(*(row(number, "2025-12-01 00:00:00") for number in range(60, 0, -1)))
    (seen,), _ = look(
        fake_api,
        lambda wanted: FAILED if wanted.parameters.get("Status") == status else service(wanted),
        failure("7", group, job_instance_id=60),
    )
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.look_begun_at) == ("Throttling", NOON)


@pytest.mark.parametrize(
    ("code", "gone"), [(400, True), ("400", True), (None, True), ("", True), ("Forbidden.RAM", False)]
)
def test_words_say_that_it_is_not_there_only_where_the_product_speaks(
    fake_api: Play,
    failure: Make[Failure],
    group: Group,
    code: object,
    gone: bool,  # noqa: FBT001
) -> None:
    """Its codes are numbers or nothing."""
    (seen,), _ = look(fake_api, lambda _: _not_there(code), failure("7", group, job_instance_id=60))
    assert isinstance(seen, SchedulerxSnapshot) is gone


def test_an_instance_that_names_no_job_is_the_one_asked_for(
    fake_api: Play, failure: Make[Failure], group: Group
) -> None:
    """One that names another is not there."""
    for job_id, state in [(None, State.SUCCEEDED), (7, State.SUCCEEDED), (8, State.NOT_FOUND)]:
        service = Service({**row(1), "JobId": job_id})
        (seen,), _ = look(fake_api, service, failure("7", group, job_instance_id=1))
        assert seen.state is state


def test_a_flood_of_data_times_is_bounded_in_their_order(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """Each is another instance; of each group so many, and the same in whatever order they are told."""
    other = Group(region="cn-hangzhou", namespace="space", group_id="other")
    flood = [failure("7", group, data_time=f"{number:03d}") for number in range(MOST_A_LOOK + 3)]
    for told in (flood, flood[::-1]):
        seen, _ = look(fake_api, Service(row(1)), *told, failure("7", other, data_time="000"))
        unseen = [one.data_time for one, look in zip(told, seen, strict=False) if isinstance(look, LookFailed)]
        assert sorted(map(str, unseen)) == [f"{number:03d}" for number in range(MOST_A_LOOK, MOST_A_LOOK + 3)]
        assert isinstance(seen[-1], SchedulerxSnapshot)
        left_out = next(one for one in seen if isinstance(one, LookFailed))
        assert (left_out.code, left_out.none_left) == ("LooksUsedUp", True)


def test_the_lowest_ids_of_a_flood_are_looked_at(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """Job by job; who names an instance twice takes no more room."""
    flood = [failure("7", group, job_instance_id=number) for number in range(1, MOST_A_LOOK)]
    flood += [failure("8", group, job_instance_id=1), failure("8", group, job_instance_id=2), flood[0]]
    seen, _ = look(fake_api, Service(row(1)), *flood[::-1])
    assert [place for place, one in enumerate(seen[::-1]) if isinstance(one, LookFailed)] == [MOST_A_LOOK]


def test_only_groups_are_acted_on(fake_api: Play, failure: Make[Failure]) -> None:
    """Another system's scope is a mistake of the caller."""
    with pytest.raises(TypeError, match="groups"):
        look(fake_api, Service(), failure("7", CLUSTER))
