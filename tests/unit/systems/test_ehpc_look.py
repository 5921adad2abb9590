"""Looking at E-HPC jobs: the right job, in few pages, and never a wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, Pages, Play
from tests.unit.systems.ehpc_jobs import THROTTLED, ClusterOf, found, job

DOCUMENTED = {
    "Id": "8.scheduler", "Name": "job1", "Owner": "test2@scheduler", "State": "RUNNING", "Queue": "workq",
    "Rerunable": True, "Priority": "0", "SubmitTime": "1647423718", "StartTime": "1647427667",
    "LastModifyTime": "1647428667", "NodeList": '["compute2", "compute3"]', "Resources": {"Cores": 2, "Nodes": 1},
    "ArrayRequest": "", "Comment": "jobDescription", "ShellPath": "./Temp", "Stdout": "./Temp",
}  # fmt: skip


def test_the_documented_job_is_read_whole(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Numbers come as text, nodes as JSON text, the owner with a server behind the @."""
    system, api = cluster_of(DOCUMENTED)
    assert system.observe([failure("8.scheduler")]) == [
        EhpcSnapshot(
            job_id="8.scheduler", state=State.RUNNING, start_time=1647427667, last_modify_time=1647428667,
            rerunnable=True, owner="test2", queue="workq", name="job1", nodes=("compute2", "compute3"),
            look_begun_at=1_000.0,
        )
    ]  # fmt: skip
    assert api.parameters("ListJobsWithFilters") == [
        {"ClusterId": "ehpc-hz-a", "JobStatus": "notfinish", "PageNumber": "1", "PageSize": "50"}
    ]


@pytest.mark.parametrize(
    ("listed", "field", "value"),
    [
        ({"StartTime": ""}, "start_time", None),
        ({"StartTime": None}, "start_time", None),
        ({"StartTime": 100}, "start_time", 100),
        ({"LastModifyTime": ""}, "last_modify_time", None),
        ({"State": "HELD"}, "state", State.UNKNOWN),
        ({"State": "running"}, "state", State.UNKNOWN),
        ({"State": ""}, "state", State.UNKNOWN),
        ({"Rerunable": False}, "rerunnable", False),
        ({"Rerunable": "false"}, "rerunnable", False),
        ({"Rerunable": None}, "rerunnable", True),
        ({"ArrayRequest": "1-4:1"}, "array_request", "1-4:1"),
        ({"ArrayRequest": "None"}, "array_request", ""),
        ({"ArrayRequest": None}, "array_request", ""),
        ({"StartTime": "None"}, "start_time", None),
        ({"LastModifyTime": "null"}, "last_modify_time", None),
        ({"NodeList": "compute1/0*8+compute2/0*8"}, "nodes", ("compute1", "compute2")),
        ({"NodeList": ""}, "nodes", ()),
        ({"NodeList": "[" * 100_000}, "nodes", ()),
        ({"NodeList": ["a", 1]}, "nodes", ("a",)),
        ({"Owner": None, "Queue": None, "Name": None}, "owner", ""),
    ],
)
def test_odd_members_have_a_meaning(
    cluster_of: ClusterOf, failure: Make[Failure], listed: dict[str, Any], field: str, value: object
) -> None:
    """What is absent or empty is none; a state that nobody documented is UNKNOWN."""
    system, _ = cluster_of({**DOCUMENTED, **listed})
    (seen,) = system.observe([failure("8.scheduler")])
    assert getattr(found(seen), field) == value


@pytest.mark.parametrize("listed", [{"StartTime": "2018-07-18T17:46:48"}, {"State": 7.5}, {"ArrayRequest": ["x"]}])
def test_an_unreadable_job_spoils_only_its_own_look(
    cluster_of: ClusterOf, failure: Make[Failure], listed: dict[str, Any]
) -> None:
    """Its neighbours on the page are seen."""
    system, _ = cluster_of({**DOCUMENTED, **listed}, job("9.scheduler"))
    bad, good = system.observe([failure("8.scheduler"), failure("9.scheduler")])
    assert isinstance(bad, LookFailed)
    assert (bad.code, bad.worth_repeating) == ("MalformedAnswer", True)
    assert found(good).state is State.RUNNING


def test_pages_are_read_until_the_jobs_are_found(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """With ids spelled out, a pass ends where the last of them is seen."""
    system, api = cluster_of(*(job(f"{number}.s") for number in range(500)))
    seen = system.observe([failure("60.s"), failure("120.s")])
    assert [found(one).job_id for one in seen] == ["60.s", "120.s"]
    assert [asked["PageNumber"] for asked in api.parameters("ListJobsWithFilters")] == ["1", "2", "3"]


def test_a_job_that_has_ended_is_found_by_the_second_pass(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """All jobs, the last submitted first, only as far as needed."""
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in range(200)))
    (seen,) = system.observe([failure("70.s")])
    assert found(seen).state is State.FINISHED
    asked = api.parameters("ListJobsWithFilters")
    assert [(one["JobStatus"], one.get("SubmitOrder"), one["PageNumber"]) for one in asked] == [
        ("notfinish", None, "1"), ("all", "desc", "1"), ("all", "desc", "2"),
    ]  # fmt: skip


def test_not_found_takes_two_whole_passes(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Only after both is a job called not there, under the name told."""
    system, api = cluster_of(*(job(f"{number}.s") for number in range(120)))
    (seen,) = system.observe([failure("nowhere.s")])
    assert seen == EhpcSnapshot(job_id="nowhere.s", state=State.NOT_FOUND, look_begun_at=1_000.0)
    statuses = [one["JobStatus"] for one in api.parameters("ListJobsWithFilters")]
    assert statuses == ["notfinish"] * 3 + ["all"] * 3


def test_a_job_lost_between_pages_is_found_again(
    fake_api: Play,
    clock: Clock,
    failure: Make[Failure],
    job_pages: Pages,
) -> None:
    """Fifty jobs leave while page 1 is read; the one that moved up is not called missing."""
    jobs = [job(f"{number}.s") for number in range(100)]

    def shifting(wanted: ApiCall) -> Ending:
        moved = wanted.parameters["PageNumber"] != "1" and wanted.parameters["JobStatus"] == "notfinish"
        return job_pages(jobs[50:] if moved else jobs, wanted)

    (seen,) = EhpcJobs(fake_api(shifting), clock).observe([failure("60.s")])
    assert found(seen).state is State.RUNNING


def test_a_job_seen_on_two_pages_counts_once_as_last_seen(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """A job that moved down while the pages were read is one job, not two."""

    def shifting(wanted: ApiCall) -> Reply:
        number = int(wanted.parameters["PageNumber"])
        page = [job("1.s", "RUNNING" if number == 1 else "QUEUED")] + [job(f"{number}{n}.s") for n in range(100, 149)]
        answer: Reply = ok(Jobs=page if number == 1 else page[:2], TotalCount=52)
        return answer

    (seen,) = EhpcJobs(fake_api(shifting), clock).observe([failure("1")])
    assert (found(seen).ambiguous, found(seen).state) == (False, State.QUEUED)


def test_a_look_begins_before_its_first_request(cluster_of: ClusterOf, clock: Clock, failure: Make[Failure]) -> None:
    """Each cluster's look has its own moment, and failures of one cluster share the calls and come back in order."""
    system, api = cluster_of(job("1.s"), job("2.s"))
    other = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-b")
    seen = system.observe([failure("1.s"), failure("1.s", other), failure("2.s")])
    assert [(found(one).job_id, one.look_begun_at) for one in seen] == [
        ("1.s", 1_000.0), ("1.s", 1_001.0), ("2.s", 1_000.0),
    ]  # fmt: skip
    assert [asked["ClusterId"] for asked in api.parameters("ListJobsWithFilters")] == ["ehpc-hz-a", "ehpc-hz-b"]
    assert clock.moment == 1_002.0


def test_a_failed_first_pass_leaves_what_was_spelled_out(
    fake_api: Play,
    clock: Clock,
    failure: Make[Failure],
    job_pages: Pages,
) -> None:
    """A bare id might have had a second match on the page that did not come."""
    jobs = [job(f"{number}.s") for number in range(100)]

    def breaking(wanted: ApiCall) -> Reply | CallFailed:
        answer = job_pages(jobs, wanted)
        return answer if wanted.parameters["PageNumber"] == "1" else THROTTLED

    spelled, bare, missing = EhpcJobs(fake_api(breaking), clock).observe(
        [failure("1.s"), failure("2"), failure("70.s")]
    )
    assert found(spelled).state is State.RUNNING
    for lost in (bare, missing):
        assert isinstance(lost, LookFailed)
        assert (lost.code, lost.worth_repeating, lost.retry_after_s) == ("Throttling.User", True, 2.0)


def test_a_refused_look_is_not_worth_repeating(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """A cluster that does not exist will not exist a minute later."""
    gone = CallFailed(effect=Effect.NOT_DONE_USELESS, read_again=False, code="ClusterNotFound", message="gone")
    (seen,) = EhpcJobs(fake_api(lambda _: gone), clock).observe([failure("1.s")])
    assert seen == LookFailed(worth_repeating=False, code="ClusterNotFound", message="gone", look_begun_at=1_000.0)


@pytest.mark.parametrize(
    "body",
    [{}, {"Jobs": None}, {"Jobs": {"JobInfo": []}}, {"Jobs": ["1.s"]}, {"Jobs": [], "PageSize": "many"}],
)
def test_a_page_of_another_shape_is_no_page(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply], body: dict[str, Any]
) -> None:
    """It must not look like an empty list: the job would be called not found."""
    (seen,) = EhpcJobs(fake_api(lambda _: ok(**body)), clock).observe([failure("1.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("MalformedAnswer", True)


def test_an_error_within_a_200_is_an_error(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """The SDK raises nothing for it."""
    (seen,) = EhpcJobs(fake_api(lambda _: ok(Code="NotAuthorized", Message="no")), clock).observe([failure("1.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("NotAuthorized", False)


def test_a_smaller_page_than_asked_for_is_not_the_last(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """A service that caps pages at ten says so in `PageSize`."""
    jobs = [job(f"{number}.s") for number in range(35)]

    def capped(wanted: ApiCall) -> Reply:
        start = (int(wanted.parameters["PageNumber"]) - 1) * 10
        answer: Reply = ok(Jobs=jobs[start : start + 10], PageSize="10", TotalCount="35")
        return answer

    api = fake_api(capped)
    (seen,) = EhpcJobs(api, clock).observe([failure("31.s")])
    assert (found(seen).job_id, len(api.asked)) == ("31.s", 4)


def test_a_list_without_end_is_given_up(fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]) -> None:
    """Four hundred full pages are the most that one pass reads."""
    page = [job(f"{number}.s") for number in range(50)]
    api = fake_api(lambda _: ok(Jobs=page))
    (seen,) = EhpcJobs(api, clock).observe([failure("nowhere.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating, len(api.asked)) == ("ListTooLong", True, 400)


@pytest.mark.parametrize("state", ["RUNNING", "FINISHED"])
@pytest.mark.parametrize(("server", "told", "means"), [
    ("", "184", True), ("", "184.m", True), (".m", "184", True), (".m", "184.m", True), (".n", "184.m", False),
])  # fmt: skip
def test_a_number_and_a_server_mean_that_server_s_array(
    cluster_of: ClusterOf, failure: Make[Failure], server: str, told: str, state: str, *, means: bool
) -> None:
    """Also one that has ended. A list, or who tells, may leave the server out; another one's is another array."""
    system, _ = cluster_of(job(f"184_1{server}", state), job("190_1.m"))
    (seen,) = system.observe([failure(told)])
    assert found(seen).has_tasks is means
    assert (found(seen).state is State.NOT_FOUND) is not means


@pytest.mark.parametrize("told", ["184_9.m", "184_9", "184[9].m"])
def test_a_task_that_is_not_listed_is_not_there(cluster_of: ClusterOf, failure: Make[Failure], told: str) -> None:
    """Its neighbours of the same array are other tasks."""
    system, _ = cluster_of(job("184_1.m"), job("184_2.m"))
    (seen,) = system.observe([failure(told)])
    assert (found(seen).state, found(seen).has_tasks) == (State.NOT_FOUND, False)
