"""Rules, attempts and cooldown at work in the corridor."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import FailureClass
from shared.domain.snapshot import LookFailed
from shared.policy.model import Action, Attempts, Cooldown, Match, Rule
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, hang_again, set_policy

NO_COOLDOWN = Cooldown(base_s=0, max_s=0)


def test_a_rule_that_ignores_suppresses(house: House) -> None:
    """The first rule that matches decides, and the outcome names it."""
    report = house.deliver(house.hung(message="x.py: SyntaxError: bad"))
    assert verdicts(report) == [("suppressed", "rule_ignores")]
    assert report.results[0].outcome.rule == "user-error"
    assert house.ehpc.calls == []


def test_no_rule_suppresses(house: House) -> None:
    """What no rule matches is left alone."""
    set_policy(house, rules=house.policy.rules[:1])
    assert verdicts(house.deliver(house.hung())) == [("suppressed", "no_rule")]
    assert house.ehpc.calls == []


def test_a_rule_that_observes_calls_nothing(house: House) -> None:
    """As mode `observe`, for the failures of this rule; its neighbours are healed."""
    watch = Rule(name="watch", match=Match(message="odd"), action=Action.OBSERVE)
    set_policy(house, rules=(watch, *house.policy.rules))
    report = house.deliver(house.hung(1, message="odd"), house.hung(2))
    assert sorted(verdicts(report)) == [("rerun", "accepted"), ("would_rerun", "observe_rule")]
    assert house.ehpc.calls == [["2.scheduler"]]


# Attempts and cooldown.


def test_attempts_are_used_up_and_the_window_slides(house: House) -> None:
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


def test_a_rule_may_have_a_budget_of_its_own(house: House) -> None:
    """The rule's attempts stand in the policy's place, and the outcome tells them."""
    rule = Rule(name="once", match=Match(), action=Action.RERUN, attempts=Attempts(max=1))
    set_policy(house, rules=(rule,), cooldown=NO_COOLDOWN)
    assert house.deliver(house.hung()).results[0].outcome.max_attempts == "1"
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]


def test_an_attempt_counts_when_reserved_whatever_the_call_did(house: House) -> None:
    """Refused or lost, it is spent: the budget is of attempts, not of successes."""
    set_policy(house, cooldown=NO_COOLDOWN, attempts=Attempts(max=1))
    house.ehpc.answer = lambda _: Effect.NOT_DONE_USELESS
    assert verdicts(house.deliver(house.hung())) == [("refused", "api_refused")]
    house.ehpc.answer = lambda _: Effect.DONE
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]
    assert house.ehpc.kills == []


def test_a_cooldown_defers_and_the_sweep_goes_on(house: House) -> None:
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


def test_full_jitter_may_mean_no_wait(house: House) -> None:
    """Drawn evenly from 0: with chance 0 the next attempt waits for nothing."""
    house.chance.value = 0.0
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S))
    house.deliver(house.hung())
    assert verdicts(house.deliver(hang_again(house))) == [("rerun", "accepted")]


def test_a_cooldown_longer_than_a_day_ends_as_given_up(house: House) -> None:
    """Nothing stays open longer than a day after it was told."""
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S), attempts=Attempts(max=3, window_s=10 * DAY_S))
    house.deliver(house.hung())
    second = hang_again(house)
    assert verdicts(house.deliver(second)) == [("deferred", "cooldown")]
    house.ehpc.look_fails = LookFailed(worth_repeating=True, code="Throttling", message="no", look_begun_at=0)
    house.later(DAY_S)
    assert verdicts(house.sweep()) == [("refused", "gave_up")]
    assert house.open_cases() == []


def test_each_class_pays_from_its_own_budget(house: House) -> None:
    """Infrastructure failures do not eat the application's attempts; the ledger remembers which was which."""
    lost = Rule(
        name="lost", match=Match(message="node"), action=Action.RERUN, failure_class=FailureClass.INFRASTRUCTURE
    )
    set_policy(
        house,
        rules=(lost, *house.policy.rules),
        attempts=Attempts(max=1),
        classes={FailureClass.INFRASTRUCTURE: Attempts(max=2, window_s=5 * DAY_S)},
        cooldown=NO_COOLDOWN,
    )
    house.deliver(house.hung(message="node lost"))
    for message, verdict in (
        ("node lost", ("rerun", "accepted")),
        ("node lost", ("suppressed", "class_attempts_used_up")),
        ("crash", ("rerun", "accepted")),
        ("crash", ("suppressed", "attempts_used_up")),
    ):
        failure = replace(hang_again(house), message=message, telling_id=f"{message}{house.clock.now()}")
        assert verdicts(house.deliver(failure)) == [verdict]


def test_an_attempt_is_remembered_as_long_as_any_budget_asks(house: House) -> None:
    """A class's window of five days outlives attempts of the policy's one day."""
    rule = Rule(name="all", match=Match(), action=Action.RERUN, failure_class=FailureClass.CAPACITY)
    classes = {FailureClass.CAPACITY: Attempts(max=2, window_s=5 * DAY_S)}
    set_policy(house, rules=(rule,), classes=classes, cooldown=NO_COOLDOWN)
    house.deliver(house.hung())
    for expected in (("rerun", "accepted"), ("suppressed", "class_attempts_used_up")):
        house.later(2 * DAY_S)
        assert verdicts(house.deliver(hang_again(house))) == [expected]


def test_an_attempt_is_remembered_although_a_policy_asked_for_less_in_between(house: House) -> None:
    """Somebody tries a short window and takes it back: what was used before is used."""
    two = Attempts(max=2, window_s=DAY_S)
    set_policy(house, attempts=two, cooldown=NO_COOLDOWN)
    house.deliver(house.hung())
    house.deliver(hang_again(house))
    set_policy(house, attempts=Attempts(max=1, window_s=600))
    assert verdicts(house.deliver(hang_again(house))) == [("rerun", "accepted")]
    set_policy(house, attempts=two)
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "attempts_used_up")]
