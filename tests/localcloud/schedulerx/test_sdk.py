"""SchedulerX judged by the official SDK, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_schedulerx220190430 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx.models import Course, Group, JobConfig, Origin, TriggerType, fails, keeps_running, succeeds
from localcloud.schedulerx.service import Schedulerx
from tests.support.sdk import Sdk

START = 1_767_225_600
DAY_MS = 86_400_000
FIRST_MS = 1_767_196_800_000
"""2026-01-01 00:00:00 in Asia/Shanghai."""
SCOPE = {"region_id": "cn-hangzhou", "namespace": "ns", "group_id": "demo.group"}
Connect = Callable[..., Any]


@pytest.fixture
def schedulerx(connect: Connect) -> Any:
    """An official client with the right key."""
    return connect("schedulerx")


@pytest.fixture
def group(cloud: LocalCloud) -> Group:
    """The group that `SCOPE` names."""
    return cloud[Schedulerx].group("ns", "demo.group")


def rerun(client: Sdk, job_id: int = 5, **changes: Any) -> Any:
    """RerunJob for exactly 2026-01-01, unless changed."""
    days = {"start_date": FIRST_MS, "end_date": FIRST_MS + DAY_MS - 1000, "data_time": "10:00:00"}
    return client.rerun_job(models.RerunJobRequest(**{**SCOPE, "job_id": job_id, **days, **changes})).body


def instances(client: Sdk, **filters: Any) -> list[Any]:
    """Items of GetJobInstanceList."""
    body = client.get_job_instance_list(models.GetJobInstanceListRequest(**SCOPE, **filters)).body
    assert body.success is True
    return list(body.data.job_instance_details)


def test_rerun_makes_one_instance_for_the_day(
    cloud: LocalCloud, clock: ManualClock, group: Group, schedulerx: Sdk
) -> None:
    """One day, one new instance: TriggerType 2, scheduled now, data time as told, states 1, 3, then 4."""
    group.job(5)
    body = rerun(schedulerx)
    assert (body.success, body.code, bool(body.request_id)) == (True, 200, True)
    states = []
    for seconds in (0, 1, 5):
        clock.advance(seconds)
        (item,) = instances(schedulerx, job_id=5)
        states.append(item.status)
    assert states == [1, 3, 4]
    assert (item.trigger_type, item.data_time) == (2, "2026-01-01 10:00:00")
    assert (item.schedule_time, item.start_time, item.end_time) == (
        "2026-01-01 08:00:00",
        "2026-01-01 08:00:01",
        "2026-01-01 08:00:06",
    )
    assert [(made.data_time, made.origin) for made in cloud[Schedulerx].reruns] == [
        ("2026-01-01 10:00:00", Origin.RERUN_JOB)
    ]


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "days"),
    [
        (FIRST_MS, FIRST_MS + DAY_MS - 1, ["01-01"]),
        (FIRST_MS, FIRST_MS + 2 * DAY_MS - 1000, ["01-01", "01-02"]),
        (FIRST_MS + DAY_MS // 2, FIRST_MS + DAY_MS + 1000, ["01-01", "01-02"]),
        (FIRST_MS - 1, FIRST_MS, ["12-31", "01-01"]),
    ],
)
def test_days_are_cut_in_the_zone(
    cloud: LocalCloud, group: Group, schedulerx: Sdk, start_ms: int, end_ms: int, days: list[str]
) -> None:
    """Every calendar day of the zone that the range touches gets one instance: a wrong range is a storm."""
    group.job(5)
    rerun(schedulerx, start_date=start_ms, end_date=end_ms)
    assert [made.data_time[5:10] for made in cloud[Schedulerx].reruns] == days


def test_another_zone_cuts_other_days(clock: ManualClock, cloud: LocalCloud, connect: Connect) -> None:
    """The day of Shanghai touches two days of UTC."""
    from localcloud.clock import SystemClock

    with LocalCloud(clock=clock, signing_clock=SystemClock(), zone="UTC") as other:
        other[Schedulerx].group("ns", "demo.group").job(5)
        assert rerun(connect("schedulerx", endpoint=other.host)).success
        assert len(other[Schedulerx].reruns) == 2
    assert cloud[Schedulerx].reruns == []


def test_instances_follow_their_planned_courses(clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """The first rerun fails, the second succeeds, if the scenario says so; lists are newest first."""
    group.job(5, JobConfig(reruns=(fails(2, "boom"), succeeds(2))))
    for _ in range(2):
        rerun(schedulerx)
        clock.advance(10)
    shown = [(item.status, item.result) for item in instances(schedulerx, job_id=5)]
    assert shown == [(4, "success"), (5, "boom")]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"job_id": 6}, "jobId=6 is not existed"),
        ({"job_id": 7}, "jobid: 7 not match groupId: demo.group"),
        ({"group_id": "none"}, "groupid not exist groupId: none namespace: ns"),
        ({"data_time": "25:00:00"}, "dataTime=25:00:00 is not HH:mm:ss"),
        ({"end_date": FIRST_MS - DAY_MS}, "startDate to endDate must be 1 to 366 days"),
        ({"end_date": FIRST_MS + 366 * DAY_MS}, "startDate to endDate must be 1 to 366 days"),
        ({"end_date": 10**18 - 1}, "startDate or endDate is out of range"),
        ({"job_id": "five"}, "JobId=five is not a number"),
    ],
)
def test_business_errors_are_plain_answers(
    cloud: LocalCloud, group: Group, schedulerx: Sdk, changes: dict[str, Any], text: str
) -> None:
    """What the product refuses is HTTP 200 with Success false and its text; nothing is made, nothing raised."""
    group.job(5)
    cloud[Schedulerx].group("ns", "other").job(7)
    body = rerun(schedulerx, **changes)
    assert (body.success, body.code, body.message) == (False, 400, text)
    assert cloud[Schedulerx].reruns == []


def test_clash_within_a_second(cloud: LocalCloud, clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """With the switch on, a second rerun of one job within a second is refused, a later one is not."""
    group.job(5)
    group.clash_s = 1.0
    answers = [rerun(schedulerx).success, rerun(schedulerx).success]
    clock.advance(1)
    answers.append(rerun(schedulerx).success)
    assert answers == [True, False, True]
    assert len(cloud[Schedulerx].reruns) == 2


def test_parameters_of_rerun_come_in_the_body_only(cloud: LocalCloud, group: Group, schedulerx: Sdk) -> None:
    """RerunJob with its parameters in the query is a call without parameters."""
    from alibabacloud_tea_openapi.models import OpenApiRequest, Params
    from darabonba.runtime import RuntimeOptions

    group.job(5)
    params = Params(
        action="RerunJob",
        version="2019-04-30",
        protocol="HTTP",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    request = OpenApiRequest(query={"RegionId": "cn-hangzhou", "Namespace": "ns", "GroupId": "demo.group"})
    with pytest.raises(ClientException) as caught:
        schedulerx.call_api(params, request, RuntimeOptions())
    assert caught.value.code == "MissingRegionId"
    assert cloud[Schedulerx].reruns == []


def test_list_pages_and_filters(clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """Ten a page, newest first; status and the two timestamps filter; the whole group without a job id."""
    job = group.job(5)
    made = [job.instance("2026-01-01 10:00:00", fails(5), scheduled_at=START - 60 * n) for n in range(25)]
    other = group.job(8).instance("2026-01-01 10:00:00", keeps_running())
    clock.advance(30)
    ids = [instance.instance_id for instance in made]
    assert [item.instance_id for item in instances(schedulerx, job_id=5)] == ids[:10]
    assert [item.instance_id for item in instances(schedulerx, job_id=5, page_num=3)] == ids[20:]
    assert [item.instance_id for item in instances(schedulerx, job_id=5, page_size=20, page_num=2)] == ids[20:]
    assert [item.instance_id for item in instances(schedulerx, status=3)] == [other.instance_id]
    assert len(instances(schedulerx, status=5, page_size=100)) == 25
    window = {"start_timestamp": (START - 120) * 1000, "end_timestamp": (START - 60) * 1000}
    assert [item.instance_id for item in instances(schedulerx, job_id=5, **window)] == ids[1:3]
    assert [item.instance_id for item in instances(schedulerx, page_size=2)] == [other.instance_id, ids[0]]


def test_list_items_lack_what_details_have(clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """JobName, Parameters and TraceId are in GetJobInstance only."""
    config = JobConfig(name="nightly", parameters="a=1")
    made = group.job(5, config).instance("2026-01-01 10:00:00", fails(5), parameters="b=2")
    clock.advance(10)
    (item,) = instances(schedulerx, job_id=5)
    request = models.GetJobInstanceRequest(**SCOPE, job_id=5, job_instance_id=made.instance_id)
    detail = schedulerx.get_job_instance(request).body.data.job_instance_detail.to_map()
    assert set(detail) - set(item.to_map()) == {"JobName", "Parameters", "TraceId"}
    assert (detail["JobName"], detail["Parameters"], detail["Status"]) == ("nightly", "b=2", 5)
    missing = models.GetJobInstanceRequest(**SCOPE, job_id=5, job_instance_id=1)
    body = schedulerx.get_job_instance(missing).body
    assert (body.success, body.message) == (False, "jobInstanceId=1 is not existed")


def test_get_job_info(group: Group, schedulerx: Sdk) -> None:
    """A job's configuration: status, parameters, time settings, MaxConcurrency as text."""
    group.job(5, JobConfig(name="nightly", enabled=False, parameters="a=1"))
    body = schedulerx.get_job_info(models.GetJobInfoRequest(**SCOPE, job_id=5)).body
    info = body.data.job_config_info
    assert (body.code, body.success) == (200, True)
    assert (info.name, info.status, info.parameters, info.max_concurrency) == ("nightly", 0, "a=1", "1")
    assert info.time_config.time_type == 1


def test_list_jobs(group: Group, schedulerx: Sdk) -> None:
    """The group's jobs, by page, name and status."""
    for number in range(12):
        group.job(number + 1, JobConfig(name=f"job-{number}", enabled=number % 2 == 0))

    def ids(**filters: Any) -> list[int]:
        body = schedulerx.list_jobs(models.ListJobsRequest(**SCOPE, **filters)).body
        return [job.job_id for job in body.data.jobs]

    assert ids() == list(range(1, 11))
    assert ids(page_num=2) == [11, 12]
    assert ids(job_name="job-3") == [4]
    assert ids(status="0", page_size=50) == [2, 4, 6, 8, 10, 12]


def test_retry_job_instance(cloud: LocalCloud, group: Group, schedulerx: Sdk) -> None:
    """RetryJobInstance repeats an ended instance with its data time, as TriggerType 4; a running one it refuses."""
    job = group.job(5)
    ended = job.instance("2025-12-31 10:00:00", fails(1), scheduled_at=START - 60)
    live = job.instance("2026-01-01 10:00:00", keeps_running(), scheduled_at=START - 30)

    def retry(instance_id: int) -> Any:
        request = models.RetryJobInstanceRequest(**SCOPE, job_id=5, job_instance_id=instance_id)
        return schedulerx.retry_job_instance(request).body

    assert retry(ended.instance_id).success is True
    assert retry(live.instance_id).success is False
    assert [(made.data_time, made.origin) for made in cloud[Schedulerx].reruns] == [
        ("2025-12-31 10:00:00", Origin.RETRY_JOB_INSTANCE)
    ]
    assert instances(schedulerx, job_id=5)[0].trigger_type == TriggerType.USER_RETRY


def test_hundred_calls_a_minute(cloud: LocalCloud, clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """The limit is per operation and minute; beyond it 400 Throttling.User, and a minute later it goes on."""
    cloud.openapi.limit("2019-04-30", "GetJobInfo", 3)
    group.job(5)
    request = models.GetJobInfoRequest(**SCOPE, job_id=5)
    for _ in range(3):
        schedulerx.get_job_info(request)
    with pytest.raises(ClientException) as caught:
        schedulerx.get_job_info(request)
    assert (caught.value.status_code, caught.value.code) == (400, "Throttling.User")
    assert rerun(schedulerx).success is True
    clock.advance(60)
    assert schedulerx.get_job_info(request).body.success is True


def test_documented_limit_is_in_force(cloud: LocalCloud, group: Group, schedulerx: Sdk) -> None:
    """Out of the box the 101st call of an operation within a minute is throttled."""
    group.job(5)
    for _ in range(100):
        instances(schedulerx, job_id=5)
    with pytest.raises(ClientException) as caught:
        instances(schedulerx, job_id=5)
    assert caught.value.code == "Throttling.User"
    assert len(cloud.openapi.calls_of("GetJobInstanceList")) == 101


def test_wrong_secret(group: Group, connect: Connect) -> None:
    """A wrong secret is refused for form bodies as well."""
    group.job(5)
    with pytest.raises(ClientException) as caught:
        rerun(connect("schedulerx", access_key_secret="guess"))
    assert caught.value.code == "SignatureDoesNotMatch"


def test_log(clock: ManualClock, group: Group, schedulerx: Sdk) -> None:
    """Lines of the last half hour, newest first, unless asked for others; 200 at most."""
    log = tuple(f"line {number}" for number in range(250))
    made = group.job(5).instance("2026-01-01 10:00:00", Course(5, log=log))
    clock.advance(60)

    def lines(**rest: Any) -> Any:
        wanted = {**SCOPE, "job_id": "5", "job_instance_id": str(made.instance_id), **rest}
        body = schedulerx.get_log(models.GetLogRequest(**wanted)).body
        return body.data.logs if body.success else body.message

    assert lines() == list(reversed(log))[:200]
    assert lines(reverse=False, offset=240, line=20) == list(log[240:])
    assert lines(keyword="line 24", reverse=False) == ["line 24", *(f"line 24{number}" for number in range(10))]
    clock.advance(3600)
    assert lines() == []
    assert len(lines(start_timestamp=START * 1000)) == 200
    assert "not existed" in lines(job_instance_id="7")
