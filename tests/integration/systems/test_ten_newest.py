"""A SchedulerX that shows the ten newest instances of a job whatever page is asked for, as one of its pages says.

Of a job that runs every half minute these are five minutes: what a rerun made before that, and what lives longer, is
not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx import answers
from localcloud.schedulerx.models import Course, Instance, JobConfig, fails, keeps_running, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.integration.systems.test_schedulerx_rules import Night
from tests.support.make import Make

POLICY = """\
version: 1
rules: [{name: the-rest, match: {}, action: rerun}]
"""


class BusyNight(Night):
    """Of a job that runs every half minute."""

    def begun(self, course: Course, ago_s: float = 10.0) -> Instance:
        """An instance of the present data time, begun so long ago."""
        day = datetime.fromtimestamp(self.clock.now(), ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M:%S")
        return self.job.instance(day, course, scheduled_at=self.clock.now() - ago_s)

    def goes_on(self, minutes: int) -> None:
        """Two more instances a minute, which end well."""
        for _ in range(2 * minutes):
            self.clock.advance(30)
            self.begun(succeeds(2))
        self.clock.advance(15)


@pytest.fixture
def night(
    cloud: LocalCloud,
    clock: ManualClock,
    open_api: Make[OpenApi],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[BusyNight]:
    """Whose service shows no more than the ten newest."""
    monkeypatch.setattr(answers, "_page", lambda _: (0, 10))
    job = cloud[Schedulerx].group("ns", "a.group").job(42, JobConfig(reruns=(succeeds(60),)))
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield BusyNight(cloud, clock, ledger, open_api, POLICY, job=job)
    ledger.close()


def test_a_rerun_that_newer_instances_have_covered_is_not_repeated(night: BusyNight) -> None:
    """Its answer was lost; ten minutes later twenty further instances have begun."""
    failed = night.begun(fails(5))
    night.cloud.faults.add(Fault("RerunJob", FaultKind.CLOSE_AFTER_EFFECT))
    assert night.told(failed, occurred_at=night.clock.now()) == [("unknown", "answer_lost")]
    told = []
    for _ in range(3):
        night.goes_on(10)
        told += night.swept(0)
    assert told == [("rerun", "observed_restart"), ("rerun", "seen_succeeded")]
    assert len(night.made()) == 1


def test_what_lives_behind_ten_newer_ones_is_seen(night: BusyNight) -> None:
    """A rerun would start a second instance beside it."""
    night.begun(keeps_running(), ago_s=3_000)
    night.goes_on(10)
    assert night.told(night.begun(fails(5)), occurred_at=night.clock.now()) == [("ineligible", "live_instance")]


def test_a_day_behind_ten_newer_instances_is_found(night: BusyNight) -> None:
    """Told by its data time alone, ten minutes late."""
    failed = night.begun(fails(5))
    night.goes_on(10)
    place = {"system": "schedulerx", "namespace": "ns", "group_id": "a.group", "job_id": 42}
    data = {**place, "data_time": failed.data_time, "occurred_at": failed.ends_at}
    assert night.heard([{"specversion": "1.0", "id": "1", "source": "field.gate", "data": data}]) == [
        ("rerun", "accepted")
    ]
