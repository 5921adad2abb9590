"""A breaker tells about itself once, in an outcome of its own, after the save that opened it."""

from __future__ import annotations

import pytest

from shared.documents import decode_limit, encode
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import breaker_key
from shared.domain.limits import SharedLimit, closed_by_hand
from shared.domain.record import LISTED_AT
from shared.heal import Report
from shared.policy.model import Rate
from shared.ports import Write
from shared.result import result_of
from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.support.memory_ledger import touch
from tests.unit.heal.tricks import DAY_S, break_it, count, set_policy

KEY = "breaker/ehpc/cn-hangzhou/ehpc-hz-1"


def notices(house: House) -> list[dict[str, str]]:
    """The breakers' own rows in the Logstore, repeats dropped."""
    unique = {row["outcome_id"]: row for row in house.sink.rows}.values()
    return [row for row in unique if row["reason"] in {"breaker_opened", "breaker_closed"}]


def openings(house: House) -> list[dict[str, str]]:
    """Those that say that one was opened."""
    return [row for row in notices(house) if row["reason"] == "breaker_opened"]


def breaker(house: House, key: str = KEY) -> SharedLimit:
    """The breaker's document."""
    return decode_limit(house.ledger.load([key])[key].document)


def open_it(house: House) -> Report:
    """Two jobs and a breaker of one."""
    break_it(house, 1)
    return house.deliver(house.hung(1), house.hung(2))


def test_it_is_told_once_however_many_events_follow(house: House) -> None:
    """One row that says why and how to close it; it names no job, and the answer counts only failures."""
    report = open_it(house)
    for number in range(3, 6):
        house.deliver(house.hung(number))
    house.later(61)
    house.sweep()
    (row,) = openings(house)
    assert [row for row in house.sink.rows if row["reason"] == "breaker_opened"] == [row]
    about = {name: row.get(name) for name in ("verdict", "final", "system", "region", "cluster_id", "job_id")}
    assert about == {
        "verdict": "suppressed",
        "final": "true",
        "system": "ehpc",
        "region": "cn-hangzhou",
        "cluster_id": "ehpc-hz-1",
        "job_id": None,
    }
    assert row["trigger"] == "event"
    assert "more than 1 jobs in 600 s" in row["message"]
    assert "secondwind breaker close ehpc/cn-hangzhou/ehpc-hz-1" in row["message"]
    result = result_of(report)
    assert {name: n for name, n in result["counts"].items() if n} == {"rerun": 1, "suppressed": 1}
    assert {outcome["reason"] for outcome in result["outcomes"]} == {"accepted", "breaker_open"}


def test_it_goes_with_the_other_outcomes_and_is_struck_afterwards(house: House) -> None:
    """One put for the delivery; the document owes nothing then, and can be listed without ever being due."""
    open_it(house)
    assert (house.sink.puts, len(openings(house)), breaker(house).owed) == (1, 1, ())
    far = house.ledger.due(LISTED_AT, 9)
    assert [due.due_at for due in far if due.key == KEY] == [LISTED_AT]
    house.later(400 * DAY_S)
    assert KEY not in [due.key for due in house.ledger.due(house.clock.now(), 9)]


def test_a_closed_breaker_is_listed_as_well(house: House) -> None:
    """From its first token on."""
    house.deliver(house.hung())
    assert [due.due_at for due in house.ledger.due(LISTED_AT, 9) if due.key == KEY] == [LISTED_AT]


def test_what_was_not_saved_is_never_told(house: House) -> None:
    """The compare-and-set that would have opened it failed: no row says so."""
    break_it(house, 1)
    house.deliver(house.hung(1))

    def away() -> None:
        raise LedgerUnavailable("away")

    house.ledger.before_save = away
    with pytest.raises(LedgerUnavailable):
        house.deliver(house.hung(2))
    assert (openings(house), breaker(house).opened_at) == ([], None)


def test_a_conflict_with_who_opened_it_tells_it_once(house: House) -> None:
    """Two deliveries want to open it at once: the second finds it open."""
    break_it(house, 1)
    house.deliver(house.hung(1))
    second, third = house.hung(2), house.hung(3)

    def b() -> None:
        house.ledger.leave_alone()
        house.later(1)
        house.deliver(third)

    house.ledger.before_save = b
    assert count(house.deliver(second)) == (0, 1)
    assert len(openings(house)) == 1


@pytest.mark.parametrize("step", range(1, 5))
def test_a_crash_after_any_save_tells_it_all_the_same(house: House, step: int) -> None:
    """Killed after its n-th save, delivered again, swept: one row, nothing owed."""
    break_it(house, 1)
    failures = [house.hung(1), house.hung(2)]
    house.ledger.die_after(step)
    with pytest.raises(Killed):
        house.deliver(*failures)
    house.ledger.leave_alone()
    house.deliver(*failures)
    house.later(200)
    house.sweep()
    assert len(openings(house)) == 1
    assert breaker(house).owed == ()


def test_a_logstore_that_is_away_delays_it(house: House) -> None:
    """It stays owed, never expires, and the sweep writes it when the Logstore is back."""
    house.sink.down = True
    open_it(house)
    assert len(breaker(house).owed) == 1
    for _ in range(3):
        house.later(61)
        house.sweep()
    assert house.ledger.due(house.clock.now(), 9) == []
    house.sink.down = False
    house.later(61)
    report = house.sweep()
    assert (len(openings(house)), breaker(house).owed) == (1, ())
    assert "breaker_opened" not in [one.outcome.reason for one in report.results]


def test_a_dry_run_opens_nothing_and_tells_nothing(house: House) -> None:
    """What it would do stays in its rehearsal."""
    break_it(house, 1)
    assert count(house.deliver(house.hung(1), house.hung(2), dry_run=True))[1] == 1
    assert (notices(house), house.database()) == ([], [])


def test_a_canary_that_strays_is_told_too(house: House) -> None:
    """The first rerun of a group made something else than its day: its breaker opens, and says so once."""
    house.schedulerx.effect = False
    failure = house.failed_instance()
    house.deliver(failure, house.failed_instance(job_id="43", instance_id=8))
    house.later(122)
    house.sweep()
    house.later(61)
    house.sweep()
    (row,) = openings(house)
    assert (row["namespace"], row["group_id"], row["trigger"]) == ("ns", "demo.group", "sweep")
    assert "did not make exactly one instance of its day" in row["message"]
    assert breaker(house, breaker_key(failure.scope)).owed == ()


def test_the_sweep_tells_that_a_person_closed_it(house: House) -> None:
    """One row, under the failure id of the opening that it follows up; then jobs are rerun again."""
    open_it(house)
    scope, stored = house.failure().scope, house.ledger.load([KEY])[KEY]
    shut = closed_by_hand(breaker(house), scope, house.clock.now(), "ann")
    due_at = shut.listed_at
    house.ledger.save([Write(key=KEY, document=encode(shut), expected=stored.version, due_at=due_at, expires_at=None)])
    house.sweep()
    opening, closing = notices(house)
    assert (closing["reason"], closing["follow_up"]) == ("breaker_closed", opening["outcome_id"])
    assert (closing["failure_id"], "ann" in closing["message"]) == (opening["failure_id"], True)
    assert count(house.deliver(house.hung(3))) == (1, 0)


def test_a_conflict_on_another_limit_does_not_delay_it(house: House) -> None:
    """The breaker's write was saved and the rate's was not: the delivery tries again, and tells what it opened."""
    break_it(house, 2)
    set_policy(house, rate=Rate(max_jobs=50, window_s=60))
    house.deliver(house.hung(1))
    rate = "rate/ehpc/cn-hangzhou/ehpc-hz-1"

    def other() -> None:
        house.ledger.leave_alone()
        touch(house.ledger.inner, rate)

    house.ledger.before_save = other
    house.deliver(house.hung(2), house.hung(3))
    assert len(openings(house)) == 1
    assert breaker(house).owed == ()
