"""Which nodes a job system is asked about, and what is remembered of failures on them."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest

from shared.documents import decode_nodes, nodes_write
from shared.domain.failure import FailureClass, Trigger
from shared.domain.job import Scope
from shared.domain.keys import nodes_key
from shared.domain.nodes import Hit, KnownNodes, NodeLimit, counted
from shared.domain.snapshot import LookFailed
from shared.heal.nodes import ROOM_S, NodeMemory
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.model import Policy
from shared.ports import Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER

KEY = nodes_key(CLUSTER)
HOLD = Policy(version=1, rules=(), bad_nodes=BadNodes(action=NodeAction.HOLD, jobs=2))
UNKNOWN = FailureClass.UNKNOWN


class _System:
    """Says of some nodes that they are drained."""

    def __init__(self, *drained: str) -> None:
        self._drained = frozenset(drained)
        self.asked: list[set[str]] = []

    def withdrawn(self, scope: Scope, nodes: Collection[str]) -> frozenset[str]:
        assert scope is CLUSTER
        self.asked.append(set(nodes))
        return self._drained


def item(
    number: int, node: str, *, at: float = START, about: bool = True, kind: FailureClass = UNKNOWN, owner: str = "ann"
) -> Any:
    """A decided failure on a node."""
    seen = SimpleNamespace(
        offered=SimpleNamespace(nodes=(), owner=owner, queue="", name=""), look_begun_at=START, share=None
    )
    failure = SimpleNamespace(
        node=node, occurred_at=at, owner="", queue="", job_name="", exit_code="", reason="", scope=CLUSTER
    )
    decision = SimpleNamespace(about_this_run=about, failure_class=kind, job_id=f"{number}.s")
    return SimpleNamespace(observation=seen, seen=seen, failure=failure, decision=decision, decided=decision)


def memory(
    ledger: MemoryLedger, system: Any = None, policy: Policy = HOLD, deadline: float = START + 60.0
) -> NodeMemory:
    """With the document read."""
    made = NodeMemory(
        ledger=ledger,
        systems=lambda *_: system,
        clock=Clock(),
        policy=policy,
        scope=CLUSTER,
        now=START,
        hard_deadline=deadline,
        via=Trigger.SWEEP,
    )
    made.read(ledger.load(made.keys))
    return made


def suspecting(*nodes: str) -> MemoryLedger:
    """A ledger that remembers them as suspects."""
    hits = [(node, Hit(START, job, "ann", "unknown")) for node in nodes for job in ("a", "b")]
    limit = NodeLimit(jobs=2, owners=1, window_s=3600, clear_after_s=86_400)
    known = counted(KnownNodes(), hits, limit, scope=CLUSTER, now=START, advice=lambda _: ())
    ledger = MemoryLedger(Clock())
    ledger.save([nodes_write(KEY, known, None, START)])
    return ledger


def test_suspected_nodes_of_the_items_are_asked_about_once_and_the_drained_are_suspected_no_more() -> None:
    """Not the others of the cluster; what is saved says so, and another save writes nothing."""
    ledger, system = suspecting("n1", "n2", "n3"), _System("n1", "n3")
    nodes = memory(ledger, system)
    assert nodes.suspects == {"n1", "n2", "n3"}
    items = [item(1, "n1"), item(2, "n2"), item(3, "n9"), item(4, "")]
    nodes.ask(items)
    nodes.ask(items)
    assert system.asked == [{"n1", "n2"}]
    assert nodes.suspects == {"n2", "n3"}, "n3 was not asked about"
    told = nodes.save()
    assert [(notice.key, notice.fields["reason"]) for notice in told] == [(KEY, "node_cleared")]
    assert [notice.fields["trigger"] for notice in told] == ["sweep"]
    assert decode_nodes(ledger.load([KEY])[KEY].document).suspects(START) == {"n2", "n3"}
    assert memory(ledger, system).save() == []


@pytest.mark.parametrize(
    ("policy", "deadline", "node"),
    [
        (HOLD, START + ROOM_S - 0.5, "n1"),
        (Policy(version=1, rules=(), bad_nodes=BadNodes(action=NodeAction.TELL)), START + 60.0, "n1"),
        (Policy(version=1, rules=()), START + 60.0, "n1"),
        (HOLD, START + 60.0, "n2"),
    ],
)
def test_nobody_is_asked_in_vain(policy: Policy, deadline: float, node: str) -> None:
    """No time is left, nothing would wait, nothing is counted, nobody is suspected."""
    system = _System("n1")
    memory(suspecting("n1"), system, policy, deadline).ask([item(1, node)])
    assert system.asked == []
    memory(suspecting("n1"), system, HOLD, START + ROOM_S).ask([item(1, "n1")])
    assert system.asked == [{"n1"}], "just the room that it takes"
    memory(suspecting("n1"), object()).ask([item(1, "n1")])


def test_what_is_decided_about_this_run_counts_in_the_classes_that_do() -> None:
    """The second job makes it suspect, and that is told once; what failed says when, whose and of which kind."""
    ledger = MemoryLedger(Clock())
    nodes = memory(ledger)
    undecided = item(9, "n1")
    undecided.decision = None
    assert nodes.count([item(1, "n1", at=START - 7), undecided]) is False
    others = [item(2, "n1", about=False), item(3, "n1", kind=FailureClass.USER), item(1, "n1")]
    assert nodes.count([*others, item(4, "n2")]) is False
    assert nodes.count([item(5, "n1", at=START + 9, owner="bob")]) is True
    assert nodes.count([item(6, "n1")]) is False
    assert nodes.suspects == {"n1"}
    assert [notice.fields["reason"] for notice in nodes.save()] == ["node_suspect"]
    hits = decode_nodes(ledger.load([KEY])[KEY].document).nodes["n1"].hits
    found = {hit.job_id: (hit.at, hit.owner, hit.failure_class) for hit in hits}
    assert found["5.s"] == (START, "bob", "unknown"), "never later than the look"
    assert set(found) == {"1.s", "5.s", "6.s"}


def test_a_look_that_failed_names_no_node() -> None:
    """And nobody's owner."""
    failed = item(1, "n1")
    failed.observation = failed.seen = LookFailed(worth_repeating=True, code="c", message="m", look_begun_at=START)
    nodes = memory(MemoryLedger(Clock()))
    assert nodes.count([failed]) is False
    assert nodes.save() == []


def test_a_memory_that_is_none_of_ours_is_left_alone() -> None:
    """Nothing is concluded from it, and nothing is written."""
    ledger = MemoryLedger(Clock())
    ledger.save([Write(key=KEY, document=b"x", expected=None, due_at=None, expires_at=None)])
    nodes = memory(ledger)
    assert (nodes.suspects, nodes.count([item(1, "n1"), item(2, "n1")]), nodes.save()) == (frozenset(), False, [])


def test_counts_of_others_in_between_are_counted_on() -> None:
    """Three times; then it costs a count and no job."""
    for conflicts, kept in ((2, True), (3, False)):
        ledger, left = suspecting("n5"), [conflicts]
        nodes = memory(ledger)
        nodes.count([item(1, "n1"), item(2, "n1")])
        save = ledger.save

        def contended(writes: Any, save: Any = save, left: list[int] = left) -> frozenset[str]:
            left[0] -= 1
            return frozenset({KEY}) if left[0] >= 0 else save(writes)

        ledger.save = contended  # type: ignore[method-assign]
        assert bool(nodes.save()) is kept
        assert ("n1" in decode_nodes(ledger.load([KEY])[KEY].document).nodes) is kept
