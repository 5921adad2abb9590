"""Instances whose clocks differ: what services answer says what time it is, and nothing is decided by another."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.models import fails
from localcloud.schedulerx.service import Schedulerx
from localcloud.schedulerx3.models import fails as worker_fails
from localcloud.schedulerx3.models import succeeds
from localcloud.schedulerx3.service import Schedulerx3
from localcloud.wire.faults import Fault, FaultKind
from shared.reading.times import moment
from shared.reality import SystemClock
from tests.e2e.conftest import POLICY, Town, event, failure, hung_cluster


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

        def monotonic(self) -> float:
            return time.monotonic()

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


def test_a_clock_that_is_set_right_while_a_call_is_on_its_way_never_repeats_it(
    town: Town, machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was five minutes ahead, which a look showed, and is set back amid the call: that did not leave earlier.

    Another instance, whose clock is right, must not take it for long gone.
    """
    hung_cluster(town, 1)

    def set_back(_parameters: Any) -> bool:
        machine.ahead_s = 0.0
        return True

    town.cloud.faults.add(Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=600.0, match=set_back))
    machine.ahead_s = 300.0
    told = town.invoke("event_trigger", failure())
    assert (told["counts"]["unknown"], machine.ahead_s) == (1, 0.0)
    monkeypatch.setattr(SystemClock, "known_off_s", 0.0)
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


FIRST, SECOND = "ehpc-hz-1", "ehpc-hz-2"


def test_a_call_that_has_left_is_settled_where_a_later_look_stops_the_delivery(
    town: Town, machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer about the second cluster is oddly dated, after the first one's job was rerun: it is begun anew."""
    for number, name in enumerate((FIRST, SECOND), 1):
        runs = (hangs(), finishes(600))
        town.cloud[Ehpc].cluster(name).submit(f"{number}.scheduler", JobSpec(runs=runs), at=time.time() - 3600)
    odd: list[float] = []

    def until_the_first_is_rerun(_seconds: float) -> None:
        ends = time.monotonic() + 10
        while not town.rerun_calls() and time.monotonic() < ends:
            time.sleep(0.02)
        time.sleep(0.1)
        odd.append(300.0)

    def dated(moment: float, **_gmt: bool) -> str:
        return formatdate(moment + (odd.pop() if odd else 0.0), usegmt=True)

    monkeypatch.setattr("localcloud.wire.openapi.formatdate", dated)
    town.cloud.faults.sleep = until_the_first_is_rerun
    about = Fault(
        "ListJobsWithFilters",
        FaultKind.DELAY_BEFORE_EFFECT,
        match=lambda parameters: parameters.get("ClusterId") == SECOND,
        delay_s=1,
    )
    town.cloud.faults.add(about)
    events = [event(failure(n, cluster_id=name), event_id=str(n)) for n, name in enumerate((FIRST, SECOND), 1)]
    told = town.invoke("event_trigger", events)
    assert told["counts"]["rerun"] == 1
    town.cloud.openapi.dated, machine.ahead_s = False, 600.0
    town.invoke("sweep", {})
    assert sorted(kill.job_id for kill in town.cloud[Ehpc].kills) == ["1.scheduler", "2.scheduler"]
    accepted = [row["cluster_id"] for row in town.outcomes() if row["reason"] == "accepted"]
    assert sorted(accepted) == [FIRST, SECOND]


def test_a_look_between_two_calls_keeps_neither_from_being_settled(town: Town, machine: Any) -> None:
    """Whether a workflow rests is asked just before its call: the one before it has left, and is to be written down."""
    rules = POLICY.replace("action: rerun}", "action: rerun, unasked: [workflow], action_api: retry_workflow}")
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(rules)
    app = town.cloud[Schedulerx3].app("xxljob-demo", "demo-app")
    events = []
    for job in (71, 72):
        app.job(job, then=(succeeds(300),))
        run = app.execution(
            job, "2026-01-01 10:00:00", worker_fails(300), starts_at=time.time() - 310, workflow_execution_id=str(job)
        )
        place = {"system": "schedulerx3", "cluster_id": "xxljob-demo", "app_name": "demo-app"}
        data = {**place, "job_id": job, "job_execution_id": str(run.execution_id), "occurred_at": time.time()}
        events.append(event(data, event_id=str(job)))

    def set_ahead(_seconds: float) -> None:
        machine.ahead_s = 20.0

    town.cloud.faults.sleep = set_ahead
    town.cloud.faults.add(Fault("OperateRetryWorkflowExecution", FaultKind.DELAY_AFTER_EFFECT, delay_s=1))
    told = town.invoke("event_trigger", events)
    assert told["counts"]["rerun"] == 2
    assert sorted(one.job_id for one in town.cloud[Schedulerx3].retried) == [71, 72]
