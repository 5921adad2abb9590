"""A simulated cluster: what a rerun does to a job, and when it is refused."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.ehpc.models import NEVER, ClusterSettings, Flavour, JobSpec, Kill, State, finishes, hangs
from localcloud.ehpc.service import Ehpc
from tests.localcloud.ehpc.conftest import START, seen


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


def test_rerun_cancels_the_planned_end(ehpc: Ehpc, clock: ManualClock) -> None:
    """What a killed run would have done no longer concerns the job."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1.scheduler", JobSpec(runs=(finishes(20), hangs()), requeue_wait_s=2))
    clock.advance(10)
    cluster.rerun("1.scheduler")
    clock.advance(1_000)
    assert (seen(ehpc).state, seen(ehpc).started_at) == (State.RUNNING, START + 12)


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
