"""An announcement is found however its carriers have wrapped it: text, Base64, a queue in a queue, an event in both."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.errors import Fault
from shared.domain.failure import Failure, Intake
from shared.intake import Context, read_events, read_logs
from shared.intake.carriers import LAYERS, carries, opened
from shared.ports import LogEntry, LogRange
from shared.reading.times import moment

MakeEvent = Callable[..., dict[str, Any]]
MESSAGE = "磁盘空间不足"


def text(value: Any) -> str:
    """The value as JSON."""
    return json.dumps(value, ensure_ascii=False)


def base64_of(value: str) -> str:
    """The text in Base64."""
    return base64.b64encode(value.encode()).decode()


def in_lines(value: Any) -> str:
    """As MIME breaks it."""
    return base64.encodebytes(text(value).encode()).decode()


WRAPPINGS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda job: job,
    "text": text,
    "text of text": lambda job: text(text(job)),
    "text with a mark": lambda job: "\ufeff" + text(job),
    "Base64": lambda job: base64_of(text(job)),
    "Base64 with a mark": lambda job: base64_of("\ufeff" + text(job)),
    "Base64 twice": lambda job: base64_of(base64_of(text(job))),
    "Base64 of text of text": lambda job: base64_of(text(text(job))),
    "Base64 in text": lambda job: text(base64_of(text(job))),
    "Base64 in lines": in_lines,
    "Base64 for URLs": lambda job: base64.urlsafe_b64encode(text({**job, "node": "?>~ÿ"}).encode()).decode(),
    "Base64 without its end": lambda job: base64_of(text(job) + " " * ((1 - len(text(job).encode())) % 3)).rstrip("="),
}


@pytest.fixture(params=sorted(WRAPPINGS))
def wrap(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """One way to wrap a record."""
    return WRAPPINGS[request.param]


def only(intake: Intake) -> Failure:
    """The one failure."""
    assert intake.unreadable == []
    (failure,) = intake.failures
    return failure


def read(body: Any, context: Context) -> Intake:
    """What the event door makes of it."""
    return read_events(text(body).encode(), context)


@pytest.mark.parametrize("carrier", ["messageBody", "body", "value", "data"])
def test_an_announcement_in_a_carrier(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], wrap: Callable[[Any], Any], carrier: str
) -> None:
    """A queue of MNS or RocketMQ, a record of Kafka, the event's own data."""
    wrapped = wrap({**ehpc, "message": MESSAGE})
    event = cloud_event(wrapped if carrier == "data" else {"topic": "jobs", carrier: wrapped})
    assert only(read(event, context)).message == MESSAGE


@pytest.mark.parametrize("name", [name for name in WRAPPINGS if "Base64" in name and name != "Base64 in text"])
def test_an_announcement_in_data_base64(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], name: str
) -> None:
    """CloudEvents' own member for bytes, which producers wrap once more."""
    event = {**cloud_event(None), "data_base64": WRAPPINGS[name](ehpc)}
    assert only(read(event, context)).job_id == "1.scheduler"


def test_a_batch_of_events_as_text(cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]) -> None:
    """As event streams from Kafka hand them to a function."""
    jobs = [{**ehpc, "job_id": f"{number}.scheduler"} for number in (1, 2)]
    batch = [text(cloud_event({"partition": 3, "offset": 3, "value": text(job)})) for job in jobs]
    assert [failure.job_id for failure in read(batch, context).failures] == ["1.scheduler", "2.scheduler"]


def test_an_event_that_a_queue_carries_tells_its_own_time(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]
) -> None:
    """The queue's event is later; it alone says who speaks."""
    del ehpc["occurred_at"]
    inner = cloud_event(ehpc, time="2026-01-05T10:15:30Z", source="inner")
    outer = cloud_event({"messageBody": base64_of(text(inner))}, time="2026-01-05T10:30:00Z", source="outer")
    failure = only(read(outer, context))
    assert (failure.occurred_at, failure.speaker.event_source) == (1_767_608_130.0, "outer")


@pytest.mark.parametrize(
    ("times", "counts"),
    [
        (("10:30:00", "10:20:00", "10:10:00"), "10:10:00"),
        (("10:30:00", "10:20:00", None), "10:20:00"),
        (("10:30:00", None, None), "10:30:00"),
        ((None, "10:20:00", None), "10:20:00"),
        ((None, None, "10:10:00"), "10:10:00"),
    ],
)
def test_of_events_in_one_another_the_innermost_time_counts(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], times: tuple[str | None, ...], counts: str
) -> None:
    """Where one tells none, the next around it knows best; arrival counts only where nobody told any."""
    del ehpc["occurred_at"]
    event: Any = ehpc
    for time in reversed(times):
        event = cloud_event(event, time=time and f"2026-01-05T{time}Z")
    assert only(read(event, context)).occurred_at == moment(f"2026-01-05T{counts}Z")


@pytest.mark.parametrize("odd", ["\u3000", "\u00a0", "\u2003", "é", "\x00", "!!!!"])
def test_what_has_other_signs_is_no_base64(context: Context, ehpc: dict[str, Any], odd: str) -> None:
    """Not even a blank of another alphabet in its midst, which a line break may be; it is told as it stands."""
    carried = base64_of(text(ehpc))
    assert only(read([carried[:40] + "\n" + carried[40:]], context)).job_id == "1.scheduler"
    broken = carried[:40] + odd + carried[40:]
    assert not carries(broken)
    (bad,) = read([broken], context).unreadable
    assert [str(fault).partition(";")[0] for fault in bad.faults] == ["$[0]: is text"]


def test_an_event_in_a_carrier_holds_what_it_tells_in_one_member(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]
) -> None:
    """Both members are a fault, for nobody knows which is meant; with none it is no announcement, where it stands."""
    both = {**cloud_event(ehpc), "data_base64": base64_of(text(ehpc))}
    for inner, place, problem in (
        (both, "$.data.body.data_base64", "is there beside data; wanted one of them"),
        (cloud_event(None), "$.data.body.system", "is missing"),
    ):
        (bad,) = read(cloud_event({"body": inner}), context).unreadable
        assert bad.faults[0].path == place
        assert problem in bad.faults[0].problem


def test_layers_have_an_end(cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]) -> None:
    """Nobody wraps so deep by mistake: it is invalid, and costs no more."""
    data: Any = ehpc
    for _ in range(LAYERS + 1):
        data = {"body": data}
    assert len(read(cloud_event(data), context).unreadable) == 1


@pytest.mark.parametrize("name", ["text of text", "text with a mark"])
def test_content_of_a_log_in_layers(context: Context, log_range: LogRange, ehpc: dict[str, Any], name: str) -> None:
    """Passed over in silence it would be lost."""
    entry = LogEntry(0, 1_767_608_131, {"content": WRAPPINGS[name](ehpc)})
    assert only(read_logs([entry], log_range, context)).job_id == "1.scheduler"


def test_a_field_in_gbk(context: Context, log_range: LogRange) -> None:
    """A rule's words are found in it."""
    fields: dict[str, str | bytes] = {"system": "ehpc", "cluster_id": "ehpc-hz-demo1", "job_id": "1.scheduler"}
    entry = LogEntry(0, 1_767_608_131, {**fields, "message": MESSAGE.encode("gbk"), "node": b"disk \xff"})
    failure = only(read_logs([entry], log_range, context))
    assert (failure.message, failure.node) == (MESSAGE, "disk \\xff")


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-05T18:15:30+08",
        "2026-01-05T18:15:30 +0800",
        "2026-01-05T18:15:30+08:00[Asia/Shanghai]",
        "2026-01-05T10:15:30Z[UTC]",
        "2026-01-05T18:15:30GMT+8",
        "2026-01-05 18:15:30 GMT+08:00",
        "2026-01-05T10:15:30 UTC",
        "2026-01-05T10:15:30,000Z",
    ],
)
def test_a_time_as_sdks_spell_it(cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], time: str) -> None:
    """Java's zones in brackets and `GMT+8`, ISO 8601's comma and hours alone."""
    del ehpc["occurred_at"]
    assert only(read(cloud_event(ehpc, time=time), context)).occurred_at == 1_767_608_130.0


@pytest.mark.parametrize("wrap", [str, base64_of])
def test_text_that_was_cut_short_is_shown_and_is_one_of_its_own(context: Context, wrap: Callable[[str], str]) -> None:
    """Of a stream's records several may be cut: what each was stands in its outcome, and none passes for another."""
    cut = [wrap(text({"system": "ehpc", "job_id": number, "message": MESSAGE})[:40]) for number in ("1", "2")]
    told = read(cut, context).unreadable
    assert [one.raw.count('\\"job_id\\": \\"1') for one in told] == [1, 0]
    assert len({one.event_id for one in told}) == 2


def test_what_text_in_a_body_may_hold_is_bounded_as_well(
    cloud_event: MakeEvent, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    r"""Its brackets may be spelled `\u005b`, which nobody counts as such in the body."""
    monkeypatch.setattr("shared.intake.weighing.MAX_WEIGHT", 89)
    body = text(cloud_event("[" + "[]," * 30 + "0]")).replace("[", "\\u005b")
    (told,) = read_events(body.encode(), context).unreadable
    assert "has more than" in str(told.faults[0])


def test_text_in_the_place_of_a_record_has_to_be_json() -> None:
    """The outermost is asked for it whatever it looks like; text within it may be text."""
    for told, value in (("7", 7), ('"a line"', "a line")):
        faults: list[Fault] = []
        assert (opened(told, "$.data", faults), faults) == (value, [])
    faults = []
    opened("a line", "$.data", faults)
    assert [fault.path for fault in faults] == ["$.data"]
