"""What failed for good comes back by a dead letter: as Function Compute's record of the call, or out of a queue."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Intake
from shared.intake import Context, read_events, read_manual
from shared.intake.carriers import LAYERS
from shared.reading.times import moment
from tests.unit.intake.conftest import TRIGGER

MakeEvent = Callable[..., dict[str, Any]]
Encode = Callable[[Any], bytes]
CALL = "1-6948-call"
"""Id of the call that was given up."""


def record(body: Any, **others: Any) -> dict[str, Any]:
    """Function Compute's record of it, as its page shows one."""
    return {
        "timestamp": 1767609000000,
        "requestContext": {
            "requestId": CALL,
            "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/secondwind-manual",
            "condition": "UnhandledInvocationError",
            "approximateInvokeCount": 4,
        },
        "requestPayload": body,
        "responseContext": {"statusCode": 200, "functionError": "UnhandledInvocationError"},
        "responsePayload": '{"errorMessage":"the ledger is out of reach"}',
        **others,
    }


def base64_of(value: Any) -> str:
    """JSON in Base64."""
    return base64.b64encode(json.dumps(value).encode()).decode()


def paths(intake: Intake) -> list[list[str]]:
    """Where the faults of each unreadable record are."""
    return [[fault.path for fault in bad.faults] for bad in intake.unreadable]


def only(intake: Intake) -> Failure:
    """The one failure."""
    assert intake.unreadable == []
    (failure,) = intake.failures
    return failure


def test_a_record_that_has_no_body_at_all_is_told(encode: Encode, context: Context) -> None:
    """As a destination may get it that is set to leave the body out."""
    bare = {name: value for name, value in record(None).items() if name != "requestPayload"}
    intake = read_events(encode(bare), context)
    assert (intake.failures, len(intake.unreadable)) == ([], 1)


@pytest.mark.parametrize("written", [lambda body: body, json.dumps, base64_of], ids=["as it is", "text", "Base64"])
@pytest.mark.parametrize("timed", [True, False])
def test_what_was_given_up_is_read_as_it_was_delivered(
    cloud_event: MakeEvent,
    encode: Encode,
    context: Context,
    ehpc: dict[str, Any],
    written: Callable[[Any], Any],
    *,
    timed: bool,
) -> None:
    """With the same ids: where its first attempts came as far as a call, the second telling is known as the same."""
    if not timed:
        del ehpc["occurred_at"]
    event, other = cloud_event(ehpc), cloud_event({**ehpc, "job_id": "2.scheduler"}, id="e-2")
    for body in (event, [event, other], ehpc, [ehpc], {"messageBody": json.dumps(ehpc)}):
        told = read_events(encode(body), context)
        assert told.failures
        assert read_events(encode(record(written(body))), context) == told
        assert read_events(encode([record(written(body))]), context) == told


@pytest.mark.parametrize("timed", [True, False])
def test_what_a_person_sent_is_sent_again_as_it_was(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any], *, timed: bool
) -> None:
    """Flags and all, by the id of that call: a telling without a time is no new one. So is a trigger's range."""
    if not timed:
        del ehpc["occurred_at"]
    first, now = replace(context, request_id=CALL), replace(context, request_id="now")
    for body in (
        {"jobs": [ehpc], "force": True, "by": "Li", "why": "node swapped"},
        {"event": [cloud_event(ehpc)], "dry_run": True},
        ehpc,
        [ehpc, cloud_event(ehpc)],
        TRIGGER,
        {"event": TRIGGER, "dry_run": True},
    ):
        asked = read_manual(encode(body), first)
        assert read_manual(encode(record(json.dumps(body))), now) == asked
        assert read_manual(base64_of(record(body)).encode(), now) == asked
        tied = read_manual(encode({"event": record(body), "dry_run": True}), now)
        assert (tied.ranges, tied.intake.dry_run) == (asked.ranges, True)


def test_a_record_that_names_no_call_is_this_one(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """An id that cannot be one is none."""
    for odd in ({}, {"requestId": 7}, {"requestId": "x\n"}):
        intake = read_manual(encode(record(json.dumps({"jobs": [ehpc]}), requestContext=odd)), context).intake
        assert only(intake).event_id == "manual/req-1/0"


def test_a_flag_beside_what_was_given_up_does_nothing(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """Who writes `dry_run` relies on it, wherever: beside a record, in it, in an array in an array."""
    mistaken = {**ehpc, "dry_run": True}
    for body, where in (
        (record(ehpc, dry_run=True), "$.dry_run"),
        (record(mistaken), "$.requestPayload.dry_run"),
        ([record(mistaken)], "$[0].requestPayload.dry_run"),
        ([[mistaken]], "$[0][0].dry_run"),
        ({"event": json.dumps([json.dumps([mistaken])])}, "$.event[0][0].dry_run"),
    ):
        intake = read_manual(encode(body), context).intake
        assert (intake.failures, paths(intake)) == ([], [[where]])


@pytest.mark.parametrize("body", ["", "TEST", None, 7, "[]", "{", "[1", base64_of([])])
def test_a_call_without_a_body_is_told(encode: Encode, context: Context, body: Any) -> None:
    """Once, at its place, at each door."""
    for intake in (read_events(encode(record(body)), context), read_manual(encode([record(body)]), context).intake):
        ((first, *_),) = paths(intake)
        assert first.endswith("requestPayload")
        assert intake.failures == []


@pytest.mark.parametrize("wrap", [json.dumps, base64_of], ids=["text", "Base64"])
def test_a_record_that_a_queue_carries(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any], wrap: Callable[[Any], str]
) -> None:
    """The queue's event says who speaks. The call is older than that: its moment counts where nothing in it tells one.

    The message came to the queue when the last retry was over, perhaps hours after the run that failed.
    """
    del ehpc["occurred_at"]
    for body, time in (
        (cloud_event(ehpc, time="2026-01-05T10:15:30Z", source="inner"), moment("2026-01-05T10:15:30Z")),
        (ehpc, 1767609000.0),
    ):
        message = {"requestId": "q", "messageId": "m", "messageBody": wrap(record(json.dumps(body)))}
        outer = cloud_event(message, time="2026-01-05T10:40:00Z", source="queue")
        failure = only(read_events(encode([outer]), context))
        assert (failure.occurred_at, failure.speaker.event_source) == (time, "queue")
    untold = cloud_event(record(json.dumps(ehpc), timestamp=None), time="2026-01-05T10:40:00Z")
    assert only(read_events(encode(untold), context)).occurred_at == moment("2026-01-05T10:40:00Z")
    carried = cloud_event({"messageBody": json.dumps(untold)}, time="2026-01-05T10:50:00Z")
    assert only(read_events(encode(carried), context)).occurred_at == moment("2026-01-05T10:40:00Z")


def test_several_in_one_message_cost_each_other_nothing(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """Each is told at its place, and has an id of its own; what is wrong in one is none of another's faults."""
    second = cloud_event({**ehpc, "job_id": "2.scheduler"})
    held = [ehpc, {**ehpc, "exit_code": float("nan")}, 7, second, {"system": "ehpc"}, {**ehpc, "job_id": "3.scheduler"}]
    for data, at in (
        (held, "$.data"),
        (json.dumps(held), "$.data"),
        ({"messageBody": base64_of(held)}, "$.data.messageBody"),
        ({"messageBody": json.dumps(record(json.dumps(held)))}, "$.data.messageBody.requestPayload"),
    ):
        intake = read_events(encode(cloud_event(data)), context)
        assert [one.job_id for one in intake.failures] == ["1.scheduler", "2.scheduler", "3.scheduler"]
        assert paths(intake) == [[f"{at}[1].exit_code"], [f"{at}[2]"], [f"{at}[4].cluster_id", f"{at}[4].job_id"]]
        ids = [one.event_id for one in intake.failures] + [one.event_id for one in intake.unreadable]
        assert sorted(ids) == [f"emitter/e-1/{place}" for place in range(6)]


def test_what_is_wrong_around_several_is_a_fault_of_each(
    cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]
) -> None:
    """An event with two payloads, or that names a job beside its data: nobody knows which is meant."""
    two = {**cloud_event([ehpc, ehpc]), "data_base64": base64_of(ehpc)}
    beside = {**cloud_event([ehpc]), "system": "ehpc", "job_id": "9.scheduler"}
    assert paths(read_events(encode(two), context)) == [["$.data_base64"]] * 2
    assert paths(read_events(encode(beside), context)) == [["$.data[0].job_id"]]


def test_a_body_in_base64(cloud_event: MakeEvent, encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """As a queue's API hands over a message: alone or several, from a file with an end of line."""
    event = cloud_event(ehpc)
    for body in (event, [event], [json.dumps(event)], ehpc, json.dumps(event)):
        told = read_events(encode(body), context)
        assert len(told.failures) == 1
        assert read_events(base64_of(body).encode() + b"\n", context) == told
        assert len(read_manual(base64_of(body).encode(), context).intake.failures) == 1
    for nonsense in (b"TEST", b"AAAA", base64.b64encode(b"[1, 2]"), base64.b64encode(b"\xff{")):
        assert paths(read_events(nonsense, context)) == [["$"]]


def test_the_data_of_a_queues_event_alone(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """As `RawData` and `$.data` deliver it; two messages are two events."""
    first, second = ({"messageId": name, "messageBody": json.dumps(ehpc)} for name in ("m-1", "m-2"))
    told = [only(read_events(encode(body), context)).event_id for body in (first, second, first)]
    assert told[0] == told[2] != told[1]
    assert paths(read_events(encode({"body": '{"system": "ehpc"}'}), context))[0][0].startswith("$.body.")
    assert paths(read_events(encode({"body": 7}), context)) == [["$.system", "$.job_id"]]


def test_records_in_records_have_an_end(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """Nobody wraps so deep by mistake: it is told, and takes no stack."""
    body: Any = ehpc
    for _ in range(20):
        body = record(body)
    assert len(read_events(encode(body), context).unreadable) == 1
    assert len(read_manual(encode(body), context).intake.unreadable) == 1
    body = ehpc
    for _ in range(LAYERS):
        body = [body]
    assert len(read_events(encode(body), context).failures) == 1
    assert len(read_events(encode([[body]]), context).unreadable) == 1


def test_a_failure_that_has_such_a_member_is_one(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """What names its job system is no record: what it carries must not say something else."""
    assert only(read_events(encode({**ehpc, "requestPayload": "x", "requestContext": {}}), context)).job_id
    other = {**ehpc, "requestPayload": json.dumps({**ehpc, "job_id": "2.scheduler"})}
    assert paths(read_events(encode(other), context)) == [["$.requestPayload.job_id"]]
