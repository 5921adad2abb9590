"""In which order a look takes the failures of one cluster or group: where it cannot take all, the rest waits. Pure.

Whoever tells invents as many ids as they like, so each speaker, as the platform names them, has every so many-th place,
and what they told first comes first: of S speakers the n-th of one is among the first S times n, whatever others tell.
What one told at once comes job by job, as a look asks once what the failures of a job have in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf

from shared.domain.crowd import whose
from shared.heal.item import Item


def fairly(items: Sequence[Item]) -> list[Item]:
    """The same items in that order, which does not depend on the one in which they come."""
    if len(items) == 1:  # as nearly always
        return list(items)
    told: Counter[tuple[str, str, str, str]] = Counter()
    turns: list[tuple[int, int]] = []
    oldest_first = sorted(items, key=_age)
    for place, item in enumerate(oldest_first):
        speaker = whose(item.failure.speaker)
        turns.append((told[speaker], place))
        told[speaker] += 1
    return [oldest_first[place] for _, place in sorted(turns)]


def _age(item: Item) -> tuple[float, str, int, str, str]:
    """Who waits longest is least; what was just told comes in the order of what it names."""
    told_at = inf if item.origin is None else item.origin.case.first_told_at
    failure = item.failure
    return told_at, failure.job_id, failure.job_instance_id or 0, failure.data_time or "", failure.telling_id
