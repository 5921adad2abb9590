"""A simulated cluster: what jobs do by themselves, and the lives that they have."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.ehpc.models import Flavour, JobRetry, JobSpec, State, finishes, hangs, requeued
from localcloud.ehpc.service import Ehpc
from localcloud.timeline import Timeline
from tests.localcloud.ehpc.conftest import START, seen


def test_job_waits_runs_and_finishes(ehpc: Ehpc, clock: ManualClock) -> None:
    """A job moves from queue to run to end by the clock alone, and keeps its exit code for those who may know."""
    ehpc.cluster("c").submit("1.scheduler", JobSpec(runs=(finishes(60, exit_code=3),), wait_s=10))
    assert (seen(ehpc).state, seen(ehpc).shown_start) == (State.QUEUED, None)
    clock.advance(10)
    assert (seen(ehpc).state, seen(ehpc).shown_start) == (State.RUNNING, START + 10)
    assert seen(ehpc).nodes
    clock.advance(60)
    job = seen(ehpc)
    assert (job.state, job.shown_start, job.modified_at, job.exit_code) == (
        State.FINISHED,
        START + 10,
        START + 70,
        3,
    )


def test_one_jump_equals_many_steps(clock: ManualClock) -> None:
    """The world after one long jump is the world after many small steps."""
    other = ManualClock(clock.now())
    spec = JobSpec(runs=(requeued(20), requeued(7), finishes(30)), wait_s=3)
    timelines = [Timeline(one) for one in (clock, other)]
    worlds = [Ehpc(one, seed=1) for one in timelines]
    for one in worlds:
        one.cluster("c").submit("1.scheduler", spec)
    clock.advance(45)
    for _ in range(45):
        other.advance(1)
        timelines[1].tick()
    assert seen(worlds[0]) == seen(worlds[1])
    assert seen(worlds[0]).run_count > 1


def test_seed_decides_chance(clock: ManualClock) -> None:
    """The same seed gives the same nodes and waits; another seed another ehpc."""
    nodes = []
    for seed in (1, 1, 2):
        ehpc = Ehpc(Timeline(clock), seed=seed)
        ehpc.cluster("c").submit("1.scheduler", JobSpec(nodes=3))
        nodes.append(seen(ehpc).nodes)
    assert nodes[0] == nodes[1] != nodes[2]


def test_rerun_twice_over_kills_two_lives(ehpc: Ehpc, clock: ManualClock) -> None:
    """The truth that never-twice is judged by tells lives apart."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(requeue_wait_s=5))
    for _ in range(2):
        clock.advance(10)
        cluster.rerun("1.scheduler")
    assert [kill.life for kill in ehpc.kills] == [START, START + 15]


def test_two_lives_never_share_a_start_time(ehpc: Ehpc, clock: ManualClock) -> None:
    """Even without any wait a new run has another StartTime: the lists show whole seconds only."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(requeue_wait_s=0))
    clock.advance(0.4)
    cluster.rerun("1.scheduler")
    assert seen(ehpc).state is State.QUEUED
    clock.advance(0.6)
    assert (seen(ehpc).state, seen(ehpc).started_at) == (State.RUNNING, START + 1)


def test_scheduler_requeues_by_plan(ehpc: Ehpc, clock: ManualClock) -> None:
    """A job that the scheduler itself requeues starts again, and that is no kill of ours."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler", JobSpec(runs=(requeued(20), hangs()), requeue_wait_s=6))
    cluster.submit("2.scheduler", JobSpec(requeue_wait_s=6))
    cluster.requeue("2.scheduler", at=START + 20)
    clock.advance(20)
    assert {job.state for job in cluster.jobs()} == {State.QUEUED}
    clock.advance(6)
    assert [job.shown_start for job in cluster.jobs()] == [START + 26, START + 26]
    assert ehpc.kills == []


def test_planned_finish_stop_and_remove(ehpc: Ehpc, clock: ManualClock) -> None:
    """Jobs can end at a given moment, be stopped for good, and age out."""
    cluster = ehpc.cluster("c")
    for number in range(3):
        cluster.submit(f"{number}.scheduler")
    cluster.finish("0.scheduler", at=START + 5, exit_code=9)
    clock.advance(5)
    assert cluster.stop("1.scheduler") == ""
    cluster.remove("2.scheduler")
    assert [(job.job_id, job.state, job.exit_code) for job in cluster.jobs()] == [
        ("0.scheduler", State.FINISHED, 9),
        ("1.scheduler", State.FINISHED, 271),
    ]
    assert "Unknown" in cluster.stop("2.scheduler")


def test_past_and_future_submission(ehpc: Ehpc, clock: ManualClock) -> None:
    """A job submitted in the past has lived since; one of the future is not there yet."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler", JobSpec(wait_s=60), at=START - 3600)
    cluster.submit("2.scheduler", at=START + 10)
    assert [(job.job_id, job.started_at) for job in cluster.jobs()] == [("1.scheduler", START - 3540)]
    clock.advance(10)
    assert len(cluster.jobs()) == 2


def test_job_retry_of_ehpc(ehpc: Ehpc, clock: ManualClock) -> None:
    """E-HPC's own JobRetry repeats a run with the named exit code so many times, then lets it end."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler", JobSpec(runs=(finishes(10, 5),), requeue_wait_s=1, retry=JobRetry(2, 5)))
    clock.advance(1_000)
    assert (seen(ehpc).state, seen(ehpc).run_count) == (State.FINISHED, 3)


def test_pbs_holds_a_runaway(ehpc: Ehpc, clock: ManualClock) -> None:
    """PBS holds a job after 21 runs."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler", JobSpec(runs=(requeued(1),), requeue_wait_s=1))
    clock.advance(10_000)
    assert (seen(ehpc).state, seen(ehpc).run_count, seen(ehpc).held) == (State.QUEUED, 21, True)


def test_names_are_unique(ehpc: Ehpc) -> None:
    """Two clusters of one name would be a mistake in a scenario."""
    ehpc.cluster("c")
    with pytest.raises(ValueError, match="there already"):
        ehpc.cluster("c")
