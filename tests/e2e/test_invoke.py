"""`secondwind invoke`: every file in `events/` through its function, in a local cloud of its own."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from secondwind.commands.invoke.event_file import door_for
from secondwind.commands.invoke.local import RETURNED
from secondwind.commands.invoke.show import NOT_UNDERSTOOD
from secondwind.usage import UNUSABLE
from tests.e2e.invoking import CASES, EHPC, EVENTS, MOVED, REPLACED, UNMOVED, call


@pytest.mark.parametrize("name", sorted(path.name for path in EVENTS.glob("*.json")))
def test_an_event_file_shows_something_real(name: str) -> None:
    """Each file finds its job in the local cloud and ends as its case says; what was changed in it is said."""
    function, expected = CASES[name]
    body = (EVENTS / name).read_bytes()
    assert door_for(body).name == function
    called = call(EVENTS / name)
    assert (called.status, called.outcomes) == (RETURNED, expected)
    assert called.answer["schema"] == "secondwind-result/1"
    assert (MOVED in called.err) == (name not in UNMOVED)
    assert (REPLACED in called.err) == (name == "log-trigger.json")


def test_every_case_is_a_file() -> None:
    """No case without its file."""
    assert set(CASES) == {path.name for path in EVENTS.glob("*.json")}


@pytest.mark.parametrize("name", ["event-ehpc-hung-job.json", "log-trigger.json", "manual-event-force.json"])
def test_a_dry_run_decides_the_same_and_answers_gate_by_gate(name: str) -> None:
    """`--dry-run` sends any door's body, a trigger's range too, through `manual` and calls nothing."""
    called = call(EVENTS / name, dry_run=True)
    wanted = [("would_rerun", "dry_run", state) for _, _, state in CASES[name][1]]
    assert (called.status, called.outcomes) == (RETURNED, wanted)
    assert all(one["gates"] and one["dry_run"] == "true" for one in called.answer["outcomes"])


def test_bytes_that_are_no_json_are_an_outcome(tmp_path: Path) -> None:
    """The function returns and says what is wrong; only a dry run, which must wrap them, is not possible."""
    file = tmp_path / "event"
    file.write_bytes(b"\xff\x00 no json")
    called = call(file)
    assert (called.status, called.outcomes) == (NOT_UNDERSTOOD, [("invalid", "not_understood", "")])
    assert call(file, dry_run=True).status == UNUSABLE


@pytest.mark.parametrize("name", ["event-mns-streaming-array.json", "manual-event-force.json"])
def test_a_dead_letter_is_sent_as_it_is(tmp_path: Path, name: str) -> None:
    """The record that a queue got of a call that was given up heals what the call was to heal, by the same door."""
    letter = tmp_path / "letter"
    body = (EVENTS / name).read_text(encoding="utf-8")
    letter.write_text(json.dumps({"requestContext": {"requestId": "1-call"}, "requestPayload": body}), encoding="utf-8")
    called = call(letter)
    assert (called.status, called.outcomes) == (RETURNED, CASES[name][1])
    letter.write_bytes(base64.b64encode(letter.read_bytes()))
    wanted = [("would_rerun", "dry_run", state) for _, _, state in CASES[name][1]]
    tried = call(letter, dry_run=True)
    assert {verdict for verdict, _, _ in tried.outcomes} <= {"would_rerun", "suppressed", "duplicate", "ineligible"}
    assert len(tried.outcomes) == len(wanted)


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        ("no-such-file.json", {}, "cannot be read"),
        ("sweep-timer.json", {"dry_run": True}, "a sweep has no dry run"),
        ("event-ehpc-hung-job.json", {"dry_run": True, "function": "event_trigger"}, "through the function manual"),
    ],
)
def test_what_cannot_be_called_is_said(name: str, wanted: dict[str, Any], said: str) -> None:
    """Exit status 2 and one line that names the file."""
    called = call(EVENTS / name, **wanted)
    assert called.status == UNUSABLE
    assert called.err.startswith(f"{EVENTS / name}: ")
    assert said in called.err
    assert called.out == ""


def test_another_function_can_be_chosen() -> None:
    """`--function manual` takes an event as it is, and answers with gates."""
    called = call(EVENTS / "event-ehpc-hung-job.json", function="manual")
    assert called.outcomes == [EHPC]
    assert called.answer["outcomes"][0]["gates"]


def test_alone_it_says_that_nothing_leaves() -> None:
    """The same three lines for the local cloud that lives as long as the call."""
    err = call(EVENTS / "manual-jobs-dry-run.json").err
    assert "goes to: a local cloud that lives for this call\n" in err
    assert "ledger:  its own" in err
    assert "mode:    auto" in err


@pytest.mark.parametrize(
    ("body", "function"),
    [
        (b"", "event_trigger"),
        (b"[]", "event_trigger"),
        (b"[[[", "event_trigger"),
        (b'{"specversion": "1.0", "source": {"a": 1}, "jobs": []}', "event_trigger"),
        (b'{"system": "ehpc"}', "event_trigger"),
        (b'{"source": {}}', "log_trigger"),
        (b'{"jobs": []}', "manual"),
        (b'{"event": {}}', "manual"),
        (b'{"triggerTime": "", "triggerName": "", "payload": "x"}', "sweep"),
        (b'{"triggerTime": ""}', "event_trigger"),
        (b'{"requestContext": {}, "requestPayload": "{\\"system\\": 1}"}', "event_trigger"),
        (b'{"requestContext": {}, "requestPayload": [{"specversion": "1.0"}]}', "event_trigger"),
        (b'{"requestContext": {}, "requestPayload": "{\\"jobs\\": []}"}', "manual"),
        (b'{"requestContext": {}, "requestPayload": {"source": {}}}', "manual"),
        (b'{"requestContext": {}, "requestPayload": "{\\"triggerTime\\": 1, \\"triggerName\\": 1}"}', "manual"),
        (base64.b64encode(b'{"jobs": []}') + b"\n", "manual"),
    ],
)
def test_the_function_follows_from_the_shape(body: bytes, function: str) -> None:
    """Whatever no other door takes is EventBridge's."""
    assert door_for(body).name == function
