"""Small differences in a body that mean something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.domain.failure import Speaker
from shared.intake import Context, read_events
from shared.intake.manual import read_manual
from shared.intake.timer import wants_dry_run

MACHINE = Path(__file__).parents[3] / "events" / "event-ecs-system-failure.json"


def test_an_object_that_says_nothing_is_asked_for_what_an_announcement_has(context: Context) -> None:
    """It is no event: nothing in it carries anything."""
    (bad,) = read_events(b'{"note": 1}', context).unreadable
    assert [fault.path for fault in bad.faults] == ["$.system", "$.job_id"]


@pytest.mark.parametrize(("more", "same"), [({"started_at": 1_767_608_000}, True), ({}, False)])
def test_a_telling_without_time_is_known_by_its_start_or_its_event(
    context: Context, ehpc: dict[str, Any], more: dict[str, Any], *, same: bool
) -> None:
    """Two events about one start are one telling; of which neither says a time or a start, two."""
    del ehpc["occurred_at"]
    events = [{"specversion": "1.0", "source": "s", "id": name, "data": {**ehpc, **more}} for name in ("a", "b")]
    one, other = read_events(json.dumps(events).encode(), context).failures
    assert (one.telling_id == other.telling_id) is same


def test_who_tells_of_a_machine_is_never_a_log(context: Context) -> None:
    """The subject is the writer's word: it would pass for the place that a trigger reads. A person is nobody."""
    event = json.loads(MACHINE.read_text("utf-8"))
    forged = "acs:log:cn-hangzhou:1:project/secondwind/logstore/failures"
    event |= {"subject": forged, "source": "acs.ecs", "data": {**event["data"], "__topic__": "slurm"}}
    body = json.dumps(event).encode()
    intake = read_events(body, context)
    (told,) = intake.noted
    assert (intake.failures, intake.unreadable, intake.passed_over) == ([], [], 0)
    assert (told.by_hand, told.speaker.event_source) == (False, "acs.ecs")
    assert (told.speaker.project, told.speaker.logstore, told.speaker.topic) == ("", "", "")
    (by_hand,) = read_manual(body, context).intake.noted
    assert (by_hand.by_hand, by_hand.speaker) == (True, Speaker())


@pytest.mark.parametrize(
    ("told", "dry"),
    [
        ({}, False),
        ({"dry_run": False}, False),
        ({"dry_run": None}, True),
        ({"dry_run": "false"}, True),
        ({"payload": "nothing"}, False),
        ({"payload": '{"a": 1}'}, False),
        ({"payload": '{"dry_run": false}'}, False),
        ({"payload": '{"dry_run": true}'}, True),
        ({"payload": '{"dry_run'}, True),
        ({"payload": '{"note": "no dry_run"}'}, False),
        ({"payload": '["dry_run"]'}, False),
        ({"payload": {"dry_run": 1}}, True),
        ({"payload": {"dry_run": False}}, False),
        ({"payload": {"note": 1}}, False),
        ([], False),
        ([{"dry_run": True}], True),
        ('{"dry_run": true}', True),
    ],
)
def test_a_timer_is_dry_where_somebody_says_so(told: object, *, dry: bool) -> None:
    """Also where nobody can make out what they say; and not otherwise."""
    assert wants_dry_run(json.dumps(told).encode()) is dry


def test_a_timer_whose_body_is_no_json_is_a_timer() -> None:
    """Nothing in it matters, unless it was to be a dry run."""
    assert not wants_dry_run(b"\xff{")
    assert wants_dry_run(b'{"dry_run": true,}')
