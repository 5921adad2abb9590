"""At work in the corridor: a text that comes again, a rule that waits, windows, and blocks of settings."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.policy.model import Action, Block, Breaker, Cooldown, Match, Rate, Rule, SameText, Window
from shared.policy.windows import WindowAction
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, count, hang_again, set_policy

NO_COOLDOWN = Cooldown(base_s=0, max_s=0)


def _again(house: House, message: str) -> Failure:
    return replace(hang_again(house), message=message)


def test_a_text_that_comes_again_ends_it(house: House) -> None:
    """One rerun for a text, whatever its numbers; another text has its own, and a day later all begins anew."""
    set_policy(house, cooldown=NO_COOLDOWN, same_text=SameText(max=1))
    assert verdicts(house.deliver(house.hung(message="odd thing 17 at n1"))) == [("rerun", "accepted")]
    report = house.deliver(_again(house, "odd thing 18 at n2"))
    assert verdicts(report) == [("suppressed", "same_text_again")]
    assert "1 times" in report.results[0].outcome.message
    assert verdicts(house.deliver(_again(house, "another thing"))) == [("rerun", "accepted")]
    house.later(DAY_S)
    assert verdicts(house.deliver(_again(house, "odd thing 19 at n3"))) == [("rerun", "accepted")]
    assert len(house.ehpc.calls) == 3


@pytest.mark.parametrize("text", ["odd thing 17", "0x17"])
def test_a_failure_that_was_never_rerun_is_no_proof(house: House, text: str) -> None:
    """What a rule ignored, or a person was asked about, has not shown that a rerun does not help.

    Nor has a text that says nothing: its fingerprint is empty, as that of what was never rerun is.
    """
    ask = Rule(name="ask", match=Match(message="17"), action=Action.HOLD)
    set_policy(house, cooldown=NO_COOLDOWN, same_text=SameText(max=1), rules=(ask, house.policy.rules[1]))
    assert verdicts(house.deliver(house.hung(message=text))) == [("held", "rule_holds")]
    set_policy(house, rules=(house.policy.rules[1],))
    assert verdicts(house.deliver(_again(house, text.replace("17", "18")))) == [("rerun", "accepted")]


def test_a_rules_own_bound_on_texts_counts_instead(house: House) -> None:
    """The policy lets two through, the rule one."""
    strict = Rule(name="strict", match=Match(message="odd"), action=Action.RERUN, same_text=SameText(max=1))
    set_policy(house, cooldown=NO_COOLDOWN, same_text=SameText(max=2), rules=(strict, house.policy.rules[1]))
    house.deliver(house.hung(message="plain thing"))
    assert verdicts(house.deliver(_again(house, "plain thing"))) == [("rerun", "accepted")]
    assert verdicts(house.deliver(_again(house, "odd thing"))) == [("rerun", "accepted")]
    assert verdicts(house.deliver(_again(house, "odd thing"))) == [("suppressed", "same_text_again")]


def test_a_rule_that_waits_defers_until_its_time(house: House) -> None:
    """From the failure on, told once; the sweep goes on with it."""
    set_policy(house, rules=(Rule(name="queue", match=Match(), action=Action.RERUN, delay_s=300.0),))
    assert verdicts(house.deliver(house.hung())) == [("deferred", "delay")]
    house.later(280)
    assert verdicts(house.sweep()) == []
    house.later(11)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert len(house.ehpc.calls) == 1


def _window(house: House, action: WindowAction, hours: float, **reach: Any) -> Window:
    def told(moment: float) -> str:
        return datetime.fromtimestamp(moment, timezone.utc).isoformat()

    now = house.clock.now()
    return Window(name="w", action=action, begins=told(now - 60), ends=told(now + hours * 3600), **reach)


def test_what_a_window_defers_goes_on_when_it_closes(house: House) -> None:
    """Nothing is called meanwhile; afterwards it is as if it had been told then."""
    set_policy(house, windows=(_window(house, WindowAction.DEFER, 2.0),))
    assert verdicts(house.deliver(house.hung())) == [("deferred", "maintenance")]
    house.later(7100)
    house.sweep()
    assert house.ehpc.calls == []
    house.later(101)
    house.sweep()
    assert len(house.ehpc.calls) == 1


def test_what_a_window_holds_expires_when_nobody_answers(house: House) -> None:
    """As every hold, after `hold_expires_s`."""
    set_policy(house, windows=(_window(house, WindowAction.HOLD, 20.0),), hold_expires_s=600.0)
    assert verdicts(house.deliver(house.hung())) == [("held", "maintenance")]
    house.later(601)
    assert verdicts(house.sweep()) == [("suppressed", "hold_expired")]
    assert house.ehpc.calls == []


def test_a_window_is_for_its_jobs_alone(house: House) -> None:
    """Others are healed beside it; a person who forces passes it."""
    set_policy(house, windows=(_window(house, WindowAction.IGNORE, 2.0, queues="night"),))
    night, day = house.hung(1, queue="night"), house.hung(2, queue="day")
    assert sorted(verdicts(house.deliver(night, day))) == [("rerun", "accepted"), ("suppressed", "maintenance")]
    assert verdicts(house.deliver(night, force=True)) == [("rerun", "accepted")]


def test_a_block_tightens_the_breaker_of_its_clusters(house: House) -> None:
    """Two jobs there, not a hundred; a block of other clusters changes nothing here."""
    set_policy(house, by=(Block(clusters="ehpc-hz-*", breaker=Breaker(max_jobs=2)),))
    assert count(house.deliver(*(house.hung(number) for number in range(1, 6)))) == (2, 3)


def test_a_block_of_other_clusters_changes_nothing(house: House) -> None:
    """Nor does one of SchedulerX's groups."""
    set_policy(
        house,
        by=(Block(clusters="ehpc-sh-*", breaker=Breaker(max_jobs=2)), Block(groups="*", breaker=Breaker(max_jobs=1))),
    )
    assert count(house.deliver(*(house.hung(number) for number in range(1, 6)))) == (5, 0)


def test_a_block_gives_its_clusters_a_rate(house: House) -> None:
    """Where the policy has none."""
    set_policy(house, by=(Block(clusters="*", rate=Rate(max_jobs=2, window_s=60)),))
    told = verdicts(house.deliver(*(house.hung(number) for number in range(1, 6))))
    assert sorted(told) == [("deferred", "rate")] * 3 + [("rerun", "accepted")] * 2
