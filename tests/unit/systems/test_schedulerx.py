"""SchedulerX: which instance is meant, and what else lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.reading.times import instant
from shared.systems.openapi import Reply, refused
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play
from tests.unit.systems.schedulerx_service import Service, no, yes

ZONE = ZoneInfo("Asia/Shanghai")
NOW = instant("2026-01-01 12:00:00", ZONE)


def instance(number: int, status: object = 5, *, at: str = "2026-01-01 11:00:00", **rest: Any) -> dict[str, Any]:
    """An instance as the list shows it."""
    return {
        "JobId": 7, "InstanceId": number, "Status": status, "TriggerType": 1, "DataTime": at, "ScheduleTime": at,
        "StartTime": at, "EndTime": "", **rest,
    }  # fmt: skip


Opened = Callable[[Service], tuple[SchedulerxJobs, FakeApi]]
"""Opens a system before such a service."""


@pytest.fixture
def system(fake_api: Play, clock: Clock) -> Opened:
    """A system before such a service, and the transport between; it is noon."""
    clock.moment = NOW

    def make(service: Service) -> tuple[SchedulerxJobs, FakeApi]:
        api = fake_api(service)
        return SchedulerxJobs(api, clock, ZONE), api

    return make


@pytest.fixture
def told(failure: Make[Failure], group: Group) -> Make[Failure]:
    """A failure of job 7 in the group."""
    return lambda job_id="7", **rest: failure(job_id, group, **rest)


def found(seen: Observation) -> SchedulerxSnapshot:
    """The look succeeded."""
    assert isinstance(seen, SchedulerxSnapshot)
    return seen


def test_an_instance_told_by_id_is_seen_with_what_else_lives(system: Opened, told: Make[Failure]) -> None:
    """Job, meant instance and the others, with times read in the zone; four calls, all with the group."""
    ended = instance(1, 5, EndTime="2026-01-01 11:00:30", Parameters="")
    running = instance(2, 3, at="2026-01-01 11:30:00")
    sx, api = system(Service(running, ended))
    (seen,) = system_seen = sx.observe([told(job_instance_id=1)])
    assert len(system_seen) == 1
    seen = found(seen)
    assert (seen.job_id, seen.state, seen.enabled, seen.name) == ("7", State.FAILED, True, "nightly")
    assert (seen.own_parameters, seen.look_begun_at) == (False, NOW)
    assert seen.instance is not None
    assert (seen.instance.instance_id, seen.instance.data_time) == (1, "2026-01-01 11:00:00")
    assert (seen.instance.started_at, seen.instance.ended_at) == (NOW - 3_600, NOW - 3_570)
    assert [(one.instance_id, one.state, one.live, one.ended_at) for one in seen.others] == [
        (2, State.RUNNING, True, None)
    ]
    assert [wanted.action for wanted in api.asked] == ["GetJobInfo", "GetJobInstanceList", "GetJobInstance"]


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (1, "QUEUED"), (2, "QUEUED"), (8, "QUEUED"), (10, "QUEUED"), (3, "RUNNING"), (4, "SUCCEEDED"), (5, "FAILED"),
        (6, "KILLED"), (7, "PAUSED"), (9, "REJECTED"), (11, "PARTIAL_FAILED"), (12, "SKIPPED"), (99, "REMOVED"),
        (0, "UNKNOWN"), (13, "UNKNOWN"), ("5", "FAILED"),
    ],
)  # fmt: skip
def test_every_status_is_a_word_of_the_contract(
    system: Opened, told: Make[Failure], number: object, state: str
) -> None:
    """As docs/facts/schedulerx.md#states lists them; text that is a number counts as the number."""
    sx, _ = system(Service(instance(1, number)))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).state.value == state


def test_a_data_time_means_its_newest_instance(system: Opened, told: Make[Failure]) -> None:
    """A rerun of the same data time is the later life of it; its own parameters come from GetJobInstance."""
    first, again = instance(1, 5), instance(2, 5, TriggerType=2)
    service = Service(again, instance(3, 4, at="2026-01-01 10:00:00"), first)
    service.details[2] = {**again, "Parameters": "x=1"}
    sx, _ = system(service)
    (seen,) = sx.observe([told(data_time="2026-01-01 11:00:00")])
    seen = found(seen)
    assert seen.instance is not None
    assert (seen.instance.instance_id, seen.instance.trigger_type, seen.own_parameters) == (2, 2, True)
    assert [one.instance_id for one in seen.others] == [3, 1]


def test_a_job_without_a_name_has_an_empty_one(system: Opened, told: Make[Failure]) -> None:
    """Rules match names as text."""
    sx, _ = system(Service(instance(1), info={"Name": None}))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).name == ""


@pytest.mark.parametrize(
    ("of_job", "of_instance", "own"),
    [("", "", False), ("a", "a", False), ("a", "", False), ("", "b", True), ("a", "b", True), (None, None, False)],
)
def test_parameters_of_its_own(
    system: Opened, told: Make[Failure], of_job: str, of_instance: str, *, own: bool
) -> None:
    """Only an instance whose parameters are there and differ from the job's cannot be rerun faithfully."""
    sx, _ = system(Service(instance(1, Parameters=of_instance), info={"Parameters": of_job}))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).own_parameters is own


@pytest.mark.parametrize(("status", "enabled"), [(1, True), ("1", True), (0, False), (None, False)])
def test_a_job_is_enabled_only_if_it_says_so(
    system: Opened, told: Make[Failure], status: object, *, enabled: bool
) -> None:
    """Status 1; whatever else is not."""
    sx, _ = system(Service(instance(1), info={"Status": status}))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).enabled is enabled


def test_what_is_not_there_is_not_found(system: Opened, told: Make[Failure]) -> None:
    """No such job, no such instance, no instance with that data time, an instance of another job, another instance."""
    service = Service(instance(1))
    service.details[9] = {**instance(9), "JobId": 8}
    service.details[10] = instance(1)
    sx, _ = system(service)
    for gone in (
        told("8", job_instance_id=1),
        told(job_instance_id=2),
        told(data_time="2025-12-31 11:00:00"),
        told(job_instance_id=9),
        told(job_instance_id=10),
    ):
        (seen,) = sx.observe([gone])
        assert seen == SchedulerxSnapshot(job_id=gone.job_id, state=State.NOT_FOUND, look_begun_at=seen.look_begun_at)


def test_failures_of_one_job_share_its_look(system: Opened, told: Make[Failure], failure: Make[Failure]) -> None:
    """Job and list are read once, each meant instance once; answers come back in order."""
    elsewhere = Group(region="cn-hangzhou", namespace="space", group_id="app.defaultGroup", namespace_source="s")
    sx, api = system(Service(instance(2), instance(1, at="2026-01-01 10:30:00")))
    seen = sx.observe(
        [
            told(job_instance_id=1),
            failure("7", elsewhere, job_instance_id=1),
            told(data_time="2026-01-01 11:00:00"),
            told(job_instance_id=2),
        ]
    )
    meant = [one.instance.instance_id for one in map(found, seen) if one.instance]
    assert meant == [1, 1, 2, 2]
    here = [wanted.action for wanted in api.asked if "NamespaceSource" not in wanted.parameters]
    assert here == ["GetJobInfo", "GetJobInstanceList", "GetJobInstance", "GetJobInstance"]
    assert len(api.asked) == len(here) + 3


def test_pages_are_read_by_what_comes_back(system: Opened, told: Make[Failure]) -> None:
    """A server that caps pages at ten has more; the end is a short page, and pages with nothing new."""
    listed = [instance(number, 4, at="2026-01-01 11:59:00") for number in range(34, 1, -1)] + [
        instance(1, at="2026-01-01 11:30:00")
    ]
    for cap, pages in ((10, 4), (1_000, 2), (17, 3)):
        sx, api = system(Service(*listed, cap=cap))
        (seen,) = sx.observe([told(job_instance_id=1)])
        assert len(found(seen).others) == 33
        assert [asked["PageNum"] for asked in api.parameters("GetJobInstanceList")] == [
            str(number) for number in range(1, pages + 1)
        ]


def test_an_old_history_is_not_read_to_its_end_but_old_live_ones_are_seen(system: Opened, told: Make[Failure]) -> None:
    """Once back an hour and at the meant one, only what still lives is asked for: an eligible job has none."""
    fresh = [instance(number, 4, at="2026-01-01 11:50:00") for number in range(299, 249, -1)]
    older = [instance(number, 4, at="2026-01-01 10:00:00") for number in range(249, 2, -1)]
    still = instance(2, 3, at="2025-12-30 00:00:00")
    waiting = instance(1, 1, at="2025-12-31 00:00:00")
    sx, api = system(Service(*fresh, *older, still, waiting))
    (seen,) = sx.observe([told(job_instance_id=299)])
    others = found(seen).others
    assert [one.instance_id for one in others if one.live] == [1, 2]
    assert len(others) == 101
    assert len(api.parameters("GetJobInstanceList")) == 4


def test_another_jobs_instance_is_none_of_the_others(system: Opened, told: Make[Failure]) -> None:
    """A list that ignores the job asked for does not make its live instances ours."""
    sx, _ = system(Service({**instance(2, 3), "JobId": 8}, instance(1)))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).others == ()


def test_the_meant_instance_is_read_back_to(system: Opened, told: Make[Failure]) -> None:
    """However old it is, so that what ran after it is seen."""
    listed = [instance(number, 4, at="2025-12-01 00:00:00") for number in range(200, 0, -1)]
    sx, api = system(Service(*listed))
    (seen,) = sx.observe([told(job_instance_id=60)])
    assert {one.instance_id for one in found(seen).others} >= set(range(61, 201))
    assert len(api.parameters("GetJobInstanceList")) == 3 + 2


def test_a_list_without_end_is_given_up(system: Opened, told: Make[Failure]) -> None:
    """Sixty pages are more than SchedulerX keeps."""
    sx, api = system(Service(*(instance(number) for number in range(5_000, 0, -1))))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("ListTooLong", True)
    assert len(api.parameters("GetJobInstanceList")) == 60


def test_a_flood_about_one_group_is_not_looked_at_to_its_end(system: Opened, told: Make[Failure]) -> None:
    """So many instances are, as they come, and of the others it is said that nobody looked."""
    sx, api = system(Service(*(instance(number) for number in range(1, 6))))
    failures = [told(job_instance_id=number) for number in range(1, MOST_A_LOOK + 50)]
    failures += failures[:5]
    seen = sx.observe(failures)
    unseen = [place for place, one in enumerate(seen) if isinstance(one, LookFailed)]
    assert unseen == list(range(MOST_A_LOOK, MOST_A_LOOK + 49))
    assert {(one.none_left, one.worth_repeating) for one in seen if isinstance(one, LookFailed)} == {(True, True)}
    assert [found(one).state for one in seen[:5]] == [found(one).state for one in seen[-5:]]
    assert len(api.asked) < 3 * MOST_A_LOOK


@pytest.mark.parametrize("action", ["GetJobInfo", "GetJobInstanceList", "GetJobInstance"])
@pytest.mark.parametrize(
    ("reply", "code", "worth_repeating"),
    [
        (no("denied", 403), "403", False),
        (no("broken", 500), "500", True),
        (no("broken", None), "", True),
        (no("groupid not exist groupId: g namespace: n", 404), "404", False),
        (yes(), "MalformedAnswer", True),
        (Reply(body={"Success": "true", "Code": 200}, request_id="", status=200), "UnreadableAnswer", True),
        (refused("Throttling.User", "slow", jobs=1, http_status=400), "Throttling.User", True),
        (refused("Forbidden.RAM", "is not existed", jobs=1, http_status=403), "Forbidden.RAM", False),
    ],
)
def test_a_read_that_fails_is_no_observation(
    system: Opened,
    told: Make[Failure],
    action: str,
    reply: Ending,
    code: str,
    worth_repeating: bool,  # noqa: FBT001 - one example
) -> None:
    """Whichever read it is; never does a failed look pass as a job without live instances."""
    service = Service(instance(1))
    service.instead[action] = reply
    sx, _ = system(service)
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating, seen.look_begun_at) == (code, worth_repeating, NOW)


@pytest.mark.parametrize(("said", "retries"), [(0, 0), (3, 3), ("2", 2), (None, 0), (-1, 0), (10**12, 1000)])
def test_its_own_retries_are_told(system: Opened, told: Make[Failure], said: object, retries: int) -> None:
    """`MaxAttempt` of GetJobInfo, bounded; a job that says nothing has none."""
    info = {} if said is None else {"MaxAttempt": said}
    sx, _ = system(Service(instance(1), info=info))
    (seen,) = sx.observe([told(job_instance_id=1)])
    assert found(seen).own_retries == retries
