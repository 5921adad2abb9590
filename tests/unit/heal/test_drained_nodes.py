"""A suspicion ends when the node is given no more jobs: nobody is held up by it, and it is told."""

from __future__ import annotations

from typing import Any

from shared.documents import decode_nodes, nodes_write
from shared.domain.keys import nodes_key
from shared.domain.nodes import Hit, KnownNodes, NodeLimit, counted
from shared.heal import clear_drained
from shared.heal.nodes import DRAINED
from shared.ports import Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER

KEY = nodes_key(CLUSTER)
BOUND = NodeLimit(jobs=1, owners=1, window_s=3600, clear_after_s=86_400)


def suspecting(*nodes: str) -> KnownNodes:
    """The memory that suspects these nodes."""
    hits = [(node, Hit(START, f"job-{node}", "ann", "unknown")) for node in nodes]
    return counted(KnownNodes(), hits, BOUND, scope=CLUSTER, now=START, advice=lambda _: ())


def remembering(known: KnownNodes) -> MemoryLedger:
    """A ledger with that memory."""
    ledger = MemoryLedger(Clock())
    ledger.save([nodes_write(KEY, known, None, START)])
    return ledger


def kept(ledger: MemoryLedger) -> KnownNodes:
    """The memory in it."""
    return decode_nodes(ledger.load([KEY])[KEY].document)


def test_those_that_are_drained_are_cleared_and_no_others() -> None:
    """Each with an outcome that is owed at once."""
    ledger = remembering(suspecting("n1", "n2", "n3"))
    clear_drained(ledger, CLUSTER, frozenset({"n3", "n1", "n9"}), START + 1)
    assert kept(ledger).suspects(START + 1) == {"n2"}
    told = [one for one in kept(ledger).owed if one["reason"] == "node_cleared"]
    assert [("n1" in one["message"], "n3" in one["message"]) for one in told] == [(True, False), (False, True)]
    assert all(one["message"].endswith(DRAINED) and one["trigger"] == "discover" for one in told)


def test_where_nothing_is_suspected_nothing_is_written() -> None:
    """No memory, one of other nodes, and one that is none of ours stay as they are."""
    for known in (None, suspecting("n2")):
        ledger = MemoryLedger(Clock()) if known is None else remembering(known)
        before = ledger.load([KEY])
        clear_drained(ledger, CLUSTER, frozenset({"n1"}), START + 1)
        assert ledger.load([KEY]) == before
    ledger = MemoryLedger(Clock())
    ledger.save([Write(key=KEY, document=b"x", expected=None, due_at=None, expires_at=None)])
    clear_drained(ledger, CLUSTER, frozenset({"n1"}), START + 1)
    assert ledger.load([KEY])[KEY].document == b"x"


def test_others_who_count_in_between_keep_their_counts() -> None:
    """Read again and cleared again, three times at most; the next look does the rest."""
    for conflicts, cleared in ((2, True), (3, False)):
        ledger, left = remembering(suspecting("n1")), [conflicts]
        save = ledger.save

        def contended(writes: Any, save: Any = save, left: list[int] = left) -> frozenset[str]:
            left[0] -= 1
            return frozenset({KEY}) if left[0] >= 0 else save(writes)

        ledger.save = contended  # type: ignore[method-assign]
        clear_drained(ledger, CLUSTER, frozenset({"n1"}), START + 1)
        assert (kept(ledger).suspects(START + 1) == frozenset()) is cleared
