"""Tokens are kept for the longest window that a policy had within a day, as far as any policy could ask for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.limits import SharedLimit, room, take_breaker_tokens, take_tokens
from shared.domain.shares import Shares
from tests.support.clock import START
from tests.support.systems import CLUSTER

WINDOWS = (60.0, 600.0, 7200.0)
STEPS = st.lists(st.tuples(st.floats(0, 2000), st.sampled_from(WINDOWS)), max_size=20)


def taken(limit: SharedLimit, kind: str, job: str, window_s: float, now: float) -> SharedLimit:
    """One token more, of a document that has them as that kind of limit does."""
    if kind == "rate":
        return take_tokens(limit, 1, window_s, now)
    if kind == "breaker":
        return take_breaker_tokens(
            limit, [job], scope=CLUSTER, max_jobs=99, window_s=window_s, now=now, forced=frozenset()
        )[0]
    share = Shares(limit=limit, most=99, window_s=window_s, now=now, distinct=True)
    return SharedLimit(owners=share.after([("ann", job)]), longest_s=limit.longest_s, longest_at=limit.longest_at)


def left(limit: SharedLimit, kind: str, window_s: float, now: float) -> int:
    """How many more of a hundred that document lets a policy with that window have."""
    if kind == "rate":
        return room(limit, 100, window_s, now)
    jobs = [f"more {number}" for number in range(101)]
    if kind == "share":
        share = Shares(limit=limit, most=100, window_s=window_s, now=now, distinct=True)
        return sum(share.take("ann", job, forced=False) for job in jobs)
    _, admitted = take_breaker_tokens(
        limit, jobs, scope=CLUSTER, max_jobs=100, window_s=window_s, now=now, forced=frozenset()
    )
    return len(admitted)


@pytest.mark.parametrize("kind", ["rate", "breaker", "share"])
@given(steps=STEPS)
def test_whichever_window_comes_back_what_was_taken_in_it_counts(kind: str, steps: list[tuple[float, float]]) -> None:
    """Policies change from token to token: none of them gives back what the next one counts."""
    now, moments, limit = START, list[float](), SharedLimit().asked(max(WINDOWS), START)
    for pause_s, window_s in steps:
        now += pause_s
        limit = taken(limit, kind, str(len(moments)), window_s, now).asked(window_s, now)
        moments.append(now)
        for other_s in WINDOWS:
            assert left(limit, kind, other_s, now) <= 100 - sum(at > now - other_s for at in moments)


def test_for_how_long_and_how_long_after() -> None:
    """For the longest of a day, which begins anew each time that it is asked for; then for what is asked now."""
    limit = SharedLimit().asked(600, START + 59).asked(60, START + 80_000)
    assert [limit.kept_s(60, START + at) for at in (0, 86_399, 86_400)] == [600, 600, 60]
    assert limit.kept_s(900, START) == 900
    assert limit.asked(600, START + 80_000).kept_s(60, START + 160_000) == 600
    assert limit.asked(60, START + 86_400).longest_s == 60


def test_of_more_jobs_than_any_policy_allows_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever counts the newest ones admits no further job, so that the others need no room."""
    monkeypatch.setattr("shared.domain.limits.MAX_TOKENS", 3)
    limit, found = SharedLimit(longest_s=600, longest_at=900), []
    for minute, jobs in enumerate((["a"], ["b", "c"], ["d", "e"])):
        limit, admitted = take_breaker_tokens(
            limit, jobs, scope=CLUSTER, max_jobs=3, window_s=60, now=900.0 + 120 * minute, forced=frozenset()
        )
        assert len(admitted) == len(jobs)
        found.append({start: len(tokens) for start, tokens in limit.buckets.items()})
    assert found == [{"900": 1}, {"900": 1, "1020": 2}, {"1020": 1, "1140": 2}]
