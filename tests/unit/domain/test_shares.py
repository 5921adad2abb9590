"""What owners have had of a limit: counted as long as the window may hold it, and never for another owner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.limits import MAX_DIGITS, SharedLimit
from shared.domain.outcome import stable_id
from shared.domain.shares import Shares, owner_token

NOW = 1_000_020.0


def shares(limit: SharedLimit | None = None, *, now: float = NOW, distinct: bool = True, most: int = 2) -> Shares:
    """Of a window of five minutes."""
    return Shares(limit=limit or SharedLimit(), most=most, window_s=300, now=now, distinct=distinct)


def after(share: Shares, *granted: tuple[str, str]) -> SharedLimit:
    """The document with these taken."""
    return SharedLimit(owners=share.after(granted))


def test_jobs_are_counted_once_each() -> None:
    """The third job of an owner has no room, one that counts already has; another owner has a share of their own."""
    share = shares()
    assert [share.take("ann", job, forced=False) for job in "abac"] == [True, True, True, False]
    assert share.take("ben", "c", forced=False)
    assert share.take("ann", "c", forced=True)


def test_calls_are_counted_each() -> None:
    """Two calls for one job are two, in one minute or in two."""
    limit = after(shares(distinct=False), ("ann", "a"), ("ann", "a"), ("ben", "b"))
    assert limit.owners == {"1000020": (f"{owner_token('ann')}/2", f"{owner_token('ben')}/1")}
    again = after(shares(limit, distinct=False), ("ben", "b"))
    assert again.owners == {"1000020": (f"{owner_token('ann')}/2", f"{owner_token('ben')}/2")}
    assert not shares(again, now=NOW + 200, distinct=False).take("ben", "b", forced=False)
    later = after(shares(limit, now=NOW + 200, distinct=False), ("ben", "b"))
    assert list(later.owners) == ["1000020", "1000200"]
    assert not shares(later, now=NOW + 200, distinct=False).take("ben", "b", forced=False)


def test_a_minute_counts_until_all_of_it_has_left_the_window() -> None:
    """Then it is forgotten, and until then it is told when there will be room."""
    limit = after(shares(), ("ann", "a"), ("ann", "b"))
    free_at = shares(limit, now=NOW + 10).free_at("ann")
    assert free_at == NOW // 60 * 60 + 360
    assert not shares(limit, now=free_at - 1).take("ann", "c", forced=False)
    assert shares(limit, now=free_at).take("ann", "c", forced=False)
    assert after(shares(limit, now=free_at)).owners == {}
    assert after(shares(limit, now=free_at - 1)).owners == limit.owners
    assert shares(limit, now=free_at - 0.5).free_at("ann") == free_at + 0.5, "a second later at the least"


def test_a_job_stands_in_its_last_minute_alone() -> None:
    """Acted on again it counts from then on; of calls each counts where it was made."""
    job, call = f"{owner_token('ann')}/{stable_id('a')[:12]}", f"{owner_token('ann')}/1"
    for distinct, expected in ((True, {"1000080": (job,)}), (False, {"1000020": (call,), "1000080": (call,)})):
        limit = after(shares(distinct=distinct), ("ann", "a"))
        assert shares(limit, now=NOW + 60, distinct=distinct).after([("ann", "a")]) == expected


def test_of_more_than_there_is_room_for_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share only says no where the whole may say yes: the document must not outgrow the ledger for it."""
    monkeypatch.setattr("shared.domain.shares.MAX_TOKENS", 3)
    limit = after(shares(), ("ann", "a"), ("ann", "b"))
    newest = after(shares(limit, now=NOW + 60), ("ben", "c"), ("ben", "d"))
    assert {start: len(tokens) for start, tokens in newest.owners.items()} == {"1000020": 1, "1000080": 2}
    assert list(after(shares(newest, now=NOW + 120), ("ben", "e")).owners) == ["1000080", "1000140"]


def test_room_comes_when_enough_has_left() -> None:
    """Of an owner who had more than a share, as one by force, not before all but one are gone; of nobody at once."""
    limit = after(shares(), ("ann", "a"))
    limit = after(shares(limit, now=NOW + 60), ("ann", "b"))
    assert shares(limit, now=NOW + 61).free_at("ann") == NOW // 60 * 60 + 360
    assert shares(limit, now=NOW + 61, most=1).free_at("ann") == NOW // 60 * 60 + 420
    assert shares(limit, now=NOW + 61).free_at("ben") == NOW + 62


def test_what_nobody_wrote_so_counts_one() -> None:
    """A document of another hand is read on the safe side."""
    token = owner_token("ann")
    odd = SharedLimit(owners={"1000020": (f"{token}/x", f"{token}/{'9' * 30}", token)})
    assert not shares(odd, distinct=False).take("ann", "a", forced=False)
    assert shares(odd, distinct=False, most=4).take("ann", "a", forced=False)
    for digits, room in ((MAX_DIGITS - 1, False), (MAX_DIGITS, True)):
        long = SharedLimit(owners={"1000020": (f"{token}/{'9' * digits}",)})
        assert shares(long, distinct=False).take("ann", "a", forced=False) is room


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.floats(0, 400)), max_size=30), st.data())
def test_no_window_holds_more_than_a_share(taken: list[tuple[str, int, float]], data: st.DataObject) -> None:
    """Saved and read after each token it never grants more than one that remembers everything."""
    distinct = data.draw(st.booleans())
    now, limit, had = 1_000_000.0, SharedLimit(), list[tuple[float, str, int]]()
    for owner, job, wait_s in taken:
        now += wait_s
        share = shares(limit, now=now, distinct=distinct)
        mine = [what for at, who, what in had if who == owner and at > now - 300]
        room = len(set(mine)) < 2 if distinct else len(mine) < 2
        granted = share.take(owner, str(job), forced=False)
        assert not granted or room or (distinct and job in mine)
        assert granted or share.free_at(owner) > now
        if granted:
            had.append((now, owner, job))
            limit = after(share, (owner, str(job)))
            assert all(int(start) > now - 360 for start in limit.owners)


@pytest.mark.parametrize("distinct", [False, True])
def test_taking_changes_the_document_only_by_what_was_granted(*, distinct: bool) -> None:
    """Who had room and then waited for another limit has had nothing."""
    share = shares(distinct=distinct)
    share.take("ann", "a", forced=False)
    assert share.after([]) == {}
