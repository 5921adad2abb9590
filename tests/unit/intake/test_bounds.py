"""What is just within a bound is read, and what is just beyond it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.act import MAX_ACTOR_CHARS, MAX_WHY_CHARS
from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs, read_manual
from shared.intake import event as events
from shared.intake.body import MAX_DEPTH, MAX_DIGITS, MAX_FAULTS, Bad, flaws, parse
from shared.ports import LogEntry, LogRange

MakeEvent = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(("whole", "beyond"), [("9", "9"), ("0.", "1"), ("-", "9")])
def test_a_number_may_have_so_many_signs(whole: str, beyond: str) -> None:
    """One more, and it is named by its beginning."""
    text = whole + beyond * (MAX_DIGITS - len(whole))
    assert parse(text.encode()) == json.loads(text)
    bad = parse((text + beyond).encode())
    assert isinstance(bad, Bad)
    assert len(bad.shown.removesuffix("…")) <= 32 <= len(bad.shown)


def test_as_many_flaws_are_listed_as_may_be() -> None:
    """Each with its own place."""
    many = parse(b"[" + b",".join([b"NaN"] * (MAX_FAULTS + 1)) + b"]")
    assert [fault.path for fault in flaws(many, "$")] == [f"$[{number}]" for number in range(MAX_FAULTS)]
    assert len(flaws(many[:-2], "$")) == MAX_FAULTS - 1


def test_a_value_may_stand_so_deep() -> None:
    """One level more is marked where it begins, and its neighbours are whole."""
    deepest = parse(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH):
        (deepest,) = deepest
    assert deepest == 1
    beyond = parse(b"[" * MAX_DEPTH + b"1,[2],3" + b"]" * MAX_DEPTH)
    assert [fault.path for fault in flaws(beyond, "$")] == ["$" + "[0]" * (MAX_DEPTH - 1) + "[1]"]


def test_an_array_of_as_many_as_are_read_has_no_rest(
    context: Context, ehpc: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one more the first are read, and the rest is one that nobody can read."""
    monkeypatch.setattr(events, "MAX_ITEMS", 3)
    jobs = [{**ehpc, "job_id": str(number)} for number in range(4)]
    told = read_events(json.dumps(jobs[:3]).encode(), context)
    assert (len(told.failures), told.unreadable) == (3, [])
    told = read_events(json.dumps(jobs).encode(), context)
    assert (len(told.failures), len(told.unreadable)) == (3, 1)
    assert '"job_id\\":\\"3' in told.unreadable[0].raw


@pytest.mark.parametrize(("word", "most"), [("by", MAX_ACTOR_CHARS), ("why", MAX_WHY_CHARS)])
def test_who_and_why_may_be_so_long(context: Context, ehpc: dict[str, Any], word: str, most: int) -> None:
    """One sign more and nothing is done: nobody's reason is cut."""

    def read(said: str) -> Intake:
        return read_manual(json.dumps({"jobs": [ehpc], "force": True, word: said}).encode(), context).intake

    told = read("x" * most)
    assert (len(told.failures), {"by": told.actor, "why": told.why}[word]) == (1, "x" * most)
    for said in ("x" * (most + 1), "", " ", "a\nb"):
        told = read(said)
        assert (told.failures, len(told.unreadable)) == ([], 1)


@pytest.mark.parametrize("deep", [False, True])
def test_an_announcement_that_came_in_a_carrier_is_not_opened_again(
    cloud_event: MakeEvent, context: Context, log_range: LogRange, ehpc: dict[str, Any], *, deep: bool
) -> None:
    """A failure may have a field of a carrier's name: it stays one of its own fields."""
    own = {**ehpc, "value": json.dumps({**ehpc, "job_id": "2"}), "body": "text"}
    told = read_events(json.dumps(cloud_event({"body": own} if deep else own)).encode(), context)
    told.failures += read_logs([LogEntry(0, 1, {"content": json.dumps(own)})], log_range, context).failures
    assert [(one.job_id, one.extra["body"]) for one in told.failures] == [("1.scheduler", "text")] * 2
