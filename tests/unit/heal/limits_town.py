"""A ledger with the limits that the jobs of one chunk share."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from shared.documents import decode_limit
from shared.domain.claims import Share
from shared.domain.decision import Decision
from shared.domain.job import Scope
from shared.domain.keys import breaker_key, claim_key, rate_key
from shared.domain.limits import SharedLimit, room
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.heal.admission import Admission
from shared.heal.limits import SharedLimits
from shared.policy.model import Policy, Rate
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER

BREAKER, RATE, CLAIM = breaker_key(CLUSTER), rate_key(CLUSTER), claim_key(CLUSTER, "7")
OPEN = Policy(version=1, rules=(), breaker=None)
ONE_RATE = replace(OPEN, rate=Rate(max_jobs=2, window_s=600))
ACCEPTED = Decision(verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="yes", failure_id="f")
LATER = START + 12.0
"""When a pause is over that nobody has said more of."""
YES = (Reason.ACCEPTED, None)


def item(
    number: int, *, forced: bool = False, owner: str = "", share: Share | None = None, seen_at: float = START
) -> Any:
    """A job that wants a call."""
    seen = SimpleNamespace(owner=owner, share=lambda _: share, look_begun_at=seen_at)
    return SimpleNamespace(
        key=f"job/{number}",
        forced=forced,
        seen=seen,
        failure=SimpleNamespace(scope=CLUSTER),
        decided=SimpleNamespace(failure_id=f"f{number}", action_api=None),
    )


class Town:
    """A ledger and the limits of one chunk."""

    def __init__(self, policy: Policy, scope: Scope = CLUSTER, now: float = START) -> None:
        self.ledger = MemoryLedger(Clock())
        self.limits = SharedLimits(ledger=self.ledger, policy=policy, scope=scope, now=now, effect_by=now + 180)

    def at(self, now: float) -> Town:
        """A later chunk, on the same ledger."""
        later = Town(self.limits.policy, self.limits.scope, now)
        later.ledger = self.ledger
        later.limits = replace(self.limits, now=now, effect_by=now + 180, notices=[])
        return later

    def take(self, *items: Any) -> Admission:
        """What they are told."""
        shared = self.ledger.load(self.limits.keys)
        return self.limits.take(items, shared, self.limits.unasked(shared).breaker)

    def told(self, *items: Any) -> list[tuple[Reason, float | None]]:
        """Why each waits and until when; ACCEPTED and None for who has its tokens."""
        admission = self.take(*items)
        found = [admission.admit(one, ACCEPTED, LATER, tied=False) for one in items]
        return [(one.reason, one.due_at) for one in found]

    def limit(self, key: str) -> SharedLimit:
        """The document."""
        return decode_limit(self.ledger.load([key])[key].document)

    def used(self, key: str, window_s: float = 600) -> int:
        """Tokens taken of a rate or pace."""
        return 1000 - room(self.limit(key), 1000, window_s, self.limits.now) if key in self.ledger.store.kept else 0


def meddled(ledger: MemoryLedger, times: int, other: Callable[[], None]) -> None:
    """Before so many saves somebody else writes first."""
    save, left = ledger.save, [times]

    def saved(writes: Any) -> frozenset[str]:
        if left[0]:
            left[0] -= 1
            ledger.save = save  # type: ignore[method-assign]
            other()
            ledger.save = saved  # type: ignore[method-assign]
        result: frozenset[str] = save(writes)
        return result

    ledger.save = saved  # type: ignore[method-assign]
