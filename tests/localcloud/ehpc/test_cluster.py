"""A simulated cluster: what jobs do by themselves and when they are rerun."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.ehpc.models import (
    NEVER,
    ClusterSettings,
    Flavour,
    Job,
    JobRetry,
    JobSpec,
    Kill,
    State,
    finishes,
    hangs,
    requeued,
)
from localcloud.ehpc.service import Ehpc
from localcloud.timeline import Timeline

START = 1_767_225_600


@pytest.fixture
def ehpc(clock: ManualClock) -> Ehpc:
    """Without clusters, by that clock."""
    return Ehpc(Timeline(clock), seed=7)


def seen(ehpc: Ehpc, job_id: str = "1.scheduler") -> Job:
    """A job of the only cluster, as it stands."""
    (cluster,) = ehpc.clusters.values()
    job = cluster.job(job_id)
    assert job is not None
    return job


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


def test_pbs_rerun_shows_the_old_life_for_a_while(ehpc: Ehpc, clock: ManualClock) -> None:
    """PBS: killed at once, still shown RUNNING for seconds, then queued with its old SubmitTime, then a new life."""
    cluster = ehpc.cluster("c", Flavour.PBS)
    cluster.submit("1.scheduler", JobSpec(requeue_wait_s=4))
    clock.advance(100)
    assert cluster.rerun("1.scheduler") == ""
    assert ehpc.kills == [Kill("c", "1.scheduler", START, START + 100)]
    assert (seen(ehpc).state, seen(ehpc).shown_start) == (State.RUNNING, START)
    clock.advance(3)
    assert (seen(ehpc).state, seen(ehpc).shown_start, seen(ehpc).nodes) == (State.QUEUED, None, ())
    clock.advance(4)
    job = seen(ehpc)
    assert (job.state, job.shown_start, job.submitted_at) == (State.RUNNING, START + 107, START)
    assert job.run_count == 2


def test_slurm_rerun_renews_submit_time_and_forecasts(ehpc: Ehpc, clock: ManualClock) -> None:
    """Slurm: back in the queue at once, SubmitTime renewed, StartTime of the queued job a forecast that is off."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(requeue_wait_s=30))
    clock.advance(100)
    assert cluster.rerun("1.scheduler") == ""
    job = seen(ehpc)
    assert (job.state, job.submitted_at, job.shown_start) == (State.QUEUED, START + 100, START + 190)
    clock.advance(30)
    assert seen(ehpc).shown_start == START + 130


def test_second_rerun_of_a_dying_life_is_refused(ehpc: Ehpc, clock: ManualClock) -> None:
    """One life dies once: a rerun while one is in progress is refused and counts as nothing."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler")
    clock.advance(10)
    cluster.rerun("1.scheduler")
    assert "invalid for state" in cluster.rerun("1.scheduler")
    assert len(ehpc.kills) == 1


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


def test_slow_rerun_says_in_progress_and_happens(ehpc: Ehpc, clock: ManualClock) -> None:
    """A rerun that takes longer than the scheduler's timeout is answered with an error, and takes effect later."""
    cluster = ehpc.cluster("c", settings=ClusterSettings(rerun_lag_s=50))
    cluster.submit("1.scheduler")
    clock.advance(10)
    assert "still in progress" in cluster.rerun("1.scheduler")
    clock.advance(49)
    assert seen(ehpc).state is State.RUNNING
    clock.advance(1)
    assert seen(ehpc).state is State.QUEUED
    assert len(ehpc.kills) == 1


@pytest.mark.parametrize(
    ("spec", "after_s", "text"),
    [
        (JobSpec(wait_s=NEVER), 10, "invalid for state"),
        (JobSpec(runs=(finishes(5),)), 10, "invalid for state"),
        (JobSpec(rerunnable=False), 10, "not rerunnable"),
    ],
)
def test_what_is_not_running_or_rerunnable_is_refused(
    ehpc: Ehpc, clock: ManualClock, spec: JobSpec, after_s: float, text: str
) -> None:
    """Queued, finished and not rerunnable jobs are refused, and nothing happens to them."""
    cluster = ehpc.cluster("c")
    cluster.submit("1.scheduler", spec)
    clock.advance(after_s)
    before = seen(ehpc)
    assert text in cluster.rerun("1.scheduler")
    assert "Unknown" in cluster.rerun("2.scheduler")
    assert seen(ehpc) == before
    assert ehpc.kills == []


def test_queued_job_may_be_accepted_without_effect(ehpc: Ehpc) -> None:
    """A switch: the rerun of a queued job is accepted as a no-op."""
    cluster = ehpc.cluster("c", settings=ClusterSettings(accepts_queued=True))
    cluster.submit("1.scheduler", JobSpec(wait_s=NEVER))
    assert cluster.rerun("1.scheduler") == ""
    assert (seen(ehpc).state, ehpc.kills) == (State.QUEUED, [])


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


def test_rerun_cancels_the_planned_end(ehpc: Ehpc, clock: ManualClock) -> None:
    """What a killed run would have done no longer concerns the job."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(runs=(finishes(20), hangs()), requeue_wait_s=2))
    clock.advance(10)
    cluster.rerun("1.scheduler")
    clock.advance(1_000)
    assert (seen(ehpc).state, seen(ehpc).started_at) == (State.RUNNING, START + 12)


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


def test_array_parent_reruns_every_subjob(ehpc: Ehpc, clock: ManualClock) -> None:
    """Rerunning an array's parent restarts each subjob that runs or has ended."""
    cluster = ehpc.cluster("c")
    ids = cluster.submit_array("12[].scheduler", "2-6:2")
    assert ids == ("12[2].scheduler", "12[4].scheduler", "12[6].scheduler")
    cluster.finish(ids[0], at=START + 5)
    clock.advance(5)
    assert (seen(ehpc, "12[].scheduler").state, seen(ehpc, "12[].scheduler").array_request) == (
        State.RUNNING,
        "2-6:2",
    )
    assert cluster.rerun("12[].scheduler") == ""
    assert [kill.job_id for kill in ehpc.kills] == list(ids)
    with pytest.raises(ValueError, match="no \\[\\]"):
        cluster.submit_array("13.scheduler", "1-2")


def test_names_are_unique(ehpc: Ehpc) -> None:
    """Two clusters of one name would be a mistake in a scenario."""
    ehpc.cluster("c")
    with pytest.raises(ValueError, match="there already"):
        ehpc.cluster("c")


@pytest.mark.parametrize("shown", [State.RUNNING, State.FINISHED, State.QUEUED])
def test_slurm_completes_before_it_queues_again(clock: ManualClock, ehpc: Ehpc, shown: State) -> None:
    """As seen on 22.05.8: the start is now and moves, SubmitTime is renewed at the end, then comes the long wait."""
    cluster = ehpc.cluster("c", Flavour.SLURM, ClusterSettings(completing_s=10, completing_is=shown, begin_wait_s=121))
    cluster.submit("1.scheduler")
    clock.advance(100)
    assert cluster.rerun("1.scheduler") == ""
    for after_s in (0, 4):
        clock.advance(after_s)
        job = seen(ehpc)
        assert (job.state, job.shown_start, job.submitted_at) == (shown, START + 100 + after_s, START)
        assert cluster.rerun("1.scheduler") == "Job is pending execution for job 1.scheduler"
    clock.advance(6)
    assert (seen(ehpc).state, seen(ehpc).submitted_at) == (State.QUEUED, START + 110)
    clock.advance(120)
    assert seen(ehpc).state is State.QUEUED
    clock.advance(6)
    job = seen(ehpc)
    assert (job.state, job.run_count, len(ehpc.kills)) == (State.RUNNING, 2, 1)
    assert START + 231 <= (job.started_at or 0) <= START + 235


def test_slurm_runs_again_what_has_ended(ehpc: Ehpc, clock: ManualClock) -> None:
    """Also what its user has stopped."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(runs=(finishes(5),), requeue_wait_s=1))
    clock.advance(10)
    assert cluster.rerun("1.scheduler") == ""
    clock.advance(2)
    assert (seen(ehpc).state, seen(ehpc).run_count) == (State.RUNNING, 2)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (JobSpec(wait_s=NEVER), "Job is pending execution for job 1.scheduler"),
        (JobSpec(rerunnable=False), "Requested operation is presently disabled for job 1.scheduler"),
        (JobSpec(batch=False), "Only batch jobs are accepted or processed for job 1.scheduler"),
    ],
)
def test_slurm_refuses_in_its_own_words(ehpc: Ehpc, clock: ManualClock, spec: JobSpec, words: str) -> None:
    """And kills nothing."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", spec)
    clock.advance(10)
    assert cluster.rerun("1.scheduler") == words
    assert cluster.rerun("2") == "Invalid job id specified for job 2"
    assert ehpc.kills == []


def test_the_number_of_a_slurm_array_restarts_all_of_it(ehpc: Ehpc, clock: ManualClock) -> None:
    """A task alone goes by its own name; the array itself is not listed."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    assert cluster.submit_array("12", "0-2") == ("12_0", "12_1", "12_2")
    clock.advance(10)
    assert [job.job_id for job in cluster.jobs()] == ["12_0", "12_1", "12_2"]
    assert cluster.rerun("12_1") == ""
    assert [kill.job_id for kill in ehpc.kills] == ["12_1"]
    clock.advance(10)
    cluster.rerun("12")
    assert [kill.job_id for kill in ehpc.kills] == ["12_1", "12_0", "12_1", "12_2"]
