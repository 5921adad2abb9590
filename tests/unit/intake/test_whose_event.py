"""Which of all that comes through the event door is what: small differences that decide what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import Fault
from shared.domain.failure import Speaker, Trigger
from shared.intake import Context, read_events
from shared.intake.body import MAX_FAULTS, parse
from shared.intake.context import MAX_HINT_CHARS, Envelope, unreadable
from shared.intake.manual import read_manual

MakeEvent = Callable[..., dict[str, Any]]
MACHINE = Path(__file__).parents[3] / "events" / "event-ecs-system-failure.json"
RERUN: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "acs.dataworks",
    "type": "dataworks:InstanceChange:RerunInstance",
    "time": "2026-01-05T10:15:30Z",
    "aliyunaccountid": "1234",
    "data": {"taskIds": [453000000001], "operator": "ann", "projectId": 12345},
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, "emitter/e-1"),
        ({"id": 7}, "emitter/7"),
        ({"id": 0}, "emitter/0"),
        ({"id": ""}, ""),
        ({"id": None}, ""),
        ({"id": ["e-1"]}, ""),
        ({"source": ""}, ""),
        ({"source": 7}, ""),
        ({"source": None}, ""),
    ],
)
def test_an_event_has_a_name_only_with_source_and_id(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], change: dict[str, Any], named: str
) -> None:
    """Without either it is known by what it tells: two that say different things never share a name."""
    told = [{**cloud_event({**ehpc, "job_id": job}), **change} for job in ("1", "2", "1")]
    one, other, again = (failure.event_id for failure in read_events(json.dumps(told).encode(), context).failures)
    assert one == again
    if named:
        assert (one, other) == (named, named)
    else:
        assert one != other
        assert [len(name) for name in (one, other)] == [len("event/") + 16] * 2, "64 bits tell events apart"


def test_an_announcement_is_one_whatever_its_event_says_it_is(context: Context, ehpc: dict[str, Any]) -> None:
    """A rerun's event that carries a failure is not taken for the rerun: the failure would be lost."""
    intake = read_events(json.dumps({**RERUN, "data": {**RERUN["data"], **ehpc}}).encode(), context)
    assert [failure.job_id for failure in intake.failures] == ["1.scheduler"]
    assert (intake.reruns, intake.passed_over) == ([], 0)


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-01-05T10:15:30Z", 1_767_608_130.0),
        ("2036-01-05T10:15:30Z", 1_767_610_000.0),
        ("soon", 1_767_610_000.0),
        (None, 1_767_610_000.0),
    ],
)
def test_a_platforms_rerun_is_kept_with_its_moment_and_its_speaker(
    context: Context, time: str | None, at: float
) -> None:
    """No moment to come, and none that cannot be read: it is now. By hand nobody speaks."""
    data = {**RERUN["data"], "__topic__": "forged"}
    body = json.dumps({**RERUN, "time": time, "data": data, "subject": "project/a/logstore/b"}).encode()
    intake = read_events(body, context)
    (rerun,) = intake.reruns
    assert (rerun.at, rerun.event_id, rerun.by_hand) == (at, "acs.dataworks/1", False)
    assert rerun.speaker == Speaker(event_source="acs.dataworks", event_account="1234")
    assert (intake.failures, intake.unreadable, intake.passed_over) == ([], [], 0)
    (by_hand,) = read_manual(body, context).intake.reruns
    assert (by_hand.by_hand, by_hand.speaker) == (True, Speaker())


def test_a_machines_event_with_a_flaw_is_told_as_invalid(context: Context) -> None:
    """What is broken is not acted on: a name given twice, a number that is none."""
    text = MACHINE.read_text("utf-8")
    assert len(read_events(text.encode(), context).noted) == 1
    for flaw in ('"load": NaN', '"id": "again"'):
        intake = read_events(text.replace("{", "{" + flaw + ",", 1).encode(), context)
        assert (intake.noted, intake.passed_over, len(intake.unreadable)) == ([], 0, 1)


@pytest.mark.parametrize("mark", ["system", "schema"])
def test_what_says_that_it_is_an_announcement_is_not_opened(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any], mark: str
) -> None:
    """A member of a carrier's name is then one of the failure's own: whoever wrote it is told what is wrong where."""
    data = {mark: ehpc[mark], "body": json.dumps(ehpc), "value": json.dumps(ehpc)}
    (bad,) = read_events(json.dumps(cloud_event(data)).encode(), context).unreadable
    assert "$.data.job_id" in [fault.path for fault in bad.faults]
    (bad,) = read_events(json.dumps({**data, "data": ehpc}).encode(), context).unreadable
    assert "$.job_id" in [fault.path for fault in bad.faults]


def test_half_a_character_that_json_spells_is_text() -> None:
    """What a producer's language has cut in two is no broken byte; a broken byte is, in the same body."""
    spelled = b'{"a": "\\udcff", "\\udc80": 1}'
    assert parse(spelled) == {"a": "\udcff", "\udc80": 1}
    assert list(parse(b'{"a": "\xff", "b": 1}')) == ["a", "b"]
    assert parse(b'{"a": "\xff", "b": 1}')["a"].problem == "is not UTF-8"


@pytest.mark.parametrize("data", [None, "up", 7, True, ["up"], [{"system": "ehpc"}]])
def test_a_connectors_event_without_a_log_is_told_as_invalid(
    cloud_event: MakeEvent, context: Context, data: object
) -> None:
    """It is nobody's log that could be passed over."""
    event = {**cloud_event(data, type="sls:connector"), "data": data}
    intake = read_events(json.dumps([event, cloud_event({}, type="sls:connector")]).encode(), context)
    assert ([bad.faults[0].path for bad in intake.unreadable], intake.passed_over) == (["$[0].data"], 1)


def test_as_many_faults_as_are_listed_are_all_there_are() -> None:
    """Nobody looks for a rest that is none; of more it is said how many."""
    told = Envelope(path="$", trigger=Trigger.EVENT, event_id="e", original={})
    faults = [Fault(f"$.{number}", "is wrong") for number in range(MAX_FAULTS + 2)]
    assert unreadable(told, faults[:-2] * 2).faults == tuple(faults[:-2])
    for more in (1, 2):
        listed = unreadable(told, faults[: MAX_FAULTS + more]).faults
        assert listed == (*faults[:MAX_FAULTS], Fault("$", f"and {more} more"))


@pytest.mark.parametrize("sign", ["a", "é", "\u7ec4", "\U0001f600"])
def test_a_hint_has_as_many_signs_as_are_shown(sign: str) -> None:
    """Of whatever alphabet: what an outcome says of whose job it was is looked up by it."""
    told = Envelope(path="$", trigger=Trigger.EVENT, event_id="e", original={})
    for length in (MAX_HINT_CHARS, MAX_HINT_CHARS + 9):
        hints = unreadable(told, [], {"job_id": sign * length}).hints
        assert hints == {"job_id": sign * MAX_HINT_CHARS}


def test_a_member_of_that_name_makes_no_event_of_what_an_event_carries(
    cloud_event: MakeEvent, context: Context, ehpc: dict[str, Any]
) -> None:
    """Anybody's payload may have `data`: only what says which version of events it is is opened as one."""
    inner = cloud_event(ehpc)
    assert len(read_events(json.dumps(cloud_event(inner)).encode(), context).failures) == 1
    del inner["specversion"]
    (bad,) = read_events(json.dumps(cloud_event(inner)).encode(), context).unreadable
    assert [fault.path for fault in bad.faults] == ["$.data.system", "$.data.job_id"]
