"""Events about machines: whatever stands in them, at most one instance id and a time that is not ahead comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.domain.machines import MachineEvent, Weight
from shared.systems import SYSTEMS
from shared.systems.ehpc.machines import machine_event, tells_of_machines

NOW = 1_767_607_920.0


def read(kind: str, data: Any, **envelope: Any) -> MachineEvent | None:
    """Of a CloudEvent."""
    return machine_event({"type": kind, "data": data, **envelope}, NOW)


@pytest.mark.parametrize(
    ("kind", "data", "weight"),
    [
        ("ecs:Instance:SystemFailure.Delete", {"instanceId": "i-1", "eventCycleStatus": "Executed"}, Weight.LOST),
        ("ecs:Instance:SystemFailure.Stop", '{"instanceId": "i-1", "eventStatus": "executing"}', Weight.LOST),
        ("ecs:Instance:InstanceFailure.Reboot", {"resourceId": "acs:ecs:r:1:instance/i-1"}, Weight.MAYBE),
        ("ecs:Instance:SystemMaintenance.Stop", {"instanceId": "i-1", "eventStatus": "Inquiring"}, Weight.AHEAD),
        ("ecs:Instance:SystemMaintenance.RebootAndIsolateErrorDisk", {"instanceId": "i-1"}, Weight.AHEAD),
        ("ecs:Instance:SystemMaintenance.IsolateErrorDisk", {"instanceId": "i-1"}, None),
        ("ecs:Instance:SystemFailure.Stop", {"instanceId": "i-1", "eventStatus": "Canceled"}, None),
        ("ecs:Instance:AutoReactivateCompleted", {"instanceId": "i-1"}, None),
        ("ecs:Instance:StateChange", {"resourceId": "i-1", "state": "Deleted"}, Weight.LOST),
        ("ecs:Instance:StateChange", {"resourceId": "i-1", "state": ["Stopped"]}, None),
        ("ecs:Instance:StateChange", {"resourceId": "i-1; drop", "state": "Stopped"}, None),
        ("ecs:Instance:StateChange", "{" * 3_000, None),
        ("ecs:Instance:StateChange", None, None),
        ("ecs:Disk:ErrorDetected", {"resourceId": "d-1"}, None),
    ],
)
def test_what_an_event_proves(kind: str, data: Any, weight: Weight | None) -> None:
    """By its type and status; what cannot be understood proves nothing."""
    told = read(kind, data)
    assert (told.weight if told else None) is weight
    assert told is None or told.machine == "i-1"


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-01-05T10:10:00Z", NOW - 120),
        ("2036-01-05T10:10:00Z", NOW),
        ("yesterday", NOW),
        (None, NOW),
        ({}, NOW),
    ],
)
def test_its_time_is_never_ahead(time: Any, at: float) -> None:
    """A time of the future, or none, counts as now: else a healthy run that begins later would be lost."""
    told = read("ecs:Instance:StateChange", {"resourceId": "i-1", "state": "Stopped"}, time=time)
    assert told is not None
    assert told.at == at


def test_other_events_are_none_of_these() -> None:
    """A failure that is announced is read as one, whatever else is in it."""
    assert not tells_of_machines({"type": "job.failed", "data": {"system": "ehpc"}})
    assert not tells_of_machines({"type": "ecs:Instance:StateChange", "data": {"system": "ehpc", "instanceId": "i-1"}})
    assert not tells_of_machines({"type": "ecs:Disk:Stalled", "data": {"resourceId": "d-1"}})
    assert tells_of_machines({"product": "ECS", "name": "x", "resourceId": "i-1"})
    assert machine_event({"product": "ECS", "name": ["x"]}, NOW) is None


def test_a_node_is_drained_with_its_schedulers_own_words() -> None:
    """Of Slurm and of OpenPBS, each for a person to paste."""
    slurm, pbs = SYSTEMS.named("ehpc").drain("gpu1")
    assert slurm == 'scontrol update NodeName=gpu1 State=DRAIN Reason="jobs fail on it" (Slurm)'
    assert pbs.startswith("pbsnodes -o gpu1 ")


def test_what_is_of_no_machine_is_never_taken_for_one() -> None:
    """Whatever names an instance: its type says whose it is."""
    named = {"instanceId": "i-1"}
    assert tells_of_machines({"type": "ecs:Instance:StateChange", "data": named})
    for kind in ("oss:ObjectCreated", "", None, ["ecs:"]):
        assert not tells_of_machines({"type": kind, "data": named})
    long = json.dumps({**named, "rest": "x" * 4_096})
    assert not tells_of_machines({"type": "ecs:Instance:StateChange", "data": long}), "too long to be read"
