"""Calls that left long after their tokens were taken: the tokens count from when the calls left.

What others ask for first, as what a job has printed, and the calls before it keep a call waiting for as long as a look
may be old. Where the process dies before this is written down, or others keep writing the same documents, tokens count
from when they were taken.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.documents import limit_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import Kind, kind_of
from shared.domain.limits import (
    BREAKER_BUCKET_S,
    COUNT_BUCKET_S,
    PACE_WINDOW_S,
    SharedLimit,
    left_later,
    take_breaker_tokens,
)
from shared.heal.item import Item
from shared.heal.limits import TRIES, SharedLimits

_LOG = logging.getLogger(__name__)
Left = tuple[str, float]
"""A job's key, and the last moment at which its call can have left (unix seconds)."""


def count_late(limits: SharedLimits, items: Sequence[Item]) -> None:
    """Have the tokens of those of these items count from their calls that left in a later bucket than they lie in.

    A ledger that does not keep it costs nothing else: the calls have been made and are settled.
    """
    taken_in = limits.now // COUNT_BUCKET_S
    left = [(item.key, item.call.left_at) for item in items if item.call is not None]
    late = [(key, moment) for key, moment in left if moment // COUNT_BUCKET_S > taken_in]
    keys = frozenset(limits.keys if late else ())
    try:
        for _ in range(TRIES):
            if not keys:
                return
            keys = _unsaved(limits, late, keys)
    except LedgerUnavailable as error:
        _LOG.warning("late calls count from when their tokens were taken: %s", error)


def _unsaved(limits: SharedLimits, late: Sequence[Left], keys: frozenset[str]) -> frozenset[str]:
    """Save what is changed under these keys; those that others wrote meanwhile. The saved ones count it already."""
    stored = limits.ledger.load(limits.keys)
    before = limits.read(stored) or {}
    after = {key: _counted(limits, key, limit, late) for key, limit in before.items()}
    writes = [
        limit_write(key, limit, stored.get(key), limits.now, lasting=False)
        for key, limit in after.items()
        if key in keys and limit != before[key]
    ]
    return limits.ledger.save(writes) if writes else frozenset()


def _counted(limits: SharedLimits, key: str, limit: SharedLimit, late: Sequence[Left]) -> SharedLimit:
    breaker, rate, kind = limits.policy.breaker, limits.policy.rate, kind_of(key)
    if kind is not Kind.BREAKER:
        window_s = rate.window_s if rate is not None and kind is Kind.RATE else PACE_WINDOW_S
        return left_later(limit, [moment for _, moment in late], window_s, limits.now)
    if breaker is None:
        return limit
    by_bucket: dict[float, list[Left]] = {}  # each taking goes through the whole window
    for one in late:
        by_bucket.setdefault(one[1] // BREAKER_BUCKET_S, []).append(one)
    for mine in by_bucket.values():
        limit, _ = take_breaker_tokens(
            limit,
            [job_key for job_key, _ in mine],
            scope=limits.scope,
            max_jobs=breaker.max_jobs,
            window_s=breaker.window_s,
            now=max(moment for _, moment in mine),
            forced=frozenset(job_key for job_key, _ in mine),
        )
    return limit
