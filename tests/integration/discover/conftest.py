"""A region whose time stands, and everything that the functions are made of, against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx.models import Group
from localcloud.schedulerx.service import Schedulerx
from shared.discover import discover, note
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.domain.failure import Intake, Trigger
from shared.heal import Healer, Invocation, Report
from shared.intake.context import Context
from shared.intake.event import read_events
from shared.ledger.sqlite import SqliteLedger
from shared.policy.load import load_policy
from shared.ports import JobSystem
from shared.sweep import sweep
from shared.systems import SYSTEMS
from shared.systems.discovery import Seeker
from shared.systems.openapi import OpenApi
from tests.support.clock import Chance
from tests.support.sink import Sink

KEY = Credentials(access_key_id="local", access_key_secret="local-secret")
REGION = "cn-hangzhou"
PERIOD_S = 180.0
BASE = """
version: 1
timing: {settle_s: 60}
cooldown: {base_s: 0, factor: 1, max_s: 0}
"""


@dataclass
class Ward:
    """The region, the ledger, the outcomes, and the functions."""

    cloud: LocalCloud
    clock: ManualClock
    ledger: SqliteLedger
    policy: str = ""
    rules: str = "rules: [{name: all, match: {}, action: rerun}]\n"
    sink: Sink = field(default_factory=Sink)
    runs: int = 0

    def group(self, group_id: str = "a.group", namespace: str = "ns") -> Group:
        """A new SchedulerX group."""
        return self.cloud[Schedulerx].group(namespace, group_id)

    def discover(self, *, dry_run: bool = False, time_s: float = 120.0) -> Report:
        """One run of the timer's function."""
        return discover(self.healer(time_s), self._seeker, REGION, dry_run=dry_run)

    def periods(self, count: int = 1) -> list[Report]:
        """So many runs, each a period after the one before."""
        reports = []
        for _ in range(count):
            self.clock.advance(PERIOD_S)
            reports.append(self.discover())
        return reports

    def sweep(self) -> Report:
        """One run of the other timer's function."""
        return sweep(self.healer())

    def event(self, body: bytes) -> Report:
        """One event, all the way."""
        intake: Intake = read_events(body, Context(region=REGION, now=self.clock.now()))
        healer = self.healer()
        report = healer.handle(intake, Trigger.EVENT)
        report.add(note(healer, intake, REGION, Trigger.EVENT))
        return report

    def healer(self, time_s: float = 120.0) -> Healer:
        """A new invocation's corridor."""
        self.runs += 1
        return Healer(
            systems=self._system,
            ledger=self.ledger,
            sink=self.sink,
            clock=self.clock,
            chance=Chance(),
            policy=load_policy(BASE + self.policy + self.rules),
            invocation=Invocation(f"r{self.runs}", self.clock.now() + time_s),
        )

    def calls(self, action: str) -> list[dict[str, str]]:
        """Parameters of the calls of an operation."""
        return [dict(call.parameters) for call in self.cloud.openapi.calls_of(action)]

    def told(self) -> list[tuple[str, str]]:
        """Verdict and reason of each outcome in the Logstore."""
        return [(one["verdict"], one["reason"]) for one in self.sink.rows]

    @property
    def api(self) -> OpenApi:
        """A fresh transport to the region."""
        return OpenApi(KEY, parse_endpoint(self.cloud.endpoint))

    def _system(self, name: str, region: str) -> JobSystem:
        del region
        return SYSTEMS.named(name).connect(self.api, self.clock, ZoneInfo("Asia/Shanghai"))

    def _seeker(self, name: str, region: str) -> Seeker | None:
        return SYSTEMS.named(name).seeker(self.api, self.clock, ZoneInfo("Asia/Shanghai"), region)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """Noon of 2026-01-01 in Shanghai."""
    clock = ManualClock(1_767_240_000.0)
    with LocalCloud(clock=clock, signing_clock=SystemClock()) as cloud:
        yield Ward(cloud, clock, SqliteLedger(str(tmp_path / "ledger.db"), clock))
