"""Worlds for the laws of discovery: the local cloud's services without a wire, and a period after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.clock import ManualClock
from localcloud.wire.http import ApiError
from localcloud.wire.openapi import Operation
from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.policy.places import place_fits
from shared.systems.discovery import Memory, Seeker, Terms
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD_S = 180.0


@dataclass
class Direct:
    """Calls the operations of services in this process (`shared.systems.openapi.Caller`)."""

    operations: dict[str, Operation] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    """How often each operation was called."""

    @classmethod
    def to(cls, operations: Iterable[Operation]) -> Direct:
        """All of them."""
        return cls({one.action: one for one in operations})

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """The operation's own answer."""
        self.calls[wanted.action] += 1
        try:
            body = self.operations[wanted.action].handler(dict(wanted.parameters))
        except ApiError as error:
            return refused(error.code, error.message, jobs=1, http_status=error.status)
        return Reply(body={"RequestId": "r", **body}, request_id="r", status=200)


class AnyCalls:
    """No pace: what is looked for is whether the right things are found."""

    def may(self, operation: str) -> bool:
        """Always."""
        del operation
        return True


@dataclass
class Watcher:
    """One scope that is looked through, period after period; its clock may be off from the services'."""

    seeker: Seeker
    watch: Any
    scope: Scope
    clock: ManualClock
    skew_s: float = 0.0
    memory: Memory = field(default_factory=dict)
    found: list[tuple[float, Failure]] = field(default_factory=list)

    def look(self) -> None:
        """One look; what was found is kept with the services' time."""
        terms = Terms(now=self.clock.now() + self.skew_s, fits=place_fits, stale_after_s=86_400.0)
        sight = self.seeker.look(self.watch, self.scope, self.memory, AnyCalls(), terms)
        assert sight.done, sight.problem
        self.memory = sight.memory
        self.found += [(self.clock.now(), failure) for failure in sight.failures]

    def night(self, hours: float, each: Callable[[float], None]) -> None:
        """So many hours of periods; what happens in each comes before its look."""
        for _ in range(int(hours * 3600 / PERIOD_S)):
            self.clock.advance(PERIOD_S)
            each(self.clock.now())
            self.look()
