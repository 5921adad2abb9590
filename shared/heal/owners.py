"""A share of a scope's breaker and rate for each owner: one owner's flood neither opens the one nor eats the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shared.domain.limits import SharedLimit
from shared.domain.shares import Shares
from shared.domain.snapshot import LookFailed
from shared.heal.item import Item
from shared.policy.evidence import bare_owner
from shared.policy.model import Breaker, Rate


def shares_in(
    limits: Mapping[str, SharedLimit], bounds: Mapping[str, Breaker | Rate | None], now: float
) -> dict[str, Shares]:
    """What owners have had of the limits of which the policy gives each a share, by document."""
    return {
        key: Shares(
            limit=limits[key],
            most=bound.per_owner,
            window_s=bound.window_s,
            now=now,
            distinct=isinstance(bound, Breaker),
        )
        for key, bound in bounds.items()
        if bound is not None and bound.per_owner is not None
    }


def without_room(wanting: Sequence[Item], shares: Sequence[Shares]) -> dict[int, float]:
    """`id` of the items whose owner has no room in some share, in the order given, and until when they wait.

    A job of which the system lists no owner is nobody's flood: the whole limit alone bounds it. Who forces passes and
    counts.
    """
    until: dict[int, float] = {}
    for item in wanting if shares else ():
        owner = _owner(item)
        full = [one for one in shares if owner and not one.take(owner, item.key, forced=item.forced)]
        if full:
            until[id(item)] = max(one.free_at(owner) for one in full)
    return until


def counted(limit: SharedLimit, share: Shares, granted: Sequence[Item]) -> SharedLimit:
    """The limit's document with what these items take of their owners' shares."""
    theirs = [(owner, item.key) for item in granted if (owner := _owner(item))]
    return replace(limit, owners=share.after(theirs))


def _owner(item: Item) -> str:
    """The job's owner as its system lists it, never as told; empty where it lists none."""
    return "" if isinstance(item.seen, LookFailed) else bare_owner(item.seen.owner)
