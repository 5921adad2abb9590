"""Which places a policy's `discover` means, and who looks there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shared.discover.calls import Allowance, Turn
from shared.domain.job import Scope
from shared.domain.keys import listing_key, watch_key
from shared.domain.snapshot import LookFailed
from shared.policy.discover import Discover, watched
from shared.policy.places import place_fits
from shared.systems.discovery import Seeker

MAX_PLACES = 2_000
LISTING_CALLS = 20
"""So many calls may finding out what the globs of one entry mean cost."""
Seekers = Callable[[str, str], Seeker | None]


class WatchedPlace(Struct, frozen=True, kw_only=True):
    """A scope that is looked through, and how."""

    key: str
    """Of what is remembered of it."""
    scope: Scope
    watch: Any
    """The entry of the policy."""
    seeker: Seeker
    budget: Allowance


class Unrolled(Struct, frozen=True, kw_only=True):
    """How it went to find out what an entry of the policy means."""

    key: str
    """Of what is remembered of it."""
    place: dict[str, str]
    problem: LookFailed | None


def places(
    discover: Discover, seekers: Seekers, region: str, budget: Callable[[str, str], Allowance]
) -> tuple[dict[str, WatchedPlace], list[Unrolled]]:
    """Every scope that is meant, each once: the first entry that means it decides. And how the listing went."""
    meant: dict[str, WatchedPlace] = {}
    listings: list[Unrolled] = []
    for number, (system, watch) in enumerate(watched(discover)):
        there = watch.region or region
        seeker = seekers(system, there)
        if seeker is None:
            continue
        allowed = budget(system, there)
        turn = Turn(allowed, LISTING_CALLS)
        listed = seeker.scopes(watch, place_fits, turn, ask=False)
        if turn.left < LISTING_CALLS or listed.problem is not None:
            where = {"system": system, "region": there}
            key = listing_key(system, there, number)
            listings.append(Unrolled(key=key, place=where, problem=listed.problem))
        for scope in listed.scopes[: MAX_PLACES - len(meant)]:
            key = watch_key(scope)
            place = WatchedPlace(key=key, scope=scope, watch=watch, seeker=seeker, budget=allowed)
            meant.setdefault(key, place)
    return meant, listings
