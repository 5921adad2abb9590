"""Looking through an E-HPC cluster turn by turn: clusters, nodes, and the jobs of nodes that are gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.call import Effect
from shared.domain.machines import Suspect
from shared.systems.discovery import Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters
from shared.systems.openapi import CallFailed
from tests.support.clock import Clock
from tests.support.openapi import Few, fits
from tests.unit.systems.ehpc_region import NODES, OVERDUE, SCOPE, SILENCE, Region, told


@pytest.fixture
def clusters(region: Region) -> Callable[..., tuple[list[str], tuple[str, ...]]]:
    """Ids of the clusters meant by these names, and what is missing."""

    def make(*names: str, ask: bool = False, calls: int = 1_000) -> tuple[list[str], tuple[str, ...]]:
        seeker = EhpcSeeker(region.api, Clock(region.now), "cn-hangzhou")
        listed = seeker.scopes(Clusters(clusters=names), fits, Few(calls), ask=ask)
        return [scope.cluster_id for scope in listed.scopes if isinstance(scope, Cluster)], listed.missing

    return make


def test_clusters_are_listed_to_the_last_page(region: Region, clusters: Any) -> None:
    """Fifty a page, of any number; without a glob none is asked for."""
    region.clusters = [f"c-{number}" for number in range(120)]
    assert clusters("c-*") == (region.clusters, ())
    assert region.asked == ["ListClusters 1", "ListClusters 2", "ListClusters 3"]
    assert clusters("c-119", "d-*") == (["c-119"], ("d-*",))
    region.api.asked.clear()
    assert clusters("x") == (["x"], ())
    assert region.asked == []
    assert clusters("c-119", "x", ask=True) == (["c-119", "x"], ("x",))


def test_a_listing_of_clusters_that_ended_early_misses_none(region: Region, clusters: Any) -> None:
    """What was read is meant."""
    region.clusters = [f"c-{number}" for number in range(120)]
    assert clusters("c-*", "d-*", calls=2) == (region.clusters[:100], ())


@pytest.mark.parametrize(
    ("watch", "asked"),
    [
        (Clusters(clusters=("c-1",)), []),
        (NODES, ["ListNodes 1"]),
        (OVERDUE, ["ListJobsWithFilters 1"]),
        (SILENCE, ["ListJobsWithFilters 1", "GetJobLog j", "GetJobLog j"]),
    ],
    ids=["nothing", "nodes", "overdue", "silence"],
)
def test_only_what_the_policy_names_is_asked_for(region: Region, watch: Clusters, asked: list[str]) -> None:
    """A part that is not written costs no call."""
    region.nodes["n1"] = {"Status": "running"}
    region.job("j")
    sight = region.turn(watch)
    assert (sight.done, sight.problem, region.asked) == (True, None, asked)
    assert (sight.machines is None) is (watch is not NODES)


def test_a_scope_of_another_system_is_a_mistake(region: Region) -> None:
    """Of the caller."""
    terms = Terms(now=1.0, fits=fits, stale_after_s=1.0)
    with pytest.raises(TypeError, match="clusters"):
        EhpcSeeker(region.api, Clock(1.0), "cn-hangzhou").look(NODES, object(), {}, Few(1), terms)  # type: ignore[arg-type]


def test_jobs_of_nodes_that_are_gone_are_asked_for_in_batches_of_twenty(region: Region) -> None:
    """All pages of each batch, numbered from one; found when the grace is over, and once."""
    region.nodes = {f"n{number:02d}": {"Status": "exception"} for number in range(21)}
    for number in range(51):
        region.job(f"j{number}", "n00")
    region.job("last", "n20")
    first = [f"n{number:02d}" for number in range(20)]
    jobs = [" ".join(["ListJobsWithFilters", page, *first]) for page in "12"]
    assert told(region.turn(NODES)) == []
    assert region.asked == ["ListNodes 1", *jobs, "ListJobsWithFilters 1 n20"]
    assert told(region.turn(NODES)) == []
    sight = region.turn(NODES)
    assert told(sight) == [*(f"j{number}" for number in range(51)), "last"]
    assert {failure.scope for failure in sight.failures} == {SCOPE}
    assert told(region.turn(NODES)) == []


def test_a_turn_without_calls_left_is_gone_on_with(region: Region) -> None:
    """Call by call the same is asked for and found as in one turn, and nothing twice."""
    region.nodes = {f"n{number:03d}": {"Status": "running"} for number in range(101)}
    region.nodes |= {f"n{number:03d}": {"Status": "exception"} for number in range(21)}
    for number in range(51):
        region.job(f"j{number}", "n000", hours=10)
    watch = Clusters(clusters=("c-1",), nodes=NODES.nodes, overdue=OVERDUE.overdue)
    asked: list[str] = []
    found: list[str] = []
    done = []
    for _ in range(8):
        sight = region.turn(watch, calls=1, after_s=10.0)
        assert sight.problem is None
        asked += region.asked
        found += told(sight)
        done.append(sight.done)
    first = " ".join(f"n{number:03d}" for number in range(20))
    assert asked[:7] == [
        "ListNodes 1",
        "ListNodes 2",
        f"ListJobsWithFilters 1 {first}",
        f"ListJobsWithFilters 2 {first}",
        "ListJobsWithFilters 1 n020",
        "ListJobsWithFilters 1",
        "ListJobsWithFilters 2",
    ]
    assert done[:7] == [False] * 6 + [True]
    assert found == [f"j{number}" for number in range(51)]
    assert asked[7] == "ListNodes 1"


def test_nodes_are_looked_at_every_two_minutes_however_long_the_rest_takes(region: Region) -> None:
    """A look that is under way is gone on with after them, and they are not looked at sooner."""
    region.nodes = {"n1": {"Status": "running"}}
    for number in range(500):
        region.job(f"j{number}")
    watch = Clusters(clusters=("c-1",), nodes=NODES.nodes, overdue=OVERDUE.overdue)
    region.turn(watch, calls=2)
    assert region.asked == ["ListNodes 1", "ListJobsWithFilters 1"]
    region.turn(watch, calls=2, after_s=119.9)
    assert region.asked == ["ListJobsWithFilters 2", "ListJobsWithFilters 3"]
    region.turn(watch, calls=2, after_s=0.1)
    assert region.asked == ["ListNodes 1", "ListJobsWithFilters 4"]


def test_a_whole_listing_tells_machines_and_nodes_without_new_jobs(region: Region) -> None:
    """By the name that people use; a node without a machine is none."""
    region.nodes = {
        "N1.cluster.local": {"Status": "running", "Id": "i-1", "StateInSched": "drained"},
        "n2": {"Status": "stopped", "Id": "i-2"},
        "n3": {"Status": "running"},
    }
    sight = region.turn(NODES)
    assert sight.machines == {"i-1": "N1.cluster.local", "i-2": "n2"}
    assert sight.withdrawn == {"n1", "n2"}
    assert region.turn(OVERDUE).machines is None


def test_what_events_say_of_a_machine_is_heeded(region: Region) -> None:
    """It was lost, though the node is listed as running."""
    region.nodes["n1"] = {"Status": "running", "Id": "i-1"}
    region.job("j")
    suspects = {"i-1": Suspect(at=region.now, surely=True)}
    assert told(region.turn(NODES, suspects=suspects)) == []
    assert told(region.turn(NODES, suspects=suspects)) == ["j"]


def test_half_of_the_nodes_gone_at_once_is_a_problem_to_be_told(region: Region) -> None:
    """Nothing is asked of jobs; the next turn begins with the first page of nodes again."""
    region.nodes = {f"n{number:03d}": {"Status": "running"} for number in range(120)}
    region.turn(NODES)
    region.nodes = {f"n{number:03d}": {"Status": "exception"} for number in range(120)}
    for _ in range(2):
        sight = region.turn(NODES)
        assert region.asked == ["ListNodes 1", "ListNodes 2"]
        assert sight.problem is not None
        assert (sight.problem.code, sight.problem.worth_repeating) == ("MostNodesGone", True)
        assert "half of its 120 nodes" in sight.problem.message
        assert not sight.done
    region.nodes = {f"n{number:03d}": {"Status": "running"} for number in range(120)}
    assert region.turn(NODES).done


def shrunk(region: Region, left: int) -> None:
    """Of 120 nodes that were there some are left."""
    region.nodes = {f"n{number:03d}": {"Status": "running"} for number in range(120)}
    region.turn(NODES)
    region.nodes = dict(list(region.nodes.items())[:left])


@pytest.mark.parametrize(("left", "batches"), [(50, [20, 20, 20, 10]), (0, [20] * 6)])
@pytest.mark.parametrize("calls", [1, 1_000])
def test_a_cluster_that_has_shrunk_for_want_of_work_is_seen(
    region: Region, left: int, batches: list[int], calls: int
) -> None:
    """Nothing runs on the nodes that went away: each is asked about once, in as many turns as it takes, and no more."""
    shrunk(region, left)
    asked: list[str] = []
    done = False
    while not done:
        sight = region.turn(NODES, calls=calls, after_s=10.0)
        assert sight.problem is None
        asked += region.asked
        done = sight.done
    assert asked[0] == "ListNodes 1"
    assert [len(one.split()) - 2 for one in asked[1:]] == batches
    assert region.turn(NODES).done
    assert region.asked == ["ListNodes 1"]


@pytest.mark.parametrize("left", [50, 0])
def test_one_job_on_a_node_that_is_listed_no_more_proves_that_the_list_was_cut_short(region: Region, left: int) -> None:
    """No further call is made; the next turn lists the nodes anew."""
    shrunk(region, left)
    region.job("j", "n071.cluster.local")
    region.jobs["j"]["NodeList"].append("n071")
    sight = region.turn(NODES)
    assert sight.problem is not None
    assert (sight.problem.code, sight.done) == ("MostNodesGone", False)
    assert "half of its 120 nodes" in sight.problem.message
    assert len(region.asked) == (3 if left else 5)
    sight = region.turn(NODES)
    assert region.asked[0] == "ListNodes 1"
    assert (sight.problem is None) is bool(left)


@pytest.mark.parametrize("action", ["ListNodes", "ListJobsWithFilters"])
def test_a_call_that_fails_ends_the_turn_with_the_reason(region: Region, action: str) -> None:
    """What was found before is told; the next turn goes on where this one stopped."""
    region.nodes["n1"] = {"Status": "running"}
    region.job("j")
    watch = Clusters(clusters=("c-1",), nodes=NODES.nodes, overdue=OVERDUE.overdue)
    region.fails[action] = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")
    sight = region.turn(watch)
    assert sight.problem is not None
    assert (sight.done, sight.problem.code, sight.problem.look_begun_at) == (False, "Throttling", region.now)
    region.fails.clear()
    assert told(region.turn(watch, after_s=60.0)) == ["j"]
    assert region.asked == [*(["ListNodes 1"] * (action == "ListNodes")), "ListJobsWithFilters 1"]
