"""An announcement that carries another one: of two jobs, or runs, that they name nobody can tell which is meant."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs, read_manual
from shared.intake.carriers import MAY_CARRY
from shared.ports import LogEntry, LogRange

MakeEvent = Callable[..., dict[str, Any]]


def _base64(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


WAYS: dict[str, Callable[[Any], Any]] = {
    "object": lambda value: value,
    "text": json.dumps,
    "text of text": lambda value: json.dumps(json.dumps(value)),
    "Base64": _base64,
    "a queue's message": lambda value: {"messageBody": _base64(value)},
    "an event": lambda value: {"specversion": "1.0", "id": "2", "source": "s", "type": "t", "data": value},
}


def _bare(record: Any, context: Context) -> Intake:
    return read_events(json.dumps([record]).encode(), context)


def _event(record: Any, context: Context) -> Intake:
    return read_events(json.dumps({"specversion": "1.0", "id": "1", "data": record}).encode(), context)


def _by_hand(record: Any, context: Context) -> Intake:
    return read_manual(json.dumps({"jobs": [record]}).encode(), context).intake


def _said(read: Intake) -> list[str]:
    return [str(fault) for bad in read.unreadable for fault in bad.faults]


@pytest.mark.parametrize("name", MAY_CARRY)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("door", [_bare, _event, _by_hand])
def test_another_job_in_a_member_that_may_carry_one(
    context: Context, ehpc: dict[str, Any], name: str, way: str, door: Callable[[Any, Context], Intake]
) -> None:
    """However it is wrapped; the same job once more is no other."""
    read = door({**ehpc, name: WAYS[way]({**ehpc, "job_id": "2.scheduler"})}, context)
    assert read.failures == []
    (told,) = _said(read)
    assert f".{name}" in told
    assert told.endswith("job_id: is not what job_id beside it is")
    same = door({**ehpc, name: WAYS[way](ehpc)}, context)
    assert (len(same.failures), _said(same)) == (1, [])


@pytest.mark.parametrize("name", MAY_CARRY)
@pytest.mark.parametrize("way", WAYS)
def test_what_announces_nothing_names_no_job(context: Context, ehpc: dict[str, Any], name: str, way: str) -> None:
    """What a job carries is its own affair, whatever its fields are called."""
    for own in ({"job_id": "2", "rows": 7}, "text", 7, [ehpc]):
        assert len(_bare({**ehpc, name: WAYS[way](own)}, context).failures) == 1


@pytest.mark.parametrize("name", MAY_CARRY)
def test_another_job_in_a_field_of_a_log(
    context: Context, log_range: LogRange, ehpc: dict[str, Any], name: str
) -> None:
    """There every field is text. It is told once."""
    fields = {key: str(value) for key, value in ehpc.items()} | {name: json.dumps({**ehpc, "job_id": "2.scheduler"})}
    read = read_logs([LogEntry(0, 1_767_608_131, fields)], log_range, context)
    assert _said(read) == [f"$[0].{name}.job_id: is not what job_id beside it is"]


def test_another_job_in_the_content_of_a_log_in_gbk(
    context: Context, log_range: LogRange, ehpc: dict[str, Any]
) -> None:
    """Bytes that Log Service has no text for."""
    content = json.dumps({**ehpc, "job_id": "2.scheduler", "message": "磁盘"}, ensure_ascii=False).encode("gbk")
    read = read_logs([LogEntry(0, 1_767_608_131, {**ehpc, "content": content})], log_range, context)
    assert _said(read) == ["$[0].content.job_id: is not what job_id beside it is"]


@pytest.mark.parametrize(
    ("name", "said", "again", "another"),
    [
        ("started_at", 1_767_600_000, "1767600000", 1_767_590_000),
        ("started_at", 1_767_600_000, 1_767_600_000_999, 1_767_600_001_000),
        ("started_at", 1_767_600_000, "2026-01-05T08:00:00Z", "2026-01-05T08:00:01Z"),
        ("restart_count", 1, "1", 2),
        ("restart_count", 1, None, "0"),
    ],
)
def test_another_run_of_the_same_job(
    context: Context, log_range: LogRange, ehpc: dict[str, Any], name: str, said: Any, again: Any, another: Any
) -> None:
    """By what names a run for certain, however it is written; where one of the two says nothing the other is taken."""
    for other, healed in ((again, True), (another, False)):
        fields = {**ehpc, name: str(said), "content": json.dumps({**ehpc, name: other})}
        log = read_logs([LogEntry(0, 1_767_608_131, fields)], log_range, context)
        for read in (log, _bare({**ehpc, name: said, "data": {**ehpc, name: other}}, context)):
            assert len(read.failures) == healed, (other, _said(read))


def test_what_cannot_be_read_is_compared_as_it_stands(context: Context, ehpc: dict[str, Any]) -> None:
    """A number out of all bounds, a name that is none: the fault of the one that counts is told, and no second one."""
    bad = json.dumps([{**ehpc, "cluster_id": "组", "data": {**ehpc, "cluster_id": " 组 "}}]).encode()
    assert [told.partition(":")[0] for told in _said(read_events(bad, context))] == ["$[0].cluster_id"]
    number = b'"started_at": 1e999'
    text = json.dumps([{**ehpc, "data": ehpc}]).encode().replace(b'"job_id"', number + b', "job_id"')
    assert {told.partition(":")[0] for told in _said(read_events(text, context))} == {
        "$[0].started_at",
        "$[0].data.started_at",
    }
