"""Looking through an E-HPC cluster turn by turn: what is asked for, in which order, and where the next turn goes on."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.domain.call import Effect
from shared.domain.machines import Suspect
from shared.systems.discovery import Sight, Terms
from shared.systems.ehpc import seek
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters, Nodes, Overdue, Silence
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.openapi import Ending, FakeApi, Few, Play, fits

SCOPE = Cluster(region="cn-hangzhou", cluster_id="c-1")
GRACE_S = 300.0
NODES = Clusters(clusters=("c-1",), nodes=Nodes(grace_s=GRACE_S))
OVERDUE = Clusters(clusters=("c-1",), overdue=Overdue(after_h=1, owners=("ann",)))
SILENCE = Clusters(clusters=("c-1",), silence=Silence(after_s=400.0, owners=("ann",)))


class Region:
    """What the service shows, and what a seeker makes of it; a turn is three minutes after the one before."""

    def __init__(self, play: Play) -> None:
        self.now = 100_000.0
        self.clusters: list[str] = ["c-1"]
        self.nodes: dict[str, dict[str, str]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, bytes] = {}
        self.fails: dict[str, CallFailed] = {}
        self.memory: dict[str, Any] = {}
        self.api: FakeApi = play(self._answer)

    def _answer(self, wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        if wanted.action in self.fails:
            return self.fails[wanted.action]
        if wanted.action == "GetJobLog":
            output = self.outputs.get(asked["JobId"], b"")[int(asked["Offset"]) :][: int(asked["Size"])]
            return _reply(OutputLog=base64.b64encode(output).decode())
        first, size = (int(asked["PageNumber"]) - 1) * int(asked["PageSize"]), int(asked["PageSize"])

        def page(listed: list[Any]) -> list[Any]:
            return listed[first : first + size]

        if wanted.action == "ListClusters":
            return _reply(Clusters={"ClusterInfoSimple": page([{"Id": name} for name in self.clusters])})
        if wanted.action == "ListNodes":
            return _reply(Nodes={"NodeInfo": page([{"HostName": name, **node} for name, node in self.nodes.items()])})
        hosts = {host for name, host in asked.items() if name.startswith("Nodes.")}
        listed = [job for job in self.jobs.values() if not hosts or hosts & set(job["NodeList"])]
        return _reply(Jobs=page(listed))

    def job(self, job_id: str, node: str = "n1", hours: float = 2.0, **rest: Any) -> None:
        """It runs on that node."""
        start = str(int(self.now - hours * 3600))
        self.jobs[job_id] = {"Id": job_id, "State": "RUNNING", "StartTime": start, "NodeList": [node], **rest}
        self.jobs[job_id].setdefault("Owner", "ann")

    def turn(
        self, watch: Clusters, calls: int = 1_000, after_s: float = 180.0, suspects: Mapping[str, Suspect] | None = None
    ) -> Sight:
        """The next turn, with so many calls."""
        self.now += after_s
        self.api.asked.clear()
        terms = Terms(now=self.now, fits=fits, stale_after_s=3_600.0, suspects=suspects or {})
        seeker = EhpcSeeker(self.api, Clock(self.now), "cn-hangzhou")
        sight = seeker.look(watch, SCOPE, self.memory, Few(calls), terms)
        self.memory = sight.memory
        return sight

    @property
    def asked(self) -> list[str]:
        """Operation, page and filters of the last turn's calls, as `ListNodes 1` or `ListJobsWithFilters 1 n1 n2`."""
        told = []
        for call in self.api.asked:
            assert call.parameters.get("ClusterId", "c-1") == "c-1"
            assert call.parameters.get("JobStatus", "notfinish") == "notfinish"
            hosts = [host for name, host in sorted(call.parameters.items(), key=_place_of) if name.startswith("Nodes.")]
            number = call.parameters.get("PageNumber", call.parameters.get("JobId", ""))
            told.append(" ".join([call.action, number, *hosts]))
        return told


def _place_of(parameter: tuple[str, str]) -> int:
    return int(parameter[0].partition(".")[2] or 0)


def _reply(**body: Any) -> Reply:
    return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)


def told(sight: Sight) -> list[str]:
    """Ids of what was found."""
    return [failure.job_id for failure in sight.failures]


@pytest.fixture
def region(fake_api: Play) -> Region:
    """One cluster without nodes or jobs."""
    return Region(fake_api)


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


def test_running_jobs_are_read_to_the_last_page_in_each_look(region: Region) -> None:
    """From the first on; who runs for too long, and is meant, is found once."""
    for number in range(101):
        region.job(f"j{number}", Owner="bob" if number < 50 else "ann")
    assert told(region.turn(OVERDUE)) == [f"j{number}" for number in range(50, 101)]
    assert region.asked == [f"ListJobsWithFilters {page}" for page in (1, 2, 3)]
    assert told(region.turn(OVERDUE)) == []
    assert region.asked == [f"ListJobsWithFilters {page}" for page in (1, 2, 3)]


def test_a_list_that_never_ends_is_told_and_read_anew(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is shorter again, it is read to its end: what could not be read once does not stop all later looks."""
    monkeypatch.setattr(seek, "MOST_PAGES_A_PASS", 3)
    region.nodes = {"n1": {"Status": "exception"}}
    for watch in (OVERDUE, NODES):
        region.jobs.clear()
        for number in range(160):
            region.job(f"{len(region.jobs)}-{number}")
        sight = region.turn(watch)
        assert sight.problem is not None
        assert (sight.problem.code, sight.done) == ("ListTooLong", False)
        assert "on 3 pages" in sight.problem.message
        assert sum(one.startswith("ListJobs") for one in region.asked) == 3
        region.jobs = dict(list(region.jobs.items())[:149])
        for _ in range(2):
            sight = region.turn(watch)
        assert (sight.done, sight.problem) == (True, None)


def test_output_that_stands_still_is_found_when_it_did_so_for_so_long(region: Region) -> None:
    """Read four times in a silence; the look is whole when all were read, and the next lists anew."""
    region.outputs["j"] = b"step 7"
    region.job("j")
    region.job("other", Owner="bob")
    assert told(region.turn(SILENCE)) == []
    assert region.asked == ["ListJobsWithFilters 1", "GetJobLog j"]
    region.turn(SILENCE, after_s=99.9)
    assert region.asked == ["ListJobsWithFilters 1"]
    region.turn(SILENCE, after_s=0.1)
    assert region.asked == ["ListJobsWithFilters 1", "GetJobLog j", "GetJobLog j"]
    assert told(region.turn(SILENCE, after_s=299.9)) == []
    sight = region.turn(SILENCE, after_s=100.0)
    (failure,) = sight.failures
    assert (failure.job_id, failure.reason, failure.node) == ("j", "silent", "n1")
    assert "no output for 500 s" in (failure.message or "")
    assert told(region.turn(SILENCE)) == []


def test_a_job_whose_output_cannot_be_read_waits_its_turn(region: Region) -> None:
    """It is not silent, and the others are read."""
    for name in ("a", "b"):
        region.outputs[name] = b"x"
        region.job(name)
    region.turn(SILENCE)
    region.fails["GetJobLog"] = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="AgentError", message="")
    for _ in range(3):
        sight = region.turn(SILENCE)
        assert (told(sight), sight.done, sight.problem) == ([], True, None)
        assert region.asked == ["ListJobsWithFilters 1", "GetJobLog a", "GetJobLog b"]


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
