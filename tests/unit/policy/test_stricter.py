"""What holds where several settings hold at once: of each the stricter, in any order."""

from __future__ import annotations

from itertools import product

import pytest

from shared.domain.mode import Mode
from shared.policy.inherit import fewest, longest, rule_for, tightest, with_limits_at
from shared.policy.model import Action, Attempts, Block, Breaker, Cooldown, Match, Policy, Rate, Rule
from tests.support.systems import CLUSTER
from tests.unit.decide.facts import make_failure, make_look

_BUDGETS = (Attempts(max=1, window_s=60), Attempts(max=3, window_s=3600), Attempts(max=2, window_s=900))
_WAITS = (Cooldown(base_s=1, factor=3, max_s=9), Cooldown(base_s=5, factor=1, max_s=7), Cooldown())
_LIMITS = (
    None,
    Rate(max_jobs=5, window_s=60),
    Rate(max_jobs=2, window_s=30, per_owner=2),
    Rate(max_jobs=9, window_s=90, per_owner=1),
)


@pytest.mark.parametrize(("one", "other"), list(product(_BUDGETS, repeat=2)))
def test_both_budgets_hold(one: Attempts, other: Attempts) -> None:
    """Fewest attempts in the longest window; none beside it changes nothing."""
    both = tightest(one, other)
    assert both == tightest(other, one)
    assert both.max == min((one.max, other.max))
    assert both.window_s == sorted((one.window_s, other.window_s))[1]
    assert tightest(one, None) is one


@pytest.mark.parametrize(("one", "other"), list(product(_WAITS, repeat=2)))
def test_both_cooldowns_are_waited_for(one: Cooldown, other: Cooldown) -> None:
    """The larger of each number."""
    both = longest(one, other)
    for name in ("base_s", "factor", "max_s"):
        assert getattr(both, name) == sorted((getattr(one, name), getattr(other, name)))[1]
    assert longest(one, None) is one


@pytest.mark.parametrize(("one", "other"), list(product(_LIMITS, repeat=2)))
def test_both_limits_hold(one: Rate | None, other: Rate | None) -> None:
    """None bounds nothing, neither of all nor of one owner."""
    both = fewest(one, other)
    given = [limit for limit in (one, other) if limit is not None]
    if not given:
        assert both is None
        return
    assert both is not None
    assert both.max_jobs == min(limit.max_jobs for limit in given)
    assert both.window_s == max(limit.window_s for limit in given)
    shares = [limit.per_owner for limit in given if limit.per_owner is not None]
    assert both.per_owner == (min(shares) if shares else None)


@pytest.mark.parametrize(
    ("block", "breaker", "rate"),
    [
        (Block(clusters="*"), 100, None),
        (Block(clusters="*", breaker=Breaker(max_jobs=5)), 5, None),
        (Block(clusters="*", rate=Rate(max_jobs=5, window_s=60)), 100, 5),
        (Block(clusters="other", breaker=Breaker(max_jobs=5), rate=Rate(max_jobs=5, window_s=60)), 100, None),
        (Block(clusters="*", breaker=Breaker(max_jobs=500)), 100, None),
    ],
)
def test_the_limits_of_a_place(block: Block, breaker: int, rate: int | None) -> None:
    """Those of its blocks; where they change nothing the policy is the same one."""
    policy = Policy(version=1, breaker=Breaker(max_jobs=100), by=(block,))
    there = with_limits_at(policy, CLUSTER)
    assert there.breaker is not None
    assert (there.breaker.max_jobs, there.rate.max_jobs if there.rate else None) == (breaker, rate)
    assert (there is policy) is ((breaker, rate) == (100, None))


@pytest.mark.parametrize(("one", "other"), list(product(Mode, repeat=2)))
def test_the_stricter_mode(one: Mode, other: Mode) -> None:
    """Off before observe before auto."""
    order = (Mode.OFF, Mode.OBSERVE, Mode.AUTO)
    assert order.index(one.stricter(other)) == min(map(order.index, (one, other)))


@pytest.mark.parametrize(
    ("of_policy", "of_rule", "of_block", "expected"),
    [
        (None, None, None, None),
        (9.0, None, None, 9.0),
        (9.0, 3.0, None, 3.0),
        (9.0, None, 4.0, 4.0),
        (None, 3.0, 4.0, 3.0),
    ],
)
def test_how_much_may_be_lost(
    of_policy: float | None, of_rule: float | None, of_block: float | None, expected: float | None
) -> None:
    """The least that is said; nothing where nobody says anything."""
    rule = Rule(name="r", match=Match(), action=Action.RERUN, max_lost_h=of_rule)
    block = Block(clusters="*", mode=Mode.OBSERVE, max_lost_h=of_block)
    policy = Policy(version=1, rules=(rule,), by=(block,), max_lost_h=of_policy)
    found = rule_for(policy, make_failure(), make_look())
    assert found is not None
    assert (found.max_lost_h, found.mode) == (expected, Mode.OBSERVE)
