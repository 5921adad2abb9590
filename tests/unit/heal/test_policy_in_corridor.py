"""The policy at work in the corridor: rules, budgets, cooldown, breaker, modes, force, pace, time."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.limits import PACE_PER_MINUTE
from shared.domain.mode import Mode
from shared.domain.snapshot import LookFailed
from shared.policy.model import Action, Attempts, Breaker, Cooldown, Match, Rule

DAY_S = 86_400
NO_COOLDOWN = Cooldown(base_s=0, max_s=0)


def set_policy(house: Any, **parts: Any) -> None:
    """The small world's policy, with these parts instead."""
    house.policy = replace(house.policy, **parts)


def hang_again(house: Any, number: int = 1) -> Any:
    """The job runs anew since long enough, hangs again, and that is told."""
    house.later(1000)
    house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 500
    return house.failure(number)


# Rules.


def test_a_rule_that_ignores_suppresses(house: Any, verdicts: Any) -> None:
    """The first rule that matches decides, and the outcome names it."""
    report = house.deliver(house.hung(message="x.py: SyntaxError: bad"))
    assert verdicts(report) == [("suppressed", "rule_ignores")]
    assert report.results[0].outcome.rule == "user-error"
    assert house.ehpc.calls == []


def test_no_rule_suppresses(house: Any, verdicts: Any) -> None:
    """What no rule matches is left alone."""
    set_policy(house, rules=house.policy.rules[:1])
    assert verdicts(house.deliver(house.hung())) == [("suppressed", "no_rule")]
    assert house.ehpc.calls == []


def test_a_rule_that_observes_calls_nothing(house: Any, verdicts: Any) -> None:
    """As mode `observe`, for the failures of this rule; its neighbours are healed."""
    watch = Rule(name="watch", match=Match(message="odd"), action=Action.OBSERVE)
    set_policy(house, rules=(watch, *house.policy.rules))
    report = house.deliver(house.hung(1, message="odd"), house.hung(2))
    assert sorted(verdicts(report)) == [("rerun", "accepted"), ("would_rerun", "observe_rule")]
    assert house.ehpc.calls == [["2.scheduler"]]


# Attempts and cooldown.


def test_attempts_are_used_up_and_the_window_slides(house: Any, verdicts: Any) -> None:
    """Three attempts in 24 h, the fourth is suppressed; when the first has left the window there is room again."""
    set_policy(house, cooldown=NO_COOLDOWN)
    house.deliver(house.hung())
    begun = house.clock.now()
    for attempt in ("2", "3"):
        report = house.deliver(hang_again(house))
        assert (verdicts(report), report.results[0].outcome.attempt) == ([("rerun", "accepted")], attempt)
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]
    house.clock.moment = begun + DAY_S - 1001
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]
    house.clock.moment = begun + DAY_S - 999
    assert verdicts(house.deliver(hang_again(house))) == [("rerun", "accepted")]
    assert len(house.ehpc.kills) == 4


def test_a_rule_may_have_a_budget_of_its_own(house: Any, verdicts: Any) -> None:
    """The rule's attempts stand in the policy's place, and the outcome tells them."""
    rule = Rule(name="once", match=Match(), action=Action.RERUN, attempts=Attempts(max=1))
    set_policy(house, rules=(rule,), cooldown=NO_COOLDOWN)
    assert house.deliver(house.hung()).results[0].outcome.max_attempts == "1"
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]


def test_an_attempt_counts_when_reserved_whatever_the_call_did(house: Any, verdicts: Any) -> None:
    """Refused or lost, it is spent: the budget is of attempts, not of successes."""
    set_policy(house, cooldown=NO_COOLDOWN, attempts=Attempts(max=1))
    house.ehpc.answer = lambda _: Effect.NOT_DONE_USELESS
    assert verdicts(house.deliver(house.hung())) == [("refused", "api_refused")]
    house.ehpc.answer = lambda _: Effect.DONE
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]
    assert house.ehpc.kills == []


def test_a_cooldown_defers_and_the_sweep_goes_on(house: Any, verdicts: Any) -> None:
    """Before the 2nd attempt base, before the 3rd base · factor, never more than max; jitter scales it."""
    set_policy(house, cooldown=Cooldown(base_s=2000, factor=2, max_s=3000))
    house.deliver(house.hung())
    assert verdicts(house.deliver(hang_again(house))) == [("deferred", "cooldown")]
    house.later(999)
    assert verdicts(house.sweep()) == []
    house.later(1)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert verdicts(house.deliver(hang_again(house))) == [("deferred", "cooldown")]
    house.later(1999)
    assert verdicts(house.sweep()) == []
    house.later(1)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_full_jitter_may_mean_no_wait(house: Any, verdicts: Any) -> None:
    """Drawn evenly from 0: with chance 0 the next attempt waits for nothing."""
    house.chance.value = 0.0
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S))
    house.deliver(house.hung())
    assert verdicts(house.deliver(hang_again(house))) == [("rerun", "accepted")]


def test_a_cooldown_longer_than_a_day_ends_as_given_up(house: Any, verdicts: Any) -> None:
    """Nothing stays open longer than a day after it was told."""
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S), attempts=Attempts(max=3, window_s=10 * DAY_S))
    house.deliver(house.hung())
    second = hang_again(house)
    assert verdicts(house.deliver(second)) == [("deferred", "cooldown")]
    house.ehpc.look_fails = LookFailed(worth_repeating=True, code="Throttling", message="no", look_begun_at=0)
    house.later(DAY_S)
    assert verdicts(house.sweep()) == [("refused", "gave_up")]
    assert house.open_cases() == []


# Breaker.


def break_it(house: Any, max_jobs: int = 2) -> None:
    """A breaker of two jobs in ten minutes."""
    set_policy(house, breaker=Breaker(max_jobs=max_jobs, window_s=600))


def count(report: Any) -> tuple[int, int]:
    """(reruns, suppressed by the breaker)."""
    told = [(one.outcome.verdict, one.outcome.reason) for one in report.results]
    return told.count(("rerun", "accepted")), told.count(("suppressed", "breaker_open"))


def test_a_breaker_admits_so_many_jobs_and_stays_open(house: Any) -> None:
    """Two of five are rerun; afterwards nothing, long after the window and whatever else expires."""
    break_it(house)
    assert count(house.deliver(*(house.hung(number) for number in range(1, 6)))) == (2, 3)
    assert count(house.deliver(house.hung(6))) == (0, 1)
    for days in (1, 29, 31, 400):
        house.later(days * DAY_S)
        house.deliver(house.failed_instance(job_id=str(days), instance_id=days))  # another scope: its saves expire all
        failure = house.hung(100 + days)
        house.ehpc.jobs[f"{100 + days}.scheduler"].start = int(house.clock.now()) - 3600
        assert count(house.deliver(failure)) == (0, 1)
    assert len(house.ehpc.kills) == 2


@pytest.mark.parametrize("sizes", [(5,), (1, 4), (4, 1), (2, 3), (3, 2), (1, 1, 1, 1, 1)])
@pytest.mark.parametrize("backwards", [False, True])
def test_order_and_splitting_never_change_how_many(house: Any, sizes: tuple[int, ...], *, backwards: bool) -> None:
    """However the failures are ordered and split over deliveries, two are rerun and three are not."""
    break_it(house)
    failures = [house.hung(number) for number in range(1, 6)]
    order = iter(failures[::-1] if backwards else failures)
    totals = [count(house.deliver(*itertools.islice(order, size))) for size in sizes]
    assert (sum(total[0] for total in totals), sum(total[1] for total in totals)) == (2, 3)


def test_the_same_job_twice_takes_one_token(house: Any) -> None:
    """The breaker counts distinct jobs: a second attempt of a counted job is no third job."""
    break_it(house)
    set_policy(house, cooldown=NO_COOLDOWN)
    house.deliver(house.hung(1))
    house.later(200)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 100
    house.deliver(house.failure(1))
    assert count(house.deliver(house.hung(2))) == (1, 0)
    assert count(house.deliver(house.hung(3))) == (0, 1)


def test_looking_after_a_rerun_takes_no_token(house: Any) -> None:
    """What is only watched is not acted on: sweeps long after the window leave the breaker as it was."""
    break_it(house)
    house.deliver(house.hung(1), house.hung(2))
    for number in (1, 2):
        house.ehpc.jobs[f"{number}.scheduler"].state = State.QUEUED  # nothing new to see, sweep after sweep
    breaker = [row for row in house.database() if str(row[0]).startswith("breaker/")]
    for _ in range(10):
        house.later(3600)
        house.sweep()
    assert [row for row in house.database() if str(row[0]).startswith("breaker/")] == breaker


def test_another_cluster_has_a_breaker_of_its_own(house: Any) -> None:
    """One cluster's breaker stops no other scope."""
    break_it(house, 1)
    assert count(house.deliver(house.hung(1), house.hung(2))) == (1, 1)
    assert count(house.deliver(house.failed_instance())) == (1, 0)


def test_force_passes_an_open_breaker_and_leaves_it_open(house: Any) -> None:
    """A person may act on one job; the next failure meets the open breaker."""
    break_it(house, 1)
    house.deliver(house.hung(1), house.hung(2))
    assert count(house.deliver(house.hung(3), force=True, trigger=Trigger.MANUAL)) == (1, 0)
    assert count(house.deliver(house.hung(4))) == (0, 1)


def test_a_breaker_opened_meanwhile_stops_what_waited(house: Any, verdicts: Any) -> None:
    """Deferred without an attempt; by the time it goes on the breaker is open."""
    break_it(house, 1)
    house.ehpc.look_fails = LookFailed(worth_repeating=True, code="Throttling", message="no", look_begun_at=0)
    house.deliver(house.hung(1))
    house.ehpc.look_fails = None
    house.deliver(house.hung(2), house.hung(3))
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "breaker_open")]


# Modes and dry runs.


def test_mode_off_calls_nothing_and_closes_what_waits(house: Any, verdicts: Any) -> None:
    """The kill switch ends new and open failures alike, and force does not pass it."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1))
    set_policy(house, mode=Mode.OFF)
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "kill_switch")]
    assert verdicts(house.deliver(house.hung(2))) == [("suppressed", "kill_switch")]
    assert verdicts(house.deliver(house.hung(3), force=True)) == [("suppressed", "kill_switch")]
    assert (len(house.ehpc.calls), house.open_cases()) == (1, [])


def test_mode_off_still_finds_out_what_an_attempt_did(house: Any, verdicts: Any) -> None:
    """The switch stops calls, not looks: an answer that was lost is told as what it was."""
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(house.hung())
    set_policy(house, mode=Mode.OFF)
    house.later(122)
    assert verdicts(house.sweep()) == [("rerun", "observed_restart")]


def mixed(house: Any) -> list[Any]:
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


def by_failure(report: Any, spoken: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """What became of each failure; a rehearsed rerun counts as a rerun."""
    found = {}
    for one in report.results:
        outcome = one.outcome
        verdict = (outcome.verdict, outcome.reason)
        found[outcome.failure_id] = ("rerun", "accepted") if outcome.reason in spoken else verdict
    return found


@pytest.mark.parametrize("way", ["dry_run", "observe"])
def test_tied_hands_decide_as_a_real_run_and_change_nothing(house: Any, way: str) -> None:
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


def test_a_dry_run_owes_its_outcomes_when_the_logstore_is_down(house: Any) -> None:
    """The one thing that a dry run may write: outcomes that must not be lost."""
    house.sink.down = True
    house.deliver(house.hung(), dry_run=True)
    assert [row[0].partition("/")[0] for row in house.database()] == ["owed"]
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert house.sink.told() == [("would_rerun", "dry_run")]
    assert house.ehpc.calls == []


# Force.


def test_force_skips_rules_budget_and_cooldown(house: Any, verdicts: Any) -> None:
    """A person takes these decisions; each attempt is counted all the same."""
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S), attempts=Attempts(max=1))
    assert verdicts(house.deliver(house.hung(message="SyntaxError"), force=True)) == [("rerun", "accepted")]
    report = house.deliver(hang_again(house), force=True)
    assert (verdicts(report), report.results[0].outcome.attempt) == ([("rerun", "accepted")], "2")


def test_force_never_skips_eligibility_nor_what_is_in_hand(house: Any, verdicts: Any) -> None:
    """The live state, the reservation and an attempt in doubt bind everybody."""
    ended = house.hung(1)
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    fixed = house.hung(2)
    house.ehpc.jobs["2.scheduler"].rerunnable = False
    assert sorted(verdicts(house.deliver(ended, fixed, force=True))) == [
        ("ineligible", "job_finished"),
        ("ineligible", "not_rerunnable"),
    ]
    handled = house.hung(3)
    house.deliver(handled)
    assert verdicts(house.deliver(handled, force=True)) == [("duplicate", "already_handled")]
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    lost = house.hung(4)
    house.deliver(lost)
    assert verdicts(house.deliver(lost, force=True)) == [("duplicate", "in_hand")]
    assert verdicts(house.deliver(house.failure(4, telling_id="anew"), force=True)) == [("duplicate", "in_hand")]
    live = house.failed_instance(state=State.RUNNING)
    assert verdicts(house.deliver(live, force=True)) == [("ineligible", "state_not_eligible")]
    assert [len(call) for call in house.ehpc.calls] == [1, 1]


def test_a_forced_dry_run_says_what_force_would_do(house: Any, verdicts: Any) -> None:
    """Both at once: no gate that force skips, and no call."""
    report = house.deliver(house.hung(message="SyntaxError"), force=True, dry_run=True)
    assert verdicts(report) == [("would_rerun", "dry_run")]
    assert {gate.name for gate in report.results[0].decision.gates if gate.saw == "forced"} == {
        "rule_allows",
        "needs_no_person",
        "attempts_left",
        "cooled_down",
        "breaker_closed",
    }


# Pace.


def test_schedulerx_is_called_eighty_times_a_minute(house: Any, verdicts: Any) -> None:
    """The 81st waits, keeps no attempt, and goes on when the minute is over."""
    set_policy(house, breaker=None)
    failures = [house.failed_instance(instance_id=number, job_id=str(number)) for number in range(1, 83)]
    told = verdicts(house.deliver(*failures))
    assert (told.count(("rerun", "accepted")), told.count(("deferred", "pace"))) == (80, 2)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    house.later(60)
    house.sweep()
    house.later(61)
    house.sweep()
    assert sorted(int(job) for job, _ in house.schedulerx.calls) == list(range(1, 83))
    assert house.open_cases() == []


def test_ehpc_has_no_pace(house: Any) -> None:
    """No rate is published for E-HPC, and a call names a hundred jobs."""
    report = house.deliver(*(house.hung(number) for number in range(1, 101)))
    assert count(report) == (100, 0)


# Time.


def test_a_stale_event_is_suppressed(house: Any, verdicts: Any) -> None:
    """Older than the policy allows, to the second; one that waits in the ledger is not told anew."""
    old = house.hung(1, occurred_at=house.clock.now() - DAY_S - 1)
    young = house.hung(2, occurred_at=house.clock.now() - DAY_S)
    for number in (1, 2):
        house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 10 * DAY_S
    assert verdicts(house.deliver(old)) == [("suppressed", "stale_event")]
    assert verdicts(house.deliver(young)) == [("rerun", "accepted")]


def test_a_look_that_took_too_long_is_taken_again(house: Any, verdicts: Any) -> None:
    """Half the allowed age is used up: the job is looked at again before it is decided."""
    slow = iter([20.0, 0.0])
    house.ehpc.after_look = lambda: house.later(next(slow))
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    assert house.ehpc.looks == 2


def test_what_changed_during_a_slow_look_is_seen(house: Any, verdicts: Any) -> None:
    """The second look decides: the job ended meanwhile, so nothing is called."""
    failure = house.hung()

    def end() -> None:
        house.later(20)
        house.ehpc.jobs["1.scheduler"].state = State.FINISHED
        house.ehpc.after_look = lambda: None

    house.ehpc.after_look = end
    assert verdicts(house.deliver(failure)) == [("ineligible", "job_finished")]
    assert house.ehpc.calls == []


def test_nothing_is_called_on_an_old_look(house: Any, verdicts: Any) -> None:
    """Every look is too slow: the attempt is reserved, the call is not made, a day later it is given up."""
    house.ehpc.after_look = lambda: house.later(31)
    failure = house.hung()
    assert verdicts(house.deliver(failure, time_s=600)) == [("deferred", "look_too_old")]
    for _ in range(30):
        house.later(3600)
        house.sweep()
    assert house.ehpc.calls == []
    assert house.sink.told()[-1] == ("refused", "gave_up")
    assert house.open_cases() == []


def test_a_refusal_of_the_whole_account_stops_further_calls(house: Any, verdicts: Any) -> None:
    """No permission for the first call means none for the next: 250 jobs make one call, all are told."""
    set_policy(house, breaker=None)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_USELESS, "NotAuthorized"
    house.ehpc.account_wide = True
    report = house.deliver(*(house.hung(number) for number in range(1, 251)), house.failed_instance())
    told = verdicts(report)
    assert (told.count(("refused", "api_refused")), told.count(("rerun", "accepted"))) == (250, 1)
    assert [len(call) for call in house.ehpc.calls] == [100]
