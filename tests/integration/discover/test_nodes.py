"""E-HPC jobs on nodes that are gone, and jobs that run for too long, found through the real wire."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.ehpc.cluster import Cluster
from localcloud.ehpc.models import ClusterSettings, Flavour, Job, JobSpec, State, finishes, hangs
from localcloud.ehpc.service import Ehpc

POLICY = "discover: {ehpc: [{clusters: ['ehpc-*'], nodes: {grace_s: 300}}]}\n"
Ward = Any


def verdicts(report: Any) -> list[tuple[str, str]]:
    """Verdict and reason of each outcome."""
    return [(one.outcome.verdict, one.outcome.reason) for one in report.results]


def cluster(
    ward: Ward, nodes: int = 3, flavour: Flavour = Flavour.PBS, settings: ClusterSettings | None = None
) -> Cluster:
    """A cluster of these nodes, n0 to …; a job for two days runs on each, `<n>.scheduler` on the n-th."""
    made: Cluster = ward.cloud[Ehpc].cluster("ehpc-a", flavour, settings)
    for number in range(nodes):
        made.node(f"n{number}")
        spec = JobSpec(runs=(finishes(172_800),), hosts=(f"n{number}",))
        made.submit(f"{number}.scheduler", spec, at=ward.clock.now() - 3600)
    return made


def test_a_job_on_a_dead_node_is_rerun_after_the_grace(ward: Ward) -> None:
    """Not before: the scheduler may requeue it itself. The others on live nodes are left alone."""
    ward.policy = POLICY
    here = cluster(ward)
    ward.discover()
    here.lose("n1")
    assert [verdicts(report) for report in ward.periods(3)] == [[], [], [("rerun", "accepted")]]
    (row,) = ward.sink.rows
    assert (row["job_id"], row["trigger"]) == ("1.scheduler", "discover")
    ward.clock.advance(300)
    ward.sweep()
    assert [verdicts(report) for report in ward.periods(4)] == [[], [], [], []]
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]


@pytest.mark.parametrize("after_s", [30, 200, 290])
def test_what_the_scheduler_requeues_itself_is_left_alone(ward: Ward, after_s: float) -> None:
    """Another start, or the queue: nothing is told."""
    ward.policy = POLICY
    here = cluster(ward)
    ward.discover()
    here.lose("n1", requeued_after_s=after_s)
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5
    assert ward.cloud[Ehpc].kills == []


@pytest.mark.parametrize("shown", [State.RUNNING, State.FINISHED, State.COMPLETING])
def test_a_job_that_slurm_completes_on_a_dead_node_is_not_found_again(ward: Ward, shown: State) -> None:
    """Its start is now and moves until Slurm notices, however that is listed: no second call, no second life yet."""
    ward.policy = POLICY
    here = cluster(ward, flavour=Flavour.SLURM, settings=ClusterSettings(completing_is=shown))
    ward.discover()
    here.lose("n1", requeued_after_s=1_400)
    assert [verdicts(report) for report in ward.periods(3)] == [[], [], [("rerun", "accepted")]]
    for _ in range(4):
        assert verdicts(ward.periods()[0]) + verdicts(ward.sweep()) == []
        assert _there(here).completing
    ward.periods(2)
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]
    assert (_there(here).state, _there(here).run_count) == (State.RUNNING, 2)


def _there(here: Cluster) -> Job:
    job = here.job("1.scheduler")
    assert job is not None
    return job


def test_a_node_in_trouble_for_a_moment_is_left_alone(ward: Ward) -> None:
    """An agent that was silent for one look proves nothing: the job goes on."""
    ward.policy = POLICY
    here = cluster(ward)
    ward.discover()
    here.nodes["n1"].status = "exception"
    ward.periods()
    here.recover("n1")
    assert [verdicts(report) for report in ward.periods(6)] == [[]] * 6
    assert ward.cloud[Ehpc].kills == []


def test_a_node_that_was_rebooted_under_its_job_has_lost_it(ward: Ward) -> None:
    """Seen stopped once and up again before the grace ends: the job hangs all the same."""
    ward.policy = POLICY
    here = cluster(ward)
    ward.discover()
    here.lose("n1", status="stopped")
    ward.periods()
    here.recover("n1")
    here.submit("9.scheduler", JobSpec(runs=(hangs(),), hosts=("n1",)))
    assert [verdicts(report) for report in ward.periods(4)] == [[], [("rerun", "accepted")], [], []]
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]


@pytest.mark.parametrize("word", ["offline", "drain", "drained", "draining", "idle*", "job-busy"])
def test_jobs_on_drained_nodes_go_on(ward: Ward, word: str) -> None:
    """Draining is how people spare running jobs."""
    ward.policy = POLICY
    here = cluster(ward)
    here.nodes["n1"].in_scheduler = word
    assert [verdicts(report) for report in ward.periods(4)] == [[]] * 4


@pytest.mark.parametrize("word", ["down", "down*", "down,offline", "state-unknown,down", "DOWN+DRAIN"])
def test_the_scheduler_s_word_is_enough(ward: Ward, word: str) -> None:
    """E-HPC calls the instance running, and the scheduler has lost the node."""
    ward.policy = POLICY
    here = cluster(ward)
    here.lose("n1", status="running", in_scheduler=word)
    assert [verdicts(report) for report in ward.periods(3)] == [[], [], [("rerun", "accepted")]]


def test_a_released_node_is_gone_too(ward: Ward) -> None:
    """Listed no more: a spot instance that was taken away. The job stands bound to nothing."""
    ward.policy = POLICY
    here = cluster(ward)
    ward.discover()
    here.lose("n1")
    del here.nodes["n1"]
    assert ("rerun", "accepted") in [one for report in ward.periods(3) for one in verdicts(report)]
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]


def test_half_of_a_cluster_gone_at_once_proves_nothing(ward: Ward) -> None:
    """A monitor that fails must not kill a healthy cluster; people are told, once."""
    ward.policy = POLICY
    here = cluster(ward, nodes=8)
    ward.discover()
    for number in range(6):
        here.nodes[f"n{number}"].status = "exception"
    told = [one for report in ward.periods(8) for one in verdicts(report)]
    assert told == [("refused", "not_seen")]
    assert ward.cloud[Ehpc].kills == []


@pytest.mark.parametrize("left", [0, 2])
def test_a_list_of_nodes_that_is_cut_short_kills_nobody(ward: Ward, left: int) -> None:
    """A service that shows few of its nodes for a while, or none, with a 200: their jobs go on all the same."""
    ward.policy = POLICY
    here = cluster(ward, nodes=12)
    ward.discover()
    there = dict(here.nodes)
    for name in list(there)[left:]:
        del here.nodes[name]
    ward.periods(4)
    here.nodes.update(there)
    ward.periods(2)
    assert ward.cloud[Ehpc].kills == []
    here.lose("n11")
    ward.periods(3)
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["11.scheduler"]


@pytest.mark.parametrize("left", [0, 2])
def test_a_cluster_that_gives_back_its_idle_nodes_is_seen_all_night(ward: Ward, left: int) -> None:
    """Auto Scale takes away what has no job: nothing is told, and a dead node is found when it has grown again."""
    ward.policy = POLICY
    here = cluster(ward, nodes=left)
    for number in range(left, 12):
        here.node(f"n{number}")
    ward.discover()
    there = dict(here.nodes)
    for name in list(there)[left:]:
        del here.nodes[name]
    assert [one for report in ward.periods(8) for one in verdicts(report)] == []
    here.nodes.update(there)
    spec = JobSpec(runs=(hangs(), hangs()), hosts=("n11",))
    here.submit("new.scheduler", spec, at=ward.clock.now() - 60)
    ward.periods(2)
    here.lose("n11")
    ward.periods(3)
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["new.scheduler"]


def test_many_nodes_and_jobs_cost_their_pages(ward: Ward) -> None:
    """500 nodes, 5,000 jobs: five pages of nodes, and one call for the lost one's jobs."""
    ward.policy = POLICY.replace("'ehpc-*'", "ehpc-a")
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    for number in range(500):
        here.node(f"n{number}")
    for number in range(5000):
        spec = JobSpec(runs=(hangs(),), hosts=(f"n{number % 500}",))
        here.submit(f"{number}.scheduler", spec, at=ward.clock.now() - 3600)
    ward.discover()
    here.lose("n7")
    before = len(ward.cloud.openapi.calls)
    ward.periods()
    assert len(ward.cloud.openapi.calls) - before == 6


def test_a_job_that_runs_for_too_long_is_told_once(ward: Ward) -> None:
    """By the rule for it, which holds: of the queues and owners named alone."""
    ward.policy = (
        "discover: {ehpc: [{clusters: [ehpc-a], overdue: {after_h: 48, queues: ['long*'], owners: [alice]}}]}\n"
    )
    ward.rules = (
        "rules: [{name: overdue, match: {reason: overdue}, action: hold}, {name: all, match: {}, action: rerun}]\n"
    )
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    for number, (queue, owner, hours) in enumerate(
        [("long1", "alice", 49), ("long1", "alice", 47), ("short", "alice", 60), ("long2", "bob", 60)]
    ):
        spec = JobSpec(runs=(hangs(),), queue=queue, owner=owner)
        here.submit(f"{number}.scheduler", spec, at=ward.clock.now() - hours * 3600)
    assert [[one.outcome.job_id for one in report.results] for report in ward.periods(4)] == [
        ["0.scheduler"],
        [],
        [],
        [],
    ]
    assert ward.told() == [("held", "rule_holds")]
    ward.clock.advance(3600)
    assert [one.outcome.job_id for one in ward.discover().results] == ["1.scheduler"]
