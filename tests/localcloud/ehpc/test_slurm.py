"""What a simulated Slurm does, each as it was seen of a real one (docs/facts/slurm.md)."""

from __future__ import annotations

from localcloud.clock import ManualClock
from localcloud.ehpc.models import ClusterSettings, Flavour, Job, JobSpec, Prints, State, finishes
from localcloud.ehpc.service import Ehpc
from tests.localcloud.ehpc.conftest import START

LONG_WAIT = ClusterSettings(begin_wait_s=121)


def seen(ehpc: Ehpc, job_id: str = "1") -> Job:
    """A job of the only cluster, as it stands."""
    (cluster,) = ehpc.clusters.values()
    job = cluster.job(job_id)
    assert job is not None
    return job


def test_a_waiting_job_s_start_is_its_begin_time_then_unknown(ehpc: Ehpc, clock: ManualClock) -> None:
    """The real start comes up to 4 s later."""
    cluster = ehpc.cluster("c", Flavour.SLURM, LONG_WAIT)
    cluster.submit("1")
    clock.advance(10)
    cluster.rerun("1")
    assert [seen(ehpc).state, seen(ehpc).shown_start] == [State.QUEUED, START + 131]
    clock.advance(121)
    if seen(ehpc).state is State.QUEUED:
        assert seen(ehpc).shown_start is None
    clock.advance(4)
    assert (seen(ehpc).state, START + 131 <= (seen(ehpc).started_at or 0) <= START + 135) == (State.RUNNING, True)


def test_on_a_full_cluster_it_is_an_estimate(ehpc: Ehpc, clock: ManualClock) -> None:
    """Of what waits for longer than a begin time asks."""
    cluster = ehpc.cluster("c", Flavour.SLURM, ClusterSettings(begin_wait_s=121, forecast_off_s=50))
    cluster.submit("1", JobSpec(requeue_wait_s=500))
    cluster.rerun("1")
    assert seen(ehpc).shown_start == START + 121
    clock.advance(122)
    assert seen(ehpc).shown_start == START + 550
    clock.advance(378)
    assert (seen(ehpc).state, seen(ehpc).started_at) == (State.RUNNING, START + 500)


def test_a_job_on_a_dead_node_completes_until_that_is_noticed_and_waits_no_more(ehpc: Ehpc, clock: ManualClock) -> None:
    """27 s were seen. Its submission is not renewed either."""
    cluster = ehpc.cluster("c", Flavour.SLURM, LONG_WAIT)
    cluster.node("n1")
    cluster.submit("1", JobSpec(hosts=("n1",)))
    clock.advance(10)
    cluster.lose("n1", requeued_after_s=30)
    clock.advance(3)
    assert cluster.rerun("1") == ""
    clock.advance(26)
    assert (seen(ehpc).completing, seen(ehpc).shown_start, seen(ehpc).run_count) == (True, START + 39, 2)
    assert cluster.rerun("1") == "Job is pending execution for job 1"
    clock.advance(5)
    job = seen(ehpc)
    assert (job.state, job.run_count, job.submitted_at, len(ehpc.kills)) == (State.RUNNING, 2, START, 1)


def test_slurm_s_own_requeue_of_a_lost_node_s_job_does_not_wait_either(ehpc: Ehpc, clock: ManualClock) -> None:
    """Nobody told; submission kept."""
    cluster = ehpc.cluster("c", Flavour.SLURM, LONG_WAIT)
    cluster.node("n1")
    cluster.submit("1", JobSpec(hosts=("n1",)))
    clock.advance(10)
    cluster.lose("n1", requeued_after_s=30)
    clock.advance(29)
    assert (seen(ehpc).state, seen(ehpc).started_at) == (State.RUNNING, START)
    clock.advance(5)
    assert (seen(ehpc).state, seen(ehpc).run_count, seen(ehpc).submitted_at) == (State.RUNNING, 2, START)
    cluster.rerun("1")
    assert seen(ehpc).submitted_at == START + 44, "the node of that run is alive"


def test_cancelled_while_it_waits_its_start_is_the_moment_of_that(ehpc: Ehpc, clock: ManualClock) -> None:
    """It never ran."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1", JobSpec(wait_s=600))
    clock.advance(10)
    cluster.stop("1")
    assert (seen(ehpc).state, seen(ehpc).shown_start, seen(ehpc).run_count) == (State.FINISHED, START + 10, 0)


def test_a_suspended_job_is_listed_as_running_stands_still_and_is_taken(ehpc: Ehpc, clock: ManualClock) -> None:
    """It prints nothing more and does not end; a requeue of it is accepted, and leaves it on hold."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1", JobSpec(runs=(finishes(60),), prints=Prints(line="x", every_s=1), requeue_wait_s=1))
    clock.advance(10)
    cluster.suspend("1")
    clock.advance(100)
    assert (seen(ehpc).state, cluster.output(seen(ehpc))) == (State.RUNNING, (b"x" * 10, b""))
    assert cluster.rerun("1") == ""
    clock.advance(1_000)
    assert (seen(ehpc).state, seen(ehpc).held, seen(ehpc).shown_start) == (State.QUEUED, True, None)


def test_a_requeue_empties_the_output(ehpc: Ehpc, clock: ManualClock) -> None:
    """When the job starts again."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit("1", JobSpec(prints=Prints(line="x", every_s=1), requeue_wait_s=2))
    clock.advance(10)
    cluster.rerun("1")
    clock.advance(1)
    assert cluster.output(seen(ehpc)) == (b"x" * 10, b"")
    clock.advance(4)
    assert cluster.output(seen(ehpc)) == (b"xxx", b"")


def test_the_leader_of_a_heterogeneous_job_requeues_all_of_it(ehpc: Ehpc, clock: ManualClock) -> None:
    """Another part of it alone is refused."""
    cluster = ehpc.cluster("c", Flavour.SLURM)
    cluster.submit_het(["1", "2", "3"])
    cluster.submit("4")
    clock.advance(10)
    refused = "Job not heterogeneous job leader for job 2"
    assert cluster.rerun("2") == refused
    assert ehpc.kills == []
    assert cluster.rerun("1") == ""
    assert [kill.job_id for kill in ehpc.kills] == ["1", "2", "3"]


def test_a_job_may_be_shown_in_slurm_s_own_word(ehpc: Ehpc, clock: ManualClock) -> None:
    """As an E-HPC would show it that hands COMPLETING on."""
    shown = ClusterSettings(completing_s=10, completing_is=State.COMPLETING)
    ehpc.cluster("c", Flavour.SLURM, shown).submit("1")
    clock.advance(10)
    ehpc.clusters["c"].rerun("1")
    assert seen(ehpc).state is State.COMPLETING
    clock.advance(10)
    assert seen(ehpc).state is State.QUEUED
