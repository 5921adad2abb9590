"""Of more tellings than a look takes, those first that the service itself shows as failed: anybody invents ids."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.schedulerx import likely as of_groups
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from shared.systems.schedulerx3 import likely as of_apps
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from tests.support.clock import START, Clock
from tests.support.openapi import Ending, FakeApi
from tests.support.systems import GROUP
from tests.unit.systems.schedulerx3_looks import APP, TOLD

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-01-01 10:00:00"
NO = Reply(body={"Code": 400, "Success": False, "Message": "jobId is empty"}, request_id="req", status=200)
BUSY = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")


class Groups:
    """A group whose every instance failed, on pages of `cap`; of a job alone where `by_job`."""

    def __init__(self, *ids: int, cap: int = 50) -> None:
        self.rows = [{"InstanceId": one, "JobId": 7, "Status": 5, "DataTime": DAY} for one in ids]
        self.cap = cap
        self.of_job: dict[str, list[Ending]] = {}
        """Pages of the failed instances of a job alone."""
        self.instead: dict[tuple[str, str], Ending] = {}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, wanted: ApiCall) -> Ending:
        """Answer one call."""
        asked = wanted.parameters
        if "StartTimestamp" in asked and asked.get("JobId") in self.of_job:
            self.asked.append((asked["JobId"], asked["PageNum"]))
            return self.of_job[asked["JobId"]][int(asked["PageNum"]) - 1]
        if wanted.action in {"GetJobInfo", "GetJobInstance"} or "JobId" in asked:
            return refused("", "is not existed", jobs=1, http_status=200)
        page = wanted.action, asked["PageNum"]
        self.asked.append(page)
        start = (int(asked["PageNum"]) - 1) * self.cap
        rows = self.rows[start : start + self.cap]
        body = {"Jobs": [{"JobId": row["InstanceId"]} for row in rows], "JobInstanceDetails": rows}
        return self.instead.get(page) or yes(**body)


def yes(**data: Any) -> Reply:
    """Accepted."""
    return Reply(body={"Code": 200, "Success": True, "Data": data}, request_id="req", status=200)


def told(**rest: Any) -> Failure:
    """A telling of the group."""
    return replace(TOLD, scope=GROUP, **rest)


def shown(service: Groups, *told: str) -> of_groups.Likely:
    """What the group shows; these jobs are told."""
    seen = of_groups.likely(FakeApi(Clock(), service), GROUP, START, told)
    assert seen is not None
    return seen


def test_what_could_not_be_read_is_asked_for_again() -> None:
    """It says nothing of the group, nor of the application; a page that nobody can read shows nothing."""
    busy, system = Groups(9_000), Apps(9_000)
    busy.instead["GetJobInstanceList", "1"] = system.instead["1"] = BUSY
    jobs = SchedulerxJobs(FakeApi(Clock(), busy), Clock(), ZONE)
    executions = Schedulerx3Jobs(FakeApi(Clock(), system), Clock(), ZONE)
    flood = [told(job_id="7", job_instance_id=number) for number in range(MOST_A_LOOK)]
    runs = [replace(TOLD, job_instance_id=number) for number in range(MOST_A_LOOK)]
    for true_is_seen in (False, True):
        seen = jobs.observe([*flood, told(job_id="7", job_instance_id=9_000)])[-1]
        run = executions.observe([*runs, replace(TOLD, job_instance_id=9_000)])[-1]
        assert isinstance(seen, LookFailed) is isinstance(run, LookFailed) is not true_is_seen
        busy.instead.clear()
        system.instead.clear()
    busy.instead["GetJobInstanceList", "1"] = yes(other=1)
    busy.asked.clear()
    assert shown(busy) == of_groups.Likely()
    assert len(busy.asked) == 1


@pytest.mark.parametrize(("cap", "pages"), [(50, 2), (10, 6)])
def test_a_group_is_read_to_its_end_whatever_its_pages_hold(cap: int, pages: int) -> None:
    """Fewer than ten are the end; instances are known by their ids, and by job and day."""
    service = Groups(*range(1, 53), cap=cap)
    seen = shown(service)
    assert (seen.ids, seen.days, seen.jobs) == (frozenset(range(1, 53)), frozenset({("7", DAY)}), frozenset())
    assert service.asked == [("GetJobInstanceList", str(number)) for number in range(1, pages + 1)]
    assert seen.has(told(job_id="8", job_instance_id=52))
    assert seen.has(told(job_id="7", job_instance_id=None, data_time=DAY))
    assert not seen.has(told(job_id="8", job_instance_id=53, data_time=DAY))


def test_a_group_is_read_no_further_than_some_pages() -> None:
    """Nor once a page shows nothing new."""
    endless = Groups(*range(1, 2_000))
    assert len(shown(endless).ids) == 50 * of_groups.MOST_PAGES
    assert len(endless.asked) == of_groups.MOST_PAGES
    short = Groups(*range(1, 10))
    assert len(shown(short).ids) == 9
    assert len(short.asked) == 1
    again = Groups(*range(1, 51))
    again.instead["GetJobInstanceList", "2"] = yes(JobInstanceDetails=again.rows)
    assert len(shown(again).ids) == 50
    assert len(again.asked) == 2


@pytest.mark.parametrize(
    ("first", "second", "jobs"),
    [(NO, None, {"1", "2"}), (NO, BUSY, set()), (NO, yes(x=1), set())],
)
def test_where_a_group_is_not_listed_whole_its_jobs_are_known(
    first: Ending, second: Ending | None, jobs: set[str]
) -> None:
    """Only where the question itself is refused; what else goes wrong changes an order and nothing more."""
    service = Groups(1, 2)
    service.instead["GetJobInstanceList", "1"] = first
    if second is not None:
        service.instead["ListJobs", "1"] = second
    seen = shown(service)
    assert (seen.ids, seen.jobs) == (frozenset(), frozenset(jobs))
    assert service.asked == [("GetJobInstanceList", "1"), ("ListJobs", "1")]
    assert seen.has(told(job_id="1", job_instance_id=9)) is bool(jobs)


def rows(job_id: int, *ids: int) -> Reply:
    """A page of failed instances of a job."""
    return yes(JobInstanceDetails=[{"InstanceId": one, "JobId": job_id, "Status": 5, "DataTime": DAY} for one in ids])


def test_where_only_single_jobs_are_listed_those_told_most_are_asked() -> None:
    """Of each two pages: what it does not show of them is no likelier than of a job that there is not.

    Nobody is asked after one whose list failed.
    """
    service = Groups(1, 2, 3, 4)
    service.instead["GetJobInstanceList", "1"] = NO
    service.of_job = {"2": [rows(2, *range(20, 30)), rows(2, *range(30, 40)), rows(2, 40)], "1": [rows(1)], "3": [BUSY]}
    service.of_job["4"] = [rows(4)]
    seen = shown(service, "9", "2", "1", "3", "4")
    assert (seen.ids, seen.days) == (frozenset(range(20, 40)), frozenset({("2", DAY)}))
    assert seen.jobs == frozenset({"3", "4"})
    assert service.asked[2:] == [("2", "1"), ("2", "2"), ("1", "1"), ("3", "1")], "the list, its refusal, and the jobs"
    assert seen.has(told(job_id="3", job_instance_id=9))
    assert not seen.has(told(job_id="1", job_instance_id=9))
    many = Groups(*range(1, 50))
    many.instead["GetJobInstanceList", "1"] = NO
    many.of_job = {str(one): [rows(one)] for one in range(1, 50)}
    assert len(shown(many, *many.of_job).jobs) == 49 - of_groups.MOST_JOBS


def test_the_true_instance_of_a_job_is_looked_at_before_invented_ones_of_the_same() -> None:
    """Where the group's instances are not shown together; one speaker tells all of them, the true one last."""
    service = Groups(7, 8)
    service.instead["GetJobInstanceList", "1"] = NO
    service.of_job = {"7": [rows(7, 9_000)], "8": [rows(8)]}
    system = SchedulerxJobs(FakeApi(Clock(), service), Clock(), ZONE)
    flood = [told(job_id="7", job_instance_id=number) for number in range(MOST_A_LOOK)]
    seen = system.observe([told(job_id="8", job_instance_id=1), *flood, told(job_id="7", job_instance_id=9_000)])
    assert not isinstance(seen[-1], LookFailed)
    assert [one for one, _ in service.asked if one.isdecimal()] == ["7", "8"]


def test_jobs_are_read_page_by_page_as_far_as_instances() -> None:
    """Ten pages of fifty."""
    service = Groups(*range(1, 2_000))
    service.instead["GetJobInstanceList", "1"] = NO
    assert len(shown(service).jobs) == 50 * of_groups.MOST_PAGES


def test_a_later_page_that_fails_leaves_what_was_shown() -> None:
    """By whatever refusal."""
    for failure in (NO, BUSY):
        service = Groups(*range(1, 60))
        service.instead["GetJobInstanceList", "2"] = failure
        assert shown(service).ids == frozenset(range(1, 51))
        assert len(service.asked) == 2


def test_what_is_shown_is_of_the_last_two_days() -> None:
    """And of as much of the next minutes as clocks may be apart."""
    group, app = FakeApi(Clock(), Groups(1)), FakeApi(Clock(), Apps(1))
    of_groups.likely(group, GROUP, START, ())
    of_apps.likely(app, APP, START, ZoneInfo("UTC"))
    asked, zoned = group.asked[0].parameters, app.asked[0].parameters
    edges = START - 2 * 86_400, START + 300
    assert (int(asked["StartTimestamp"]), int(asked["EndTimestamp"])) == tuple(1000 * edge for edge in edges)
    told = (datetime.fromisoformat(f"{zoned[name]}+00:00").timestamp() for name in ("StartTime", "EndTime"))
    assert tuple(told) == edges


def test_the_true_one_of_a_group_is_looked_at_before_invented_ones() -> None:
    """Wherever it stands; the group is asked once, and only where not all are looked at."""
    service = Groups(9_000)
    system = SchedulerxJobs(FakeApi(Clock(), service), Clock(), ZONE)
    flood = [told(job_id="7", job_instance_id=number) for number in range(MOST_A_LOOK)]
    true = told(job_id="7", job_instance_id=9_000)
    assert not any(isinstance(one, LookFailed) for one in system.observe([*flood[1:], true]))
    assert service.asked == []
    for _ in range(2):
        seen = system.observe([*flood, true])
        assert [place for place, one in enumerate(seen) if isinstance(one, LookFailed)] == [MOST_A_LOOK - 1]
    assert service.asked == [("GetJobInstanceList", "1")]


class Apps:
    """An application in which these stand failed."""

    def __init__(self, *ids: int, total: int | None = None) -> None:
        self.rows = [{"JobExecutionId": str(one), "Status": 5} for one in ids]
        self.total = total
        self.instead: dict[str, Ending] = {}
        self.pages: list[str] = []

    def __call__(self, wanted: ApiCall) -> Ending:
        """Answer one call."""
        if wanted.action == "GetJobExecution":
            return refused("NotFound", "no such thing", jobs=1, http_status=404)
        number = wanted.parameters["PageNum"]
        self.pages.append(number)
        start = (int(number) - 1) * 50
        return self.instead.get(number) or yes(Records=self.rows[start : start + 50], Total=self.total)


def failed(service: Apps) -> frozenset[int] | None:
    """What the application shows."""
    return of_apps.likely(FakeApi(Clock(), service), APP, START, ZONE)


@pytest.mark.parametrize(("total", "pages"), [(None, 3), (60, 2)])
def test_an_application_is_read_to_its_end(total: int | None, pages: int) -> None:
    """That nothing more comes it says, or shows."""
    service = Apps(*range(60), total=total)
    assert failed(service) == frozenset(range(60))
    assert len(service.pages) == pages
    endless = Apps(*range(2_000))
    assert failed(endless) == frozenset(range(50 * of_apps.MOST_PAGES))


@pytest.mark.parametrize("ending", [NO, yes(Records=5)])
def test_an_application_that_is_not_shown_changes_nothing(ending: Ending) -> None:
    """What was shown before holds."""
    service = Apps(*range(60))
    service.instead["2"] = ending
    assert failed(service) == frozenset(range(50))
    assert service.pages == ["1", "2"]


def test_the_true_one_of_an_application_is_looked_at_before_invented_ones() -> None:
    """Wherever it stands; the application is asked once."""
    service = Apps(9_000)
    system = Schedulerx3Jobs(FakeApi(Clock(), service), Clock(), ZONE)
    flood = [replace(TOLD, job_instance_id=number) for number in range(MOST_A_LOOK)]
    true = replace(TOLD, job_instance_id=9_000)
    assert not any(isinstance(one, LookFailed) for one in system.observe([*flood[1:], true]))
    assert service.pages == []
    for _ in range(2):
        seen = system.observe([*flood, true])
        assert [place for place, one in enumerate(seen) if isinstance(one, LookFailed)] == [MOST_A_LOOK - 1]
    assert service.pages == ["1", "2"]


def test_a_group_that_is_not_there_costs_one_look_whatever_is_told_of_it() -> None:
    """Each job would be told the same; of the group beside it nothing is known by that."""
    there = replace(GROUP, group_id="there.group")
    busy = replace(GROUP, group_id="busy.group")
    texts = {there.group_id: "jobId=1 is not existed", busy.group_id: "a word about one job"}
    asked: list[tuple[str, str]] = []

    def service(wanted: ApiCall) -> Ending:
        group = wanted.parameters["GroupId"]
        asked.append((group, wanted.action))
        text = texts.get(group, "groupid not exist groupId: g namespace: n")
        return Reply(body={"Code": 400, "Success": False, "Message": text}, request_id="req", status=200)

    clock = Clock()
    many = [told(job_id=str(number)) for number in range(MOST_A_LOOK + 20)]
    beside = [replace(told(job_id=str(number)), scope=group) for group in (there, busy) for number in range(3)]
    seen = SchedulerxJobs(FakeApi(clock, service), clock, ZONE).observe([*many, *beside])
    codes = [(one.code, one.worth_repeating) for one in seen[: len(many)] if isinstance(one, LookFailed)]
    assert codes == [("400", False)] * len(many)
    assert [isinstance(one, LookFailed) for one in seen[len(many) :]] == [False] * 3 + [True] * 3
    assert asked.count((GROUP.group_id, "GetJobInfo")) == 1
    assert [asked.count((group.group_id, "GetJobInfo")) for group in (there, busy)] == [3, 3]
