"""Where one step, one byte or one name decides: shares, nodes, crowds, breakers, lives and hidden keys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.act import Signed
from shared.domain.credentials import Credentials
from shared.domain.crowd import gives_way
from shared.domain.life import Life
from shared.domain.limits import SharedLimit, closed_by_hand
from shared.domain.nodes import Hit, KnownNodes, counted
from shared.domain.outcome import stable_id
from shared.domain.record import JobRecord
from shared.domain.shares import Shares, owner_token
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.domain.test_crowd import LOUD, QUIET, waiting
from tests.unit.domain.test_nodes import BOUND, count


def shares(limit: SharedLimit, now: float = START) -> Shares:
    """Two jobs of each owner in five minutes."""
    return Shares(limit=limit, most=2, window_s=300, now=now, distinct=True)


def test_a_job_that_the_document_has_counted_has_its_room() -> None:
    """In the same minute both stand side by side, each once, and a third has none."""
    one = SharedLimit(owners=shares(SharedLimit()).after([("ann", "a")]))
    both = SharedLimit(owners=shares(one).after([("ann", "b")]))
    ((tokens),) = both.owners.values()
    assert set(tokens) == {f"{owner_token('ann')}/{stable_id(job)[:12]}" for job in "ab"}
    again = shares(both)
    assert [again.take("ann", job, forced=False) for job in "abc"] == [True, True, False]


def test_a_newcomer_counts_for_one() -> None:
    """With it both have told as much: the oldest of all gives way."""
    record = JobRecord(cases=(waiting(0), waiting(3), waiting(1, QUIET)))
    assert gives_way(record, QUIET) is record.cases[0]
    louder = replace(record, cases=(waiting(2), waiting(3), waiting(1, QUIET)))
    assert gives_way(louder, LOUD) is louder.cases[0]


def test_a_breaker_closed_by_hand_begins_anew_for_each_owner_as_well() -> None:
    """Nobody's share is still used up by what was acted on before."""
    open_one = SharedLimit(buckets={"1": ("a",)}, owners={"1": ("x/1",)}, opened_at=START, why="w", opened_by="bo")
    closed = closed_by_hand(open_one, CLUSTER, START + 1, "ann", Signed())
    assert (closed.buckets, closed.owners, closed.opened_at, closed.why, closed.opened_by) == ({}, {}, None, "", "")


@pytest.mark.parametrize(("mark", "text"), [(None, "try:5/2"), ("2027", "try:5/2@2027")])
def test_an_attempt_is_spelt_as_the_ledger_has_it(mark: str | None, text: str) -> None:
    """What is written today is read tomorrow."""
    assert str(Life.attempt(5, 2, mark)) == text


def test_a_key_is_hidden_where_nothing_else_stands() -> None:
    """To the last sign; a plus stands for a blank and for nothing else."""
    key = Credentials(access_key_id="id", access_key_secret="a/b", security_token="c d")
    assert [key.hide_in(text) for text in ("a/b", "%a/b", "%c+d", "%a+b")] == ["***", "%***", "%***", "%a+b"]


@pytest.mark.parametrize(("at", "counts"), [(START - BOUND.window_s, False), (START - BOUND.window_s + 1, True)])
def test_what_left_the_window_counts_no_more(at: float, *, counts: bool) -> None:
    """Told late, or there before: a node of which nothing younger is known is forgotten."""
    late = counted(
        KnownNodes(), [("n1", Hit(at, "a", "", "unknown"))], BOUND, scope=CLUSTER, now=START, advice=lambda _: ()
    )
    assert bool(late.nodes) is counts
    before = count(KnownNodes(), "a", at=at)
    assert ("n1" in count(before, "b", node="n2").nodes) is counts


def test_told_again_of_the_same_moment_a_failure_stays_as_it_was() -> None:
    """Whoever tells it as another's."""
    known = count(KnownNodes(), "a")
    again = [("n1", Hit(START, "a", "another", "unknown"))]
    assert counted(known, again, BOUND, scope=CLUSTER, now=START, advice=lambda _: ()) is known


def test_what_failed_before_the_window_adds_nothing_to_a_suspicion() -> None:
    """It was told late; one that just counts is kept."""
    known = count(KnownNodes(), "a", "b", "c")
    assert known.suspects(START)
    for late_s, same in ((0, True), (1, False)):
        hits = [("n1", Hit(START - BOUND.window_s + late_s, "d", "", "unknown"))]
        assert (counted(known, hits, BOUND, scope=CLUSTER, now=START, advice=lambda _: ()) is known) is same
