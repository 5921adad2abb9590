"""A look at SchedulerX over its wire: how far lists are read, and what is not there."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.openapi import ApiCall, Reply
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play
from tests.support.systems import CLUSTER
from tests.unit.systems.schedulerx_answers import FAILED, NOON, ZONE, yes


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


def test_an_instance_of_a_list_is_read_once_however_many_are_told(
    fake_api: Play, failure: Make[Failure], group: Group
) -> None:
    """The others beside each of a job's many failed days are the same ones."""
    told = [failure("7", group, job_instance_id=number) for number in range(1, 21)]
    seen, _ = look(fake_api, Service(*(row(number) for number in range(40, 0, -1))), *told)
    assert [len(one.others) for one in seen] == [39] * 20
    assert len({id(other) for one in seen for other in one.others}) == 40


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


def test_a_page_of_nothing_but_what_is_meant_is_enough(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """All ten of it were told, by their ids or their days."""
    rows = [row(number, "2025-12-01 00:00:00") for number in range(60, 40, -1)]
    by_id = [failure("7", group, job_instance_id=number) for number in range(60, 50, -1)]
    by_day = [failure("7", group, data_time=f"day {number}") for number in range(60, 50, -1)]
    for told in (by_id, by_day):
        _, api = look(fake_api, Service(*rows, cap=10), *told)
        assert lists(api) == ["1", "status 3", "status 1"]


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


def test_a_flood_of_data_times_is_bounded(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """Each is another instance; of each group so many as they come, and who is named twice takes no more room."""
    other = Group(region="cn-hangzhou", namespace="space", group_id="other")
    flood = [failure("7", group, data_time=f"{number:03d}") for number in range(MOST_A_LOOK + 3)]
    for told in (flood, flood[::-1]):
        seen, _ = look(fake_api, Service(row(1)), *told, told[0], failure("7", other, data_time="000"))
        unseen = [place for place, one in enumerate(seen) if isinstance(one, LookFailed)]
        assert unseen == [MOST_A_LOOK, MOST_A_LOOK + 1, MOST_A_LOOK + 2]
        left_out = seen[MOST_A_LOOK]
        assert (left_out.code, left_out.none_left) == ("LooksUsedUp", True)


def test_only_groups_are_acted_on(fake_api: Play, failure: Make[Failure]) -> None:
    """Another system's scope is a mistake of the caller."""
    with pytest.raises(TypeError, match="groups"):
        look(fake_api, Service(), failure("7", CLUSTER))
