"""What is asked of the ledger before the look, where it is far away, and when that turns out not to be enough.

A document is older than the look then, by as long as the look takes. Whatever is done on it is written first, on the
condition that it has not changed since. What is only told, and rests on what the look shows, may be the effect of
something that the document does not know yet: of that the documents are read once more.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.reasons import Reason
from shared.domain.runs import SKEW_S
from shared.domain.verdicts import Verdict
from shared.heal.item import Item
from shared.heal.limits import limit_keys
from shared.heal.nodes import node_keys
from shared.heal.ruled import RuledLedger
from shared.policy.inherit import with_limits_at
from shared.policy.model import Policy
from shared.ports import EarlyLoad


class Prefetch(Struct, frozen=True):
    """Of a delivery that is one chunk of one cluster or group."""

    ledger: RuledLedger
    early: EarlyLoad
    """Of the ledger behind that one."""
    policy: Policy

    def ask(self, items: Sequence[Item]) -> None:
        """Ask for what is read after the look, if that shows each job under the id as told.

        Not where there is no breaker by policy: nothing is written on its document then, and one that a person opens
        meanwhile would be overlooked.
        """
        scope = items[0].failure.scope
        policy = with_limits_at(self.policy, scope)
        if policy.breaker is None:
            return
        records = dict.fromkeys([key for item in items for key in item.known_under])
        self.ledger.prefetch(self.early, [*records, *limit_keys(policy, scope), *node_keys(self.policy, scope)])

    def outrun(self, items: Sequence[Item]) -> bool:
        """Whether the documents were asked for too early for what was decided."""
        asked_at = self.ledger.asked_early_at
        return asked_at is not None and any(
            _may_be_an_effect(item, asked_at - SKEW_S) for item in items if item.decision is not None
        )


def _may_be_an_effect(item: Item, moment: float) -> bool:
    """Whether what is told of it rests on a shared document, or on what the look shows, if that may be newer."""
    decision, changed_at = item.decided, item.seen.changed_at
    if decision.reason is Reason.BREAKER_OPEN:  # no save asks whether it still is, and a person may have let all go on
        return True
    rests_on_it = decision.verdict is Verdict.INELIGIBLE or decision.reason is Reason.RESTARTED_SINCE
    return rests_on_it and (changed_at is None or changed_at >= moment)
