"""Shared limits come first: a chunk takes its tokens of rate, pace and breaker before it reserves any attempt.

All are taken in one save; a crash after that wastes tokens and never overspends. Who waits for rate or pace takes no
token of the breaker: it counts jobs that are acted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.call import Api
from shared.domain.job import Scope, System
from shared.domain.limits import (
    PACE_PER_MINUTE,
    PACE_WINDOW_S,
    SharedLimit,
    breaker_key,
    pace_key,
    rate_key,
    room,
    room_at,
    take_breaker_tokens,
    take_tokens,
)
from shared.domain.reasons import Reason
from shared.heal.admission import CONTENDED_WAIT_S, Admission, Wait, all_wait
from shared.heal.books import limit_of, limit_write
from shared.heal.desk import Desk
from shared.heal.items import Item, Notice
from shared.policy.model import Policy
from shared.ports import Ledger, Stored

TRIES = 3
PACE_WAIT_S = 60.0
_Limits = dict[str, SharedLimit]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The shared limits of one chunk, all of whose items are of one cluster or group."""

    ledger: Ledger
    policy: Policy
    desk: Desk
    scope: Scope
    notices: list[Notice] = field(default_factory=list)
    """What a breaker that was opened here owes."""

    @property
    def _breaker_key(self) -> str:
        return breaker_key(self.scope)

    @property
    def _rate_key(self) -> str:
        return rate_key(self.scope) if self.policy.rate is not None else ""

    @property
    def _pace_key(self) -> str:
        """E-HPC publishes no pace, so only SchedulerX has one."""
        return pace_key(self.scope, Api.RERUN_JOB) if self.scope.system is System.SCHEDULERX else ""

    @property
    def keys(self) -> list[str]:
        """The documents of these limits."""
        return [key for key in (self._breaker_key, self._rate_key, self._pace_key) if key]

    def decide(self, items: Sequence[Item], shared: Mapping[str, Stored]) -> None:
        """Decide the items, with tokens taken for all that shall be rerun and a no for those without one."""
        limits = self._read(shared)
        breaker = limits[self._breaker_key] if limits else SharedLimit()
        self.desk.decide_all(items, Admission(breaker, breaker))
        wanting = [item for item in items if self.desk.wants_call(item)]
        if not wanting:
            return
        admission = self._take(wanting, shared, breaker)
        if len(admission.granted or ()) < len(wanting):
            self.desk.books.revert()
            self.desk.decide_all(items, admission)

    def _read(self, shared: Mapping[str, Stored]) -> _Limits | None:
        """The limits as they are; None if one of them cannot be read, which counts as a no."""
        limits: _Limits = {}
        for key in self.keys:
            limit = limit_of(key, shared.get(key))
            if limit is None:
                return None
            limits[key] = limit
        return limits

    def _take(self, wanting: Sequence[Item], shared: Mapping[str, Stored], before: SharedLimit) -> Admission:
        """One compare-and-set over the scope's documents; nobody gets a token if others kept getting in between."""
        for _ in range(TRIES):
            limits = self._read(shared)
            if limits is None:
                return all_wait(before, Wait(Reason.RECORD_UNREADABLE, None))
            taken, admission = self._propose(wanting, limits, before)
            writes = [
                limit_write(key, taken[key], shared.get(key), self.desk.ask.now)
                for key in self.keys
                if taken[key] != limits[key]
            ]
            conflicts = self.ledger.save(writes) if writes else frozenset[str]()
            if self._breaker_key not in conflicts:
                self._note(limits[self._breaker_key], taken[self._breaker_key])
            if not conflicts:
                return admission
            shared = self.ledger.load(self.keys)
        return all_wait(before, Wait(Reason.CONTENDED, self.desk.ask.now + CONTENDED_WAIT_S))

    def _propose(self, wanting: Sequence[Item], limits: _Limits, before: SharedLimit) -> tuple[_Limits, Admission]:
        """What one attempt at the shared documents would leave behind."""
        now, taken = self.desk.ask.now, dict(limits)
        rated = self._within_rate(wanting, limits)
        turn = self._within_pace(rated, limits)
        keys, limit = [item.key for item in turn], self.policy.breaker
        forced = frozenset(item.key for item in turn if self.desk.forced(item))
        admitted = frozenset(keys)
        if limit is None:
            if limits[self._breaker_key].opened_at is not None:  # by hand, since this chunk was decided
                admitted = forced
        else:
            taken[self._breaker_key], admitted = take_breaker_tokens(
                limits[self._breaker_key],
                keys,
                scope=self.scope,
                max_jobs=limit.max_jobs,
                window_s=limit.window_s,
                now=now,
                forced=forced,
            )
        granted = frozenset(id(item) for item in turn if item.key in admitted)
        if self._pace_key:
            taken[self._pace_key] = take_tokens(limits[self._pace_key], len(granted), PACE_WINDOW_S, now)
        later = Wait(Reason.PACE, now + PACE_WAIT_S)
        waits = dict.fromkeys(_ids(rated) - _ids(turn), later)
        if self.policy.rate is not None:
            most, window_s = self.policy.rate.max_jobs, self.policy.rate.window_s
            taken[self._rate_key] = take_tokens(limits[self._rate_key], len(granted), window_s, now)
            until = room_at(taken[self._rate_key], most, window_s, now)
            later = Wait(Reason.RATE, max(now + 1, until))
            waits.update(dict.fromkeys(_ids(wanting) - _ids(rated), later))
        broken = frozenset(keys) - admitted
        return taken, Admission(before, taken[self._breaker_key], broken, granted, waits, later)

    def _within_rate(self, wanting: Sequence[Item], limits: _Limits) -> list[Item]:
        """Those for whom the scope's rate has room, in the order given; a person who forces passes and counts."""
        rate = self.policy.rate
        if rate is None:
            return list(wanting)
        forced = [item for item in wanting if self.desk.forced(item)]
        left = max(0, room(limits[self._rate_key], rate.max_jobs, rate.window_s, self.desk.ask.now) - len(forced))
        passed = _ids(forced) | _ids([item for item in wanting if not self.desk.forced(item)][:left])
        return [item for item in wanting if id(item) in passed]

    def _within_pace(self, rated: Sequence[Item], limits: _Limits) -> list[Item]:
        """Those for whom the operation's pace has room as well."""
        if not self._pace_key:
            return list(rated)
        return list(rated[: room(limits[self._pace_key], PACE_PER_MINUTE, PACE_WINDOW_S, self.desk.ask.now)])

    def _note(self, before: SharedLimit, after: SharedLimit) -> None:
        """It was saved, so it may be told; a rehearsal's save is none."""
        if not self.desk.tied:
            self.notices.extend(newly_owed(self._breaker_key, before, after))


def _ids(items: Sequence[Item]) -> set[int]:
    return {id(item) for item in items}


def newly_owed(key: str, before: SharedLimit, after: SharedLimit) -> list[Notice]:
    """What a breaker's document owes after a save and did not before: this delivery tells it."""
    return [Notice(key, owed) for owed in after.owed if owed not in before.owed]
