"""The memory of nodes by itself: names, counting, suspecting, clearing, and its bounds."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from shared.documents import nodes_write
from shared.domain.act import Signed, Way
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
        ("", tuple(f"n{number}" for number in range(8)), tuple(f"n{number}" for number in range(8))),
        ("", tuple(f"n{number}" for number in range(9)), ()),
        ("gpu[1-4]", ("gpu1", "gpu2"), ("gpu1", "gpu2")),
        ("n1 gpu[1-4]", (), ()),
        ("n1; reboot", (), ("n1", "reboot")),
        ("$(reboot)", (), ()),
        ("-f", (), ()),
        ("10.0.0.7", (), ("10.0.0.7",)),
        ("64:ff9b::10.0.0.7", (), ("64:ff9b::10.0.0.7",)),
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


def test_nothing_that_failed_changes_nothing() -> None:
    """What is known of nodes is asked at each delivery, whatever it tells."""
    known = count(KnownNodes(), "1")
    assert count(known) is known


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
    assert cleared(known, "never-seen", scope=CLUSTER, now=START + 5, why="") is known


def test_who_cleared_a_node_is_told() -> None:
    """A person with the reason that was given; without one it is nobody's act."""
    known = count(KnownNodes(), "a", "b", "c")
    signed = Signed(why="x" * 300, way=Way.LINK)
    by_ann = cleared(known, "n1", scope=CLUSTER, now=START, why="w", by="ann", signed=signed).owed[1]
    assert (by_ann["actor"], by_ann["why"], by_ann["trigger"], by_ann["way"]) == ("ann", "x" * 256, "manual", "link")
    assert by_ann["message"] == f"node n1 of {CLUSTER.key} is cleared by ann: w"
    by_itself = cleared(known, "n1", scope=CLUSTER, now=START, why="drained").owed[1]
    assert [name for name in ("actor", "why", "trigger", "way") if by_itself.get(name)] == []
    assert by_itself["message"] == f"node n1 of {CLUSTER.key} is cleared: drained"


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


def test_nine_nodes_fail_at_once_and_eight_are_suspected() -> None:
    """Counted one by one, in one delivery or in several; a place is free again once a suspicion is over."""
    hits = [(f"n{node}", Hit(START, f"{node}-{job}", "", "u")) for node in range(9) for job in range(3)]
    known = counted(KnownNodes(), hits, BOUND, scope=CLUSTER, now=START, advice=lambda _: ())
    assert known.suspects(START) == {f"n{node}" for node in range(MOST_SUSPECTS)}
    assert set(known.nodes) == {f"n{node}" for node in range(9)}
    assert count(known, "x", node="n8").suspects(START) == known.suspects(START)
    free = cleared(known, "n0", scope=CLUSTER, now=START, why="mended")
    assert count(free, "x", node="n8").suspects(START) == {f"n{node}" for node in range(1, 9)}


def test_what_is_told_of_a_node_says_what_failed_there_and_what_to_do() -> None:
    """Jobs with whose they are, of which kind and when, the orders that drain it, and how it is cleared."""
    hits = [("n1", Hit(START + job, f"j{job}", owner, "capacity")) for job, owner in enumerate(("ann", "bob", ""))]
    known = counted(
        KnownNodes(), hits, BOUND, scope=CLUSTER, now=START + 5, advice=lambda name: (f"drain {name}", f"off {name}")
    )
    (owed,) = known.owed
    assert owed["message"] == (
        f"node n1 of {CLUSTER.key} is suspected: 3 jobs of 2 owners failed there in 3600 s; "
        f"drain it: drain n1 or off n1; if it is well: secondwind nodes clear {CLUSTER.key} n1; they are "
        "j0 (ann, capacity, 2027-01-15T08:00:00.000Z), j1 (bob, capacity, 2027-01-15T08:00:01.000Z), "
        "j2 (capacity, 2027-01-15T08:00:02.000Z)"
    )
    assert {name: owed[name] for name in ("final", "verdict", "reason", "node", "cluster_id", "at")} == {
        "final": "true",
        "verdict": "suppressed",
        "reason": "node_suspect",
        "node": "n1",
        "cluster_id": "ehpc-hz-1",
        "at": "2027-01-15T08:00:05.000Z",
    }
    assert "follow_up" not in owed
    alone = count(KnownNodes(), "a", bound=replace(BOUND, jobs=1)).owed[0]["message"]
    assert alone.startswith(f"node n1 of {CLUSTER.key} is suspected: 1 jobs failed there in 3600 s; if it is well")
    many = count(KnownNodes(), *(f"{'j' * 200}{number}" for number in range(20)), bound=replace(BOUND, jobs=20))
    assert len(many.owed[0]["message"]) == 2048


@pytest.mark.parametrize(("at", "counts"), [(START - 3_599.9, True), (START - 3_600.0, False), (START + 50, True)])
def test_what_failed_within_the_window_counts(at: float, *, counts: bool) -> None:
    """Its beginning left out, as told late."""
    hit = Hit(at, "a", "", "u")
    known = counted(KnownNodes(), [("n1", hit)], BOUND, scope=CLUSTER, now=START, advice=lambda _: ())
    assert bool(known.nodes) is counts


def test_of_one_job_the_latest_failure_is_remembered() -> None:
    """An earlier one told later, or the same once more, changes nothing; what has left the window is forgotten."""
    known = count(KnownNodes(), "a", at=START)
    assert count(known, "a", at=START - 1) is known
    later = count(known, "a", at=START + 1)
    assert [hit.at for hit in later.nodes["n1"].hits] == [START + 1]
    gone = count(count(KnownNodes(), "a", at=START), "b", at=START + 3_600)
    assert [hit.job_id for hit in gone.nodes["n1"].hits] == ["b"]
    there = count(count(KnownNodes(), "a", at=START), "b", at=START + 3_599)
    assert [hit.job_id for hit in there.nodes["n1"].hits] == ["a", "b"]


def test_a_suspicion_is_held_up_by_what_fails_there_and_never_shortened() -> None:
    """A late telling of something earlier changes its end as little as that of the same moment."""
    known = count(KnownNodes(), "a", "b", "c")
    assert (known.nodes["n1"].suspected_at, known.nodes["n1"].suspected_until) == (START, START + 86_400)
    assert count(known, "d", at=START - 100).nodes["n1"].suspected_until == START + 86_400
    after = count(known, "d", at=START + 100)
    assert after.nodes["n1"].suspected_until == START + 86_500
    assert len(count(after, "e", at=START + 4_000).nodes["n1"].hits) == 5, "what made it suspect stays while it is"
    assert known.nodes["n1"].suspected(START + 86_399)
    assert not known.nodes["n1"].suspected(START + 86_400)
    over = count(after, "z", at=START + 86_500)
    assert (over.nodes["n1"].suspected_at, over.nodes["n1"].suspected_until, len(over.nodes["n1"].hits)) == (
        0.0,
        0.0,
        1,
    )


def test_a_cleared_node_begins_anew_and_says_so_at_the_next_sweep() -> None:
    """What failed at the very moment counts no more; nothing of it is remembered but that."""
    known = count(KnownNodes(), "a", "b", "c")
    paid = known.paid([known.owed[0]["outcome_id"]])
    free = cleared(paid, "n1", scope=CLUSTER, now=START + 5, why="mended")
    assert (free.nodes["n1"].hits, free.nodes["n1"].cleared_at) == ((), START + 5)
    assert (free.listed_at, free.suspects(START + 5)) == (START + 5, frozenset())
    assert count(free, "d", at=START + 5) is free
    both = cleared(known, "n1", scope=CLUSTER, now=START + 5, why="mended")
    assert both.owed_at == START - 55, "the end is due at once, and with it what was owed before"
    assert paid.put_off(START + 9) == paid
    assert known.put_off(START + 9).listed_at == START + 69


@pytest.mark.parametrize(
    ("owners", "jobs", "suspected"), [(2, ("", "a"), False), (2, ("a", "b"), True), (1, ("", ""), True)]
)
def test_jobs_of_nobody_known_are_no_owner(owners: int, jobs: tuple[str, str], *, suspected: bool) -> None:
    """Where one owner is enough nobody needs to be known."""
    bound = replace(BOUND, jobs=2, owners=owners)
    hits = [("n1", Hit(START, f"j{number}", owner, "u")) for number, owner in enumerate(jobs)]
    known = counted(KnownNodes(), hits, bound, scope=CLUSTER, now=START, advice=lambda _: ())
    assert bool(known.suspects(START)) is suspected


def test_of_too_many_nodes_those_that_failed_first_are_forgotten_and_none_that_is_suspected() -> None:
    """As many stay as may; below that only what has left the window goes."""
    known = count(KnownNodes(), "a", "b", "c", node="old", at=START - 100)
    for number in range(MAX_NODES):
        known = count(known, "x", node=f"n{number}", at=START + number / 1000)
    assert set(known.nodes) == {"old", *(f"n{number}" for number in range(1, MAX_NODES))}
    later = count(known, "y", node="new", at=START + 3_600)
    assert set(later.nodes) == {"old", "new", *(f"n{number}" for number in range(2, MAX_NODES))}
