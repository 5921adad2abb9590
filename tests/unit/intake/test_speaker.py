"""Where a telling came from: as the envelope says it, never as the telling itself does."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shared.domain.failure import Speaker, Trigger
from shared.intake import Context, read_events, read_logs, read_manual
from shared.ports import LogEntry, LogRange
from shared.sls._client import PulledPage

Encode = Callable[[Any], bytes]
MakeEvent = Callable[..., dict[str, Any]]
SUBJECT = "acs:log:cn-hangzhou:1234:project/demo-jobs/logstore/job-logs"


def test_a_log_speaks_from_its_place(context: Context, log_range: LogRange, ehpc: dict[str, Any]) -> None:
    """Project and logstore are the trigger's, the topic is the log group's; fields of the log say nothing of it."""
    forged = {"project": "other", "logstore": "other", "topic": "other", "source": "other"}
    logs: list[dict[str, Any]] = [
        {**{name: str(value) for name, value in ehpc.items()}, **forged, "__topic__": "slurm"},
        {"content": json.dumps({**ehpc, "__topic__": "forged"})},
        {"content": json.dumps(ehpc), "__topic__": b"\xff"},
        {"content": json.dumps(ehpc), "__topic__": "x" * 300},
    ]
    intake = read_logs([LogEntry(n, 1, log) for n, log in enumerate(logs)], log_range, context)
    place = {"project": "demo-jobs", "logstore": "job-logs"}
    assert [failure.speaker for failure in intake.failures] == [
        Speaker(**place, topic="slurm"),
        Speaker(**place),
        Speaker(**place),
        Speaker(**place),
    ]


def test_a_log_group_has_the_last_word_on_its_topic() -> None:
    """Whoever writes a log may name a field `__topic__`; what the Log Service keeps beside the log counts."""
    forged = SimpleNamespace(Time=1, Contents=[SimpleNamespace(Key="__topic__", Value="forged")])
    plain = SimpleNamespace(Time=1, Contents=[SimpleNamespace(Key="a", Value="b")])
    groups = [SimpleNamespace(Topic="slurm", Logs=[forged, plain]), SimpleNamespace(Topic="", Logs=[forged, plain])]
    assert [dict(entry.fields) for entry in PulledPage(groups, "", 1, foreign=False).entries(0)] == [
        {"__topic__": "slurm"},
        {"a": "b", "__topic__": "slurm"},
        {"__topic__": ""},
        {"a": "b"},
    ]


@pytest.mark.parametrize(
    ("attributes", "speaker"),
    [
        ({}, Speaker(event_source="emitter")),
        ({"source": None}, Speaker()),
        ({"source": 7}, Speaker()),
        ({"source": "x" * 257}, Speaker()),
        ({"source": "a\nb"}, Speaker()),
        ({"source": "a\ud800"}, Speaker()),
        ({"subject": SUBJECT}, Speaker(event_source="emitter")),
        (
            {"type": "sls:connector", "subject": SUBJECT},
            Speaker(event_source="emitter", project="demo-jobs", logstore="job-logs", topic="slurm"),
        ),
        (
            {"aliyuneventbusname": "batch", "aliyunaccountid": "1234"},
            Speaker(event_source="emitter", event_bus="batch", event_account="1234"),
        ),
        ({"source": None, "aliyuneventbusname": "batch"}, Speaker(event_bus="batch")),
        ({"aliyuneventbusname": ["batch"], "aliyunaccountid": "1\n"}, Speaker(event_source="emitter")),
        ({"type": "sls:connector", "subject": 1}, Speaker(event_source="emitter", topic="slurm")),
        ({"type": "sls:connector", "source": None, "subject": SUBJECT}, Speaker()),
        (
            {"type": "sls:connector", "source": None, "aliyuneventbusname": "b", "subject": "project/a/logstore/b"},
            Speaker(event_bus="b", project="a", logstore="b", topic="slurm"),
        ),
        ({"type": "sls:connector", "subject": "project/a/b"}, Speaker(event_source="emitter", topic="slurm")),
    ],
)
def test_an_event_speaks_as_its_source(
    cloud_event: MakeEvent,
    encode: Encode,
    context: Context,
    ehpc: dict[str, Any],
    attributes: dict[str, Any],
    speaker: Speaker,
) -> None:
    """Its `source`, bus and account, and of the connector's events the log's place; what is odd is nobody."""
    forged = ("event_source", "project", "aliyuneventbusname", "aliyunaccountid", "event_bus", "event_account")
    data = ehpc | {"__topic__": "slurm", **dict.fromkeys(forged, "forged")}
    (failure,) = read_events(encode(cloud_event(data, **attributes)), context).failures
    assert failure.speaker == speaker


def test_a_bare_announcement_comes_from_nobody_known(encode: Encode, context: Context, ehpc: dict[str, Any]) -> None:
    """A rule target's transformed body has no envelope left that could say where it came from."""
    (failure,) = read_events(encode(ehpc | {"source": "acs.x"}), context).failures
    assert failure.speaker == Speaker()


def test_by_hand_nobody_speaks(
    cloud_event: MakeEvent, encode: Encode, context: Context, log_range: LogRange, ehpc: dict[str, Any]
) -> None:
    """Whatever a person sends, an event or a range of logs again, is told by hand."""
    told = read_manual(encode(cloud_event(ehpc)), context).intake.failures
    told += read_manual(encode({"jobs": [ehpc]}), context).intake.failures
    entry = LogEntry(0, 1, {"content": json.dumps(ehpc), "__topic__": "slurm"})
    told += read_logs([entry], log_range, context, Trigger.MANUAL).failures
    assert [failure.speaker for failure in told] == [Speaker()] * 3
    assert {failure.trigger for failure in told} == {Trigger.MANUAL}


def test_where_it_came_from_is_no_part_of_what_was_told(
    cloud_event: MakeEvent, encode: Encode, context: Context, log_range: LogRange, ehpc: dict[str, Any]
) -> None:
    """The same failure told through another door, or from another place, is the same telling."""
    entries = [LogEntry(0, 1, {"content": json.dumps(ehpc), "__topic__": topic}) for topic in ("a", "b")]
    told = [*read_logs(entries, log_range, context).failures]
    told += read_events(encode([cloud_event(ehpc), cloud_event(ehpc, source="other")]), context).failures
    assert len({failure.speaker for failure in told}) == 4
    assert len({failure.telling_id for failure in told}) == 1
