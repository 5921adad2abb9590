"""The corridor for SchedulerX jobs: RerunJob makes a new instance of one day beside whatever lives."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.policy.model import Action, Cooldown, Match, Rule
from tests.support.house import House, verdicts

DAY_1 = "2026-01-01 10:00:00"
DAY_2 = "2026-01-02 10:00:00"
DAY_S = 86_400


def sure_cooldown(house: House, base_s: float) -> None:
    """A pause of exactly this many seconds (the small world's chance is always 1)."""
    house.policy = replace(house.policy, cooldown=Cooldown(base_s=base_s, factor=1, max_s=base_s))


def test_a_failed_instance_is_rerun_once_for_its_day(house: House) -> None:
    """One call for exactly the failed instance's data time, and the outcome says what was seen and done."""
    report = house.deliver(house.failed_instance(DAY_1))
    assert verdicts(report) == [("rerun", "accepted")]
    assert house.schedulerx.calls == [("42", DAY_1)]
    (row,) = house.sink.rows
    shown = ("state", "attempt", "api", "namespace", "group_id", "job_id", "job_instance_id", "final")
    assert [row[name] for name in shown] == ["FAILED", "1", "RerunJob", "ns", "demo.group", "42", "7", "true"]
    assert house.unfinished() == []


def test_a_redelivery_is_a_duplicate(house: House) -> None:
    """The same telling again, with the rerun live, done or failed, calls nothing."""
    failure = house.failed_instance()
    house.deliver(failure)
    for state in (State.RUNNING, State.SUCCEEDED, State.FAILED):
        house.schedulerx.end("42", state)
        house.later(100)
        assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert len(house.schedulerx.calls) == 1


def test_a_newer_instance_of_the_same_day_means_restarted_since(house: House) -> None:
    """Somebody has rerun the day already, whatever became of it; of another day is no evidence."""
    failure = house.failed_instance(DAY_1, 7)
    house.failed_instance(DAY_2, 8, started_at=house.clock.now() - 60, state=State.SUCCEEDED)
    assert verdicts(house.deliver(failure, dry_run=True)) == [("would_rerun", "dry_run")]
    house.failed_instance(DAY_1, 9, started_at=house.clock.now() - 60, state=State.SUCCEEDED)
    assert verdicts(house.deliver(failure)) == [("duplicate", "restarted_since")]
    assert house.schedulerx.calls == []


@pytest.mark.parametrize("state", [State.RUNNING, State.QUEUED])
@pytest.mark.parametrize("day", [DAY_1, DAY_2])
def test_a_live_instance_of_the_job_makes_it_ineligible(house: House, state: State, day: str) -> None:
    """RerunJob would start a second instance beside it; one of the same day begun earlier counts as well."""
    failure = house.failed_instance(DAY_1, 7)
    house.failed_instance(day, 6, started_at=house.clock.now() - 5000, ended_at=None, state=state)
    assert verdicts(house.deliver(failure)) == [("ineligible", "live_instance")]
    assert house.schedulerx.calls == []


@pytest.mark.parametrize("state", [state for state in State if state not in {State.FAILED, State.NOT_FOUND}])
def test_only_a_failed_instance_is_rerun(house: House, state: State) -> None:
    """Every other state is ineligible, and the state seen is told."""
    failure = house.failed_instance(state=state)
    report = house.deliver(failure)
    assert verdicts(report) == [("ineligible", "state_not_eligible")]
    assert report.results[0].outcome.state == state.value
    assert house.schedulerx.calls == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.RUNNING, ("rerun", "accepted")),
        (State.QUEUED, ("rerun", "accepted")),
        (State.SUCCEEDED, ("ineligible", "state_not_eligible")),
    ],
)
def test_a_rule_beside_live_lets_live_instances_through(house: House, state: State, expected: tuple[str, str]) -> None:
    """Only under such a rule: a live instance that hangs is rerun beside itself, and beside others."""
    rule = Rule(name="beside", match=Match(), action=Action.RERUN, beside_live=True)
    house.policy = replace(house.policy, rules=(rule,))
    failure = house.failed_instance(DAY_1, 7, state=state)
    house.failed_instance(DAY_2, 6, started_at=house.clock.now() - 5000, state=State.RUNNING)
    assert verdicts(house.deliver(failure)) == [expected]


def test_a_disabled_or_missing_job_is_ineligible(house: House) -> None:
    """Nothing is called for a job that is switched off, nor for an instance that is not there."""
    failure = house.failed_instance()
    house.schedulerx.enabled = False
    assert verdicts(house.deliver(failure)) == [("ineligible", "job_disabled")]
    house.schedulerx.enabled = True
    assert verdicts(house.deliver(house.instance_failure(99))) == [("ineligible", "not_found")]
    assert house.schedulerx.calls == []


def accepted(report: Any) -> list[str]:
    """Numbers of the attempts that were made, without what was seen of earlier ones."""
    return [one.outcome.attempt for one in report.results if one.outcome.reason == "accepted"]


def test_two_days_of_one_job_are_rerun_one_after_the_other(house: House) -> None:
    """At most one open attempt a job: the second day waits for the first, for its instance, for the cooldown."""
    days = [house.failed_instance(DAY_1, 1), house.failed_instance(DAY_2, 2)]
    report = house.deliver(*days)
    assert sorted(verdicts(report)) == [("deferred", "other_run_in_hand"), ("rerun", "accepted")]
    assert len(house.schedulerx.calls) == 1
    house.later(200)
    assert verdicts(house.sweep()) == []  # its reason is the same: the first day's instance runs
    assert house.open_cases() == ["other_run_in_hand"]
    house.schedulerx.end("42", State.SUCCEEDED)
    house.later(3600)
    report = house.sweep()
    assert (verdicts(report), accepted(report)) == ([("rerun", "accepted")], ["2"])
    assert sorted(house.schedulerx.calls) == [("42", DAY_1), ("42", DAY_2)]


def test_our_own_rerun_of_another_day_defers_and_the_sweep_goes_on(house: House) -> None:
    """Another day's failure, told later: our live rerun is no stranger's live instance, so it waits."""
    house.deliver(house.failed_instance(DAY_1, 1))
    house.later(300)
    assert verdicts(house.deliver(house.failed_instance(DAY_2, 2))) == [("deferred", "other_run_in_hand")]
    assert len(house.schedulerx.calls) == 1
    house.schedulerx.end("42", State.SUCCEEDED)
    house.later(60)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.schedulerx.calls[1:] == [("42", DAY_2)]


def test_a_rerun_that_fails_is_the_next_attempt_after_the_cooldown(house: House) -> None:
    """The rerun's own failing instance counts: attempt 2 after the cooldown, 3, then the budget is used up."""
    sure_cooldown(house, 600)
    house.deliver(house.failed_instance(DAY_1, 7))
    for attempt in (2, 3):
        house.later(60)
        house.schedulerx.end("42", State.FAILED)
        own = house.instance_failure(house.schedulerx.instances["42"][-1].instance_id)
        assert verdicts(house.deliver(own)) == [("deferred", "cooldown")]
        house.later(600)
        report = house.sweep()
        assert (verdicts(report), accepted(report)) == ([("rerun", "accepted")], [str(attempt)])
    house.later(700)
    house.schedulerx.end("42", State.FAILED)
    last = house.instance_failure(house.schedulerx.instances["42"][-1].instance_id)
    assert verdicts(house.deliver(last)) == [("suppressed", "attempts_used_up")]
    assert house.schedulerx.calls == [("42", DAY_1)] * 3


HELD = [("own_parameters", {}), ("triggered_by_api", {"trigger_type": 3}), ("workflow", {"workflow": True})]


def held(house: House, reason: str, about: dict[str, Any]) -> Failure:
    """A failed instance that RerunJob cannot repeat as it was."""
    house.schedulerx.own_parameters = reason == "own_parameters"
    return house.failed_instance(**about)


@pytest.mark.parametrize(("reason", "about"), HELD)
def test_what_rerun_job_cannot_carry_waits_for_a_person(house: House, reason: str, about: dict[str, Any]) -> None:
    """Held once, in hand for whoever tells it again, and closed after a day without an answer."""
    failure = held(house, reason, about)
    assert verdicts(house.deliver(failure)) == [("held", reason)]
    assert house.sink.rows[0]["final"] == "false"
    assert verdicts(house.deliver(failure)) == [("duplicate", "in_hand")]
    house.later(DAY_S - 60)
    assert verdicts(house.sweep()) == []
    house.later(61)
    report = house.sweep()
    assert verdicts(report) == [("suppressed", "hold_expired")]
    assert report.results[0].outcome.follow_up == house.sink.rows[0]["outcome_id"]
    assert (house.schedulerx.calls, house.open_cases()) == ([], [])


@pytest.mark.parametrize(("reason", "about"), HELD)
def test_force_answers_a_hold(house: House, reason: str, about: dict[str, Any]) -> None:
    """A person says yes: the same failure goes on, and nothing is left to expire."""
    failure = held(house, reason, about)
    first = house.deliver(failure)
    second = house.deliver(failure, force=True, trigger=Trigger.MANUAL)
    assert verdicts(second) == [("rerun", "accepted")]
    assert second.results[0].outcome.failure_id == first.results[0].outcome.failure_id
    assert second.results[0].outcome.follow_up == first.results[0].outcome.outcome_id
    house.later(2 * DAY_S)
    assert verdicts(house.sweep()) == []
    assert len(house.schedulerx.calls) == 1


def test_a_lost_answer_with_effect_is_seen_by_its_instance(house: House) -> None:
    """An instance of trigger type 2 that was not there before the call: it took effect, and is not repeated."""
    house.schedulerx.answer = Effect.UNKNOWN
    failure = house.failed_instance()
    assert verdicts(house.deliver(failure)) == [("unknown", "answer_lost")]
    assert verdicts(house.deliver(failure, force=True)) == [("duplicate", "in_hand")]
    house.later(122)
    assert verdicts(house.sweep()) == [("rerun", "observed_restart")]
    assert len(house.schedulerx.calls) == 1


def test_a_rerun_known_before_the_call_is_no_evidence_for_it(house: House) -> None:
    """A person's rerun of another day, just begun and just ended, must not hide that our call had no effect."""
    house.failed_instance(DAY_2, 500, trigger_type=2, started_at=house.clock.now() - 3, state=State.SUCCEEDED)
    house.schedulerx.answer, house.schedulerx.effect = Effect.UNKNOWN, False
    failure = house.failed_instance(DAY_1, 7)
    assert verdicts(house.deliver(failure)) == [("unknown", "answer_lost")]
    house.schedulerx.answer, house.schedulerx.effect = Effect.DONE, True
    house.later(60)
    assert verdicts(house.sweep()) == []
    house.later(62)
    report = house.sweep()
    assert (verdicts(report), accepted(report)) == ([("rerun", "accepted")], ["1"])
    assert house.schedulerx.calls == [("42", DAY_1)] * 2


def test_a_lost_answer_is_not_repeated_while_nobody_can_look(house: House) -> None:
    """After an unknown result there is an observation before any further call: no look, no call, a day at most."""
    house.schedulerx.answer, house.schedulerx.effect = Effect.UNKNOWN, False
    house.deliver(house.failed_instance())
    house.schedulerx.look_fails = LookFailed(
        worth_repeating=True, code="ServiceUnavailable", message="no", look_begun_at=0
    )
    for _ in range(12):
        house.later(3600)
        house.sweep()
    assert house.open_cases() == ["not_settled"]
    house.later(DAY_S)
    assert verdicts(house.sweep()) == [("unknown", "no_evidence")]
    assert (len(house.schedulerx.calls), house.sink.rows[-1]["final"]) == (1, "true")


def test_told_by_data_time_the_newest_instance_of_the_day_is_meant(house: House) -> None:
    """An announcement without an instance id names a day; both tellings are one failure."""
    by_id = house.failed_instance(DAY_1, 7)
    by_day = replace(by_id, job_instance_id=None, data_time=DAY_1, telling_id="by-day")
    report = house.deliver(by_id, by_day)
    assert (verdicts(report), report.folded) == ([("rerun", "accepted")], 1)
    assert house.schedulerx.calls == [("42", DAY_1)]
