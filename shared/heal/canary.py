"""Where a rerun can stray, the first one of a scope is a canary: it must make exactly what was meant.

SchedulerX reruns a day: a wrong time zone cuts it in the wrong place, and one call then runs two. So the breaker of the
group opens unless the first rerun that could be looked at made what was meant; one that did proves the group.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.documents import limit_of, limit_write
from shared.domain.decision import Ask
from shared.domain.job import Scope
from shared.domain.keys import breaker_key
from shared.domain.limits import SharedLimit, opened
from shared.domain.proof import Aftermath
from shared.domain.record import CaseState
from shared.domain.snapshot import LookFailed
from shared.heal.item import Item, Notice
from shared.heal.limits import newly_owed
from shared.heal.records import Records
from shared.policy.model import Policy
from shared.ports import Ledger

TRIES = 3
_LOOKED_AT = frozenset({CaseState.DONE, CaseState.UNKNOWN, CaseState.RESERVED})


def judge_canaries(
    scope: Scope, items: Sequence[Item], records: Records, ledger: Ledger, policy: Policy, ask: Ask
) -> list[Notice]:
    """Prove the group, or open its breaker, by the reruns that these items looked at; nothing where none can stray.

    Returns:
        What the breaker owes if it was opened here.

    Raises:
        LedgerUnavailable: as every use of the ledger.
    """
    if policy.breaker is None:
        return []
    verdicts = [found for found in (_stray(item, records, policy) for item in items) if found is not None]
    if not verdicts:
        return []
    key = breaker_key(scope)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        known = limit_of(key, stored)
        if known is None or known.proven or known.opened_at is not None:
            return []
        judged = _judged(known, scope, ask, strays=any(verdicts))
        if not ledger.save([limit_write(key, judged, stored, ask.now)]):
            return newly_owed(key, known, judged)
    return []


def _stray(item: Item, records: Records, policy: Policy) -> bool | None:
    """Whether the rerun looked at made something else than was meant; None if nothing can be said yet."""
    origin, seen = item.origin, item.observation
    if origin is None or origin.case.state not in _LOOKED_AT or seen is None or isinstance(seen, LookFailed):
        return None
    case = origin.case
    others = records.attempted_beside(origin)
    strays = seen.strays(case, others)
    if strays is None:
        return None
    became = seen.aftermath(case, others, settled=seen.look_begun_at >= case.may_leave_until + policy.timing.settle_s)
    if became is Aftermath.WAIT or (became is Aftermath.NOT_RESTARTED and case.state is not CaseState.DONE):
        return None
    return strays


def _judged(known: SharedLimit, scope: Scope, ask: Ask, *, strays: bool) -> SharedLimit:
    if not strays:
        return replace(known, proven=True)
    why = "the group's first rerun did not make exactly one instance of its day"
    return opened(known, scope, why, ask.now, via=ask.trigger)
