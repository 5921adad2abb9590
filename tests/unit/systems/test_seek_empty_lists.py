"""Lists of nodes without any node: what they prove, and from when on."""

from __future__ import annotations

import pytest

from shared.systems.ehpc.node import Node
from shared.systems.ehpc.seek_nodes import NodesMemory, judge_nodes

GRACE_S, KEPT_S = 300.0, 3_900.0
WELL, TROUBLED = Node("running"), Node("exception")


def believed(memory: NodesMemory, now: float, **listed: Node) -> bool:
    """Whether a whole listing of these proves anything."""
    memory.listing = listed
    return judge_nodes(memory, now, GRACE_S, {})


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
