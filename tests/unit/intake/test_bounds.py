"""What is just within a bound is read, and what is just beyond it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.act import MAX_ACTOR_CHARS, MAX_WHY_CHARS
from shared.domain.errors import InputError
from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs, read_manual, values
from shared.intake import body as bodies
from shared.intake import event as events
from shared.intake.body import MAX_DEPTH, MAX_DIGITS, MAX_FAULTS, Bad, flaws, parse
from shared.intake.context import content_hash
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
    own = {**ehpc, "value": json.dumps({"schema": "own", "job_id": "2"}), "body": "text"}
    told = read_events(json.dumps(cloud_event({"body": own} if deep else own)).encode(), context)
    told.failures += read_logs([LogEntry(0, 1, {"content": json.dumps(own)})], log_range, context).failures
    assert [(one.job_id, one.extra["body"]) for one in told.failures] == [("1.scheduler", "text")] * 2


def test_a_body_may_be_so_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes, as it came; one more, and nothing of it is read."""
    body = '["组"]'.encode()
    monkeypatch.setattr(bodies, "MAX_BYTES", len(body))
    assert parse(body) == ["组"]
    with pytest.raises(InputError, match=f"has {len(body) + 1} bytes, more than {len(body)}"):
        parse(body + b" ")


def test_too_deep_parts_are_cut_out_of_a_text_of_such_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger is refused whole where its depth is more than Python reads."""
    text = '["whole",' + "[" * 50_000 + "]" * 50_000 + "]"
    monkeypatch.setattr(bodies, "SALVAGE_CHARS", len(text))
    assert parse(text.encode())[0] == "whole"
    with pytest.raises(InputError, match="nested deeper"):
        parse(text.encode() + b" ")


@pytest.mark.parametrize("sign", ["1", "组"])
def test_an_exit_code_may_be_so_long(context: Context, ehpc: dict[str, Any], sign: str) -> None:
    """In signs; what is longer is no code."""
    longest = sign * values.MAX_EXIT_CODE_CHARS
    told = read_events(
        json.dumps([{**ehpc, "exit_code": code} for code in (longest, longest + sign)]).encode(), context
    )
    assert [failure.exit_code for failure in told.failures] == [longest]
    assert [str(fault) for bad in told.unreadable for fault in bad.faults] == [
        f"$[1].exit_code: has {len(longest) + 1} characters; at most {len(longest)}"
    ]


def test_what_a_log_keeps_for_itself_begins_and_ends_so(
    context: Context, log_range: LogRange, ehpc: dict[str, Any]
) -> None:
    """A field of somebody else's that only begins or only ends with the marks is evidence."""
    fields = {name: str(value) for name, value in ehpc.items()} | {"__a__": "1", "__b": "2", "c__": "3"}
    (failure,) = read_logs([LogEntry(0, 1, fields)], log_range, context).failures
    assert failure.extra == {"__b": "2", "c__": "3"}


def test_a_name_made_of_content_stays_the_same_from_one_version_to_the_next() -> None:
    """What is delivered again after an upgrade is known again: whatever the order of names, in any alphabet."""
    assert content_hash({"b": [1, 2.5, None], "a": "组"}) == content_hash({"a": "组", "b": [1, 2.5, None]})
    assert content_hash({"a": "组", "b": [1, 2.5, None]}) == content_hash(b'{"a":"\\u7ec4","b":[1,2.5,null]}')


def test_what_cannot_be_read_is_shown_in_its_own_alphabet(context: Context) -> None:
    """A person finds it by the words that they know, and without blanks more of it has room."""
    (bad,) = read_events(json.dumps({"system": "ehpc", "note": ["组", 1]}).encode(), context).unreadable
    assert bad.raw == '{"system":"ehpc","note":["组",1]}'
