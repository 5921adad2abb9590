"""Shared limits: never overspent, whoever asks when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.documents import decode_limit, encode
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import breaker_key, pace_key
from shared.domain.limits import (
    COUNT_BUCKET_S,
    MAX_DIGITS,
    PACE_WINDOW_S,
    SharedLimit,
    left_later,
    room,
    room_at,
    take_breaker_tokens,
    take_tokens,
)
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.support.clock import START

SCOPE = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
STEPS = st.lists(
    st.tuples(st.floats(0, 400), st.lists(st.integers(0, 30).map(str), min_size=1, max_size=8)), max_size=25
)


@given(steps=STEPS, max_jobs=st.integers(1, 6), window_s=st.sampled_from([60.0, 61.0, 600.0]))
@settings(max_examples=300, deadline=None)
def test_a_breaker_never_admits_more_distinct_jobs_in_a_window(
    steps: list[tuple[float, list[str]]], max_jobs: int, window_s: float
) -> None:
    """In every window of that length at most so many distinct jobs; once refused, nothing is admitted any more."""
    limit, now, admitted = SharedLimit(), 1_800_000_000.0, list[tuple[float, str]]()
    for pause, keys in steps:
        now += pause
        was_open = limit.opened_at is not None
        limit, let_in = take_breaker_tokens(
            limit, keys, scope=SCOPE, max_jobs=max_jobs, window_s=window_s, now=now, forced=frozenset()
        )
        limit = decode_limit(encode(limit))
        assert let_in <= set(keys)
        assert not (was_open and let_in)
        assert (limit.opened_at is not None) == (was_open or let_in != set(keys))
        admitted += [(now, key) for key in let_in]
    for begin, _ in admitted:
        assert len({key for at, key in admitted if begin <= at <= begin + window_s}) <= max_jobs


@given(steps=STEPS, forced=st.frozensets(st.integers(0, 30).map(str)))
@settings(max_examples=100, deadline=None)
def test_forced_jobs_are_admitted_and_counted(steps: list[tuple[float, list[str]]], forced: frozenset[str]) -> None:
    """Force always passes, never opens a breaker itself, and leaves less room for the rest."""
    limit, now = SharedLimit(), 1_800_000_000.0
    for pause, keys in steps:
        now += pause
        before = limit.opened_at
        limit, let_in = take_breaker_tokens(limit, keys, scope=SCOPE, max_jobs=3, window_s=600, now=now, forced=forced)
        assert forced & set(keys) <= let_in
        if set(keys) <= forced:
            assert limit.opened_at == before


def test_forced_jobs_leave_no_room() -> None:
    """Two forced jobs fill a breaker of two: the third job opens it."""
    limit, _ = take_breaker_tokens(
        SharedLimit(), ["a", "b"], scope=SCOPE, max_jobs=2, window_s=600, now=0, forced=frozenset({"a", "b"})
    )
    limit, let_in = take_breaker_tokens(limit, ["c"], scope=SCOPE, max_jobs=2, window_s=600, now=1, forced=frozenset())
    assert (let_in, limit.opened_at, limit.why) == (frozenset(), 1, "more than 2 jobs in 600 s")


def test_a_window_that_is_over_leaves_room() -> None:
    """A breaker that never opened admits as many again, and forgets the old tokens."""
    limit, now = SharedLimit(), 0.0
    for number in range(50):
        limit, let_in = take_breaker_tokens(
            limit, [str(number)], scope=SCOPE, max_jobs=1, window_s=60, now=now, forced=frozenset()
        )
        assert let_in == {str(number)}
        now += 121
    assert len(limit.buckets) <= 2


CALLS = st.lists(st.tuples(st.floats(0, 90), st.integers(0, 200)), max_size=60)


@given(calls=CALLS, most=st.integers(1, 100), window_s=st.sampled_from([PACE_WINDOW_S, 61.5, 600.0]))
@settings(max_examples=300, deadline=None)
def test_tokens_are_never_over_their_number_in_any_window(
    calls: list[tuple[float, int]], most: int, window_s: float
) -> None:
    """Whatever the call times: who takes no more than there is room for never exceeds it in any window."""
    limit, now, granted = SharedLimit(), 1_800_000_000.0, list[tuple[float, int]]()
    for pause, wanted in calls:
        now += pause
        some = min(wanted, room(limit, most, window_s, now))
        limit = decode_limit(encode(take_tokens(limit, some, window_s, now)))
        granted.append((now, some))
    for begin, _ in granted:
        assert sum(some for at, some in granted if begin <= at < begin + window_s) <= most


@given(calls=CALLS, most=st.integers(1, 100), window_s=st.sampled_from([60.0, 61.5, 600.0]))
@settings(max_examples=300, deadline=None)
def test_room_comes_back_exactly_when_said(calls: list[tuple[float, int]], most: int, window_s: float) -> None:
    """At `room_at` there is a token, just before there was none, and it is never further away than a window."""
    limit, now = SharedLimit(), 1_800_000_000.0
    for pause, wanted in calls:
        now += pause
        limit = take_tokens(limit, wanted, window_s, now)  # forced ones too: more than there was room for
        at = room_at(limit, most, window_s, now)
        assert room(limit, most, window_s, at) > 0
        assert now <= at <= now + window_s + COUNT_BUCKET_S
        assert at == now or room(limit, most, window_s, at - 0.01) == 0


def test_the_pace_is_used_up_and_comes_back() -> None:
    """80 at once, none for the rest of the minute, all again within 80 s; the document stays small."""
    limit = take_tokens(SharedLimit(), PACE_PER_MINUTE, PACE_WINDOW_S, 0.0)
    assert [room(limit, PACE_PER_MINUTE, PACE_WINDOW_S, now) for now in (0.0, 30.0, 59.9)] == [0, 0, 0]
    assert room(limit, PACE_PER_MINUTE, PACE_WINDOW_S, 80.0) == PACE_PER_MINUTE
    assert len(take_tokens(limit, 1, PACE_WINDOW_S, 80.0).buckets) == 1


def test_counts_of_an_earlier_version_are_understood() -> None:
    """One text a token was how a pace was kept before: it still counts."""
    assert room(SharedLimit(buckets={"0": ("1", "1", "1")}), 80, 60.0, 5.0) == 77
    assert room(SharedLimit(buckets={"0": ("x" * 12,)}), 80, 60.0, 5.0) == 79


@pytest.mark.parametrize(
    "document",
    [
        b"{",
        b"null",
        b'{"schema":"\xff"}',
        b'{"x":' + b'{"a":' * 100_000,
        b'{"buckets":{"soon":["a"]}}',
        b'{"buckets":{"":["a"]}}',
        b'{"owners":{"soon":["a/b"]}}',
        b'{"buckets":{"' + b"9" * 5000 + b'":["a"]}}',
        b'{"buckets":{"' + b"9" * MAX_DIGITS + b'":["a"]}}',
    ],
    ids=["cut", "null", "no_utf8", "deep", "no_moment", "empty", "no_owners_moment", "long", "a_digit_too_long"],
)
def test_a_malformed_limit_is_said_to_be_one(document: bytes) -> None:
    """It never counts as an unused limit, whatever is wrong with it."""
    with pytest.raises(LedgerUnavailable):
        decode_limit(document)
    decode_limit(b'{"buckets":{"' + b"9" * (MAX_DIGITS - 1) + b'":["a"]}}')


def test_keys_name_what_is_shared() -> None:
    """A breaker is a cluster's or group's; a pace is an operation's in a region; strange names cannot collide."""
    cluster = Cluster(region="cn-hangzhou", cluster_id="a/b")
    assert breaker_key(cluster) == "breaker/ehpc/cn-hangzhou/a%2Fb"
    groups = [Group(region="r", namespace=ns, group_id=group) for ns, group in (("a", "b/c"), ("a/b", "c"), ("a", "b"))]
    assert len({breaker_key(group) for group in groups}) == 3
    assert {pace_key(group, "RerunJob") for group in groups} == {"pace/schedulerx/r/RerunJob"}


def test_a_job_acted_on_again_counts_from_then_on() -> None:
    """Its first token ages out, and the job is still one of those acted on in the window."""
    limit, admitted = SharedLimit(), []
    for now, key in ((155.0, "0"), (388.0, "2"), (723.0, "0"), (780.0, "1")):
        limit, let_in = take_breaker_tokens(
            limit, [key], scope=SCOPE, max_jobs=2, window_s=600, now=now, forced=frozenset()
        )
        admitted += sorted(let_in)
    assert admitted == ["0", "2", "0"]
    assert limit.opened_at == 780.0


def test_room_comes_back_bucket_by_bucket() -> None:
    """An example of the laws above: three of five tokens are used, then all; the oldest leave first."""
    limit = take_tokens(SharedLimit(), 3, 60.0, START)
    assert (room(limit, 5, 60.0, START), room_at(limit, 5, 60.0, START)) == (2, START)
    full = take_tokens(limit, 2, 60.0, START + 30)
    assert room(full, 5, 60.0, START + 30) == 0
    back_at = room_at(full, 5, 60.0, START + 30)
    assert START + 60 <= back_at <= START + 61 + COUNT_BUCKET_S
    assert (room(full, 5, 60.0, back_at), room(full, 5, 60.0, back_at - 0.5)) == (3, 0)
    assert room_at(full, 0, 60.0, START + 30) > back_at
    assert take_tokens(full, 0, 60.0, START + 1000).buckets == {}


def test_a_job_that_counts_in_this_bucket_counts_once() -> None:
    """Acted on twice within its bucket: one token."""

    def once_more(limit: SharedLimit) -> tuple[SharedLimit, frozenset[str]]:
        return take_breaker_tokens(limit, ["a"], scope=SCOPE, max_jobs=1, window_s=600.0, now=START, forced=frozenset())

    once, _ = once_more(SharedLimit())
    assert once_more(once) == (once, frozenset({"a"}))


def test_behind_an_open_breaker_those_who_are_forced_still_pass() -> None:
    """Whoever stands before them in the delivery."""
    keys = ["a", "b", "c"]
    _, let_in = take_breaker_tokens(
        SharedLimit(opened_at=1.0), keys, scope=SCOPE, max_jobs=9, window_s=600, now=2.0, forced=frozenset({"b"})
    )
    assert let_in == {"b"}


def test_a_job_counts_until_its_window_is_over() -> None:
    """Not until its bucket would have begun within it: ten seconds before the end there is no room yet."""

    def admitted(limit: SharedLimit, key: str, now: float) -> tuple[SharedLimit, frozenset[str]]:
        return take_breaker_tokens(limit, [key], scope=SCOPE, max_jobs=1, window_s=600, now=now, forced=frozenset())

    first, _ = admitted(SharedLimit(), "a", 0.0)
    assert admitted(first, "b", 590.0)[1] == frozenset()
    assert admitted(first, "b", 661.0)[1] == {"b"}


def test_tokens_count_from_when_their_calls_left() -> None:
    """One each; a token that is forgotten meanwhile is counted all the same, and others' stay where they are."""
    limit = take_tokens(take_tokens(SharedLimit(), 1, 60, START - 20), 3, 60, START)
    left = left_later(limit, [START + 9.9, START + 10, START + 25], 60, START)
    found = {int(start) - int(START): tokens for start, tokens in left.buckets.items()}
    assert found == {-20: ("1",), 0: ("1",), 10: ("1",), 20: ("1",)}
    assert left_later(SharedLimit(), [START + 25], 60, START).buckets == {str(int(START) + 20): ("1",)}
    assert room(left, 9, 60, START + 79.9) == 9 - 2
    assert room(left, 9, 60, START + 80) == 9 - 1
