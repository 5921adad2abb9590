"""Histories that were once seen going wrong."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.policy.model import Action, Breaker, Cooldown, Match, Rule
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import BAD_LOOK, finals, quiet


def test_a_deferred_attempt_whose_job_then_ended_is_told_as_ended(house: House) -> None:
    """Throttled, and by the time the sweep goes on the run has ended: it was not restarted."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.later(61)
    assert verdicts(house.sweep()) == [("ineligible", "job_finished")]


def test_a_job_that_waits_for_the_pace_lends_its_turn_to_nobody(house: House) -> None:
    """Two failed days of one job and no pace left: the second day is not called in place of the first."""
    house.policy = replace(house.policy, breaker=None)
    fillers = [
        house.failed_instance(instance_id=100 + number, job_id=str(1000 + number)) for number in range(PACE_PER_MINUTE)
    ]
    house.deliver(*fillers)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    first = house.failed_instance("2026-01-01 10:00:00", 1, "5")
    second = house.failed_instance("2026-01-02 10:00:00", 2, "5")
    report = house.deliver(first, second)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    assert {result.outcome.verdict for result in report.results} == {"deferred"}


def test_a_duplicate_names_the_case_of_its_own_day(house: House) -> None:
    """A rerun of Monday is not what became of Sunday's failure."""
    monday = house.failed_instance("2026-01-05 10:00:00", 1)
    sunday = house.failed_instance("2026-01-04 10:00:00", 2)
    house.failed_instance("2026-01-04 10:00:00", 3, started_at=house.clock.now() - 60, state=State.SUCCEEDED)
    first, second = house.deliver(monday).results[0].outcome, house.deliver(sunday).results[0].outcome
    assert (first.reason, second.reason) == ("accepted", "restarted_since")
    assert first.failure_id != second.failure_id


def test_a_rerun_day_is_known_to_a_teller_who_names_the_data_time(house: House) -> None:
    """Told by instance first and by data time later: the rerun was of that day, however it was named."""
    failure = house.failed_instance("2026-01-04 10:00:00", 1)
    house.deliver(failure)
    house.schedulerx.end("42", State.FAILED)
    other = replace(failure, job_instance_id=None, data_time="2026-01-04 10:00:00", telling_id="b")
    assert verdicts(house.deliver(other)) == [("duplicate", "restarted_since")]
    assert len(house.schedulerx.calls) == 1


def test_every_open_outcome_is_followed_by_a_final_one_of_the_same_failure(house: House) -> None:
    """Two tellings wait because nobody could look; one is rerun, the other ends as its duplicate, under its own id."""
    house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.failure(telling_id="a"), house.failure(telling_id="b"))
    house.ehpc.look_fails = None
    house.later(61)
    house.sweep()
    quiet(house)
    assert sorted(finals(house).values()) == [["duplicate"], ["rerun"]]
    assert len(house.ehpc.kills) == 1


def test_a_forced_take_over_keeps_the_attempt_number(house: House) -> None:
    """Throttled at attempt 1, then forced: it is attempt 1 still, and one attempt is counted."""
    failure = house.hung()
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(failure)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    report = house.deliver(failure, trigger=Trigger.MANUAL, force=True)
    assert [(result.outcome.verdict, result.outcome.attempt) for result in report.results] == [("rerun", "1")]


def test_a_dry_run_of_two_days_decides_as_a_real_run(house: House) -> None:
    """At most one open attempt a job, in a rehearsal as well."""
    days = [house.failed_instance("2026-01-01 10:00:00", 1), house.failed_instance("2026-01-02 10:00:00", 2)]
    rehearsed = sorted(verdicts(house.deliver(*days, dry_run=True)))
    assert rehearsed == [("deferred", "other_run_in_hand"), ("would_rerun", "dry_run")]
    real = sorted(verdicts(house.deliver(*days)))
    assert real == [("deferred", "other_run_in_hand"), ("rerun", "accepted")]


def test_a_dry_run_spends_the_breaker_over_the_whole_delivery(house: House) -> None:
    """Chunk by chunk the rehearsal counts on: 150 jobs and a breaker of 120 are 120 and 30, as in earnest."""
    house.policy = replace(house.policy, breaker=Breaker(max_jobs=120))
    failures = [house.hung(number) for number in range(1, 151)]
    rehearsed = [verdict for verdict, _ in verdicts(house.deliver(*failures, dry_run=True))]
    assert (rehearsed.count("would_rerun"), rehearsed.count("suppressed")) == (120, 30)
    real = [verdict for verdict, _ in verdicts(house.deliver(*failures))]
    assert (real.count("rerun"), real.count("suppressed")) == (120, 30)


def test_outcomes_that_stay_owed_do_not_block_the_rest_of_the_sweep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Logstore that stays away puts its own documents off; failures behind them are taken up."""
    monkeypatch.setattr("shared.sweep_turns.MAX_DOCUMENTS", 2)
    monkeypatch.setattr("shared.sweep.PAGE", 1)
    house.sink.down = True
    for number in (1, 2, 3):
        house.deliver(house.hung(number))
    house.later(1)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(4))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    house.sweep()
    house.sweep()
    assert "4.scheduler" in [job for call in house.ehpc.calls[4:] for job in call]


def test_a_forced_attempt_that_was_throttled_goes_on(house: House) -> None:
    """A person forced it against the rule; the service was busy: the sweep finishes what was asked."""
    failure = house.hung(message="SyntaxError")
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    assert verdicts(house.deliver(failure, force=True, trigger=Trigger.MANUAL)) == [("deferred", "throttled")]
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_a_hold_of_one_telling_is_not_passed_by_the_next(house: House) -> None:
    """A failure that waits for a person waits, whoever tells it again; forced, it goes on and ends once."""
    hold = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)
    house.policy = replace(house.policy, rules=(hold, *house.policy.rules), cooldown=Cooldown(base_s=0, max_s=0))
    assert verdicts(house.deliver(house.hung(message="weigh"))) == [("held", "rule_holds")]
    assert verdicts(house.deliver(house.failure(telling_id="other"))) == [("duplicate", "in_hand")]
    again = house.failure(telling_id="person", message="weigh")
    assert verdicts(house.deliver(again, force=True, trigger=Trigger.MANUAL)) == [("rerun", "accepted")]
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert house.sink.told().count(("suppressed", "hold_expired")) == 0
