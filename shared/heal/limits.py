"""Shared limits come first: a chunk takes tokens of rate, pace and breaker before it reserves an attempt, or with it.

All are taken in one save; a crash after that wastes tokens and never overspends. A power cut that takes tokens back
takes the attempts with it that were reserved after them, so no call has left for those. Where the ledger saves several
documents as one, all or none, the reservations of a chunk that gets every token are in that save too. Who waits for
rate or pace takes no token of the breaker: it counts jobs that are acted on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from shared.documents import limit_of, limit_write
from shared.domain.errors import DocumentRefused
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.domain.keys import breaker_key, pace_key, rate_key
from shared.domain.limits import PACE_WINDOW_S, SharedLimit, room, room_at, take_breaker_tokens, take_tokens
from shared.domain.reasons import Reason
from shared.heal.admission import CONTENDED_WAIT_S, Admission, Wait, all_wait
from shared.heal.claims import WholeClaims
from shared.heal.item import Item, Notice
from shared.heal.owners import counted, shares_in, without_room
from shared.policy.model import Policy
from shared.ports import Ledger, Stored, Write
from shared.systems import SYSTEMS

_LOG = logging.getLogger(__name__)
TRIES = 3
PACE_WAIT_S = 60.0
Limits = dict[str, SharedLimit]


class SharedLimits(Struct, frozen=True, kw_only=True):
    """The shared limits of one chunk, all of whose items are of one cluster or group."""

    ledger: Ledger
    policy: Policy
    scope: Scope
    now: float
    effect_by: float
    """A call of this invocation has taken effect by then, or never will (unix seconds)."""
    via: Trigger | None = None
    """The door of this delivery, for what a breaker that it opens tells."""
    notices: list[Notice] = field(default_factory=list)
    """What a breaker that was opened here owes."""

    @property
    def _breaker(self) -> str:
        return breaker_key(self.scope)

    @property
    def _rate(self) -> str:
        return rate_key(self.scope) if self.policy.rate is not None else ""

    @property
    def _pace(self) -> str:
        pace = SYSTEMS.named(self.scope.system).pace
        return "" if pace is None else pace_key(self.scope, pace.operation)

    @property
    def keys(self) -> list[str]:
        """The documents of these limits."""
        return limit_keys(self.policy, self.scope)

    def unasked(self, shared: Mapping[str, Stored]) -> Admission:
        """The admission of a chunk that has not asked for tokens yet: the breaker as it is."""
        limits = self.read(shared)
        breaker = limits[self._breaker] if limits else SharedLimit()
        return Admission(breaker, breaker)

    def take(
        self,
        wanting: Sequence[Item],
        shared: Mapping[str, Stored],
        before: SharedLimit,
        with_all: Callable[[Sequence[Write]], bool] | None = None,
    ) -> Admission:
        """Tokens for these items, by one compare-and-set over the scope's documents.

        Nobody gets one if others kept getting in between, or if a limit cannot be read.

        Args:
            wanting: of one cluster or group, in the order in which they get tokens.
            shared: documents as they were read.
            before: the breaker as it was when the items were decided.
            with_all: saves these writes and the reservations of all the items as one, or nothing, which it says. It is
                asked once, if all get their tokens: whoever met others there takes tokens first.
        """
        claims = WholeClaims(wanting, self.effect_by)
        if claims.keys:
            shared = {**shared, **self.ledger.load(claims.keys)}
        for _ in range(TRIES + (with_all is not None)):
            limits = self.read(shared)
            if limits is None:
                return all_wait(before, Wait(Reason.RECORD_UNREADABLE, None))
            taken, admission = self._claimed(wanting, claims, shared, limits, before)
            writes = self._writes(taken, limits, shared, admission) + claims.writes(admission.grants, shared, self.now)
            if with_all is not None and admission.grants(wanting):
                if with_all(writes):
                    return admission  # a breaker that admits all of them has nothing to tell
                with_all, shared = None, self.ledger.load([*self.keys, *claims.keys])
                continue
            try:
                conflicts = self.ledger.save(writes) if writes else frozenset[str]()
            except DocumentRefused as error:
                _LOG.error("%s", error)
                return all_wait(before, Wait(Reason.RECORD_UNREADABLE, None))
            if self._breaker not in conflicts:
                self.notices.extend(newly_owed(self._breaker, limits[self._breaker], taken[self._breaker]))
            if not conflicts:
                return admission
            shared = self.ledger.load([*self.keys, *claims.keys])
        return all_wait(before, Wait(Reason.CONTENDED, self.now + CONTENDED_WAIT_S))

    def _claimed(
        self,
        wanting: Sequence[Item],
        claims: WholeClaims,
        shared: Mapping[str, Stored],
        limits: Limits,
        before: SharedLimit,
    ) -> tuple[Limits, Admission]:
        """As `_propose`, where those wait of which somebody else has claimed the whole."""
        barred = {one: _bar(until) for one, until in claims.barred(shared).items()}
        taken, admission = self._propose([item for item in wanting if id(item) not in barred], limits, before)
        return taken, replace(admission, waits={**admission.waits, **barred})

    def _writes(self, taken: Limits, limits: Limits, shared: Mapping[str, Stored], admission: Admission) -> list[Write]:
        """The documents that taking the tokens changes.

        Where somebody got one, those that it leaves as they are as well, so that whoever has opened the breaker
        meanwhile is met: a job that had its token of that before, within the minute, changes nothing there. Without a
        breaker by policy its document is not written: one of a whole cluster would be contended for.
        """
        met = self.policy.breaker is not None and bool(admission.granted)
        return [
            limit_write(key, taken[key], shared.get(key), self.now, lasting=False)
            for key in self.keys
            if met or taken[key] != limits[key]
        ]

    def read(self, shared: Mapping[str, Stored]) -> Limits | None:
        """The limits as they are; None if one of them cannot be read, which counts as a no."""
        limits: Limits = {}
        for key in self.keys:
            limit = limit_of(key, shared.get(key))
            if limit is None:
                return None
            limits[key] = limit
        return limits

    def _propose(self, wanting: Sequence[Item], limits: Limits, before: SharedLimit) -> tuple[Limits, Admission]:
        """What one attempt at the shared documents would leave behind."""
        taken = dict(limits)
        bounds = {self._breaker: self.policy.breaker, self._rate: self.policy.rate}
        shares = shares_in(limits, bounds, self.now)
        full = without_room(wanting, list(shares.values()))
        waits = {one: Wait(Reason.OWNER_SHARE, until) for one, until in full.items()}
        sharing = [item for item in wanting if id(item) not in full]
        rated = self._within_rate(sharing, limits)
        turn = self._within_pace(rated, limits)
        taken[self._breaker], admitted = self._within_breaker(turn, limits[self._breaker])
        granted = frozenset([id(item) for item in turn if item.key in admitted])
        if self._pace:
            taken[self._pace] = take_tokens(limits[self._pace], len(granted), PACE_WINDOW_S, self.now)
        later = Wait(Reason.PACE, self.now + PACE_WAIT_S)
        waits |= dict.fromkeys(_ids(rated) - _ids(turn), later)
        if self.policy.rate is not None:
            most, window_s = self.policy.rate.max_jobs, self.policy.rate.window_s
            taken[self._rate] = take_tokens(limits[self._rate], len(granted), window_s, self.now)
            until = room_at(taken[self._rate], most, window_s, self.now)
            later = Wait(Reason.RATE, max(self.now + 1, until))
            waits |= dict.fromkeys(_ids(sharing) - _ids(rated), later)
        for key, share in shares.items():
            taken[key] = counted(taken[key], share, [item for item in turn if id(item) in granted])
        for key, bound in bounds.items():
            if bound is not None and granted:
                taken[key] = taken[key].asked(bound.window_s, self.now)
        broken = frozenset([item.key for item in turn]) - admitted
        return taken, Admission(before, taken[self._breaker], broken, granted, waits, later)

    def _within_rate(self, wanting: Sequence[Item], limits: Limits) -> list[Item]:
        """Those for whom the scope's rate has room, in the order given; a person who forces passes and counts."""
        rate = self.policy.rate
        if rate is None:
            return list(wanting)
        forced = [item for item in wanting if item.forced]
        left = max(0, room(limits[self._rate], rate.max_jobs, rate.window_s, self.now) - len(forced))
        passed = _ids(forced) | _ids([item for item in wanting if not item.forced][:left])
        return [item for item in wanting if id(item) in passed]

    def _within_pace(self, rated: Sequence[Item], limits: Limits) -> list[Item]:
        """Those for whom the operation's pace has room as well."""
        pace = SYSTEMS.named(self.scope.system).pace
        if pace is None:
            return list(rated)
        return list(rated[: room(limits[self._pace], pace.per_minute, PACE_WINDOW_S, self.now)])

    def _within_breaker(self, turn: Sequence[Item], breaker: SharedLimit) -> tuple[SharedLimit, frozenset[str]]:
        """The breaker with the tokens of those whose turn it is, and the keys of the jobs that it admits."""
        keys, limit = [item.key for item in turn], self.policy.breaker
        forced = frozenset([item.key for item in turn if item.forced])
        if limit is None:  # one may have been opened by hand, since this chunk was decided
            return breaker, frozenset(keys) if breaker.opened_at is None else forced
        return take_breaker_tokens(
            breaker,
            keys,
            scope=self.scope,
            max_jobs=limit.max_jobs,
            window_s=limit.window_s,
            now=self.now,
            forced=forced,
            via=self.via,
        )


def limit_keys(policy: Policy, scope: Scope) -> list[str]:
    """The documents of the shared limits of a cluster or group, under the policy that it falls under."""
    pace = SYSTEMS.named(scope.system).pace
    rate = [] if policy.rate is None else [rate_key(scope)]
    return [breaker_key(scope), *rate, *([] if pace is None else [pace_key(scope, pace.operation)])]


def _bar(until: float | None) -> Wait:
    return Wait(Reason.RECORD_UNREADABLE if until is None else Reason.WHOLE_IN_HAND, until)


def _ids(items: Sequence[Item]) -> set[int]:
    return {id(item) for item in items}


def newly_owed(key: str, before: SharedLimit, after: SharedLimit) -> list[Notice]:
    """What a breaker's document owes after a save and did not before: this delivery tells it."""
    return [Notice(key, owed) for owed in after.owed if owed not in before.owed]
