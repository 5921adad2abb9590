"""Attempt budgets: one for the job, and one each for the failure classes that the policy gives their own.

An attempt is paid from its class's budget if there is one, else from the job's. What the job system repeats by itself
is counted in, so that the layers do not multiply.
"""

from __future__ import annotations

from msgspec import Struct

from shared.domain.failure import Failure, FailureClass
from shared.domain.record import AttemptMark, JobRecord
from shared.domain.snapshot import Snapshot
from shared.policy.model import Attempts, Policy, Rule


class Budget(Struct, frozen=True, gc=False):
    """What the attempts of one failure are paid from."""

    limit: Attempts
    """The matching rule's own, else the class's, else the policy's."""
    of_class: FailureClass | None
    """The class that has a budget of its own; None: the job's."""
    own: int
    """Attempts of ours in the window that were paid from it."""
    used: int
    """Those, and what the job system has repeated by itself."""


def budget_of(
    policy: Policy, rule: Rule | None, record: JobRecord, failure: Failure, seen: Snapshot | None, now: float
) -> Budget:
    """The budget that applies, and what is used of it."""
    of_class = rule.failure_class if rule and rule.failure_class in policy.classes else None
    limit = (rule.attempts if rule else None) or (policy.classes[of_class] if of_class else policy.attempts)
    since = now - limit.window_s
    own = 0
    for mark in record.counted(since) if record.attempts else ():
        own += _pool(policy, mark) is of_class
    added = 0 if seen is None else seen.retries_of_its_own(record, failure, own)
    return Budget(limit, of_class, own, own + added)


def _pool(policy: Policy, mark: AttemptMark) -> FailureClass | None:
    return mark.failure_class if mark.failure_class in policy.classes else None
