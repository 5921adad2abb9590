"""What is an event's data, what merely looks like it, and of several in one message each has its own moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs
from shared.ports import LogEntry, LogRange
from shared.reading.times import moment

MakeEvent = Callable[..., dict[str, Any]]
Read = Callable[[Any], Intake]


def _paths(intake: Intake) -> list[list[str]]:
    assert intake.failures == []
    return [[fault.path for fault in bad.faults] for bad in intake.unreadable]


def test_the_data_of_an_event_counts_before_what_stands_beside_it(read: Read, ehpc: dict[str, Any]) -> None:
    """A member that is named as a queue's payload is another one there."""
    (failure,) = read({"data": ehpc, "body": {"x": 1}}).failures
    assert failure.job_id == "1.scheduler"


@pytest.mark.parametrize("held", [lambda job: job, json.dumps], ids=["object", "text"])
def test_a_queues_message_may_come_without_its_event(
    read: Read, ehpc: dict[str, Any], held: Callable[[Any], Any]
) -> None:
    """As a rule's target that takes the data alone sends it on."""
    (failure,) = read({"messageBody": held(ehpc)}).failures
    assert failure.job_id == "1.scheduler"


def test_a_second_payload_is_told_at_its_place(read: Read, ehpc: dict[str, Any]) -> None:
    """One is an object, the other carries nothing."""
    ((path,),) = _paths(read({"messageBody": ehpc, "value": 7}))
    assert path == "$.value"


def test_a_member_that_holds_mere_text_is_no_payload(read: Read) -> None:
    """What is missing is missing beside it."""
    ((first, *_),) = _paths(read({"body": "hello"}))
    assert not first.startswith("$.body")


def test_a_whole_event_has_nothing_beside_its_data(read: Read, cloud_event: MakeEvent, ehpc: dict[str, Any]) -> None:
    """An attribute of that name is an extension of somebody's."""
    assert len(_paths(read({**cloud_event(None), "messageBody": json.dumps(ehpc)}))) == 1


def test_each_of_several_has_its_own_moment(read: Read, cloud_event: MakeEvent, ehpc: dict[str, Any]) -> None:
    """One that has none has the message's."""
    del ehpc["occurred_at"]
    own = cloud_event({**ehpc, "job_id": "2.scheduler"}, time="2026-01-05T10:15:30Z")
    found = read(cloud_event([ehpc, own], time="2026-01-05T10:40:00Z")).failures
    assert {one.job_id: one.occurred_at for one in found} == {
        "1.scheduler": moment("2026-01-05T10:40:00Z"),
        "2.scheduler": moment("2026-01-05T10:15:30Z"),
    }


@pytest.mark.parametrize(("data", "place"), [([7], "$.data[0]"), ([{"data": 7}], "$.data[0].data")])
def test_what_a_platform_tells_of_no_job_is_told_once(read: Read, data: list[Any], place: str) -> None:
    """Be it the message, or an event in it."""
    kind = "dataworks:InstanceStatusChanges:InstanceStatusChanges"
    event = {"specversion": "1.0", "id": "1", "source": "acs.dataworks", "type": kind}
    inner = [{**event, **one} if isinstance(one, dict) else one for one in data]
    ((path, *_),) = _paths(read({**event, "data": inner}))
    assert path == place


@pytest.mark.parametrize(
    "content",
    [
        [{"a": 1}],
        {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": [{"note": '"system": "ehpc"'}]},
        {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": ['"system": "ehpc"']},
    ],
)
def test_a_log_that_means_no_failure_is_passed_over(context: Context, log_range: LogRange, content: Any) -> None:
    """An array of other things, and one that quotes the words."""
    entry = LogEntry(0, 1_767_608_131, {"content": json.dumps(content)})
    intake = read_logs([entry], log_range, context)
    assert (intake.failures, intake.unreadable) == ([], [])


def test_what_is_wrong_with_a_routed_log_is_told(
    context: Context, cloud_event: MakeEvent, ehpc: dict[str, Any]
) -> None:
    """The connector's event has the log as its data, and the failure in that log names two jobs."""
    log = {"content": json.dumps(ehpc).replace('"job_id"', '"job_id": "2.scheduler", "job_id"')}
    intake = read_events(json.dumps(cloud_event(log, type="sls:connector")).encode(), context)
    assert (len(intake.failures), len(intake.unreadable)) == (0, 1)
