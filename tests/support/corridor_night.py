"""A night against the local cloud: a ledger, the corridor with the real transport, events in, and the timer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from shared.domain.failure import Trigger
from shared.heal import Healer, Invocation, Report
from shared.intake import Context, read_events
from shared.ledger.sqlite import SqliteLedger
from shared.policy.load import load_policy
from shared.sweep import sweep
from shared.systems import SYSTEMS
from shared.systems.openapi import OpenApi
from tests.support.clock import Chance
from tests.support.make import Make
from tests.support.sink import Sink


@dataclass
class CorridorNight:
    """What every such night has; whose jobs there are is the matter of its own kind."""

    cloud: LocalCloud
    clock: ManualClock
    ledger: SqliteLedger
    api: Make[OpenApi]
    policy: str
    sink: Sink = field(default_factory=Sink)
    zone: str = "Asia/Shanghai"
    _given: Healer | None = None

    def heal_with(self, healer: Healer | None) -> None:
        """What is heard from now on goes through that corridor; None: through a new invocation's each time."""
        self._given = healer

    def healer(self) -> Healer:
        """A new invocation's."""
        zone = ZoneInfo(self.zone)
        return Healer(
            systems=cache(lambda system, _region: SYSTEMS.named(system).connect(self.api(), self.clock, zone)),
            ledger=self.ledger,
            sink=self.sink,
            clock=self.clock,
            chance=Chance(),
            policy=load_policy(self.policy),
            invocation=Invocation("r", self.clock.now() + 60),
        )

    def heard(self, events: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
        """Events, all the way."""
        intake = read_events(json.dumps(events).encode(), Context(region="cn-hangzhou", now=self.clock.now()))
        assert intake.unreadable == []
        return verdicts((self._given or self.healer()).handle(intake, Trigger.EVENT))

    def swept(self, after_s: float = 600) -> list[tuple[str, str]]:
        """The timer, so much later."""
        self.clock.advance(after_s)
        return verdicts(sweep(self.healer()))


def verdicts(report: Report) -> list[tuple[str, str]]:
    """Verdict and reason of each outcome."""
    return [(one.outcome.verdict, one.outcome.reason) for one in report.results]
