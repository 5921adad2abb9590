"""What a job system's own platform says of its jobs, through the event door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_manual
from shared.systems import SYSTEMS

DATA = {"taskId": "453000000001", "appId": 12345, "status": 5, "taskType": 0, "nodeId": 71}

RERUN: dict[str, Any] = {
    "type": "dataworks:InstanceChange:RerunInstance",
    "data": {"taskIds": [453000000001], "operator": "ann", "projectId": 12345},
}


def event(**change: Any) -> dict[str, Any]:
    """DataWorks says that an instance has failed."""
    kind = "dataworks:InstanceStatusChanges:InstanceStatusChanges"
    base = {"specversion": "1.0", "id": "1", "source": "acs.dataworks", "type": kind, "time": "2026-01-04T18:00:31Z"}
    return {**base, "data": DATA, **change}


def read(context: Context, *events: dict[str, Any]) -> Intake:
    """What the door makes of these."""
    return read_events(json.dumps(events).encode(), context)


def test_a_failure_is_understood_with_its_evidence(context: Context) -> None:
    """Job, workspace and speaker as the platform says them; the envelope's time where no end is told."""
    (failure,) = read(context, event()).failures
    assert (failure.system, failure.scope.place["project_id"], failure.job_id) == ("dataworks", "12345", "453000000001")
    assert failure.speaker.event_source == "acs.dataworks"
    assert failure.extra["node_id"] == "71"
    assert failure.occurred_at == 1767549631.0


@pytest.mark.parametrize(
    "change",
    [
        {"data": {**DATA, "status": 6}},
        {"data": {**DATA, "taskType": 2}},
        {"type": "dataworks:InstanceChange:RerunInstance"},
        {"type": None},
    ],
)
def test_what_tells_no_failure_is_passed_over(context: Context, change: dict[str, Any]) -> None:
    """It writes no outcome, and is counted."""
    intake = read(context, event(**change))
    assert (intake.passed_over, intake.kept) == (1, 0)


def test_a_platform_that_tells_of_no_reruns(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says beside failures is passed over."""
    native = SYSTEMS.native("acs.dataworks")
    assert native is not None
    monkeypatch.setattr(SYSTEMS, "native", lambda _source: replace(native, reruns=None))
    intake = read(context, event(type="dataworks:InstanceChange:RerunInstance"))
    assert (intake.passed_over, intake.kept) == (1, 0)


@pytest.mark.parametrize("gap", ["taskId", "appId"])
def test_a_failure_without_its_ids_is_told_as_invalid(context: Context, gap: str) -> None:
    """It was meant as one: nobody is left in the dark."""
    intake = read(context, event(data={name: value for name, value in DATA.items() if name != gap}))
    (bad,) = intake.unreadable
    assert [fault.problem for fault in bad.faults] == ["is missing"]


def test_an_announcement_from_that_source_is_read_as_one(context: Context) -> None:
    """What carries `job-failure/1` is that, whoever sends it."""
    told = {"system": "dataworks", "project_id": 12345, "instance_id": 7}
    (failure,) = read(context, event(type="mine", data=told)).failures
    assert failure.job_id == "7"


def test_it_can_be_sent_by_hand(context: Context) -> None:
    """The manual door reads it as the other does, and takes no speaker's name from it."""
    (failure,) = read_manual(json.dumps(event()).encode(), context).intake.failures
    assert (failure.job_id, failure.speaker.event_source) == ("453000000001", "")


SUBJECT = "acs:dataworks:{}:1234****:instance/453000000001"


@pytest.mark.parametrize(
    ("change", "region"),
    [
        ({}, "cn-hangzhou"),
        ({"aliyunregionid": None, "subject": ""}, "cn-hangzhou"),
        ({"aliyunregionid": "", "subject": "instance/453000000001"}, "cn-hangzhou"),
        ({"aliyunregionid": "cn-hangzhou", "subject": SUBJECT.format("cn-hangzhou")}, "cn-hangzhou"),
        ({"aliyunregionid": "cn-beijing"}, "cn-beijing"),
        ({"subject": SUBJECT.format("cn-beijing")}, "cn-beijing"),
        ({"subject": "acs.dataworks:cn-beijing:1234****:7"}, "cn-beijing"),
    ],
)
def test_it_happened_where_its_event_says(context: Context, change: dict[str, Any], region: str) -> None:
    """An instance of that number in the function's own region is another one; so for reruns, and by hand."""
    (failure,) = read(context, event(**change)).failures
    assert failure.scope.region == region
    (failure,) = read_manual(json.dumps(event(**change)).encode(), context).intake.failures
    assert failure.scope.region == region
    (rerun,) = read(context, event(**RERUN, **change)).reruns
    assert rerun.scope.region == region


@pytest.mark.parametrize(
    ("change", "path", "problem"),
    [
        ({"aliyunregionid": "cn-shanghai"}, "$[0].data.region", "neither the function's own region nor"),
        ({"subject": SUBJECT.format("cn-shanghai")}, "$[0].data.region", "neither the function's own region nor"),
        ({"aliyunregionid": "evil.example/"}, "$[0].aliyunregionid", "wanted a region id"),
        ({"aliyunregionid": 7}, "$[0].aliyunregionid", "wanted a region id"),
        ({"aliyunregionid": ["cn-hangzhou"]}, "$[0].aliyunregionid", "wanted a region id"),
        ({"subject": SUBJECT.format("Everywhere")}, "$[0].subject", "wanted a region id"),
        (
            {"aliyunregionid": "cn-hangzhou", "subject": SUBJECT.format("cn-beijing")},
            "$[0].subject",
            "is of 'cn-beijing', and aliyunregionid is 'cn-hangzhou'",
        ),
    ],
)
def test_a_region_that_is_not_served_or_not_clear_is_never_taken_for_the_own(
    context: Context, change: dict[str, Any], path: str, problem: str
) -> None:
    """Nothing is called, and it is told why; a rerun that is told of such a region is nobody's here."""
    intake = read(context, event(**change))
    assert intake.failures == []
    (bad,) = intake.unreadable
    (fault,) = bad.faults
    assert fault.path == path
    assert problem in fault.problem
    assert all(rerun.scope.region != context.region for rerun in read(context, event(**RERUN, **change)).reruns)


def test_of_an_endpoint_that_is_set_only_the_own_region_is_told(context: Context) -> None:
    """Behind it there is one list of jobs, whatever an event says."""
    fixed = replace(context, fixed={"dataworks": "SECONDWIND_DATAWORKS_ENDPOINT"})
    assert len(read(fixed, event(aliyunregionid="cn-hangzhou")).failures) == 1
    (bad,) = read(fixed, event(aliyunregionid="cn-beijing")).unreadable
    assert "serves the function's own region alone" in bad.faults[0].problem


def test_an_announcement_says_its_own_region_whoever_carries_it(context: Context) -> None:
    """`region` or the function's: the envelope is of the bus, which may stand elsewhere."""
    told = {"system": "dataworks", "project_id": 12345, "instance_id": 7}
    for record, region in ((told, "cn-hangzhou"), ({**told, "region": "cn-beijing"}, "cn-beijing")):
        (failure,) = read(context, event(type="mine", data=record, aliyunregionid="cn-chengdu")).failures
        assert failure.scope.region == region


def test_what_a_queue_carries_of_a_platform_is_understood(context: Context) -> None:
    """A dead letter of such an event, sent on by its queue: the queue is who speaks. Several in one message as well."""
    other = event(data={**DATA, "taskId": 7}, id="2", subject="acs:dataworks:cn-beijing:1:instance/7")
    success = event(data={**DATA, "status": 6})
    outer = {"specversion": "1.0", "id": "q", "source": "queue", "time": "2026-01-05T10:00:00Z"}
    for held, jobs in (
        (event(), ["453000000001"]),
        ([event(), success, other], ["453000000001", "7"]),
        (success, []),
        ([success], []),
    ):
        intake = read(context, {**outer, "data": {"messageBody": json.dumps(held)}})
        assert [failure.job_id for failure in intake.failures] == jobs
        assert {failure.speaker.event_source for failure in intake.failures} <= {"queue"}
        assert (intake.unreadable, intake.passed_over) == ([], 0 if jobs else 1)
        regions = [failure.scope.place["region"] for failure in intake.failures]
        assert regions == ["cn-hangzhou", "cn-beijing"][: len(jobs)]
    odd = read(context, {**outer, "data": {"messageBody": json.dumps(event(aliyunregionid="moon"))}})
    assert [fault.path for fault in odd.unreadable[0].faults] == ["$[0].data.messageBody.aliyunregionid"]
    announced = {"system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": "1"}
    assert [one.system for one in read(context, {**outer, "data": event(data=announced)}).failures] == ["ehpc"]
