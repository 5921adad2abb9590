"""What holds for one failure: what its rule says, else the policy, tightened by the blocks that its job falls under.

Of two budgets both have to hold, so the one that is kept has the fewest attempts in the longest window: whatever a
block adds, and however narrow it is, no budget grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from msgspec import structs

from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.mode import Mode
from shared.domain.snapshot import Snapshot
from shared.policy.blocks import Block
from shared.policy.bounds import Attempts, Breaker, Cooldown, Rate
from shared.policy.conditions import Match
from shared.policy.itself import Itself
from shared.policy.match import first_match
from shared.policy.model import Policy
from shared.policy.rule import Action, Rule, ScopedRule

_NO_RULE = Rule(name="", match=Match(), action=Action.IGNORE)


def rule_for(policy: Policy, failure: Failure, seen: Snapshot | None, *, forced: bool = False) -> Rule | None:
    """The first rule that matches, with the settings of the blocks that the job falls under. As `first_match`.

    Who forces passes rules, and so also that none matches; blocks hold all the same, under a rule without a name.
    """
    rule = first_match(policy, failure, seen) or (_NO_RULE if forced else None)
    if rule is None:
        return None
    under = tuple(place for place, block in enumerate(policy.by) if block.is_for_rules and block.has_job(failure, seen))
    if not under:
        return None if rule is _NO_RULE else rule
    return _under(Itself(policy), Itself(rule), under)


@lru_cache(maxsize=512)
def _under(policy: Itself[Policy], rule: Itself[Rule], under: tuple[int, ...]) -> ScopedRule:
    blocks = [policy.it.by[place] for place in under]
    names = [policy.it.by[place].name or f"block {place + 1}" for place in under]
    return _scoped(rule.it, policy.it, blocks, ", ".join(names))


def with_limits_at(policy: Policy, scope: Scope) -> Policy:
    """The policy with the breaker and the rate of a cluster or group; the same object if these are the policy's."""
    breaker, rate = policy.breaker, policy.rate
    for block in policy.by:
        if block.has_place(scope):
            breaker, rate = fewest(breaker, block.breaker), fewest(rate, block.rate)
    unchanged = breaker == policy.breaker and rate == policy.rate
    return policy if unchanged else structs.replace(policy, breaker=breaker, rate=rate)


def _scoped(rule: Rule, policy: Policy, blocks: Sequence[Block], under: str) -> ScopedRule:
    fields = {name: getattr(rule, name) for name in Rule.__struct_fields__}
    attempts = rule.attempts or policy.classes.get(rule.failure_class) or policy.attempts
    cooldown = rule.cooldown or policy.cooldown
    mode = rule.mode or Mode.AUTO
    for block in blocks:
        attempts = tightest(attempts, block.attempts)
        cooldown = longest(cooldown, block.cooldown)
        mode = mode.stricter(block.mode or Mode.AUTO)
    lost = [policy.max_lost_h if rule.max_lost_h is None else rule.max_lost_h, *(one.max_lost_h for one in blocks)]
    holds = [policy.hold_expires_s if rule.hold_expires_s is None else rule.hold_expires_s]
    fields |= {
        "attempts": attempts,
        "cooldown": cooldown,
        "mode": rule.mode if mode is Mode.AUTO else mode,
        "max_lost_h": min((hours for hours in lost if hours is not None), default=None),
        "hold_expires_s": min([*holds, *(one.hold_expires_s for one in blocks if one.hold_expires_s is not None)]),
    }
    return ScopedRule(**fields, under=under)


def tightest(one: Attempts, other: Attempts | None) -> Attempts:
    """Fewest attempts in the longest window: both budgets hold then."""
    if other is None:
        return one
    return Attempts(max=min(one.max, other.max), window_s=max(one.window_s, other.window_s))


def longest(one: Cooldown, other: Cooldown | None) -> Cooldown:
    """The larger of each of the numbers."""
    if other is None:
        return one
    numbers = structs.asdict(one)
    return Cooldown(**{name: max(number, getattr(other, name)) for name, number in numbers.items()})


_Limit = TypeVar("_Limit", Breaker, Rate)


def fewest(one: _Limit | None, other: _Limit | None) -> _Limit | None:
    """Fewest jobs, also of one owner, in the longest window; None bounds nothing."""
    if one is None or other is None:
        return one or other
    return type(one)(
        max_jobs=min(one.max_jobs, other.max_jobs),
        window_s=max(one.window_s, other.window_s),
        per_owner=min((most for most in (one.per_owner, other.per_owner) if most is not None), default=None),
    )
