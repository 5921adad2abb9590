"""Lists that lack most of the nodes, or all: what they prove, and from when on."""

from __future__ import annotations

import pytest

from shared.systems.ehpc.node import Node
from shared.systems.ehpc.running import Running
from shared.systems.ehpc.seek_nodes import NodesMemory, disbelieve, judge_nodes, stands_on_doubted

GRACE_S, KEPT_S = 300.0, 3_900.0
WELL, TROUBLED = Node("running"), Node("exception")


def believed(memory: NodesMemory, now: float, **listed: Node) -> bool:
    """Whether a whole listing of these proves anything where a job stands bound to each node."""
    if not judged(memory, now, **listed).doubted:
        return True
    disbelieve(memory, now, GRACE_S)
    return False


def judged(memory: NodesMemory, now: float, **listed: Node) -> NodesMemory:
    """Take in a whole listing of these."""
    memory.listing = listed
    assert judge_nodes(memory, now, GRACE_S, {})
    return memory


def cut(left: int, ill: int) -> tuple[NodesMemory, dict[str, Node]]:
    """Of fourteen nodes a listing has so many left, some of them ill; one was in trouble before."""
    memory = judged(NodesMemory(), 100.0, **{f"n{number}": WELL for number in range(14)}, old=TROUBLED)
    return memory, {f"n{number}": TROUBLED if number < ill else WELL for number in range(left)}


@pytest.mark.parametrize(("left", "ill", "doubted"), [(7, 0, 0), (6, 0, 8), (8, 2, 6), (1, 1, 13)])
def test_of_a_list_that_has_lost_most_nodes_it_is_asked_whether_jobs_run_on_them(
    left: int, ill: int, doubted: int
) -> None:
    """Cut short it looks as if they were gone, and so it does where a cluster has shrunk for want of work."""
    memory, listed = cut(left, ill)
    judged(memory, 200.0, **listed)
    assert len(memory.doubted) == doubted
    if doubted:
        assert (memory.asking, memory.listing, memory.gone) == (memory.doubted, listed, {"old": 100.0})
        assert not {*memory.doubted} & {*listed, "old"}


@pytest.mark.parametrize(("left", "ill"), [(6, 0), (8, 2), (1, 1)])
def test_where_jobs_run_on_nodes_that_a_list_has_lost_it_proves_nothing(left: int, ill: int) -> None:
    """They are known no more: a cluster that shrank shows them never again."""
    memory, listed = cut(left, ill)
    judged(memory, 200.0, **listed)
    memory.asked_page = 2
    memory.running = {"j": Running(start=5, nodes=("n13.cluster.local",))}
    assert stands_on_doubted(memory)
    disbelieve(memory, 200.0, GRACE_S)
    assert (set(memory.gone), set(memory.known)) == ({"old"}, {"old", *listed})
    under_way = (memory.doubted, memory.asking, memory.asked_page, memory.listing, memory.running)
    assert under_way == ([], [], 1, {}, {})


@pytest.mark.parametrize(("left", "ill"), [(6, 0), (8, 2), (1, 0)])
def test_where_no_job_runs_on_them_the_cluster_has_shrunk(left: int, ill: int) -> None:
    """They are known no more, and the rest of the listing counts. A job on a node that is left says nothing of them."""
    memory, listed = cut(left, ill)
    judged(memory, 200.0, **listed)
    memory.running = {"j": Running(start=5, nodes=("n0",))}
    assert not stands_on_doubted(memory)
    judged(memory, 260.0, **listed)
    ill_ones = {f"n{number}": 260.0 for number in range(ill)}
    assert (memory.gone, set(memory.known)) == ({"old": 100.0, **ill_ones}, {"old", *listed})
    assert (memory.doubted, memory.asking, memory.listing) == ([], sorted({"old", *ill_ones}), {})


@pytest.mark.parametrize("many", [1, 8])
def test_of_a_list_without_any_node_nothing_is_believed(many: int) -> None:
    """However small the cluster is: all are known as before. One that never had any is believed."""
    memory = NodesMemory()
    assert believed(memory, 100.0, **{f"n{number}": WELL for number in range(many)})
    assert not believed(memory, 200.0)
    assert (memory.gone, len(memory.known)) == ({}, many)
    assert believed(NodesMemory(), 100.0)


def test_a_list_that_stays_empty_is_believed_when_no_job_would_be_looked_for_any_more() -> None:
    """A cluster that has shrunk to nothing is seen again, and nothing is told of the jobs that it had."""
    memory = NodesMemory()
    assert believed(memory, 100.0, a=WELL, b=WELL, old=TROUBLED)
    for now in (200.0, 200.0 + KEPT_S - 1):
        assert not believed(memory, now)
        assert memory.known.keys() == {"a", "b", "old"}
    assert not believed(memory, 200.0 + KEPT_S)
    assert memory.known.keys() == {"old"}
    assert believed(memory, 200.0 + KEPT_S + 60)
    assert memory.asking == []
    assert believed(memory, 9000.0, a=WELL)
    assert not believed(memory, 9060.0)
    assert memory.known.keys() == {"a"}, "the hour begins anew with each time that there is none"
