"""`job-failure/1`: what makes two tellings the same one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.intake import Context, announcement, read_events, read_manual
from tests.unit.intake.conftest import Encode


def test_a_future_failure_counts_as_now_and_keeps_its_telling(context: Context, ehpc: dict[str, Any]) -> None:
    """The same event redelivered has one telling_id, although its time is clamped to a later moment each time."""
    body = json.dumps(ehpc | {"occurred_at": 1767619999, "started_at": 1767619000}).encode()
    (first,) = read_events(body, context).failures
    (later,) = read_events(body, replace(context, now=context.now + 60)).failures
    assert (first.occurred_at, later.occurred_at) == (context.now, context.now + 60)
    assert first.started_at == 1767619000.0
    assert first.telling_id == later.telling_id


@pytest.mark.parametrize(
    ("more", "time", "untimed"),
    [
        ({}, None, True),
        ({"restart_count": 1}, "at noon", True),
        ({"occurred_at": 1767608131}, None, False),
        ({"occurred_at": 1767619999}, None, True),
        ({"occurred_at": 1767619999, "started_at": 1767608131}, None, False),
        ({"started_at": 1767608131}, None, False),
        ({}, "2026-01-05T10:15:30Z", False),
    ],
)
def test_what_says_no_time_is_told_so(
    context: Context,
    ehpc: dict[str, Any],
    more: dict[str, Any],
    time: str | None,
    untimed: bool,  # noqa: FBT001 - a case
) -> None:
    """Neither by itself nor by its envelope, or one to come: it counts as told when it comes."""
    bare = {name: value for name, value in ehpc.items() if name not in {"occurred_at", "started_at"}}
    event = {"specversion": "1.0", "id": "1", "source": "s", "data": bare | more, **({"time": time} if time else {})}
    (failure,) = read_events(json.dumps(event).encode(), context).failures
    assert failure.untimed is untimed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("occurred_at", 1767608131),
        ("started_at", 1767600001),
        ("restart_count", 1),
        ("exit_code", 1),
        ("message", "disk full"),
        ("job_id", "2.scheduler"),
        ("cluster_id", "ehpc-hz-demo2"),
        ("region", "cn-beijing"),
    ],
)
def test_what_is_told_decides_the_telling(
    failure: Callable[[Any], Failure], ehpc: dict[str, Any], name: str, value: Any
) -> None:
    """Another job, time, run or message is another telling."""
    assert failure(ehpc).telling_id != failure(ehpc | {name: value}).telling_id


def test_who_tells_and_how_does_not_decide_the_telling(
    failure: Callable[[Any], Failure], context: Context, ehpc: dict[str, Any], encode: Encode
) -> None:
    """The same words in another envelope, spelling or door are the same telling."""
    plain = failure(ehpc).telling_id
    assert failure(ehpc | {"occurred_at": "2026-01-05T10:15:30Z", "region": "cn-hangzhou"}).telling_id == plain
    assert failure({"specversion": "1.0", "id": "7", "source": "x", "data": ehpc}).telling_id == plain
    (by_hand,) = read_manual(encode(ehpc), context).intake.failures
    assert by_hand.telling_id == plain


def test_without_any_time_the_event_is_the_telling(
    context: Context, ehpc: dict[str, Any], encode: Encode, cloud_event: Callable[..., dict[str, Any]]
) -> None:
    """No time at all: the same event is the same telling, another event another, by hand each invocation anew."""
    del ehpc["occurred_at"]

    def telling(event_id: str, moment: float) -> str:
        body = encode(cloud_event(ehpc, id=event_id, time=None))
        (got,) = read_events(body, replace(context, now=moment)).failures
        assert got.occurred_at == moment
        return got.telling_id

    assert telling("1", 1767610000.0) == telling("1", 1767610001.0)
    assert telling("1", 1767610000.0) != telling("2", 1767610000.0)

    def by_hand(request_id: str, body: Any) -> str:
        (got,) = read_manual(encode(body), replace(context, request_id=request_id)).intake.failures
        return got.telling_id

    for body in (ehpc, cloud_event(ehpc, time=None), {"event": cloud_event(ehpc, time=None)}, {"jobs": [ehpc]}):
        assert by_hand("r1", body) == by_hand("r1", body) != by_hand("r2", body)


def test_a_separator_in_text_makes_no_two_tellings_equal(
    failure: Callable[[Any], Failure], ehpc: dict[str, Any]
) -> None:
    """Text cannot pose as two parts of the hash."""
    one = failure(ehpc | {"exit_code": "1", "message": "a\x1fb"})
    two = failure(ehpc | {"exit_code": "1\x1fa", "message": "b"})
    assert one.telling_id != two.telling_id


WRITTEN = ["", 'quoted " and \\ and \n', "中文 \ud83d\ude00 \ud800", "\x00\x7f\u2028", None, True, False, ["a", 1]]
NUMBERS = [0, -7, 2**70, 1.5, 1767608130.0, 1e300, -0.0, 1e-7, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("part", [*WRITTEN, *NUMBERS])
def test_a_part_of_a_telling_is_spelled_as_json_is(part: Any) -> None:
    """Ids in the ledger were made of `json.dumps`, and have to stay the same."""
    assert announcement._as_json(part) == json.dumps(part)
