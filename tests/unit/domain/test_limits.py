"""Shared limits: never overspent, whoever asks when."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.call import Api
from shared.domain.job import Cluster, Group
from shared.domain.limits import (
    PACE_PER_MINUTE,
    SharedLimit,
    breaker_key,
    decode_limit,
    encode_limit,
    pace_key,
    take_breaker_tokens,
    take_pace_tokens,
)

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
            limit, keys, max_jobs=max_jobs, window_s=window_s, now=now, forced=frozenset()
        )
        limit = decode_limit(encode_limit(limit))
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
        limit, let_in = take_breaker_tokens(limit, keys, max_jobs=3, window_s=600, now=now, forced=forced)
        assert forced & set(keys) <= let_in
        if set(keys) <= forced:
            assert limit.opened_at == before


def test_forced_jobs_leave_no_room() -> None:
    """Two forced jobs fill a breaker of two: the third job opens it."""
    limit, _ = take_breaker_tokens(
        SharedLimit(), ["a", "b"], max_jobs=2, window_s=600, now=0, forced=frozenset({"a", "b"})
    )
    limit, let_in = take_breaker_tokens(limit, ["c"], max_jobs=2, window_s=600, now=1, forced=frozenset())
    assert (let_in, limit.opened_at, limit.why) == (frozenset(), 1, "more than 2 jobs in 600 s")


def test_a_window_that_is_over_leaves_room() -> None:
    """A breaker that never opened admits as many again, and forgets the old tokens."""
    limit, now = SharedLimit(), 0.0
    for number in range(50):
        limit, let_in = take_breaker_tokens(limit, [str(number)], max_jobs=1, window_s=60, now=now, forced=frozenset())
        assert let_in == {str(number)}
        now += 121
    assert len(limit.buckets) <= 2


CALLS = st.lists(st.tuples(st.floats(0, 90), st.integers(0, 200)), max_size=60)


@given(calls=CALLS)
@settings(max_examples=300, deadline=None)
def test_the_pace_is_never_over_eighty_in_any_minute(calls: list[tuple[float, int]]) -> None:
    """Whatever the call times: at most 80 in any 60 s, and never more than were asked for."""
    limit, now, granted = SharedLimit(), 1_800_000_000.0, list[tuple[float, int]]()
    for pause, wanted in calls:
        now += pause
        limit, some = take_pace_tokens(limit, wanted, now=now)
        limit = decode_limit(encode_limit(limit))
        assert 0 <= some <= wanted
        granted.append((now, some))
    for begin, _ in granted:
        assert sum(some for at, some in granted if begin <= at < begin + 60) <= PACE_PER_MINUTE


def test_the_pace_is_used_up_and_comes_back() -> None:
    """80 at once, none for the rest of the minute, all again within 80 s; the document stays small."""
    limit, granted = take_pace_tokens(SharedLimit(), 1000, now=0.0)
    assert granted == PACE_PER_MINUTE
    for now in (0.0, 30.0, 59.9):
        limit, granted = take_pace_tokens(limit, 1, now=now)
        assert granted == 0
    limit, granted = take_pace_tokens(limit, 1000, now=80.0)
    assert granted == PACE_PER_MINUTE
    assert len(limit.buckets) == 1


def test_keys_name_what_is_shared() -> None:
    """A breaker is a cluster's or group's; a pace is an operation's in a region; strange names cannot collide."""
    cluster = Cluster(region="cn-hangzhou", cluster_id="a/b")
    assert breaker_key(cluster) == "breaker/ehpc/cn-hangzhou/a%2Fb"
    groups = [Group(region="r", namespace=ns, group_id=group) for ns, group in (("a", "b/c"), ("a/b", "c"), ("a", "b"))]
    assert len({breaker_key(group) for group in groups}) == 3
    assert {pace_key(group, Api.RERUN_JOB) for group in groups} == {"pace/schedulerx/r/RerunJob"}


def test_a_job_acted_on_again_counts_from_then_on() -> None:
    """Its first token ages out, and the job is still one of those acted on in the window."""
    limit, admitted = SharedLimit(), []
    for now, key in ((155.0, "0"), (388.0, "2"), (723.0, "0"), (780.0, "1")):
        limit, let_in = take_breaker_tokens(limit, [key], max_jobs=2, window_s=600, now=now, forced=frozenset())
        admitted += sorted(let_in)
    assert admitted == ["0", "2", "0"]
    assert limit.opened_at == 780.0
