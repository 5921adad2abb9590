"""A node that eats jobs: told once with its evidence; with `hold` what failed there waits, and never for ever."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.ehpc.cluster import Cluster as LocalCluster
from localcloud.ehpc.models import JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from shared import people
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.outcome import stable_id
from shared.systems.ehpc.scope import Cluster

SCOPE = Cluster(region="cn-hangzhou", cluster_id="ehpc-a")
TELL = "bad_nodes: {jobs: 3, window_s: 3600}\n"
HOLD = "bad_nodes: {jobs: 3, window_s: 3600, action: hold, max_wait_s: 1800}\n"
Ward = Any


@pytest.fixture
def cluster(ward: Ward) -> LocalCluster:
    """Two nodes; jobs 1 to 9 run on n1, 11 to 19 on n2."""
    made: LocalCluster = ward.cloud[Ehpc].cluster("ehpc-a")
    for node, numbers in (("n1", range(1, 10)), ("n2", range(11, 20))):
        made.node(node)
        for number in numbers:
            spec = JobSpec(runs=(finishes(172_800),), hosts=(node,), owner=f"u{number}")
            made.submit(f"{number}.s", spec, at=ward.clock.now() - 3600)
    return made


def tell(ward: Ward, *numbers: int, node: str = "", ago_s: float = 5.0, dry_run: bool = False) -> list[str]:
    """The jobs of these numbers have failed; the reasons of their outcomes."""
    at = ward.clock.now() - ago_s
    failures = [
        Failure(
            scope=SCOPE,
            job_id=f"{number}.s",
            occurred_at=at,
            node=node,
            message="no such device",
            trigger=Trigger.LOG,
            event_id="e",
            telling_id=stable_id(number, at),
        )
        for number in numbers
    ]
    report = ward.healer().handle(Intake(failures=failures, dry_run=dry_run), Trigger.LOG)
    return [one.outcome.reason for one in report.results]


def about_nodes(ward: Ward) -> list[dict[str, str]]:
    """The outcomes about nodes."""
    return [row for row in ward.sink.rows if row["reason"] in {"node_suspect", "node_cleared"}]


def test_the_third_job_on_a_node_makes_it_suspect_and_that_is_told_once(ward: Ward, cluster: LocalCluster) -> None:
    """With the jobs, whose they are, and the order that drains the node; nothing else changes."""
    ward.policy = TELL
    assert tell(ward, 1, 11) == ["accepted"] * 2
    assert tell(ward, 2, 12) == ["accepted"] * 2
    assert about_nodes(ward) == []
    ward.clock.advance(60)
    assert tell(ward, 3) == ["accepted"]
    (row,) = about_nodes(ward)
    assert (row["node"], row["cluster_id"], row["verdict"]) == ("n1", "ehpc-a", "suppressed")
    for part in ("3 jobs of 3 owners", "1.s (u1, unknown", "scontrol update NodeName=n1 State=DRAIN", "pbsnodes -o n1"):
        assert part in row["message"]
    assert tell(ward, 4, 5) == ["accepted"] * 2
    ward.clock.advance(120)
    ward.sweep()
    assert len(about_nodes(ward)) == 1
    (seen,) = people.suspected_nodes(ward.ledger, ward.clock.now())
    assert (seen.scope, seen.node, [job.job_id for job in seen.jobs]) == (
        SCOPE.key,
        "n1",
        ["1.s", "2.s", "3.s", "4.s", "5.s"],
    )
    assert cluster.nodes["n1"].in_scheduler


def test_one_job_that_fails_again_and_again_is_one_job(ward: Ward, cluster: LocalCluster) -> None:
    """A broken program says nothing of its node."""
    del cluster
    ward.policy = TELL
    for _ in range(5):
        ward.clock.advance(200)
        tell(ward, 1)
    assert about_nodes(ward) == []


def test_what_failed_before_the_window_counts_no_more(ward: Ward, cluster: LocalCluster) -> None:
    """Three jobs in two hours are no three in one."""
    del cluster
    ward.policy = TELL
    for number in (1, 2, 3, 4):
        tell(ward, number)
        ward.clock.advance(1_801)
    assert about_nodes(ward) == []


def test_with_hold_the_job_waits_until_the_node_is_drained(ward: Ward, cluster: LocalCluster) -> None:
    """Also the one that made it suspect; what failed elsewhere does not wait."""
    ward.policy = HOLD
    assert tell(ward, 1, 2, 3, 11) == ["bad_node", "accepted", "bad_node", "bad_node"]
    ward.clock.advance(320)
    ward.sweep()
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["11.s"]
    cluster.nodes["n1"].in_scheduler = "idle+drain"
    ward.clock.advance(320)
    ward.sweep()
    assert sorted(kill.job_id for kill in ward.cloud[Ehpc].kills) == ["1.s", "11.s", "2.s", "3.s"]
    ward.clock.advance(120)
    ward.sweep()
    assert [row["reason"] for row in about_nodes(ward)] == ["node_suspect", "node_cleared"]
    assert people.suspected_nodes(ward.ledger, ward.clock.now()) == []


def test_a_hold_by_a_suspicion_ends_by_itself(ward: Ward, cluster: LocalCluster) -> None:
    """`max_wait_s` after it was told each job goes on, though nobody did anything."""
    del cluster
    ward.policy = HOLD
    tell(ward, 1, 2, 3)
    for _ in range(6):
        ward.clock.advance(301)
        ward.sweep()
    assert sorted(kill.job_id for kill in ward.cloud[Ehpc].kills) == ["1.s", "2.s", "3.s"]


def test_a_person_clears_a_node_and_what_waits_goes_on(ward: Ward, cluster: LocalCluster) -> None:
    """What failed there before counts no more: it takes three further jobs."""
    del cluster
    ward.policy = HOLD
    tell(ward, 1, 2, 3)
    was = people.clear_node(ward.ledger, SCOPE, "N1.cluster.local", by="ann", now=ward.clock.now())
    assert was is not None
    assert [job.job_id for job in was.jobs] == ["1.s", "2.s", "3.s"]
    assert people.clear_node(ward.ledger, SCOPE, "n1", by="ann", now=ward.clock.now()) is None
    ward.clock.advance(301)
    ward.sweep()
    assert sorted(kill.job_id for kill in ward.cloud[Ehpc].kills) == ["1.s", "2.s", "3.s"]
    assert tell(ward, 4, 5) == ["accepted"] * 2
    assert [(row["reason"], row.get("actor", "")) for row in about_nodes(ward)] == [
        ("node_suspect", ""),
        ("node_cleared", "ann"),
    ]
    ward.clock.advance(1)
    assert tell(ward, 6, ago_s=0.5) == ["bad_node"]


def test_the_discovery_ends_a_suspicion_when_it_sees_the_node_drained(ward: Ward, cluster: LocalCluster) -> None:
    """Also where nothing waits for it."""
    ward.policy = TELL + "discover: {ehpc: [{clusters: ['ehpc-*'], nodes: {}}]}\n"
    tell(ward, 1, 2, 3)
    ward.periods(2)
    assert len(people.suspected_nodes(ward.ledger, ward.clock.now())) == 1
    cluster.nodes["n1"].in_scheduler = "offline"
    ward.periods(1)
    assert people.suspected_nodes(ward.ledger, ward.clock.now()) == []


def test_a_dry_run_counts_nothing(ward: Ward, cluster: LocalCluster) -> None:
    """And says what it would say."""
    del cluster
    ward.policy = HOLD
    assert tell(ward, 1, 2, 3, dry_run=True) == ["bad_node"] * 3
    assert people.suspected_nodes(ward.ledger, ward.clock.now()) == []
    assert about_nodes(ward) == []
    assert tell(ward, 1, 2) == ["accepted"] * 2


def test_a_node_that_the_live_job_does_not_stand_on_is_not_counted(ward: Ward, cluster: LocalCluster) -> None:
    """Whoever tells failures cannot make a node suspect on which the jobs are not."""
    del cluster
    ward.policy = TELL
    tell(ward, 1, 2, 3, node="n2")
    assert about_nodes(ward) == []


def test_what_says_nothing_of_a_node_is_not_counted(ward: Ward, cluster: LocalCluster) -> None:
    """What the program did, by the class of the rule that matched."""
    del cluster
    ward.policy, ward.rules = TELL, "rules: [{name: all, match: {}, action: rerun, class: application}]\n"
    tell(ward, 1, 2, 3)
    assert about_nodes(ward) == []


def test_where_everything_fails_not_every_node_is_told(ward: Ward) -> None:
    """A file server that is away takes every node: eight are told, and no more."""
    made: LocalCluster = ward.cloud[Ehpc].cluster("ehpc-a")
    for node in range(20):
        made.node(f"n{node}")
        for number in range(3):
            made.submit(
                f"{node * 3 + number}.s",
                JobSpec(runs=(finishes(172_800),), hosts=(f"n{node}",)),
                at=ward.clock.now() - 60,
            )
    ward.policy = TELL
    tell(ward, *range(60))
    assert len(about_nodes(ward)) == 8


def test_what_was_lost_with_a_dead_node_does_not_wait_for_it(ward: Ward, cluster: LocalCluster) -> None:
    """The node is suspected, and is given no jobs already: from failure to rerun it is a period and the grace."""
    ward.policy = HOLD + "discover: {ehpc: [{clusters: ['ehpc-*'], nodes: {grace_s: 300}}]}\n"
    ward.discover()
    cluster.lose("n1")
    ward.periods(3)
    assert len(ward.cloud[Ehpc].kills) == 9
    assert [row["reason"] for row in about_nodes(ward)] == ["node_suspect", "node_cleared"]


def test_a_suspicion_causes_no_rerun(ward: Ward, cluster: LocalCluster) -> None:
    """What the policy leaves alone stays alone, though its node is told."""
    del cluster
    ward.policy, ward.rules = HOLD, "rules: [{name: all, match: {}, action: ignore}]\n"
    assert tell(ward, 1, 2, 3) == ["rule_ignores"] * 3
    for _ in range(8):
        ward.clock.advance(600)
        ward.sweep()
    assert ward.cloud[Ehpc].kills == []
    assert [row["reason"] for row in about_nodes(ward)] == ["node_suspect"]
