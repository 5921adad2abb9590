"""The night in which clocks are set back, with SchedulerX: a rerun that began in that hour is seen to be ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx.models import JobConfig, fails, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.endpoint import parse_endpoint
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.integration.systems.conftest import KEY
from tests.integration.systems.test_schedulerx_rules import DAY, Night

ZONE = "America/New_York"
SET_BACK = 1_793_512_800.0
"""2026-11-01 06:00 UTC: at 02:00 it is 01:00 once more."""
POLICY = """\
version: 1
rules: [{name: the-rest, match: {}, action: rerun}]
"""


@pytest.mark.parametrize("into_s", [-3000.0, -60.0, 600.0, 3000.0])
@pytest.mark.parametrize("lost", [True, False])
def test_a_day_is_rerun_once_in_the_hour_that_comes_twice(
    tmp_path: Path,
    lost: bool,  # noqa: FBT001 - an example
    into_s: float,
) -> None:
    """Of an instance that began before clocks were set back, or after; whether the answer of the rerun is lost."""
    clock = ManualClock(SET_BACK + into_s)
    with LocalCloud(clock=clock, signing_clock=SystemClock(), zone=ZONE) as cloud:
        job = cloud[Schedulerx].group("ns", "a.group").job(42, JobConfig(reruns=(succeeds(60),)))
        ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
        night = Night(
            cloud,
            clock,
            ledger,
            lambda: OpenApi(KEY, parse_endpoint(cloud.endpoint)),
            POLICY,
            zone=ZONE,
            job=job,
        )
        failed = job.instance(DAY, fails(1200), scheduled_at=clock.now() - 1202)
        if lost:
            cloud.faults.add(Fault("RerunJob", FaultKind.CLOSE_AFTER_EFFECT))
        assert night.told(failed, occurred_at=clock.now()) == [
            ("unknown", "answer_lost") if lost else ("rerun", "accepted")
        ]
        told = [one for _ in range(8) for one in night.swept(300)]
        ledger.close()
    assert told == [("rerun", "observed_restart")] * lost + [("rerun", "seen_succeeded")]
    assert len(night.made()) == 1
