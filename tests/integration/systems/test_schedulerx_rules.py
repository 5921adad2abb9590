"""SchedulerX where a rule says `retry_instance`: RetryJobInstance, proven by the list of instances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx.models import Instance, JobConfig, Origin, ScheduledJob, fails, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.support.corridor_night import CorridorNight
from tests.support.make import Make

POLICY = """\
version: 1
sources: [{event: {source: field.*}, systems: [schedulerx]}]
rules: [{name: the-rest, match: {}, action: rerun, action_api: retry_instance}]
"""
DAY = "2026-01-01 10:00:00"


@dataclass
class Night(CorridorNight):
    """With a job of a group."""

    job: ScheduledJob = field(kw_only=True)

    def failed(self) -> Instance:
        """Of the day, a moment ago."""
        return self.job.instance(DAY, fails(300), scheduled_at=self.clock.now() - 310)

    def told(self, failed: Instance, **more: Any) -> list[tuple[str, str]]:
        """A CloudEvent from the field a second later, all the way."""
        self.clock.advance(1)
        place = {"system": "schedulerx", "namespace": "ns", "group_id": "a.group", "job_id": 42}
        data = {**place, "job_instance_id": failed.instance_id, **more}
        event = {"specversion": "1.0", "id": f"{self.clock.now()}", "source": "field.gate", "data": data}
        return self.heard([event])

    def made(self) -> list[tuple[str, Origin]]:
        """What operations have made, as the service counts."""
        return [(one.data_time, one.origin) for one in self.cloud[Schedulerx].reruns]


@pytest.fixture
def night(cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path) -> Iterator[Night]:
    """The job's reruns take a minute and end well, unless a test says otherwise."""
    job = cloud[Schedulerx].group("ns", "a.group").job(42, JobConfig(reruns=(succeeds(60),)))
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield Night(cloud, clock, ledger, open_api, POLICY, job=job)
    ledger.close()


def test_the_instance_is_retried_once_and_its_end_is_told(night: Night) -> None:
    """Told twice, retried once; no day is touched."""
    failed, at = night.failed(), night.clock.now()
    assert night.told(failed, occurred_at=at) == [("rerun", "accepted")]
    assert night.told(failed, occurred_at=at, message="told otherwise")[0][0] == "duplicate"
    assert night.swept() == [("rerun", "seen_succeeded")]
    assert night.made() == [(DAY, Origin.RETRY_JOB_INSTANCE)]
    assert night.cloud.openapi.calls_of("RerunJob") == []


@pytest.mark.parametrize(
    "kind",
    [FaultKind.CLOSE_BEFORE_EFFECT, FaultKind.CLOSE_AFTER_EFFECT, FaultKind.THROTTLED, FaultKind.HTML_AFTER_EFFECT],
)
def test_whatever_becomes_of_the_call_it_is_retried_exactly_once(night: Night, kind: FaultKind) -> None:
    """The list of instances shows what a lost answer leaves open."""
    failed, at = night.failed(), night.clock.now()
    night.cloud.faults.add(Fault("RetryJobInstance", kind, delay_s=0.1))
    night.told(failed, occurred_at=at)
    for _ in range(3):
        night.told(failed, occurred_at=at)
        night.swept()
    assert night.made() == [(DAY, Origin.RETRY_JOB_INSTANCE)]
    assert night.sink.told().count(("rerun", "accepted")) + night.sink.told().count(("rerun", "observed_restart")) == 1
    assert [row["reason"] for row in night.sink.sightings] == ["seen_succeeded"]


def test_a_persons_rerun_of_the_day_is_no_proof_of_ours(night: Night) -> None:
    """The answer was lost and nothing done, and somebody reran the day in between: that is told, and nothing twice."""
    failed, at = night.failed(), night.clock.now()
    night.cloud.faults.add(Fault("RetryJobInstance", FaultKind.CLOSE_BEFORE_EFFECT))
    assert night.told(failed, occurred_at=at) == [("unknown", "answer_lost")]
    night.clock.advance(30)
    night.job.make(DAY, Origin.RERUN_JOB)
    night.swept()
    night.swept()
    assert night.made() == [(DAY, Origin.RERUN_JOB)]
