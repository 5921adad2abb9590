"""The calls: as few as the API allows, none without time to settle it, none on an old look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from msgspec import Struct, field

from shared.domain.call import CallResult, Target
from shared.domain.reasons import Reason
from shared.domain.snapshot import LookFailed
from shared.heal.item import Invocation, Item
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem

ROOM_TO_CALL_S = 2.0
"""Below this much remaining time no call is begun: what is left is for settling and reporting."""


class Actor(Struct, frozen=True):
    """Makes the calls of one invocation."""

    systems: Callable[[str, str], JobSystem]
    clock: Clock
    policy: Policy
    invocation: Invocation
    _refused: dict[tuple[str, ...], CallResult] = field(default_factory=dict)
    """Refusals after which further calls are pointless in this invocation, by what they concern.

    That is a system in a region, for an account may have a service in one of its regions and not in another, or one of
    its clusters, groups or workspaces.
    """

    def act(self, items: Sequence[Item]) -> None:
        """Rerun the jobs of these items, all reserved and of one scope; each gets its `call` or why it was `unsent`."""
        if not items:
            return
        scope = items[0].failure.scope
        system = self.systems(scope.system, scope.region)
        ordered = sorted(items, key=lambda item: (_most(item, system), item.decided.job_id))
        for most, group in groupby(ordered, key=lambda item: _most(item, system)):
            members = list(group)
            for start in range(0, len(members), most):
                self._batch(members[start : start + most], system)

    def _batch(self, items: Sequence[Item], system: JobSystem) -> None:
        scope = items[0].failure.scope
        refusal = self._refused.get((scope.system, scope.region)) or self._refused.get((scope.key,))
        now = self.clock.now()
        ready: list[Item] = []
        for item in items:
            if refusal is not None:
                item.call = refusal
            elif now + ROOM_TO_CALL_S > self.invocation.hard_deadline:
                item.unsent = Reason.DEADLINE
            elif now - item.seen.look_begun_at > self.policy.timing.observation_max_age_s:
                item.unsent = Reason.LOOK_TOO_OLD
            else:
                ready.append(item)
        if not ready:
            return
        results = system.rerun([_target(item, self.policy) for item in ready])
        for item, result in zip(ready, results, strict=True):
            item.call, item.batch = result, result.too_late_for or len(ready)
            if result.too_late_for:
                item.call, item.unsent = None, Reason.LOOK_TOO_OLD
            elif result.account_wide:
                self._refused[scope.system, scope.region] = result
            elif result.scope_wide:
                self._refused[scope.key,] = result


def _most(item: Item, system: JobSystem) -> int:
    """How many jobs a call with this one may name: a call of several that left it unknown is retried in halves."""
    limit = item.origin.case.most_a_call if item.origin else 0
    return min(limit or system.batch_size, system.batch_size)


def _target(item: Item, policy: Policy) -> Target:
    seen = item.seen
    if isinstance(seen, LookFailed):
        raise TypeError("a job that could not be looked at was about to be rerun")
    return Target(
        scope=item.failure.scope,
        job_id=seen.job_id,
        life=seen.life,
        action_api=item.decided.action_api,
        call_by=seen.look_begun_at + policy.timing.observation_max_age_s,
    )
