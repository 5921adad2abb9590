"""SchedulerX through the real SDK and the local cloud: the meant instance, and exactly one new one."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx.models import Course, JobConfig, Origin, ScheduledJob, Status, fails, keeps_running
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.call import ActionApi, Effect, Target
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.snapshot import LookFailed
from shared.ports import OutputPart
from shared.systems.openapi import OpenApi
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.support.make import Make

DATA_TIME = "2026-01-01 10:00:00"


def looked(system: SchedulerxJobs, *failures: Failure) -> list[SchedulerxSnapshot]:
    """What was seen, each look a success."""
    seen = system.observe(failures)
    found = [one for one in seen if isinstance(one, SchedulerxSnapshot)]
    assert len(found) == len(failures), seen
    return found


@pytest.fixture
def system(open_api: Make[OpenApi], clock: ManualClock) -> SchedulerxJobs:
    """The adapter under test."""
    return SchedulerxJobs(open_api(), clock, ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def job(cloud: LocalCloud) -> ScheduledJob:
    """Job 92583 of the group, enabled, with an hourly history of its own making by each test."""
    return cloud[Schedulerx].group("space", "app.defaultGroup").job(92583, JobConfig(name="nightly"))


def test_the_meant_instance_and_the_others(
    cloud: LocalCloud,
    clock: ManualClock,
    system: SchedulerxJobs,
    group: Group,
    failure: Make[Failure],
    job: ScheduledJob,
) -> None:
    """By id and by data time, with what lives beside it."""
    failed = job.instance(DATA_TIME, fails())
    clock.advance(30)
    live = job.instance("2026-01-01 11:00:00", keeps_running())
    clock.advance(30)
    by_id, by_time, gone, elsewhere = looked(
        system,
        failure("92583", group, job_instance_id=failed.instance_id),
        failure("92583", group, data_time=DATA_TIME),
        failure("92583", group, job_instance_id=1),
        failure("1", group, data_time=DATA_TIME),
    )
    assert by_id == by_time
    assert (by_id.state, by_id.enabled, by_id.name, by_id.own_parameters) == (State.FAILED, True, "nightly", False)
    assert by_id.instance is not None
    assert (by_id.instance.instance_id, by_id.instance.data_time) == (failed.instance_id, DATA_TIME)
    assert by_id.instance.started_at == failed.starts_at
    assert [(one.instance_id, one.state) for one in by_id.others] == [(live.instance_id, State.RUNNING)]
    assert (gone.state, elsewhere.state) == (State.NOT_FOUND, State.NOT_FOUND)
    assert len(cloud.openapi.calls_of("GetJobInfo")) == 2


def test_a_rerun_makes_exactly_one_instance_of_the_same_data_time(
    cloud: LocalCloud,
    clock: ManualClock,
    system: SchedulerxJobs,
    group: Group,
    failure: Make[Failure],
    job: ScheduledJob,
) -> None:
    """One day, one instance, with the data time of the failed one; the next look shows it."""
    failed = job.instance(DATA_TIME, fails())
    clock.advance(60)
    (result,) = system.rerun([Target(scope=group, job_id="92583", life=Life.instance(DATA_TIME, 1))])
    assert (result.effect, bool(result.request_id)) == (Effect.DONE, True)
    assert len(cloud[Schedulerx].reruns) == 1
    clock.advance(1)
    (seen,) = looked(system, failure("92583", group, job_instance_id=failed.instance_id))
    (made,) = seen.others
    assert (made.data_time, made.trigger_type, made.started_at) == (DATA_TIME, 2, clock.now())


@pytest.mark.parametrize(
    ("kind", "effect", "happened"),
    [
        (FaultKind.CLOSE_BEFORE_EFFECT, Effect.UNKNOWN, 0),
        (FaultKind.CLOSE_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.HTML_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.ERROR_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.THROTTLED, Effect.NOT_DONE_LATER, 0),
    ],
)
def test_no_ending_claims_more_than_it_proves(
    *,
    cloud: LocalCloud,
    clock: ManualClock,
    system: SchedulerxJobs,
    group: Group,
    job: ScheduledJob,
    kind: FaultKind,
    effect: Effect,
    happened: int,
) -> None:
    """Whether the effect took place or not, one lost answer is one call and one honest result."""
    job.instance(DATA_TIME, fails())
    clock.advance(60)
    cloud.faults.add(Fault("RerunJob", kind))
    (result,) = system.rerun([Target(scope=group, job_id="92583", life=Life.instance(DATA_TIME, 1))])
    assert (result.effect, len(cloud[Schedulerx].reruns)) == (effect, happened)
    assert len(cloud.openapi.calls_of("RerunJob")) == 1


@pytest.mark.usefixtures("job")
def test_what_the_service_refuses_is_refused(
    cloud: LocalCloud, system: SchedulerxJobs, group: Group, failure: Make[Failure]
) -> None:
    """A job of another group, and a group that is not there."""
    other = cloud[Schedulerx].group("space", "other")
    other.job(7, JobConfig(name="other"))
    (result,) = system.rerun([Target(scope=group, job_id="7", life=Life.instance(DATA_TIME, 1))])
    assert (result.effect, result.code) == (Effect.NOT_DONE_USELESS, "400")
    nowhere = Group(region="cn-hangzhou", namespace="space", group_id="nowhere")
    (seen,) = system.observe([failure("92583", nowhere, data_time=DATA_TIME)])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("400", False)
    assert cloud[Schedulerx].reruns == []


def test_a_clash_of_two_calls_is_unknown(
    cloud: LocalCloud, clock: ManualClock, system: SchedulerxJobs, group: Group, job: ScheduledJob
) -> None:
    """The second of two within a second is refused with Code 500, which may mean anything: not repeated here."""
    cloud[Schedulerx].groups["space", "app.defaultGroup"].clash_s = 1.0
    job.instance(DATA_TIME, fails())
    clock.advance(60)
    twice = [system.rerun([Target(scope=group, job_id="92583", life=Life.instance(DATA_TIME, 1))])[0] for _ in range(2)]
    assert [(one.effect, one.code) for one in twice] == [(Effect.DONE, ""), (Effect.UNKNOWN, "500")]
    assert len(cloud.openapi.calls_of("RerunJob")) == 2


def test_a_long_history_is_seen_back_to_the_meant_instance(
    cloud: LocalCloud,
    clock: ManualClock,
    system: SchedulerxJobs,
    group: Group,
    failure: Make[Failure],
    job: ScheduledJob,
) -> None:
    """Three hundred are kept; the live one at the far end is seen, whoever is meant."""
    job.instance("2025-12-01 00:00:00", keeps_running())
    last = None
    for day in range(250):
        clock.advance(86_400)
        last = job.instance(f"2026-01-01 00:{day // 60:02}:{day % 60:02}", fails())
    clock.advance(60)
    assert last is not None
    (seen,) = looked(system, failure("92583", group, job_instance_id=last.instance_id))
    assert [one.data_time for one in seen.others if one.live] == ["2025-12-01 00:00:00"]
    assert len(cloud.openapi.calls_of("GetJobInstanceList")) == 3


def test_the_result_or_else_the_log_is_what_an_instance_has_printed(
    clock: ManualClock, system: SchedulerxJobs, group: Group, failure: Make[Failure], job: ScheduledJob
) -> None:
    """Oldest line first, all of them, also of an instance that began hours ago; one word is no result."""
    spoke = job.instance(DATA_TIME, fails(result="java.lang.IllegalStateException: no table"))
    log = tuple(f"line {number}" for number in range(250))
    silent = job.instance("2026-01-01 11:00:00", Course(5, Status.FAILED, "failed", log=log))
    clock.advance(7200)
    told = [failure("92583", group, job_instance_id=one.instance_id) for one in (spoke, silent)]
    seen = looked(system, *told)
    first = system.output(told[0], seen[0])
    assert first is not None
    assert (first.text, first.source) == ("java.lang.IllegalStateException: no table", EvidenceFrom.RESULT)
    second = system.output(told[1], seen[1])
    assert second == OutputPart("\n".join(log), EvidenceFrom.JOB_LOG)
    gone = system.output(replace(told[1], job_id="7"), seen[1])
    assert gone is None


def test_a_rule_may_have_the_one_instance_retried(
    cloud: LocalCloud, clock: ManualClock, system: SchedulerxJobs, group: Group, job: ScheduledJob
) -> None:
    """RetryJobInstance names the instance; no day is touched."""
    failed = job.instance(DATA_TIME, fails())
    clock.advance(60)
    life = Life.instance(DATA_TIME, failed.instance_id)
    target = Target(scope=group, job_id="92583", life=life, action_api=ActionApi.RETRY_INSTANCE)
    (result,) = system.rerun([target])
    assert (result.effect, result.api) == (Effect.DONE, "RetryJobInstance")
    (made,) = cloud[Schedulerx].reruns
    assert (made.data_time, made.origin) == (DATA_TIME, Origin.RETRY_JOB_INSTANCE)
    assert cloud.openapi.calls_of("RerunJob") == []
