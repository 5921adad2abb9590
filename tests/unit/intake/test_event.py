"""The event door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Trigger
from shared.intake import Context, read_events
from shared.intake.body import canonical, compact

Encode = Callable[[Any], bytes]
MakeEvent = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "carry",
    [
        lambda record: record,
        json.dumps,
        lambda record: {"messageId": "1", "messageBody": json.dumps(record)},
        lambda record: {"httpMethod": "POST", "body": json.dumps(record)},
        lambda record: json.dumps({"httpMethod": "POST", "body": record}),
    ],
)
def test_data_is_found_however_it_is_carried(
    carry: Callable[[Any], Any],
    cloud_event: MakeEvent,
    encode: Encode,
    context: Context,
    ehpc: dict[str, Any],
) -> None:
    """Object, JSON text, queue message and web request announce the same failure."""
    (got,) = read_events(encode(cloud_event(carry(ehpc))), context).failures
    assert (got.job_id, got.event_id, got.trigger) == ("1.scheduler", "emitter/e-1", Trigger.EVENT)
    assert got.extra == {}


def test_attributes_may_be_missing_or_odd(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """Without specversion, type and content type, and with a publish time in PRC, an event is understood."""
    event = cloud_event(ehpc, specversion=None, type=None, aliyunpublishtime="2026-01-05T18:15:31.179PRC")
    assert len(read_events(encode(event), context).failures) == 1


def test_the_envelope_time_stands_in_for_the_failure_time(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """`time` counts if the record tells none; one that cannot be read is none."""
    timed = read_events(encode(cloud_event(ehpc, time="yesterday")), context)
    assert timed.failures[0].occurred_at == 1767608130.0
    del ehpc["occurred_at"]
    (got,) = read_events(encode(cloud_event(ehpc)), context).failures
    assert got.occurred_at == 1767608130.0
    (got,) = read_events(encode(cloud_event(ehpc, time="yesterday")), context).failures
    assert got.occurred_at == context.now


def test_one_bad_record_of_an_array_costs_no_other(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """Faults name the place in the array; order is kept."""
    array = [cloud_event(ehpc), cloud_event({"system": "ehpc"}), 5, [], ehpc | {"job_id": "2"}]
    intake = read_events(encode(array), context)
    assert [failure.job_id for failure in intake.failures] == ["1.scheduler", "2"]
    assert [[fault.path for fault in bad.faults] for bad in intake.unreadable] == [
        ["$[1].data.cluster_id", "$[1].data.job_id"],
        ["$[2]"],
        ["$[3]"],
    ]
    assert read_events(b"[]", context).failures == []


def test_an_array_larger_than_any_batch_is_read_up_to_its_bound(encode: Encode, context: Context) -> None:
    """Ten thousand records are read; what follows is one invalid record, not a million."""
    intake = read_events(encode([{"system": "ehpc", "cluster_id": "c", "job_id": 1}] * 10_000 + [0] * 90_000), context)
    assert len(intake.failures) == 10_000
    (rest,) = intake.unreadable
    assert [str(fault) for fault in rest.faults] == ["$: has 100000 items; those after the first 10000 were not read"]
    assert rest.raw == '"[0,0,0,0,0,0,0,0,0,0]"'


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "$.data.system"),
        (None, "$.data"),
        ("TEST", "$.data"),
        ([], "$.data"),
        ({"messageBody": "TEST"}, "$.data.messageBody"),
        ({"body": None}, "$.data.body"),
        ('{"system":"ehpc","system":"ehpc"}', "$.data"),
    ],
)
def test_an_event_without_an_announcement_is_invalid(
    cloud_event: MakeEvent, encode: Encode, context: Context, data: Any, path: str
) -> None:
    """Only logs are passed over: any other event that is not understood is invalid, with the place."""
    intake = read_events(encode(cloud_event(data, type="ehpc:NodeOperation:NodeStatusChange")), context)
    assert (intake.failures, intake.passed_over) == ([], 0)
    assert path in [fault.path for fault in intake.unreadable[0].faults]


def test_a_flaw_anywhere_in_an_event_makes_it_invalid(context: Context, ehpc: dict[str, Any]) -> None:
    """A name given twice in the envelope, or NaN in unknown data, is a fault with its path; hints are still read."""
    data = json.dumps(ehpc)
    twice = '{"specversion":"1.0","id":"1","id":"2","data":' + data + "}"
    not_a_number = '{"specversion":"1.0","data":' + data[:-1] + ',"load":NaN}}'
    body = f"[{twice},{not_a_number}]"
    intake = read_events(body.encode(), context)
    assert intake.failures == []
    assert [bad.faults[0].path for bad in intake.unreadable] == ["$[0]", "$[1].data.load"]
    assert all(bad.hints["job_id"] == "1.scheduler" for bad in intake.unreadable)


def test_a_connector_log_is_treated_as_a_log(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """Fields or `content` announce; reserved names are no evidence; other people's logs are passed over."""
    fields = {name: str(value) for name, value in ehpc.items()} | {"__topic__": "t", "rack": "9"}
    logs: list[Any] = [
        fields,
        {"content": json.dumps(ehpc), "__source__": "s"},
        {"content": "ehpc is up"},
        {},
    ]
    intake = read_events(encode([cloud_event(log, type="sls:connector") for log in logs]), context)
    assert [failure.extra for failure in intake.failures] == [{"rack": "9"}, {}]
    assert (intake.passed_over, intake.unreadable) == (2, [])


def test_logs_that_share_an_event_id_are_told_apart(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """Connector events of one log group may share source and id: their content goes into event_id, stably."""
    events = [cloud_event(ehpc | {"job_id": job}, type="sls:connector") for job in ("1", "2", "1")]
    ids = [failure.event_id for failure in read_events(encode(events), context).failures]
    assert ids[0] == ids[2] != ids[1]
    assert all(event_id.startswith("emitter/e-1/") for event_id in ids)


def test_an_event_without_id_is_known_by_its_content(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """The order of names and what delivery adds do not change it; what happened does."""

    def name(event: Any) -> str:
        return read_events(encode(event), context).failures[0].event_id

    assert name(ehpc) == name(dict(reversed(ehpc.items()))) != name(ehpc | {"job_id": "2"})
    anonymous = cloud_event(ehpc, id=None)
    assert name(anonymous) == name(anonymous | {"aliyunpublishtime": "later"}) != name(anonymous | {"time": 1767608131})
    assert name(ehpc).startswith("event/")


def test_a_body_that_is_no_json_is_one_invalid_record_of_its_own(context: Context) -> None:
    """Told again it is the same, and another body is another."""
    tellings = [read_events(body, context) for body in (b"{", b"{", b"[")]
    records = [record for intake in tellings for record in intake.unreadable]
    assert [len(intake.unreadable) for intake in tellings] == [1, 1, 1]
    assert all(intake.empty is False and intake.failures == [] for intake in tellings)
    assert {record.trigger for record in records} == {Trigger.EVENT}
    assert [record.faults[0].path for record in records] == ["$"] * 3
    assert records[0].event_id == records[1].event_id != records[2].event_id
    assert records[0].event_id.startswith("event/") or "event" in records[0].event_id


def test_what_a_service_says_of_its_machines_without_a_failure_is_passed_over(context: Context) -> None:
    """It is no announcement that somebody got wrong."""
    said = {
        "source": "acs.ecs",
        "type": "ecs:Instance:StateChange",
        "id": "1",
        "data": {"state": "Running", "instanceId": "i-1"},
    }
    intake = read_events(json.dumps(said).encode(), context)
    assert (intake.passed_over, intake.unreadable, intake.failures, intake.noted) == (1, [], [], [])


def test_what_an_event_says_beside_its_data_counts_where_it_announces_a_failure_itself(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """An attribute of somebody else's event contradicts nothing; data that are no record are a fault, and no crash."""
    for beside, told in (({}, 1), ({"system": "ehpc"}, 0)):
        event = cloud_event(ehpc | {"region": "cn-hangzhou"}, region="cn-beijing", **beside)
        assert len(read_events(encode(event), context).failures) == told, beside
    (bad,) = read_events(encode(cloud_event([1], system="ehpc")), context).unreadable
    assert bad.faults


def test_bytes_are_shown_by_their_values() -> None:
    """Where they stand amid what was read."""
    assert canonical({"a": b"x\xff"}) == compact({"a": b"x\xff"}).replace(" ", "") == '{"a":"x\\\\xff"}'
