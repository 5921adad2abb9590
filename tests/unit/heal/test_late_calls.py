"""Calls that leave long after their tokens were taken: what many jobs share counts from when they left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_limit, limit_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import breaker_key, pace_key, rate_key
from shared.domain.limits import SharedLimit, take_breaker_tokens
from shared.heal.late import count_late
from shared.policy.model import Breaker, Rate
from shared.systems.schedulerx.scope import RERUN
from tests.support.clock import START
from tests.support.house import House
from tests.support.memory_ledger import touch
from tests.support.systems import GROUP
from tests.unit.heal.limits_town import BREAKER, ONE_RATE, OPEN, RATE, Town, item, meddled
from tests.unit.heal.tricks import set_policy

ONE: dict[str, dict[str, Any]] = {
    RATE: {"rate": Rate(max_jobs=1, window_s=60)},
    BREAKER: {"breaker": Breaker(max_jobs=1, window_s=60)},
}
PACE = pace_key(GROUP, RERUN)


def _called(number: int, left_after_s: float | None) -> Any:
    one = item(number)
    one.call = None if left_after_s is None else SimpleNamespace(left_at=START + left_after_s)
    return one


def _buckets(limit: SharedLimit) -> dict[int, int]:
    """How many tokens lie in which bucket, by seconds since the world's beginning."""
    counts = {start: sum(int(one) if len(one) < 12 else 1 for one in found) for start, found in limit.buckets.items()}
    return {int(start) - int(START): count for start, count in counts.items()}


def _room(house: House, key: str) -> bool:
    """Whether the window has some, now: a second job of a breaker without would open it."""
    oldest = house.clock.now() - 60 - (60 if key == BREAKER else 10)
    limit = decode_limit(house.ledger.load([key])[key].document)
    return all(int(start) <= oldest for start in limit.buckets)


@pytest.mark.parametrize("key", [RATE, BREAKER])
@pytest.mark.parametrize("late_s", [2.0, 8.0, 11.0, 28.0])
@pytest.mark.parametrize("begins_s", [0.0, 9.0, 31.0, 59.0])
def test_who_comes_when_the_window_has_room_comes_a_window_after_the_call(
    house: House, key: str, late_s: float, begins_s: float
) -> None:
    """One job a minute, and the first call leaves so much later than its token was taken."""
    set_policy(house, **ONE[key])
    house.later(begins_s)
    house.ehpc.before_call = lambda: house.later(late_s)
    house.deliver(house.hung(1))
    house.ehpc.before_call = lambda: None
    left = house.clock.now()
    while not _room(house, key):
        house.later(1)
    house.deliver(house.hung(2))
    assert len(house.ehpc.kills) == 2
    assert 60 <= house.clock.now() - left <= 121


def test_each_token_counts_from_its_own_call() -> None:
    """Also those of a pace, and of a breaker whose window is forgotten meanwhile; what was not sent stays."""
    town = Town(replace(ONE_RATE, rate=Rate(max_jobs=9, window_s=60), breaker=Breaker(max_jobs=9, window_s=60)), GROUP)
    items = [_called(number, left) for number, left in enumerate((None, 0.0, 9.9, 10.0, 69.0, 135.0))]
    town.take(*items)
    count_late(town.limits, items)
    assert _buckets(town.limit(rate_key(GROUP))) == {0: 3, 10: 1, 60: 1, 130: 1}
    assert _buckets(town.limit(PACE)) == {0: 3, 10: 1, 60: 1, 130: 1}
    assert _buckets(town.limit(breaker_key(GROUP))) == {60: 1, 120: 1}


def test_each_document_forgets_by_its_own_window_and_nobody_waits_for_the_disk() -> None:
    """A rate's is as long as the policy says, a pace's is a minute; the calls have been made, whatever is lost."""
    town = Town(replace(ONE_RATE, rate=Rate(max_jobs=9, window_s=3600)), GROUP)
    keys, old = (rate_key(GROUP), PACE), SharedLimit(buckets={str(int(START) - 600): ("1",)})
    town.ledger.save([limit_write(key, old, None, START) for key in keys])
    save, lasting = town.ledger.save, set[bool]()

    def seen(writes: Any) -> Any:
        lasting.update(write.lasting for write in writes)
        return save(writes)

    town.ledger.save = seen  # type: ignore[method-assign]
    count_late(town.limits, [_called(1, 20.0)])
    assert [_buckets(town.limit(key)) for key in keys] == [{-600: 1, 20: 1}, {20: 1}]
    assert lasting == {False}


def test_a_token_that_others_forgot_is_counted_all_the_same() -> None:
    """The call took longer than the window."""
    town = Town(ONE_RATE)
    one = _called(1, 20.0)
    count_late(town.limits, [one])
    assert _buckets(town.limit(RATE)) == {20: 1}


@pytest.mark.parametrize(("policy", "left_after_s"), [(ONE_RATE, 9.9), (ONE_RATE, None), (OPEN, 99.0)])
def test_nothing_is_written_where_nothing_changes(policy: Any, left_after_s: float | None) -> None:
    """Calls that leave at once, or not at all, and a policy without limits cost nothing."""
    town = Town(policy)
    one = _called(1, left_after_s)
    town.take(one)
    town.ledger.save = lambda _: pytest.fail("written")  # type: ignore[method-assign,assignment]
    count_late(town.limits, [one])


@pytest.mark.parametrize(("times", "found"), [(2, {20: 1}), (3, {0: 1})])
def test_others_may_write_twice_in_between(times: int, found: dict[int, int]) -> None:
    """The third time it is left as it is."""
    town = Town(ONE_RATE)
    one = _called(1, 20.0)
    town.take(one)
    meddled(town.ledger, times, lambda: touch(town.ledger, RATE))
    count_late(town.limits, [one])
    assert _buckets(town.limit(RATE)) == found


def test_a_limit_that_cannot_be_read_is_left_as_it_is() -> None:
    """It admits nobody."""
    town = Town(ONE_RATE)
    town.ledger.save([replace(limit_write(RATE, SharedLimit(), None, START), document=b"{")])
    count_late(town.limits, [_called(1, 20.0)])
    assert town.ledger.load([RATE])[RATE].document == b"{"


def test_a_ledger_out_of_reach_then_costs_no_outcome(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The rerun was accepted, and is told; the function's log says what was not written down."""
    set_policy(house, **ONE[RATE])

    def call() -> None:
        house.later(20)
        house.ledger.die_before(2, LedgerUnavailable("gone"))

    house.ehpc.before_call = call
    house.deliver(house.hung(1))
    assert house.sink.told() == [("rerun", "accepted")]
    assert _buckets(decode_limit(house.ledger.load([RATE])[RATE].document)) == {0: 1}
    assert "late calls count from when their tokens were taken: gone" in caplog.text


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_counted_anew_is_counted_once_whatever_others_write(times: int) -> None:
    """The pace is of all groups of a region: where it is tried again, the group's own rate counts each call already."""
    town = Town(replace(ONE_RATE, rate=Rate(max_jobs=9, window_s=600), breaker=None), GROUP)
    items = [_called(number, 20.0) for number in (1, 2)]
    town.take(*items)
    key = rate_key(GROUP)
    assert _buckets(town.limit(key)) == {0: 2}
    meddled(town.ledger, times, lambda: touch(town.ledger, PACE))
    count_late(town.limits, items)
    assert (_buckets(town.limit(key)), _buckets(town.limit(PACE))) == ({20: 2}, {20: 2})


def test_a_breakers_window_is_gone_through_once_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have 100,000 jobs, and a hundred calls were late."""
    town = Town(replace(OPEN, breaker=Breaker(max_jobs=500, window_s=600)))
    items = [_called(number, 61.0 + number) for number in range(100)]
    town.take(*items)
    asked: list[float] = []

    def counting(*told: Any, now: float, **more: Any) -> Any:
        asked.append(now - START)
        return take_breaker_tokens(*told, now=now, **more)

    monkeypatch.setattr("shared.heal.late.take_breaker_tokens", counting)
    count_late(town.limits, items)
    assert asked == [119.0, 160.0]
    assert _buckets(town.limit(BREAKER)) == {60: 59, 120: 41}
