"""The rate of a cluster or group: so many jobs a window, the others wait their turn; nothing is stopped by it."""

from __future__ import annotations

import pytest

from shared.documents import decode_limit, decode_record
from shared.domain.call import Effect
from shared.domain.failure import Trigger
from shared.heal import Report
from shared.policy.model import Breaker, Rate
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.unit.heal.tricks import set_policy

KEY = "rate/ehpc/cn-hangzhou/ehpc-hz-1"


def words(report: Report) -> dict[str, int]:
    """How often each reason was told."""
    found: dict[str, int] = {}
    for one in report.results:
        found[one.outcome.reason] = found.get(one.outcome.reason, 0) + 1
    return found


def test_so_many_jobs_a_window_and_the_rest_in_the_next_ones(house: House) -> None:
    """Seven jobs, three a minute: 3, 3, 1, and never more than three in any minute."""
    set_policy(house, rate=Rate(max_jobs=3, window_s=60))
    assert words(house.deliver(*(house.hung(number) for number in range(1, 8)))) == {"accepted": 3, "rate": 4}
    called = [(house.clock.now(), job) for job in house.ehpc.calls[-1]]
    while house.open_cases():
        house.later(10)
        before = len(house.ehpc.calls)
        house.sweep()
        called += [(house.clock.now(), job) for call in house.ehpc.calls[before:] for job in call]
    assert sorted(job for _, job in called) == [f"{number}.scheduler" for number in range(1, 8)]
    for moment, _ in called:
        assert len([job for at, job in called if moment <= at < moment + 60]) <= 3
    assert called[-1][0] - called[0][0] <= 150


def test_the_rest_is_due_when_the_window_has_room(house: House) -> None:
    """Not earlier, for nothing could come of it, and told once however often it waits."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    house.deliver(house.hung(1), house.hung(2), house.hung(3))
    waiting = [row for row in house.database() if b'"reason":"rate"' in row[1]]
    (due_at,) = {decode_record(row[1]).cases[0].due_at for row in waiting}
    assert due_at is not None
    assert 600 <= due_at - house.clock.now() <= 610
    house.clock.moment = due_at
    house.sweep()
    assert len(house.ehpc.calls) == 2
    house.later(700)
    house.sweep()
    assert len(house.ehpc.calls) == 3
    assert [pair for pair in house.sink.told() if pair[1] == "rate"] == [("deferred", "rate")] * 2


def test_who_waits_for_the_rate_opens_no_breaker(house: House) -> None:
    """A storm at a rate below the breaker's is healed bit by bit: only who is acted on takes a token of the breaker."""
    set_policy(house, rate=Rate(max_jobs=2, window_s=600), breaker=Breaker(max_jobs=5, window_s=600))
    house.deliver(*(house.hung(number) for number in range(1, 21)))
    for _ in range(12):
        house.later(620)
        house.sweep()
    assert len(house.ehpc.kills) == 20
    assert not [row for row in house.sink.rows if row["verdict"] == "suppressed"]


def test_forced_jobs_pass_and_count(house: House) -> None:
    """A person does not wait; what they did leaves less room for the rest."""
    set_policy(house, rate=Rate(max_jobs=2, window_s=60))
    forced = house.deliver(*(house.hung(number) for number in (1, 2, 3)), force=True, trigger=Trigger.MANUAL)
    assert words(forced) == {"accepted": 3}
    assert words(house.deliver(house.hung(4))) == {"rate": 1}


def test_a_cluster_s_rate_is_no_other_s(house: House) -> None:
    """Another scope has a window of its own."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=60))
    assert words(house.deliver(house.hung(1), house.hung(2), house.failed_instance())) == {"accepted": 2, "rate": 1}


def test_rate_and_pace_together_take_only_what_is_used(house: House) -> None:
    """Whoever lacks one of the two takes a token of neither."""
    set_policy(house, rate=Rate(max_jobs=5, window_s=60), breaker=None)
    failures = [house.failed_instance(instance_id=number, job_id=str(number)) for number in range(1, 100)]
    assert words(house.deliver(*failures)) == {"accepted": 5, "rate": 94}
    pace = next(decode_limit(row[1]) for row in house.database() if str(row[0]).startswith("pace/"))
    assert list(pace.buckets.values()) == [("5",)]
    assert PACE_PER_MINUTE > 5


def test_tokens_are_taken_before_the_reservation(house: House) -> None:
    """Killed after the tokens were saved: they are wasted, never overspent."""
    set_policy(house, rate=Rate(max_jobs=2, window_s=600))
    house.ledger.die_after(1)
    failures = [house.hung(1), house.hung(2)]
    with pytest.raises(Killed):
        house.deliver(*failures)
    assert [str(row[0]).partition("/")[0] for row in house.database()] == ["breaker", "rate"]
    assert words(house.deliver(*failures)) == {"rate": 2}


def test_two_deliveries_race_for_the_last_token(house: House) -> None:
    """B takes it between A's load and save: A waits."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=60), breaker=None)
    first, second = house.hung(1), house.hung(2)

    def b() -> None:
        house.ledger.leave_alone()
        house.deliver(second)

    house.ledger.before_save = b
    assert words(house.deliver(first)) == {"rate": 1}
    assert house.ehpc.calls == [["2.scheduler"]]


def test_an_attempt_that_was_throttled_asks_again(house: House) -> None:
    """Each call counts, and what is watched afterwards does not."""
    set_policy(house, rate=Rate(max_jobs=2, window_s=600))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    assert words(house.sweep()) == {"accepted": 1}
    assert words(house.deliver(house.hung(2))) == {"rate": 1}
    house.later(122)
    house.sweep()
    tokens = decode_limit(house.ledger.load([KEY])[KEY].document).buckets
    assert sum(int(count) for counts in tokens.values() for count in counts) == 2


def test_a_dry_run_counts_on_through_its_rehearsal(house: House) -> None:
    """150 jobs and a rate of 120, in two chunks: 120 and 30, and the ledger stays empty."""
    set_policy(house, rate=Rate(max_jobs=120, window_s=60), breaker=None)
    failures = [house.hung(number) for number in range(150)]
    assert words(house.deliver(*failures, dry_run=True)) == {"dry_run": 120, "rate": 30}
    assert house.database() == []
    assert words(house.deliver(*failures)) == {"accepted": 120, "rate": 30}


def test_without_a_rate_nothing_is_kept(house: House) -> None:
    """No document, no wait."""
    house.deliver(house.hung())
    assert KEY not in [row[0] for row in house.database()]
