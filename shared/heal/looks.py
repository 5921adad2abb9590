"""Looking: at whom, in which order, and how much of a delivery goes into it.

Whoever may not speak for the place that they name costs no look. Of the others one cluster or group after the other
is looked at and acted on, those first that a source names; what a delivery has no look left for is due soon, and the
sweep looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.keys import breaker_key
from shared.domain.limits import SharedLimit
from shared.domain.record import JobRecord
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import outcome_of
from shared.heal.fair import fairly
from shared.heal.item import Invocation, Item, Result
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates.trust import Standing, standing
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem, Ledger

MOST_SCOPES = 100
"""Clusters and groups that one invocation looks into at the most: each costs some requests and ledger round trips.

As many again of those that a source names, or in which something was rerun before: what was told in an earlier slice of
a range leaves them their look.
"""
LEAST_TIME_S = 6.0
"""With less time left than this no further cluster or group is looked into: what is known must be written down."""
TELLING_S = 0.001
"""What an outcome takes to be written and struck from its document; of ten thousand that is time."""


class Looks(Struct, frozen=True, kw_only=True):
    """The looks of one invocation."""

    systems: Callable[[str, str], JobSystem]
    ledger: Ledger
    clock: Clock
    invocation: Invocation
    into: set[str]
    """Keys of the clusters and groups that were looked into so far."""

    def turned_away(
        self, items: Sequence[Item], policy: Policy, ask: Ask
    ) -> tuple[dict[str, list[Result]], list[Item]]:
        """What becomes of those whose speaker may not speak for the place, without a look, by place; and the others.

        What was taken in once is not asked again here: it has to end in the document where it waits.
        """
        results: dict[str, list[Result]] = {}
        others: list[Item] = []
        unseen = LookFailed(
            worth_repeating=False, code="NotLooked", message="nobody looked", look_begun_at=self.clock.now()
        )
        for item in items:
            if item.origin is not None or standing(policy, item.failure) is not Standing.STRANGER:
                others.append(item)
                continue
            facts = Facts(item.failure, unseen, JobRecord(), SharedLimit(), policy, ask)
            decision = decide(facts)
            outcome = outcome_of(item.failure, decision, ask, policy_version=policy.policy_version)
            results.setdefault(item.failure.scope.key, []).append(Result(outcome, decision, ""))
        return results, others

    def plan(self, items: Sequence[Item], policy: Policy, ask: Ask) -> tuple[list[list[Item]], list[Item]]:
        """The items of each cluster or group that is to be looked into, and those for which no look is left.

        The sweep goes on with a bounded number of documents, and looks for each, in the order in which it took them up.

        Raises:
            LedgerUnavailable: as every use of the ledger.
        """
        if ask.trigger is Trigger.SWEEP:
            return list(_by_scope(items).values()), []
        turns: list[list[Item]] = []
        unseen: list[Item] = []
        for scope_key, members, preferred in self._in_order(items, policy):
            most = MOST_SCOPES * (2 if preferred else 1)
            if scope_key in self.into or len(self.into) < most:
                self.into.add(scope_key)
                turns.append(members)
            else:
                unseen += members
        return turns, unseen

    def hurried(self, untold: int = 0) -> bool:
        """Whether there is no time to begin anything more, with so many outcomes of a turn still to be told."""
        return self.clock.now() + LEAST_TIME_S + untold * TELLING_S > self.invocation.hard_deadline

    def none_left(self, items: Sequence[Item]) -> None:
        """No look is left for these: they are written down, and due soon."""
        failed = LookFailed(
            worth_repeating=True,
            none_left=True,
            code="LooksUsedUp",
            message="this delivery had no look left for the cluster or group",
            look_begun_at=self.clock.now(),
        )
        for item in items:
            item.observation = failed

    def look(self, items: Sequence[Item]) -> None:
        """Look at the jobs of items of one cluster or group, in the fewest calls; fairly, if not at all of them."""
        if not items:
            return
        scope, ordered = items[0].failure.scope, fairly(items)
        seen = self.systems(scope.system, scope.region).observe([item.failure for item in ordered])
        for item, observation in zip(ordered, seen, strict=True):
            item.observation = observation

    def _in_order(self, items: Sequence[Item], policy: Policy) -> list[tuple[str, list[Item], bool]]:
        """By cluster or group: those first that a source names, then, where not all can be had, those known already.

        The order in which they were told counts for nothing. With each, whether it is one of these.
        """
        by_scope = _by_scope(items)
        known: set[str] = set()
        if len(self.into | by_scope.keys()) > MOST_SCOPES:
            breakers = {breaker_key(members[0].failure.scope): key for key, members in by_scope.items()}
            known = {breakers[key] for key in self.ledger.load(list(breakers))}
        named = {
            key
            for key, members in by_scope.items()
            if any(standing(policy, item.failure) is Standing.NAMED for item in members)
        }
        ordered = sorted(by_scope.items(), key=lambda turn: (turn[0] not in named, turn[0] not in known, turn[0]))
        return [(scope_key, members, scope_key in named | known) for scope_key, members in ordered]


def _by_scope(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Those of each cluster or group together, in the order in which they come."""
    by_scope: dict[str, list[Item]] = {}
    for item in items:
        by_scope.setdefault(item.failure.scope.key, []).append(item)
    return by_scope


def not_looked_at(item: Item) -> bool:
    """Whether the look had no room for it."""
    seen = item.seen
    return isinstance(seen, LookFailed) and seen.none_left


def last_seen_first(items: Iterable[Item]) -> list[Item]:
    """The last seen first, those not looked at last, else in an order that does not depend on that of the delivery."""
    listed = list(items)
    if len(listed) == 1:  # as nearly always
        return listed
    return sorted(
        listed,
        key=lambda item: (
            not_looked_at(item),
            -item.seen.look_begun_at,
            item.failure.scope.key,
            item.key,
            item.failure.occurred_at,
            item.failure.telling_id,
        ),
    )
