"""What a person weighs: held, approved or rejected by hand, and from then on through the same corridor."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.call import Effect
from shared.domain.job import State
from shared.people import moves
from shared.policy.model import Action, Attempts, Match, Rule, Window
from shared.policy.windows import WindowAction
from shared.ports import Write
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, quiet, set_policy

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
HOLD = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)


def answer(house: House, *, yes: bool = True) -> None:
    """A person says yes or no."""
    stored = house.ledger.load([JOB])[JOB]
    record = decode_record(stored.document)
    (case,) = record.cases
    move = moves.approve if yes else moves.reject
    moved, _ = move(record, case, "ann", house.clock.now())
    write = Write(key=JOB, document=encode(moved), expected=stored.version, due_at=moved.due_at, expires_at=None)
    assert house.ledger.save([write]) == frozenset()


def hold(house: House) -> None:
    """A failure that the rule holds."""
    set_policy(house, rules=(HOLD, *house.policy.rules))
    house.deliver(house.hung(message="weigh"))
    house.later(600)


def asked_again(house: House, reason: str, first: str = "rule_holds") -> None:
    """After the first yes nothing was called, and a second question was asked; after a second yes it is rerun, once."""
    assert house.ehpc.kills == []
    answer(house)
    house.sweep()
    assert house.sink.told() == [
        ("held", first),
        ("deferred", "approved"),
        ("held", reason),
        ("deferred", "approved"),
        ("rerun", "accepted"),
    ]
    assert len(house.ehpc.kills) == 1


def test_an_approved_case_is_rerun_by_the_next_sweep(house: House) -> None:
    """Held, approved, rerun: one failure, each step following up the one before, one call."""
    hold(house)
    answer(house)
    house.sweep()
    assert house.sink.told() == [("held", "rule_holds"), ("deferred", "approved"), ("rerun", "accepted")]
    assert len({row["failure_id"] for row in house.sink.rows}) == 1
    rows = {row["outcome_id"]: row for row in house.sink.rows}
    assert sum(row.get("follow_up", "") in rows for row in rows.values()) == 2
    quiet(house)
    assert len(house.ehpc.kills) == 1


def test_each_question_is_asked_by_itself(house: House) -> None:
    """The rule held it; approved, it is held for the work that would be lost; approved again, it is rerun once."""
    set_policy(house, max_lost_h=0.1)
    hold(house)
    answer(house)
    house.sweep()
    asked_again(house, "too_much_to_lose")


def test_a_yes_to_one_rule_is_none_to_another(house: House) -> None:
    """Between the answer and the sweep the policy changed: what holds it now was never shown to anybody."""
    hold(house)
    answer(house)
    set_policy(house, rules=(replace(HOLD, name="other"), *house.policy.rules))
    house.sweep()
    asked_again(house, "rule_holds")


def test_a_yes_to_the_loss_is_none_to_a_window_that_opened_meanwhile(house: House) -> None:
    """One window was answered, then the loss: the next window was never asked about."""
    one = Window(name="one", action=WindowAction.HOLD, zone="UTC", begins="2027-01-15 07:00", ends="2027-01-15 08:06")
    two = replace(one, name="two", begins="2027-01-15 08:10", ends="2027-01-15 12:00")
    set_policy(house, max_lost_h=0.1, windows=(one, two))
    house.deliver(house.hung())
    for wait_s in (300, 900, 0):
        house.later(wait_s)
        answer(house)
        house.sweep()
    asked = [reason for verdict, reason in house.sink.told() if verdict == "held"]
    assert asked == ["maintenance", "too_much_to_lose", "maintenance"]
    assert len(house.ehpc.kills) == 1


def test_a_yes_is_none_to_a_window_that_the_policy_had_not_then(house: House) -> None:
    """What was asked about is what a yes counts for: a window written later may have begun before it, and asks anew."""
    one = Window(name="one", action=WindowAction.HOLD, zone="UTC", begins="2027-01-15 07:00", ends="2027-01-15 12:00")
    set_policy(house, windows=(one,))
    house.deliver(house.hung())
    house.later(60)
    answer(house)
    set_policy(house, windows=(one, replace(one, name="two")))
    house.sweep()
    asked_again(house, "maintenance", "maintenance")


def test_what_a_person_sees_of_a_hold_is_the_live_run(house: House) -> None:
    """Start of the run as the list has it, whatever was told of it, and the rule that matched."""
    set_policy(house, rules=(HOLD, *house.policy.rules))
    house.deliver(house.hung(message="weigh", started_at=None))
    (case,) = decode_record(house.ledger.load([JOB])[JOB].document).cases
    assert (case.held_rule, case.held_since) == ("ask", float(house.ehpc.jobs["1.scheduler"].start))


def test_a_yes_outlives_a_busy_service(house: House) -> None:
    """Throttled after the approval: nobody is asked a second time."""
    hold(house)
    answer(house)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.sweep()
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert decode_record(house.ledger.load([JOB])[JOB].document).cases[0].approved_by == "ann"


def test_a_yes_makes_nothing_eligible(house: House) -> None:
    """The job has ended while somebody thought about it."""
    hold(house)
    answer(house)
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    assert ("ineligible", "job_finished") in verdicts(house.sweep())
    assert house.ehpc.calls == []


def test_a_yes_passes_no_budget(house: House) -> None:
    """The attempts were used up by another failure meanwhile."""
    set_policy(house, attempts=Attempts(max=1))
    house.deliver(house.hung())
    house.later(1000)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 500
    set_policy(house, rules=(HOLD, *house.policy.rules))
    assert verdicts(house.deliver(house.failure(message="weigh"))) == [("held", "rule_holds")]
    stored = house.ledger.load([JOB])[JOB]
    record = decode_record(stored.document)
    held = next(case for case in record.cases if case.open)
    moved, _ = moves.approve(record, held, "ann", house.clock.now())
    house.ledger.save([Write(key=JOB, document=encode(moved), expected=stored.version, due_at=1.0, expires_at=None)])
    assert ("suppressed", "attempts_used_up") in verdicts(house.sweep())


@pytest.mark.parametrize("yes", [True, False])
def test_told_again_it_stays_one_failure(house: House, *, yes: bool) -> None:
    """Whatever the answer was, a redelivery is a duplicate."""
    hold(house)
    answer(house, yes=yes)
    house.sweep()
    again = house.failure(message="weigh", occurred_at=house.clock.now() - 610)
    assert [verdict for verdict, _ in verdicts(house.deliver(again))] == ["duplicate"]
    assert len(house.ehpc.kills) == int(yes)


def test_a_run_with_too_much_to_lose_waits_for_a_person(house: House) -> None:
    """The world's job has run for an hour: more than half an hour is held, and a yes lets it go."""
    set_policy(house, max_lost_h=0.5)
    assert verdicts(house.deliver(house.hung())) == [("held", "too_much_to_lose")]
    answer(house)
    assert ("rerun", "accepted") in verdicts(house.sweep())


def test_nobody_s_answer_is_a_no_after_a_day(house: House) -> None:
    """It expires closed, and is not called."""
    hold(house)
    house.later(DAY_S)
    assert verdicts(house.sweep()) == [("suppressed", "hold_expired")]
    assert (house.ehpc.calls, house.unfinished()) == ([], [])
