"""What an attempt is reserved with, and how long it counts."""

from __future__ import annotations

from shared.domain.conclusion import rerun_instances
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import Reservation
from shared.heal.items import Invocation
from shared.policy.facts import Facts
from shared.policy.model import Policy
from shared.ports import Chance


def terms_of(facts: Facts, invocation: Invocation, chance: Chance) -> Reservation:
    """The terms of an attempt that this invocation makes on these facts; the cooldown is drawn anew each time."""
    cooldown, number = facts.cooldown, facts.attempt_number
    ceiling_s = min(cooldown.max_s, cooldown.base_s * cooldown.factor ** (number - 1))
    return Reservation(
        owner=f"{invocation.request_id}/{facts.ask.now:.6f}",
        may_leave_until=invocation.hard_deadline,
        settle_s=facts.policy.timing.settle_s,
        cooldown_s=chance.fraction() * ceiling_s,
        attempts_kept_s=longest_window_s(facts.policy),
        known_reruns=_known_reruns(facts),
        fingerprint=facts.fingerprint,
    )


def longest_window_s(policy: Policy) -> float:
    """An attempt is remembered as long as any budget may ask for it."""
    own = (*(rule.attempts for rule in policy.rules), *(block.attempts for block in policy.by))
    budgets = (policy.attempts, *policy.classes.values(), *own)
    windows = [budget.window_s for budget in budgets if budget is not None]
    return max([*windows, policy.thrash.window_s if policy.thrash is not None else 0.0])


def _known_reruns(facts: Facts) -> tuple[int, ...]:
    return () if isinstance(facts.observation, LookFailed) else rerun_instances(facts.observation)
