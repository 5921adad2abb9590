"""Instances whose clocks differ: what services answer says what time it is, and nothing is decided by another."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.models import fails
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.reading.times import moment
from shared.reality import SystemClock
from tests.e2e.conftest import POLICY, Town
from tests.e2e.test_doors import failure, hung_cluster


@pytest.fixture(autouse=True)
def _dated(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers say what time it is, and a new process knows nothing of its clock."""
    town.cloud.openapi.dated = True
    monkeypatch.setattr(SystemClock, "known_off_s", 0.0)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The clock of the machine that the functions run on: `machine.ahead_s`."""

    class Machine:
        ahead_s = 0.0

        def time(self) -> float:
            return time.time() + self.ahead_s

    made = Machine()
    monkeypatch.setattr("shared.reality.time", made)
    return made


@pytest.mark.parametrize("ahead_s", [0.0, 240.0, 840.0])
def test_another_instance_ahead_of_the_first_never_repeats_its_call(town: Town, machine: Any, ahead_s: float) -> None:
    """The first call's effect is still to come; by the other's clock it would long have shown."""
    hung_cluster(town, 1)
    town.cloud.faults.add(Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=600.0))
    told = town.invoke("event_trigger", failure())
    assert told["counts"]["unknown"] == 1
    machine.ahead_s = ahead_s
    town.invoke("sweep", {})
    assert len(town.rerun_calls()) == 1


@pytest.mark.parametrize(
    ("door", "ahead_s"), [("event_trigger", 0.0), ("event_trigger", -240.0), ("log_trigger", -840.0), ("manual", 840.0)]
)
def test_a_run_that_has_just_failed_is_healed_whatever_our_clock_says(
    town: Town, machine: Any, door: str, ahead_s: float
) -> None:
    """It began two minutes ago; by a clock that is behind it failed before it began."""
    cluster = town.cloud[Ehpc].cluster("ehpc-hz-1")
    cluster.submit("1.scheduler", JobSpec(runs=(hangs(), finishes(600))), at=time.time() - 120)
    town.put("failures", {"content": json.dumps(failure())})
    machine.ahead_s = ahead_s
    told = town.invoke(door, town.trigger_event() if door == "log_trigger" else failure())
    assert told["counts"]["rerun"] == 1
    (row,) = town.outcomes()
    assert abs(moment(row["at"]) - time.time()) < 30
    assert len(town.cloud[Ehpc].kills) == 1


@pytest.mark.parametrize("ahead_s", [-840.0, 840.0])
def test_what_nobody_told_is_found_by_the_first_timer(town: Town, machine: Any, ahead_s: float) -> None:
    """Begun anew the run has its places again: it had taken them until an end by the wrong clock."""
    named = "discover: {schedulerx: [{namespace: ns, groups: [a.group]}]}\n"
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + named)
    job = town.cloud[Schedulerx].group("ns", "a.group").job(42)
    job.instance("2026-01-01 10:00:00", fails(30, "worker lost"), scheduled_at=time.time() - 600)
    machine.ahead_s = ahead_s
    told = town.invoke("discover", {})
    assert [(one["verdict"], one["trigger"]) for one in told["outcomes"]] == [("rerun", "discover")]
