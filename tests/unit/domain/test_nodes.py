"""The memory of nodes by itself: names, counting, suspecting, clearing, and its bounds."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from shared.documents import nodes_write
from shared.domain.act import Signed
from shared.domain.hosts import host_of, nodes_told
from shared.domain.nodes import MAX_HITS, MAX_NODES, MOST_SUSPECTS, Hit, KnownNodes, NodeLimit, cleared, counted
from shared.domain.record import LISTED_AT
from tests.support.clock import START
from tests.support.systems import CLUSTER

BOUND = NodeLimit(jobs=3, owners=1, window_s=3600, clear_after_s=86_400)


def count(known: KnownNodes, *jobs: str, node: str = "n1", at: float = START, bound: NodeLimit = BOUND) -> KnownNodes:
    """The memory when these jobs have failed there at that moment."""
    hits = [(node, Hit(at, job, f"owner-{job}", "unknown")) for job in jobs]
    return counted(known, hits, bound, scope=CLUSTER, now=at, advice=lambda _: ())


@pytest.mark.parametrize(
    ("told", "live", "meant"),
    [
        ("n1", (), ("n1",)),
        ("N1.cluster.local", ("n1", "n2"), ("n1",)),
        ("n1/0*8+n2/1", (), ("n1", "n2")),
        ("n3", ("n1", "n2"), ()),
        ("", ("n1", "n2"), ("n1", "n2")),
        ("", tuple(f"n{number}" for number in range(9)), ()),
        ("gpu[1-4]", ("gpu1", "gpu2"), ("gpu1", "gpu2")),
        ("n1; reboot", (), ("n1", "reboot")),
        ("$(reboot)", (), ()),
        ("-f", (), ()),
        ("10.0.0.7", (), ("10.0.0.7",)),
        ("", (), ()),
    ],
)
def test_which_nodes_a_failure_speaks_of(told: str, live: tuple[str, ...], meant: tuple[str, ...]) -> None:
    """The told ones as far as the live run stands on them, else a small job's; no name for a shell."""
    assert nodes_told(told, live) == meant


def test_a_name_has_one_spelling() -> None:
    """Whatever stands behind it, and in which case."""
    assert {host_of(name) for name in ("gpu1", " GPU1 ", "gpu1.a.b", "gpu1/0*8")} == {"gpu1"}


def test_the_same_failure_counted_again_changes_nothing() -> None:
    """Redelivered, decided anew, or taken up by the sweep."""
    known = count(KnownNodes(), "a", "b")
    assert count(known, "a", "b") is known


def test_distinct_jobs_and_owners_within_the_window_make_it_suspect() -> None:
    """The third job; a third failure of one job is none."""
    known = count(count(count(KnownNodes(), "a"), "b", at=START + 10), "a", at=START + 20)
    assert known.suspects(START + 20) == frozenset()
    assert known.listed_at is None
    two = replace(BOUND, owners=2)
    same = [("n1", Hit(START, job, "ann", "unknown")) for job in "abc"]
    mine = counted(KnownNodes(), same, two, scope=CLUSTER, now=START, advice=lambda _: ())
    assert mine.suspects(START) == frozenset()
    assert count(mine, "d", bound=two).suspects(START) == {"n1"}
    assert count(known, "c", at=START + 30).suspects(START + 30) == {"n1"}
    assert count(known, "c", at=START + 3_611).suspects(START + 3_611) == frozenset()


def test_a_suspicion_is_owed_once_and_ends_by_itself() -> None:
    """A day after the last failure there; a new one is another, and told again."""
    known = count(KnownNodes(), "a", "b", "c")
    assert known.listed_at == START + 60
    assert len(known.owed) == 1
    paid = known.paid([known.owed[0]["outcome_id"]])
    assert paid.listed_at == LISTED_AT
    more = count(paid, "d", at=START + 100)
    assert more.owed == ()
    assert more.suspects(START + 86_499) == {"n1"}
    assert more.suspects(START + 86_501) == frozenset()
    again = count(more, "a", "b", "c", at=START + 90_000)
    assert [one["reason"] for one in again.owed] == ["node_suspect"]
    assert again.owed[0]["failure_id"] != known.owed[0]["failure_id"]


def test_what_failed_before_it_was_cleared_counts_no_more() -> None:
    """Told late, or again."""
    known = cleared(count(KnownNodes(), "a", "b", "c"), "n1", scope=CLUSTER, now=START + 5, why="mended", by="ann")
    assert [one["reason"] for one in known.owed] == ["node_suspect", "node_cleared"]
    assert known.owed[0]["failure_id"] == known.owed[1]["failure_id"]
    assert known.owed[1]["follow_up"] == known.owed[0]["outcome_id"]
    assert count(known, "d", "e", "f", at=START + 4).suspects(START + 6) == frozenset()
    assert count(known, "d", "e", "f", at=START + 6).suspects(START + 6) == {"n1"}
    assert cleared(known, "n1", scope=CLUSTER, now=START + 5, why="") is known


def test_who_cleared_a_node_is_told() -> None:
    """A person with the reason that was given; without one it is nobody's act."""
    known = count(KnownNodes(), "a", "b", "c")
    by_ann = cleared(known, "n1", scope=CLUSTER, now=START, why="w", by="ann", signed=Signed(why="x" * 300)).owed[1]
    assert (by_ann["actor"], by_ann["why"], by_ann["trigger"]) == ("ann", "x" * 256, "manual")
    by_itself = cleared(known, "n1", scope=CLUSTER, now=START, why="drained").owed[1]
    assert [name for name in ("actor", "why", "trigger") if by_itself.get(name)] == []


def test_the_document_is_bounded_whatever_fails() -> None:
    """A thousand nodes with a hundred jobs each: eight are suspected and stay, and it fits into every ledger."""
    known = KnownNodes()
    for number in range(1_000):
        jobs = [f"{number}-{job}.{'x' * 50}" for job in range(100 if number < 20 or number > 980 else 2)]
        known = count(known, *jobs, node=f"{'n' * 100}{number}", at=START + number)
    assert len(known.suspects(START + 999)) == MOST_SUSPECTS == len(known.owed)
    assert len(known.nodes) <= MAX_NODES
    assert max(len(one.hits) for one in known.nodes.values()) == MAX_HITS
    assert len(nodes_write("nodes/x", known, None, START).document) < 700_000
    assert msgspec.json.decode(msgspec.json.encode(known), type=KnownNodes) == known
