"""Shared limits come first: a chunk takes its breaker and pace tokens before it reserves any attempt.

A crash after that wastes tokens and never overspends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.call import Api
from shared.domain.job import Scope, System
from shared.domain.limits import SharedLimit, breaker_key, pace_key, take_breaker_tokens, take_pace_tokens
from shared.domain.reasons import Reason
from shared.heal.books import limit_of, limit_write
from shared.heal.desk import CONTENDED_WAIT_S, Admission, Desk
from shared.heal.items import Item
from shared.policy.model import Policy
from shared.ports import Ledger, Stored

TRIES = 3
PACE_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one attempt at the shared documents would leave behind."""

    breaker: SharedLimit
    admitted: frozenset[str]
    pace: SharedLimit
    granted: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The shared limits of one chunk, all of whose items are of one cluster or group."""

    ledger: Ledger
    policy: Policy
    desk: Desk
    scope: Scope

    @property
    def _breaker_key(self) -> str:
        return breaker_key(self.scope)

    @property
    def _pace_key(self) -> str:
        return pace_key(self.scope, Api.RERUN_JOB)

    @property
    def keys(self) -> list[str]:
        """The documents of these limits: E-HPC publishes no rate, so only SchedulerX has a pace."""
        paced = [self._pace_key] if self.scope.system is System.SCHEDULERX else []
        return [self._breaker_key, *paced]

    def decide(self, items: Sequence[Item], shared: Mapping[str, Stored]) -> None:
        """Decide the items, with tokens taken for all that shall be rerun and a no for those without one."""
        before = limit_of(shared.get(self._breaker_key))
        self.desk.decide_all(items, Admission(before, before))
        wanting = [item for item in items if self.desk.wants_call(item)]
        if not wanting:
            return
        taken = self._take(wanting, shared)
        admission = _contended(before, self.desk.ask.now) if taken is None else self._admit(before, wanting, taken)
        if len(admission.granted or ()) < len(wanting):
            self.desk.books.revert()
            self.desk.decide_all(items, admission)

    def _take(self, wanting: Sequence[Item], shared: Mapping[str, Stored]) -> _Taken | None:
        """One compare-and-set over the scope's documents; None if others kept getting in between."""
        for _ in range(TRIES):
            taken = self._propose(wanting, shared)
            proposed = {self._breaker_key: taken.breaker, self._pace_key: taken.pace}
            writes = [
                limit_write(key, proposed[key], shared.get(key), self.desk.ask.now)
                for key in self.keys
                if proposed[key] != limit_of(shared.get(key))
            ]
            if not writes or not self.ledger.save(writes):
                return taken
            shared = self.ledger.load(self.keys)
        return None

    def _propose(self, wanting: Sequence[Item], shared: Mapping[str, Stored]) -> _Taken:
        now, keys = self.desk.ask.now, [item.key for item in wanting]
        breaker, admitted = limit_of(shared.get(self._breaker_key)), frozenset(keys)
        limit = self.policy.breaker
        if limit is not None:
            forced = frozenset(item.key for item in wanting if self.desk.forced(item))
            breaker, admitted = take_breaker_tokens(
                breaker, keys, max_jobs=limit.max_jobs, window_s=limit.window_s, now=now, forced=forced
            )
        pace, granted = limit_of(shared.get(self._pace_key)), len(keys)
        if self.scope.system is System.SCHEDULERX:
            pace, granted = take_pace_tokens(pace, sum(1 for key in keys if key in admitted), now=now)
        return _Taken(breaker, admitted, pace, granted)

    def _admit(self, before: SharedLimit, wanting: Sequence[Item], taken: _Taken) -> Admission:
        broken = frozenset(item.key for item in wanting if item.key not in taken.admitted)
        admitted = [item for item in wanting if item.key in taken.admitted]
        granted = frozenset(id(item) for item in admitted[: taken.granted])
        return Admission(before, taken.breaker, broken, granted, (Reason.PACE, self.desk.ask.now + PACE_WAIT_S))


def _contended(before: SharedLimit, now: float) -> Admission:
    """Nobody is reserved without tokens: all wait a moment."""
    return Admission(before, before, frozenset(), frozenset(), (Reason.CONTENDED, now + CONTENDED_WAIT_S))
