"""Bodies that are right and come in an odd dress: Base64, GBK, times of other spellings. Healed, not refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs, read_manual
from shared.ports import LogEntry, LogRange

MakeEvent = Callable[..., dict[str, Any]]
MESSAGE = "磁盘空间不足"


def base64_of(value: Any, encoding: str = "utf-8") -> str:
    """JSON in that encoding, as Base64."""
    return base64.b64encode(json.dumps(value, ensure_ascii=False).encode(encoding)).decode()


def only(intake: Intake) -> Any:
    """The one failure."""
    assert intake.unreadable == []
    (failure,) = intake.failures
    return failure


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_data_base64(cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], encoding: str) -> None:
    """CloudEvents' own way to carry bytes."""
    event = cloud_event(None)
    event.pop("data", None)
    event["data_base64"] = base64_of({**ehpc, "message": MESSAGE}, encoding)
    assert only(read_events(json.dumps(event).encode(), context)).message == MESSAGE


def test_a_body_in_gbk(cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]) -> None:
    """A rule's transformer, or a script of a person, that writes in the locale of its machine: at either door."""
    event = cloud_event({**ehpc, "message": MESSAGE})
    assert only(read_events(json.dumps(event, ensure_ascii=False).encode("gbk"), context)).message == MESSAGE
    asked = {"jobs": [{**ehpc, "message": MESSAGE}]}
    by_hand = read_manual(json.dumps(asked, ensure_ascii=False).encode("gbk"), context).intake
    assert only(by_hand).message == MESSAGE


@pytest.mark.parametrize("carrier", ["messageBody", "body"])
@pytest.mark.parametrize("data_is_text", [True, False])
def test_a_carrier_in_base64(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], carrier: str, *, data_is_text: bool
) -> None:
    """A queue's message as its producer's SDK encoded it, which EventBridge does not undo."""
    data = {"messageId": "1", carrier: base64_of(ehpc)}
    event = cloud_event(json.dumps(data) if data_is_text else data)
    assert only(read_events(json.dumps(event).encode(), context)).job_id == "1.scheduler"


@pytest.mark.parametrize("text", ["TEST", "AAAA", base64.b64encode(b"[1").decode(), base64.b64encode(b"{").decode()])
def test_what_only_looks_like_base64_is_told_as_it_stands(cloud_event: MakeEvent, context: Context, text: str) -> None:
    """One fault, at the carrier."""
    (bad,) = read_events(json.dumps(cloud_event({"messageBody": text})).encode(), context).unreadable
    assert "$.data.messageBody" in [fault.path for fault in bad.faults]


@pytest.mark.parametrize("text", ["%%%", 7, ""])
def test_broken_data_base64(cloud_event: MakeEvent, context: Context, text: Any) -> None:
    """Named by its own path."""
    event = cloud_event(None)
    event.pop("data", None)
    (bad,) = read_events(json.dumps({**event, "data_base64": text}).encode(), context).unreadable
    assert bad.faults[0].path == "$.data_base64"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (MESSAGE.encode("gbk"), MESSAGE),
        (MESSAGE.encode() + b"\xff", MESSAGE + "\\xff"),
        (MESSAGE.encode()[:-1], MESSAGE[:-1] + "\\xe8\\xb6"),
        (b"disk \xff", "disk \\xff"),
    ],
)
def test_content_in_another_encoding(
    context: Context, log_range: LogRange, ehpc: dict[str, Any], content: bytes, message: str
) -> None:
    """GBK is read as such; of what is UTF-8 but for a few bytes those are shown. The failure is healed either way."""
    raw = json.dumps({**ehpc, "message": "@"}).encode().replace(b"@", content)
    assert only(read_logs([LogEntry(0, 1_767_608_131, {"content": raw})], log_range, context)).message == message


@pytest.mark.parametrize(
    "time", ["2026-01-05T18:15:30+0800", "2026-01-05T18:15:30.000PRC", "2026-01-05 18:15:30 Asia/Shanghai"]
)
def test_an_envelope_time_with_a_zone(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], time: str
) -> None:
    """As the platform's own attributes spell it."""
    del ehpc["occurred_at"]
    late = Context(region=context.region, now=1_800_000_000.0)
    assert only(read_events(json.dumps(cloud_event(ehpc, time=time)).encode(), late)).occurred_at == 1_767_608_130.0


@pytest.mark.parametrize("time", ["yesterday", "2026-01-05T18:15:30", {}, 0, "2026-01-05T18:15:30 Moon"])
def test_an_unreadable_envelope_time_falls_back_to_arrival(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], time: Any
) -> None:
    """What the carrier says of itself is no reason to lose a failure; what the failure says of itself still is."""
    del ehpc["occurred_at"]
    event = cloud_event(ehpc, time=time)
    assert only(read_events(json.dumps(event).encode(), context)).occurred_at == context.now
    told = read_events(json.dumps(cloud_event({**ehpc, "occurred_at": time or "?"}, time=time)).encode(), context)
    assert told.failures == []
