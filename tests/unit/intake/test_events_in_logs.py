"""A CloudEvent in a log's `content`, as EventBridge writes what it routes into a Logstore."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs
from shared.ports import LogEntry, LogRange
from shared.reading.times import moment

LOG_TIME = 1_767_608_131
MakeEvent = Callable[..., dict[str, Any]]


@pytest.fixture
def read(context: Context, log_range: LogRange) -> Callable[[Any], Intake]:
    """What the log door makes of a log with that content."""

    def read(content: Any) -> Intake:
        text = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
        return read_logs([LogEntry(0, LOG_TIME, {"content": text})], log_range, context)

    return read


CARRIED: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda job: job,
    "as text": json.dumps,
    "in a queue's message": lambda job: {"messageBody": json.dumps(job)},
    "in another event": lambda job: {"specversion": "1.0", "data": job},
}


@pytest.mark.parametrize("carried", CARRIED.values(), ids=CARRIED)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_what_an_event_in_a_log_announces_is_healed(
    read: Callable[[Any], Intake], cloud_event: MakeEvent, ehpc: dict[str, Any], carried: Any, encoding: str
) -> None:
    """Passed over in silence it would be lost; its place in the log names it."""
    event = cloud_event(carried({**ehpc, "message": "磁盘空间不足"}))
    intake = read(json.dumps(event, ensure_ascii=False).encode(encoding))
    (failure,) = intake.failures
    assert (failure.job_id, failure.message, failure.event_id) == (
        "1.scheduler",
        "磁盘空间不足",
        "demo-jobs/job-logs/3/MTc2Nw==/0",
    )
    assert (failure.speaker.logstore, failure.speaker.event_source) == ("job-logs", ""), "who writes the log speaks"


def test_it_is_the_same_telling_as_at_the_event_door(
    read: Callable[[Any], Intake], context: Context, cloud_event: MakeEvent, ehpc: dict[str, Any]
) -> None:
    """Whoever routes to both tells it once."""
    del ehpc["occurred_at"]
    event = cloud_event(ehpc)
    (here,) = read(event).failures
    (there,) = read_events(json.dumps(event).encode(), context).failures
    assert (here.telling_id, here.occurred_at) == (there.telling_id, there.occurred_at)


@pytest.mark.parametrize(
    ("time", "counts"),
    [
        ("2026-01-05T18:15:30+0800", moment("2026-01-05T10:15:30Z")),
        ("yesterday", float(LOG_TIME)),
        (None, float(LOG_TIME)),
        (0, float(LOG_TIME)),
    ],
)
def test_a_time_that_cannot_be_read_falls_back_to_the_logs(
    read: Callable[[Any], Intake], cloud_event: MakeEvent, ehpc: dict[str, Any], time: Any, counts: float
) -> None:
    """Which is nearer to the failure than its arrival here."""
    del ehpc["occurred_at"]
    (failure,) = read(cloud_event(cloud_event(ehpc, time=time), time=None)).failures
    assert failure.occurred_at == counts


def test_what_is_wrong_in_it_is_told_at_its_place(
    read: Callable[[Any], Intake], cloud_event: MakeEvent, ehpc: dict[str, Any]
) -> None:
    """In the event, or in what it carries."""
    del ehpc["cluster_id"]
    (bad,) = read(cloud_event(ehpc)).unreadable
    assert [fault.path for fault in bad.faults] == ["$[0].content.data.cluster_id"]
    (bad,) = read(json.dumps(cloud_event({**ehpc, "cluster_id": "c", "load": float("nan")}))).unreadable
    assert [fault.path for fault in bad.faults] == ["$[0].content.data.load"]
    both = {**cloud_event({**ehpc, "cluster_id": "c"}), "data_base64": "e30="}
    (bad,) = read(both).unreadable
    assert [fault.path for fault in bad.faults] == ["$[0].content.data_base64"]


@pytest.mark.parametrize(
    "data", [{"note": "ehpc"}, "ehpc", ["ehpc"], None, {"body": "ehpc"}, {"system": "lsf", "note": "ehpc"}]
)
def test_events_about_other_things_are_other_peoples_logs(
    read: Callable[[Any], Intake], cloud_event: MakeEvent, data: Any
) -> None:
    """A log that keeps all events of a bus is none of ours."""
    intake = read(cloud_event(data, subject="ehpc"))
    assert (intake.passed_over, intake.unreadable, intake.failures) == (1, [], [])


def test_only_an_event_is_opened(read: Callable[[Any], Intake], ehpc: dict[str, Any]) -> None:
    """What any program may write as `data` is its own."""
    assert read({"data": ehpc}).passed_over == 1
    assert read({"specversion": "1.0", "data": ehpc}).passed_over == 0


@pytest.mark.parametrize("time", ["2026-01-05T10:00:00Z", None])
def test_an_event_in_a_log_that_the_connector_sends(
    context: Context, cloud_event: MakeEvent, ehpc: dict[str, Any], time: str | None
) -> None:
    """Its own time counts where it has one; the connector's is that of the log."""
    del ehpc["occurred_at"]
    log = {"content": json.dumps(cloud_event(ehpc, time=time))}
    outer = cloud_event(log, type="sls:connector", time="2026-01-05T10:10:30Z")
    (failure,) = read_events(json.dumps(outer).encode(), context).failures
    assert failure.occurred_at == moment(time or "2026-01-05T10:10:30Z")


@pytest.mark.parametrize(
    "content",
    [
        '{"system":"ehpc","cluster_id":"ehpc-hz-demo1","mess',
        '\ufeff {"cluster_id":"c", "system" :\n"schedulerx","job_id"',
        b'{"system":"dataworks","message":"\xff',
        '{"specversion":"1.0","data":{"system":"ehpc","job_id":"1',
        '{"x":"job-failure',
        json.dumps({"specversion": "1.0", "data": '{"system":"ehpc","job_id":"1"}'})[:-4],
        json.dumps({"specversion": "1.0", "data": '{"system":"ehpc","job_id":"1'}),
        json.dumps({"specversion": "1.0", "data": json.dumps('{"schema":"job-failure/1","job_id')}),
    ],
)
def test_an_announcement_that_was_cut_short_is_told(read: Callable[[Any], Intake], content: str | bytes) -> None:
    """Collectors cut long lines: what names a job system was meant as a failure."""
    (bad,) = read(content).unreadable
    assert (bad.faults[0].path[:12], bad.faults[0].problem[:13]) == ("$[0].content", "holds no JSON")


@pytest.mark.parametrize(
    "content", ['{"system":"lsf","note":"ehpc', '{"note":"ehpc', '["system":"ehpc"', 'x {"system":"ehpc"']
)
def test_other_lines_that_were_cut_short_are_other_peoples(read: Callable[[Any], Intake], content: str) -> None:
    """They are no announcements whole either."""
    assert read(content).passed_over == 1


def test_an_announcement_that_is_too_heavy_is_told(
    read: Callable[[Any], Intake], ehpc: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not read, and yet it is one."""
    monkeypatch.setattr("shared.intake.weighing.MAX_WEIGHT", 89)
    (bad,) = read({**ehpc, "x": [{}] * 50}).unreadable
    assert "has more than" in str(bad.faults[0])


def test_base64_in_an_event_in_a_log_is_opened_where_something_names_a_system(
    read: Callable[[Any], Intake], cloud_event: MakeEvent, ehpc: dict[str, Any]
) -> None:
    """Of a log without any of the words nothing is read at all."""
    told = {**cloud_event(None), "data_base64": base64.b64encode(json.dumps(ehpc).encode()).decode()}
    assert len(read({**told, "type": "ehpc"}).failures) == 1
    assert read(told).passed_over == 1
