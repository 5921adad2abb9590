"""Events about machines: whatever stands in them, at most one instance id and a time that is not ahead comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.domain.machines import MachineEvent, Weight
from shared.systems import SYSTEMS
from shared.systems.ehpc.machines import machine_event, tells_of_machines

NOW = 1_767_607_920.0


AT = "2026-01-05T10:10:00Z"
"""Two minutes ago."""


def read(kind: str, data: Any, **envelope: Any) -> MachineEvent | None:
    """Of a CloudEvent."""
    return machine_event({"type": kind, "data": data, "time": AT, **envelope}, NOW)


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
    ("time", "at", "weight"),
    [
        (AT, NOW - 120, Weight.LOST),
        ("2026-01-05T10:13:00Z", NOW, Weight.LOST),
        ("2026-01-05T10:13:01Z", NOW, Weight.MAYBE),
        ("yesterday", NOW, Weight.MAYBE),
        (None, NOW, Weight.MAYBE),
        ({}, NOW, Weight.MAYBE),
    ],
)
def test_its_time_is_never_ahead(time: Any, at: float, weight: Weight) -> None:
    """What is no time, or is more than a minute ahead, counts as now and proves nothing: it may come again later."""
    told = read("ecs:Instance:StateChange", {"resourceId": "i-1", "state": "Stopped"}, time=time)
    assert told is not None
    assert (told.at, told.weight) == (at, weight)


@pytest.mark.parametrize(
    ("status", "began", "at"),
    [
        ("Executing", None, NOW - 120),
        ("Executing", "2026-01-05T10:09:00Z", NOW - 180),
        ("Executed", "2026-01-05T10:02:00Z", NOW - 600),
        ("Executed", None, NOW - 120 - 900),
        ("Executed", "soon", NOW - 120 - 900),
        ("Scheduled", "2026-01-05T10:02:00Z", NOW - 120),
    ],
)
def test_a_machine_was_lost_when_it_was_stopped_not_when_that_was_over(status: str, began: Any, at: float) -> None:
    """Where nothing says when, a quarter of an hour before: what began since may have begun on it when it was back."""
    content = {**I1, "eventStatus": status, "executeStartTime": began}
    told = read("ecs:Instance:SystemFailure.Reboot", {"content": content})
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


I1 = {"instanceId": "i-1"}


@pytest.mark.parametrize("cause", ["SystemFailure", "InstanceFailure"])
@pytest.mark.parametrize("impact", ["Reboot", "Redeploy", "Stop", "Delete", "RebootAndIsolateErrorDisk"])
@pytest.mark.parametrize(
    ("status", "weight"),
    [
        ("Executing", Weight.LOST), ("EXECUTED", Weight.LOST), ("", Weight.MAYBE), (None, Weight.MAYBE),
        ("Scheduled", Weight.AHEAD), ("Inquiring", Weight.AHEAD), ("Canceled", None), ("Avoided", None),
    ],
)  # fmt: skip
def test_a_failure_that_breaks_what_runs_counts_by_its_status(
    cause: str, impact: str, status: str | None, weight: Weight | None
) -> None:
    """Wherever the status stands: in the type, in the event, or in what it carries."""
    kind = f"ecs:Instance:{cause}.{impact}"
    told = [
        read(kind, {**I1, "eventStatus": status}),
        read(kind, {**I1, "eventCycleStatus": status}),
        read(kind, {"content": {**I1, "eventStatus": status}}),
        read(f"{kind}:{status or ''}", I1),
    ]
    assert [one and one.weight for one in told] == [weight] * 4


@pytest.mark.parametrize(
    ("status", "weight"),
    [("", Weight.AHEAD), ("Scheduled", Weight.AHEAD), ("Executing", Weight.LOST), ("Avoided", None)],
)
def test_maintenance_is_announced_until_it_happens(status: str, weight: Weight | None) -> None:
    """Without a status nothing has happened yet."""
    told = read("ecs:Instance:SystemMaintenance.Reboot", {**I1, "eventStatus": status})
    assert (told and told.weight) is weight


@pytest.mark.parametrize(
    ("kind", "weight"),
    [
        ("ehpc:NodeOperation:NodeStatusChange", Weight.MAYBE),
        ("ecs:Instance:PreemptibleInstanceInterruption", Weight.MAYBE),
        ("ecs:Instance:PreemptibleInstanceInterruption:Executing", Weight.MAYBE),
        ("ecs:Instance:StateChange", None),
        ("ecs:Instance:SystemFailure.Isolate:Executed", None),
        ("ecs:Instance:SystemUpgrade.Reboot:Executed", None),
        ("ecs:Instance:PerformanceModeChange", None),
        ("ehpc:NodeOperation:Other", None),
        ("ehpc:NodeOperation:NodeStatusChange2", None),
        ("oss:Instance:SystemFailure.Stop:Executed", None),
    ],
)
def test_what_a_kind_of_event_proves_by_itself(kind: str, weight: Weight | None) -> None:
    """A spot instance that is taken away gets a few minutes; what is of another kind proves nothing."""
    told = read(kind, I1)
    assert (told and told.weight) is weight


@pytest.mark.parametrize("state", ["Stopping", "stopped", "DELETED"])
def test_an_instance_that_is_stopped_has_lost_what_ran(state: str) -> None:
    """Of whatever cause; what its content says comes before what stands beside it."""
    for data in ({**I1, "state": state}, {**I1, "state": "Running", "content": {"state": state}}):
        told = read("ecs:Instance:StateChange", data)
        assert told is not None
        assert told.weight is Weight.LOST
    assert read("ecs:Instance:StateChange", {**I1, "state": state, "content": {"state": "Running"}}) is None


@pytest.mark.parametrize(
    ("data", "machine"),
    [
        ({"instanceId": "i-1", "resourceId": "i-2", "content": {"instanceId": "i-3"}}, "i-1"),
        ({"instanceId": 5, "resourceId": "acs:ecs:cn:1:instance/i-2", "content": {"instanceId": "i-3"}}, "i-2"),
        ({"instanceId": "x-1", "content": {"instanceId": "i-3", "resourceId": "i-4"}}, "i-3"),
        ({"content": '{"resourceId": "i-4"}'}, "i-4"),
        ({"instanceId": "i-" + "a" * 64}, "i-" + "a" * 64),
        ({"instanceId": "i-" + "a" * 65}, None),
        ({"instanceId": "i-"}, None),
        ({"instanceId": "ai-1"}, None),
        ({"instanceId": "i-1\n"}, None),
        ({"instanceId": "x" * 508 + "/i-1"}, "i-1"),
        ({"instanceId": "x" * 509 + "/i-1"}, None),
        ({"content": ["i-4"]}, None),
    ],
)
def test_an_instance_is_looked_for_where_it_may_stand(data: dict[str, Any], machine: str | None) -> None:
    """In their order; whole, and short enough."""
    told = read("ehpc:NodeOperation:NodeStatusChange", data)
    assert (told and told.machine) == machine
    assert tells_of_machines({"type": "ehpc:NodeOperation:x", "data": data}) is (machine is not None)


def test_a_text_of_four_kilobytes_is_opened() -> None:
    """A longer one is not, nor one that is no object."""
    text = json.dumps({**I1, "x": ""})
    fits = text[:-2] + "y" * (4_096 - len(text)) + text[-2:]
    for data, opened in [(fits, True), (fits[:-2] + "y" + fits[-2:], False), ("[1]", False), ("{", False)]:
        assert (read("ehpc:NodeOperation:NodeStatusChange", data) is not None) is opened
        assert tells_of_machines({"type": "ecs:x", "data": data}) is opened


FLAT = {"product": "ECS", "name": "Instance:SystemFailure.Stop:Executed", "resourceId": "i-1"}


def test_the_flat_form_says_the_same() -> None:
    """Its name is the type, its own members are the data, its status stands in its content."""
    told = machine_event({**FLAT, "eventTime": "20260105T181000.500+0800", "time": "x"}, NOW)
    assert told == MachineEvent(
        machine="i-1", weight=Weight.LOST, at=NOW - 119.5 - 900, what="Instance:SystemFailure.Stop:Executed"
    )
    ahead = machine_event({**FLAT, "name": FLAT["name"][:-9], "content": {"eventStatus": "Scheduled"}}, NOW)
    assert ahead is not None
    assert (ahead.weight, ahead.at) == (Weight.AHEAD, NOW)
    for other in ({"product": "RDS"}, {"name": "Disk:x"}, {"name": 7}, {"name": None}, {"resourceId": None}):
        assert machine_event({**FLAT, **other}, NOW) is None
    by_type = {"product": "ECS", "type": f"ecs:{FLAT['name']}", "data": {"instanceId": "i-1"}}
    assert machine_event(by_type, NOW) == MachineEvent(machine="i-1", weight=Weight.MAYBE, at=NOW, what=FLAT["name"])
    assert not tells_of_machines({**FLAT, "product": "RDS"})
    assert not tells_of_machines({**FLAT, "system": "ehpc"})
    assert not tells_of_machines({**FLAT, "schema": "x"})


@pytest.mark.parametrize(
    ("time", "content", "at"),
    [
        ("2026-01-05T10:10:00Z", "2026-01-05T10:09:00Z", NOW - 120),
        (None, "2026-01-05T10:09:00Z", NOW - 180),
        ("soon", "20260105T180900+08:00", NOW - 180),
        ("20260105T181000+0800", None, NOW - 120),
        ("20260105T181000.25+0800", None, NOW - 119.75),
        ("20260105T181000.25+0800" + " " * 64, None, NOW),
        ("20260105T181000", None, NOW),
        (None, None, NOW),
    ],
)
def test_when_it_happened_is_the_event_s_time_or_when_it_began(time: Any, content: Any, at: float) -> None:
    """Compact or not; the first that is a time."""
    data = {**I1, "state": "Stopped", "content": {"executeStartTime": content}}
    told = read("ecs:Instance:StateChange", data, time=time)
    assert told is not None
    assert told.at == at


def test_what_it_was_is_bounded() -> None:
    """People read it; what it proves stands behind however long a name."""
    told = read(f"ecs:Instance:SystemFailure.Stop{'x' * 300}", I1)
    assert told is not None
    assert told.what == f"Instance:SystemFailure.Stop{'x' * 300}"[:128]
    whole = read(f"ecs:Instance:SystemFailure.Stop{'x' * 300}:Executed", I1)
    assert whole is not None
    assert whole.weight is Weight.LOST
