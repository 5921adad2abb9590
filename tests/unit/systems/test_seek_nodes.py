"""Nodes that are gone, and the jobs that stand bound to them: what whole listings prove, to the second and to the one.

A job told too early is killed although its scheduler was about to requeue it; one that began later is healthy.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.domain.failure import Failure
from shared.domain.machines import Suspect
from shared.systems.ehpc import seek_nodes
from shared.systems.ehpc.node import Node
from shared.systems.ehpc.running import Running
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek_nodes import Binding, NodesMemory, judge_nodes, lost_jobs

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-demo1")
GRACE_S, KEPT_S = 300.0, 3_900.0
WELL, TROUBLED, STOPPED = Node("running"), Node("exception"), Node("stopped")


def judge(
    memory: NodesMemory, now: float, suspects: Mapping[str, Suspect] | Node | None = None, **listed: Node
) -> NodesMemory:
    """Take in a whole listing that proves something."""
    assert not isinstance(suspects, Node)
    memory.listing, memory.listed_from = listed, now
    assert judge_nodes(memory, now, GRACE_S, suspects or {})
    return memory


def lost(memory: NodesMemory, now: float, **running: Running) -> list[Failure]:
    """What is told of these listed jobs."""
    memory.running = running
    return list(lost_jobs(memory, CLUSTER, now, GRACE_S))


@pytest.mark.parametrize(
    ("well", "newly", "proves"),
    [(9, 5, False), (10, 5, True), (11, 6, False), (12, 6, True), (4, 4, True), (5, 5, False)],
)
def test_more_than_half_gone_at_once_proves_nothing(well: int, newly: int, proves: bool) -> None:  # noqa: FBT001
    """Five at least, and of those that were well before; a small cluster may lose all it has. Nothing is kept then."""
    memory = judge(NodesMemory(), 100.0, **{f"n{number}": WELL for number in range(well)}, old=TROUBLED)
    memory.listing = {f"n{number}": STOPPED if number < newly else WELL for number in range(well)} | {"old": TROUBLED}
    assert judge_nodes(memory, 200.0, GRACE_S, {}) is proves
    assert set(memory.gone) == ({"old", *(f"n{number}" for number in range(newly))} if proves else {"old"})
    assert memory.listing == {}, "the next one begins anew"


@pytest.mark.parametrize("surely", [True, False])
def test_what_an_event_says_was_lost_may_be_listed_no_more(surely: bool) -> None:  # noqa: FBT001
    """Spot instances that were taken away together: events prove what the list alone does not."""
    memory = judge(NodesMemory(), 100.0, **{f"n{number}": Node("running", "", f"i-{number}") for number in range(8)})
    events = {f"i-{number}": Suspect(at=150.0, surely=surely) for number in range(7)}
    lost_ones = [f"n{number}" for number in range(7)]
    judge(memory, 200.0, events, n7=WELL)
    assert (sorted(memory.stopped), memory.doubted) == ((lost_ones, []) if surely else ([], lost_ones))


def test_all_of_a_cluster_may_be_lost_if_events_say_so_of_each() -> None:
    """A listing without any node proves nothing but of these."""
    memory = judge(NodesMemory(), 100.0, a=Node("running", "", "i-1"), b=Node("running", "", "i-2"))
    events = {"i-1": Suspect(at=150.0, surely=True), "i-2": Suspect(at=150.0, surely=True)}
    assert sorted(judge(memory, 200.0, events).stopped) == ["a", "b"]


def test_what_was_gone_before_does_not_count_as_newly_gone() -> None:
    """Nor as well: six that are down already, and the loss of two more is the loss of two."""
    down = {f"d{number}": TROUBLED for number in range(6)}
    memory = judge(NodesMemory(), 100.0, **down, a=WELL, b=WELL, c=WELL)
    assert judge(memory, 200.0, **down, a=STOPPED, b=STOPPED, c=WELL).gone["a"] == 200.0


def test_a_node_is_gone_since_it_was_first_seen_so() -> None:
    """Stopped, in trouble, or listed no more; one that is well again is gone no more."""
    memory = judge(NodesMemory(), 100.0, a=WELL, b=WELL, c=WELL, d=WELL)
    assert (memory.gone, memory.stopped, memory.asking) == ({}, {}, [])
    memory = judge(memory, 200.0, a=WELL, b=TROUBLED, c=STOPPED)
    assert (memory.gone, memory.stopped) == ({"b": 200.0, "c": 200.0, "d": 200.0}, {"c": 200.0})
    memory = judge(memory, 300.0, a=TROUBLED, b=WELL, c=WELL)
    assert (memory.gone, memory.stopped) == ({"a": 300.0, "d": 200.0}, {"c": 200.0})
    assert memory.asking == ["a", "c", "d"]
    memory = judge(memory, 400.0, a=TROUBLED, b=WELL, c=STOPPED)
    assert (memory.gone, memory.stopped) == ({"a": 300.0, "c": 400.0, "d": 200.0}, {"c": 200.0})


def test_jobs_of_a_node_that_is_up_again_are_looked_for_an_hour_beyond_the_grace() -> None:
    """Of one that stays down for ever, or in trouble: as long as it is listed so. Not a second longer."""
    listed = {"a": WELL, "down": STOPPED, "ill": TROUBLED}
    memory = judge(judge(NodesMemory(), 100.0, a=WELL), 150.0, a=STOPPED, down=STOPPED, ill=TROUBLED)
    assert judge(memory, 150.0 + KEPT_S - 1, **listed).asking == ["a", "down", "ill"]
    assert judge(memory, 150.0 + KEPT_S, **listed).asking == ["down", "ill"]
    assert (memory.stopped, memory.gone) == ({"down": 150.0}, {"down": 150.0, "ill": 150.0})


def test_a_node_that_is_listed_no_more_is_forgotten_an_hour_beyond_the_grace() -> None:
    """Then it is not known any more either, so that it is not gone anew."""
    memory = judge(judge(NodesMemory(), 100.0, a=WELL, b=WELL), 150.0, a=WELL)
    assert judge(memory, 150.0 + KEPT_S - 1, a=WELL).asking == ["b"]
    assert set(memory.known) == {"a", "b"}
    assert judge(memory, 150.0 + KEPT_S, a=WELL).asking == []
    assert (set(memory.known), memory.gone) == ({"a"}, {})
    assert judge(memory, 150.0 + KEPT_S + 1, a=WELL).asking == []


def suspicion(at: float, *, surely: bool) -> dict[str, Suspect]:
    """Of machine i-1."""
    return {"i-1": Suspect(at=at, surely=surely), "": Suspect(at=at, surely=surely)}


def test_a_machine_that_an_event_calls_lost_is_as_one_seen_stopped() -> None:
    """At its latest; also one that is listed no more. A node without a machine's id is nobody's."""
    machine = {"a": Node("running", "", "i-1"), "b": Node("running", "", "i-2")}
    memory = judge(NodesMemory(), 5_000.0, suspicion(4_000.0, surely=True), **machine)
    assert (memory.stopped, memory.gone, memory.asking) == ({"a": 4_000.0}, {}, ["a"])
    judge(memory, 5_100.0, suspicion(4_500.0, surely=True), **machine)
    assert memory.stopped == {"a": 4_500.0}
    judge(memory, 5_200.0, suspicion(4_400.0, surely=True), **machine)
    assert memory.stopped == {"a": 4_500.0}
    judge(memory, 5_300.0, suspicion(5_250.0, surely=True), b=machine["b"])
    assert memory.stopped == {"a": 5_250.0}


def test_a_machine_that_may_be_in_trouble_is_gone_since_the_event() -> None:
    """If the listing has it in trouble as well; an event alone says nothing."""
    memory = judge(NodesMemory(), 5_000.0, suspicion(4_000.0, surely=False), a=Node("running", "", "i-1"))
    assert (memory.gone, memory.stopped) == ({}, {})
    judge(memory, 5_100.0, suspicion(4_000.0, surely=False), a=Node("exception", "", "i-1"))
    assert (memory.gone, memory.stopped) == ({"a": 4_000.0}, {})
    judge(memory, 5_200.0, suspicion(4_900.0, surely=False), a=Node("exception", "", "i-1"))
    assert memory.gone == {"a": 4_000.0}


def test_an_event_is_heeded_for_an_hour_beyond_the_grace() -> None:
    """And no longer."""
    machine = Node("running", "", "i-1")
    for age_s, asking in [(KEPT_S, ["a"]), (KEPT_S + 1, [])]:
        memory = judge(NodesMemory(), 10_000.0, suspicion(10_000.0 - age_s, surely=True), a=machine)
        assert memory.asking == asking


def test_an_old_event_of_one_machine_does_not_hide_another_s() -> None:
    """Each is judged by itself."""
    suspects = {"i-1": Suspect(at=1.0, surely=True), "i-2": Suspect(at=9_000.0, surely=True)}
    machines = {"z": Node("running"), "a": Node("running", "", "i-1"), "b": Node("running", "", "i-2")}
    assert judge(NodesMemory(), 10_000.0, suspects, **machines).asking == ["b"]


def test_a_job_is_lost_when_the_grace_is_over_and_told_once() -> None:
    """To the second; another start is another run, which that node cannot have lost."""
    memory = judge(NodesMemory(), 1_000.0, a=STOPPED)
    job = Running(start=500, nodes=("a",), owner="ann", queue="gpu", name="train")
    assert lost(memory, 1_000.0 + GRACE_S - 1, j=job) == []
    assert (memory.running, memory.told) == ({}, {})
    (failure,) = lost(memory, 1_000.0 + GRACE_S, j=job)
    assert (failure.scope, failure.job_id, failure.reason) == (CLUSTER, "j", "node_lost")
    assert (failure.occurred_at, failure.started_at, failure.node) == (1_000.0, 500.0, "a")
    assert (failure.queue, failure.owner, failure.job_name) == ("gpu", "ann", "train")
    assert failure.event_id.endswith("/j/500")
    assert lost(memory, 1_000.0 + GRACE_S, j=job) == []
    again, behind = Running(start=600, nodes=("a",)), Running(start=700, nodes=("a",))
    assert [one.job_id for one in lost(memory, 1_400.0, i=job, j=again)] == ["i", "j"]
    assert [one.job_id for one in lost(memory, 1_401.0, i=job, j=again, k=behind)] == ["k"]


@pytest.mark.parametrize(("surely", "says"), [(True, "node a was stopped,"), (False, "node a is gone,")])
def test_people_read_whether_the_node_was_stopped(surely: bool, says: str) -> None:  # noqa: FBT001
    """Or only seems to be gone."""
    memory = judge(NodesMemory(), 1_000.0, a=STOPPED if surely else TROUBLED)
    (failure,) = lost(memory, 2_000.0, j=Running(start=500, nodes=("a",)))
    assert says in (failure.message or "")


def test_a_run_that_began_when_the_node_went_away_or_later_is_not_lost() -> None:
    """Lists tell whole seconds: a start in the same one may have come after."""
    memory = judge(NodesMemory(), 1_000.5, a=STOPPED)
    jobs = {f"j{start}": Running(start=start, nodes=("a",)) for start in (999, 1_000, 1_001)}
    assert [failure.job_id for failure in lost(memory, 2_000.0, **jobs)] == ["j999"]


@pytest.mark.parametrize("node", [TROUBLED, STOPPED])
def test_a_run_that_began_on_a_node_that_is_gone_has_the_grace_from_the_next_listing_on(node: Node) -> None:
    """Of those that are half a minute younger than the run: it shows the node ill. One that is well takes it back."""
    memory = judge(NodesMemory(), 1_000.5, a=node)
    jobs = {f"j{start}": Running(start=start, nodes=("a",)) for start in (1_000, 1_150, 1_151)}
    assert lost(memory, 1_001.0, **jobs) == []
    judge(memory, 1_180.0, a=node)
    assert lost(memory, 1_190.0, **jobs) == []
    bound = {job: (one.since, one.surely) for job, one in memory.bound.items()}
    assert bound == {"j1000": (1_180.0, False), "j1150": (1_180.0, False)}
    judge(memory, 1_360.0, a=node)
    assert lost(memory, 1_180.0 + GRACE_S - 1, **jobs) == []
    found = lost(memory, 1_180.0 + GRACE_S, **jobs)
    assert [(one.job_id, one.occurred_at) for one in found] == [("j1000", 1_180.0), ("j1150", 1_180.0)]
    assert lost(judge(memory, 1_700.0, a=node), 1_700.0, **jobs)[0].job_id == "j1151"
    judge(memory, 1_400.0, a=WELL)
    assert (lost(memory, 1_400.0, **jobs), memory.bound) == ([], {})


def test_a_run_on_a_node_that_is_listed_no_more_began_on_one_that_was() -> None:
    """A list that lags behind a cluster that grows proves nothing of what began since."""
    memory = judge(judge(NodesMemory(), 900.0, a=WELL, b=WELL), 1_000.0, b=WELL)
    for now in (1_500.0, 2_000.0):
        assert lost(judge(memory, now, b=WELL), now, j=Running(start=1_100, nodes=("a",))) == []
    assert memory.bound == {}


def test_each_node_of_a_job_counts() -> None:
    """The first that is gone is told; one on well nodes alone is not bound, and one that is not lost hides none."""
    memory = judge(NodesMemory(), 1_000.0, a=WELL, b=TROUBLED, c=STOPPED)
    jobs = {
        "well": Running(start=5, nodes=("a",)),
        "one": Running(start=5, nodes=("a", "b", "c")),
        "new": Running(start=5_000, nodes=("b",)),
        "two": Running(start=5, nodes=("c", "b")),
    }
    assert [(one.job_id, one.node) for one in lost(memory, 1_300.0, **jobs)] == [("one", "b"), ("two", "c")]
    assert set(memory.bound) == {"one", "two"}


def test_what_is_held_against_a_run_stays_while_it_stands_bound_to_that_node() -> None:
    """By the earliest moment, and surely once it was sure; another start or another node begins anew."""
    job = Running(start=5, nodes=("a",))

    def held(before: Binding | None, node: Node) -> Binding:
        memory = judge(NodesMemory(), 1_000.0, a=node)
        memory.bound = {} if before is None else {"j": before}
        lost(memory, 1_100.0, j=job)
        return memory.bound["j"]

    assert held(None, TROUBLED) == Binding(start=5, node="a", since=1_000.0)
    assert held(None, STOPPED) == Binding(start=5, node="a", since=1_000.0, surely=True)
    earlier = Binding(start=5, node="a", since=900.0)
    assert held(earlier, TROUBLED) == earlier
    assert held(earlier, STOPPED) == Binding(start=5, node="a", since=900.0, surely=True)
    sure = Binding(start=5, node="a", since=900.0, surely=True)
    assert held(sure, TROUBLED) == sure
    assert held(Binding(start=5, node="a", since=1_050.0), TROUBLED).since == 1_000.0
    assert held(Binding(start=4, node="a", since=900.0), TROUBLED).since == 1_000.0
    assert held(Binding(start=5, node="b", since=900.0, surely=True), TROUBLED) == Binding(
        start=5, node="a", since=1_000.0
    )


def test_who_is_bound_no_more_is_forgotten_and_of_too_many_told_the_earliest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are bounded."""
    monkeypatch.setattr(seek_nodes, "MAX_KEPT", 2)
    memory = judge(NodesMemory(), 1_000.0, a=STOPPED)
    memory.bound = {"gone": Binding(start=1, node="a", since=1.0)}
    lost(memory, 2_000.0, **{name: Running(start=5, nodes=("a",)) for name in ("x", "y", "z")})
    assert set(memory.bound) == {"x", "y", "z"}
    assert memory.told == {"y": 5, "z": 5}


def test_the_two_lists_may_spell_a_node_differently() -> None:
    """With its domain or without; what is no name is nobody else's either."""
    listed = {"c1": STOPPED, "C2.cluster.local": STOPPED, "(odd)": STOPPED}
    memory = judge(judge(NodesMemory(), 100.0, **dict.fromkeys(listed, WELL)), 200.0, **listed)
    jobs = {"a": ("c1.cluster.local",), "b": ("c2",), "c": ("(other)",), "d": ("(odd)",)}
    running = {job_id: Running(50, nodes) for job_id, nodes in jobs.items()}
    assert lost(memory, 200.0, **running) == []
    told = lost(memory, 200.0 + GRACE_S, **running)
    assert [(failure.job_id, failure.node) for failure in told] == [
        ("a", "c1.cluster.local"),
        ("b", "c2"),
        ("d", "(odd)"),
    ]


@pytest.mark.parametrize("bad", [TROUBLED, STOPPED])
def test_a_job_on_a_name_that_a_well_node_bears_too_is_not_lost(bad: Node) -> None:
    """Hosts of two domains, or a node that is listed with its domain from now on: nobody knows on which it is."""
    memory = judge(NodesMemory(), 1_000.0, **{"n1.a": WELL, "n1.b": WELL, "n2.a": WELL})
    listed = {"n1.a": bad, "n1.b": WELL, "n2.a": bad}
    memory = judge(memory, 1_100.0, **listed)
    jobs = {"j": Running(start=5, nodes=("n1",)), "k": Running(start=5, nodes=("n2",))}
    assert [one.job_id for one in lost(judge(memory, 1_500.0, **listed), 1_500.0, **jobs)] == ["k"]
    both = {"n1.a": bad, "n1.b": bad, "n2.a": bad}
    for now in (1_600.0, 2_000.0):
        assert lost(judge(memory, now, **both), now, **jobs) == []
