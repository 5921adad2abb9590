"""DataWorks through the corridor, the real SDK and the local cloud: from its own event to one rerun at most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isinf
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.dataworks.models import Course, Instance, Project, RerunMode, fails, keeps_running, succeeds
from localcloud.dataworks.service import Dataworks
from localcloud.wire.faults import Fault, FaultKind
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.support.corridor_night import CorridorNight
from tests.support.depth import of_today
from tests.support.make import Make

POLICY = """\
version: 1
breaker: {max_jobs: 5000, window_s: 600}
sources: [{event: {source: acs.dataworks}, systems: [dataworks]}]
rules:
  - {name: sandbox, match: {job_name: 'sandbox*'}, action: rerun, unasked: [dev_environment]}
  - {name: the-rest, match: {}, action: rerun}
"""
PROJECT, NODE = 12345, 71


@dataclass
class Night(CorridorNight):
    """With a workspace."""

    project: Project = field(kw_only=True)

    def failed(self, *then: Course, **settings: Any) -> Instance:
        """An instance of a node with these settings that has failed a moment ago; `then` is what reruns of it do."""
        if NODE not in self.project.nodes:
            self.project.node(NODE, settings.pop("name", "settle"), **settings)
        return self.project.instance(NODE, fails(300), then=then, starts_at=self.clock.now() - 310)

    def told(self, *failed: Instance, **more: Any) -> list[tuple[str, str]]:
        """The service's own events a second later, all the way."""
        self.clock.advance(1)
        return self.heard([native(one, **more) for one in failed])

    @property
    def reruns(self) -> list[int]:
        """Instances that were rerun, as the service knows it."""
        return [one.instance_id for one in self.cloud[Dataworks].reruns]


def native(one: Instance, **more: Any) -> dict[str, Any]:
    """The event that the service publishes of an instance that has failed."""
    data = {
        "eventCode": "instance-status-changes",
        "taskId": one.instance_id,
        "status": 5,
        "nodeId": one.task_id,
        "taskType": 0,
        "dagType": 0,
        "appId": PROJECT,
        "finishTime": 0 if isinf(one.ends_at) else int(one.ends_at * 1000),
        **more,
    }
    return {
        "specversion": "1.0",
        "id": f"{one.instance_id}/{one.ends_at}/{json.dumps(more)}",
        "source": "acs.dataworks",
        "type": "dataworks:InstanceStatusChanges:InstanceStatusChanges",
        "time": "2026-01-01T04:00:00Z",
        "data": data,
    }


WAITS = [pytest.param(0.0, id="starts at once"), pytest.param(7200.0, id="waits for resources")]


@pytest.fixture(params=of_today(WAITS))
def night(
    request: pytest.FixtureRequest, cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path
) -> Iterator[Night]:
    """A rerun starts at once, or stands in a queue for two hours."""
    project = cloud[Dataworks].project(PROJECT, wait_s=request.param)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield Night(cloud, clock, ledger, open_api, POLICY, project=project)
    ledger.close()


def test_a_native_event_is_enough(night: Night) -> None:
    """From the platform's event to one accepted rerun with no emitter; told twice, rerun once."""
    failed = night.failed(succeeds(60))
    assert night.told(failed) == [("rerun", "accepted")]
    assert night.told(failed, opCode=31)[0][0] == "duplicate"
    assert night.swept() == [("rerun", "seen_restarted" if night.project.wait_s else "seen_succeeded")]
    assert night.reruns == [failed.instance_id]
    row, number = night.sink.rows[0], str(failed.instance_id)
    assert (row["job_id"], row["job_instance_id"], row["api"]) == (number, number, "RerunTaskInstances")


def test_a_rerun_that_failed_is_told_as_failed_although_the_next_one_succeeds(night: Night) -> None:
    """Both are over before anybody looks what became of the first."""
    night.policy, wait_s = POLICY + "cooldown: {base_s: 0, max_s: 0}\n", night.project.wait_s
    failed = night.failed(fails(30), succeeds(20))
    for code in (31, 32):
        assert night.told(night.project.instances[failed.instance_id], opCode=code) == [("rerun", "accepted")]
        night.clock.advance(wait_s + 40)
    night.swept(300)
    assert sorted((row["attempt"], row["reason"]) for row in night.sink.sightings) == [
        ("1", "seen_failed"),
        ("2", "seen_succeeded"),
    ]


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.PART_FAILURE])
def test_whatever_becomes_of_the_call_it_is_rerun_exactly_once(night: Night, kind: FaultKind) -> None:
    """An answer lost with or without the effect, a throttle, a stranger's page: one rerun in the end, never two."""
    failed = night.failed(succeeds(60))
    night.cloud.faults.add(Fault("RerunTaskInstances", kind, delay_s=0.1))
    night.told(failed)
    for _ in range(4):
        night.told(failed)
        night.swept()
    assert night.reruns == [failed.instance_id]
    told = night.sink.told()
    assert told.count(("rerun", "accepted")) + told.count(("rerun", "observed_restart")) == 1


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.PART_FAILURE])
@pytest.mark.parametrize("read", ["GetTaskInstance", "ListTaskInstances"])
def test_whatever_becomes_of_a_look_nothing_is_lost(night: Night, read: str, kind: FaultKind) -> None:
    """A read that fails is made again, or made in another way: each failure is rerun once."""
    failed = [night.failed(succeeds(60)) for _ in range(6)]
    night.cloud.faults.add(Fault(read, kind, delay_s=0.1))
    night.told(*failed)
    for _ in range(3):
        night.swept()
    assert sorted(night.reruns) == sorted(one.instance_id for one in failed)


@pytest.mark.parametrize("off_s", [-60 * 86_400, -8 * 3600, 8 * 3600])
def test_a_first_run_is_healed_whatever_time_is_told(night: Night, off_s: int) -> None:
    """A zone that is read wrongly, a clock that stood still: there was no run before it."""
    failed = night.failed(succeeds(60))
    assert night.told(failed, finishTime=int((failed.ends_at + off_s) * 1000)) == [("rerun", "accepted")]
    assert night.reruns == [failed.instance_id]


def test_its_next_failure_is_a_failure_of_its_own(night: Night) -> None:
    """The rerun fails as well: the same instance in another run gets an attempt of its own."""
    failed = night.failed(fails(60), succeeds(60))
    assert night.told(failed) == [("rerun", "accepted")]
    night.clock.advance(night.project.wait_s + 120)
    night.told(night.project.instances[failed.instance_id])
    night.swept()
    night.swept()
    assert night.reruns == [failed.instance_id] * 2
    assert night.told(failed)[0][0] == "duplicate"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rerun_mode": RerunMode.ALL_DENIED}, ("ineligible", "not_rerunnable")),
        ({"rerun_mode": RerunMode.FAILURE_ALLOWED}, ("rerun", "accepted")),
        ({"frozen": True}, ("ineligible", "job_disabled")),
        ({"dev": True}, ("held", "dev_environment")),
        ({"dev": True, "name": "sandbox-1"}, ("rerun", "accepted")),
    ],
)
def test_a_nodes_settings_are_honoured(night: Night, settings: dict[str, Any], told: tuple[str, str]) -> None:
    """What denies it or is frozen is never rerun, what is being developed only by a person's or a rule's word."""
    failed = night.failed(**settings)
    assert night.told(failed) == [told]
    assert len(night.reruns) == (told == ("rerun", "accepted"))


def test_what_people_have_rerun_is_not_rerun(night: Night) -> None:
    """A person was quicker; the event comes late."""
    failed = night.failed(fails(60))
    night.clock.advance(60)
    night.project.rerun(failed.instance_id)
    night.clock.advance(night.project.wait_s + 90)
    assert night.told(failed) == [("duplicate", "restarted_since")]
    assert len(night.reruns) == 1


def test_an_instance_of_another_workspace_is_not_found(night: Night) -> None:
    """Or one that is not there: whoever may speak for one workspace names nothing of another."""
    failed = night.failed()
    assert night.told(failed, appId=PROJECT + 1) == [("ineligible", "not_found")]
    assert night.told(failed, taskId=1) == [("ineligible", "not_found")]
    assert not night.reruns


def test_one_id_that_is_refused_is_refused_alone(night: Night) -> None:
    """The answer speaks of each: the others of the call are rerun, none twice."""
    failed = [night.failed() for _ in range(3)]
    night.cloud[Dataworks].deny(failed[1].instance_id)
    told = night.told(*failed)
    assert sorted(told) == [("refused", "api_refused"), ("rerun", "accepted"), ("rerun", "accepted")]
    night.swept()
    assert sorted(night.reruns) == [failed[0].instance_id, failed[2].instance_id]


def test_a_batch_that_is_too_large_is_halved(night: Night) -> None:
    """How many ids a call takes is not documented: refused as a whole, it goes on in halves, and each runs once."""
    night.cloud[Dataworks].take_at_most(20)
    failed = [night.failed() for _ in range(50)]
    assert night.told(*failed) == [("rerun", "accepted")] * 50
    assert sorted(night.reruns) == sorted(one.instance_id for one in failed)
    assert len(night.cloud.openapi.calls_of("RerunTaskInstances")) == 7


def test_a_storm_takes_few_calls(
    cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path
) -> None:
    """2,000 instances fail together: their day listed by pages, none read by itself, 50 reruns a call, each once."""
    project = cloud[Dataworks].project(PROJECT)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    night = Night(cloud, clock, ledger, open_api, POLICY, project=project)
    failed = [night.failed() for _ in range(2_000)]
    assert night.told(*failed) == [("rerun", "accepted")] * 2_000
    assert sorted(night.reruns) == [one.instance_id for one in failed]
    assert len(cloud.openapi.calls_of("RerunTaskInstances")) == 40
    assert len(cloud.openapi.calls_of("ListTaskInstances")) == 4
    assert len(cloud.openapi.calls_of("GetTaskInstance")) == 0
    ledger.close()


def test_a_live_instance_is_left_alone(night: Night) -> None:
    """Its own retry, or somebody's rerun, is at work."""
    night.project.node(NODE)
    lives = night.project.instance(NODE, keeps_running(), starts_at=night.clock.now() - 60)
    assert night.told(lives) == [("ineligible", "state_not_eligible")]
