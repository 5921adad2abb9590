"""A simulated group: what instances do by themselves, and what is recorded of those that an operation makes."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.schedulerx.models import JobConfig, Origin, Status, fails, keeps_running, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.timeline import Timeline

START = 1_767_225_600


@pytest.fixture
def schedulerx(clock: ManualClock) -> Schedulerx:
    """Without groups, by that clock."""
    return Schedulerx(Timeline(clock))


def test_instance_moves_by_the_clock(schedulerx: Schedulerx, clock: ManualClock) -> None:
    """A SchedulerX instance waits, runs and ends as planned."""
    instance = schedulerx.group("ns", "g").job(5).instance("2026-01-01 08:00:00", fails(after_s=30, result="boom"))
    states = []
    for seconds in (0, 1, 29, 1):
        clock.advance(seconds)
        states.append(instance.status(clock.now()))
    assert states == [Status.WAITING, Status.RUNNING, Status.RUNNING, Status.FAILED]


def test_made_instances_are_recorded_with_their_origin(schedulerx: Schedulerx, clock: ManualClock) -> None:
    """Every instance that an operation makes is counted, and follows the planned courses in order."""
    job = schedulerx.group("ns", "g").job(5, JobConfig(reruns=(fails(1), succeeds(1))))
    job.instance("2026-01-01 08:00:00", keeps_running())
    assert schedulerx.reruns == []
    first = job.make("2026-01-01 08:00:00", Origin.RERUN_JOB)
    second = job.make("2026-01-01 08:00:00", Origin.RETRY_JOB_INSTANCE)
    clock.advance(60)
    assert [one.status(clock.now()) for one in (first, second)] == [Status.FAILED, Status.SUCCEEDED]
    assert [(made.instance_id, made.origin, made.at) for made in schedulerx.reruns] == [
        (first.instance_id, Origin.RERUN_JOB, START),
        (second.instance_id, Origin.RETRY_JOB_INSTANCE, START),
    ]


def test_only_the_newest_instances_are_kept(schedulerx: Schedulerx) -> None:
    """300 instances a job are kept, newest first."""
    job = schedulerx.group("ns", "g").job(5)
    for number in range(310):
        job.instance("2026-01-01 08:00:00", scheduled_at=START - number)
    kept = job.instances()
    assert [one.scheduled_at for one in kept] == [START - number for number in range(300)]


def test_names_are_unique(schedulerx: Schedulerx) -> None:
    """Two groups or jobs of one name would be a mistake in a scenario."""
    schedulerx.group("ns", "g").job(5)
    with pytest.raises(ValueError, match="there already"):
        schedulerx.group("ns", "g")
    with pytest.raises(ValueError, match="there already"):
        schedulerx.groups["ns", "g"].job(5)
