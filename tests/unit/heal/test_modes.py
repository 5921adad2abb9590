"""Modes and dry runs: what is decided, and that nothing else happens."""

from __future__ import annotations

import pytest

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.mode import Mode
from shared.heal import Report
from shared.policy.model import Action, Breaker, Match, Rule
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import set_policy


def test_mode_off_calls_nothing_and_closes_what_waits(house: House) -> None:
    """The kill switch ends new and open failures alike, and force does not pass it."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1))
    set_policy(house, mode=Mode.OFF)
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "kill_switch")]
    assert verdicts(house.deliver(house.hung(2))) == [("suppressed", "kill_switch")]
    assert verdicts(house.deliver(house.hung(3), force=True)) == [("suppressed", "kill_switch")]
    assert (len(house.ehpc.calls), house.open_cases()) == (1, [])


def test_what_was_only_observed_says_so_and_is_another_outcome_than_what_comes_of_it_later(house: House) -> None:
    """Held by its verdict, it is not; told again when the mode is auto it is. A dry run says that it was one."""
    weigh = Rule(name="weigh", match=Match(message="weigh"), action=Action.HOLD)
    set_policy(house, mode=Mode.OBSERVE, rules=(weigh, *house.policy.rules))
    failure = house.hung(1, message="weigh")
    house.deliver(failure)
    house.deliver(house.hung(2))
    house.deliver(failure, dry_run=True)
    set_policy(house, mode=Mode.AUTO)
    house.deliver(failure)
    told = [(row["verdict"], row.get("mode"), row["dry_run"]) for row in house.sink.rows]
    assert told == [
        ("held", "observe", "false"),
        ("would_rerun", "observe", "false"),
        ("held", None, "true"),
        ("held", None, "false"),
    ]
    assert len({row["outcome_id"] for row in house.sink.rows}) == 4


def test_mode_off_still_finds_out_what_an_attempt_did(house: House) -> None:
    """The switch stops calls, not looks: an answer that was lost is told as what it was."""
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(house.hung())
    set_policy(house, mode=Mode.OFF)
    house.later(122)
    assert verdicts(house.sweep()) == [("rerun", "observed_restart")]


def mixed(house: House) -> list[Failure]:
    """Failures that end in many ways, with a history behind them."""
    set_policy(house, breaker=Breaker(max_jobs=6))
    ended, throttled, twice = house.hung(11), house.hung(12), house.hung(13)
    house.ehpc.jobs["11.scheduler"].state = State.FINISHED
    house.deliver(twice)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(throttled)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(10)
    return [
        ended,
        throttled,
        twice,
        house.hung(14, message="SyntaxError"),
        house.failure(15),
        *(house.hung(number) for number in range(20, 27)),
        house.failed_instance("2026-01-01 10:00:00", 1),
        house.failed_instance("2026-01-02 10:00:00", 2),
    ]


def by_failure(report: Report, spoken: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """What became of each failure; a rehearsed rerun counts as a rerun."""
    found = {}
    for one in report.results:
        outcome = one.outcome
        verdict = (outcome.verdict, outcome.reason)
        found[outcome.failure_id] = ("rerun", "accepted") if outcome.reason in spoken else verdict
    return found


@pytest.mark.parametrize("way", ["dry_run", "observe"])
def test_tied_hands_decide_as_a_real_run_and_change_nothing(house: House, way: str) -> None:
    """Each failure gets the verdict that a real run gives next, every ledger row stays as it is, nothing is called."""
    failures = mixed(house)
    rows, calls, puts = house.database(), len(house.ehpc.calls), house.sink.puts
    real_policy = house.policy
    if way == "observe":
        set_policy(house, mode=Mode.OBSERVE)
    rehearsed = house.deliver(*failures, dry_run=way == "dry_run")
    assert house.database() == rows
    assert (len(house.ehpc.calls), house.schedulerx.calls, house.sink.puts) == (calls, [], puts + 1)
    house.policy = real_policy
    real = house.deliver(*failures)
    spoken = ("dry_run", "observe_mode")
    assert by_failure(rehearsed, spoken) == by_failure(real, ())
    told = [verdict for verdict, _ in by_failure(real, ()).values()]
    assert {verdict: told.count(verdict) for verdict in set(told)} == {
        "rerun": 5,
        "suppressed": 4,
        "duplicate": 2,
        "ineligible": 2,
        "deferred": 1,
    }


def test_a_dry_run_owes_its_outcomes_when_the_logstore_is_down(house: House) -> None:
    """The one thing that a dry run may write: outcomes that must not be lost."""
    house.sink.down = True
    house.deliver(house.hung(), dry_run=True)
    assert [row[0].partition("/")[0] for row in house.database()] == ["owed"]
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert house.sink.told() == [("would_rerun", "dry_run")]
    assert house.ehpc.calls == []
