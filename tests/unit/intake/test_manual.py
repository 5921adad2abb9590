"""The manual door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.act import UNEXPLAINED
from shared.domain.failure import Trigger
from shared.intake import Context, ManualRequest, read_manual
from shared.intake.manual import UNNAMED
from tests.unit.intake.conftest import TRIGGER

Read = Callable[[Any], ManualRequest]


@pytest.fixture
def read(context: Context) -> Read:
    """Reads a value, or text as it is, at the manual door."""
    return lambda value: read_manual((value if isinstance(value, str) else json.dumps(value)).encode(), context)


def test_jobs_are_numbered_in_their_invocation(read: Read, ehpc: dict[str, Any], schedulerx: dict[str, Any]) -> None:
    """Each job has an id of its own; a bad one is told with its path and costs no other."""
    got = read({"jobs": [ehpc, {"system": "ehpc", "job_id": "3"}, schedulerx, 7], "dry_run": True}).intake
    assert [failure.event_id for failure in got.failures] == ["manual/req-1/0", "manual/req-1/2"]
    assert {failure.trigger for failure in got.failures} == {Trigger.MANUAL}
    assert [[fault.path for fault in bad.faults] for bad in got.unreadable] == [
        ["$.jobs[1].cluster_id"],
        ["$.jobs[3]"],
    ]
    assert got.unreadable[0].hints == {"system": "ehpc", "region": "cn-hangzhou", "job_id": "3"}
    assert (got.dry_run, got.force) == (True, False)


def test_any_body_of_the_other_doors_is_taken(
    read: Read, ehpc: dict[str, Any], cloud_event: Callable[..., dict[str, Any]]
) -> None:
    """Bare, event, array, each alone or wrapped as object or as text, and a trigger's range."""
    for body in (ehpc, cloud_event(ehpc), [cloud_event(ehpc)]):
        for sent in (
            body,
            {"event": body},
            {"event": json.dumps(body), "force": False},
            {"event": {"event": body}},
        ):
            got = read(sent)
            assert [failure.job_id for failure in got.intake.failures] == ["1.scheduler"]
            assert got.intake.failures[0].trigger is Trigger.MANUAL
            assert (got.ranges, got.intake.dry_run, got.intake.force) == ([], False, False)
    for sent in (TRIGGER, {"event": TRIGGER, "dry_run": True}):
        got = read(sent)
        assert [wanted.project for wanted in got.ranges] == ["demo-jobs"]
        assert (got.intake.failures, got.intake.unreadable) == ([], [])
    assert got.intake.dry_run


@pytest.mark.parametrize(
    ("flags", "path"),
    [
        ({"dry_run": "true"}, "$.dry_run"),
        ({"dry_run": 1}, "$.dry_run"),
        ({"dry_run": None}, "$.dry_run"),
        ({"force": "no"}, "$.force"),
        ({"dryrun": True}, "$.dryrun"),
        ({"jobs": {}}, "$.jobs"),
        ({"event": {}}, "$"),
    ],
)
def test_a_misunderstood_wrapper_does_nothing(
    read: Read, ehpc: dict[str, Any], flags: dict[str, Any], path: str
) -> None:
    """No job is acted on if a flag is no boolean, a member is unknown or the wrapper is ambiguous."""
    got = read({"jobs": [ehpc]} | flags).intake
    assert got.failures == []
    (bad,) = got.unreadable
    assert [fault.path for fault in bad.faults] == [path]
    assert bad.event_id == "manual/req-1"


def test_three_wrappers_do_nothing(read: Read, ehpc: dict[str, Any]) -> None:
    """One in another is the most: who wraps more has made a mistake, and a flag of his may be lost in it."""
    assert len(read({"event": {"jobs": [ehpc]}}).intake.failures) == 1
    got = read({"event": {"event": {"jobs": [ehpc]}}}).intake
    assert got.failures == []
    (bad,) = got.unreadable
    assert [fault.path for fault in bad.faults] == ["$.event.event"]


def test_a_flag_given_twice_does_nothing(read: Read, ehpc: dict[str, Any]) -> None:
    """`dry_run` true and false at once is no answer to whether to act."""
    got = read(f'{{"jobs":[{json.dumps(ehpc)}],"dry_run":true,"dry_run":false}}').intake
    assert (got.failures, [fault.path for fault in got.unreadable[0].faults]) == ([], ["$"])


def test_a_flag_in_the_wrong_place_does_nothing(read: Read, ehpc: dict[str, Any]) -> None:
    """Who writes `dry_run` into a job or beside one means it; that job is not acted on."""
    mistaken = ehpc | {"dry_run": True}
    for body in (mistaken, [mistaken], {"event": mistaken}, TRIGGER | {"dry_run": True}):
        got = read(body)
        assert (got.intake.failures, got.ranges, len(got.intake.unreadable)) == ([], [], 1)
    got = read({"jobs": [mistaken, ehpc]})
    assert (len(got.intake.failures), len(got.intake.unreadable)) == (1, 1)


@pytest.mark.parametrize(
    ("outer", "inner", "dry_run", "force"),
    [
        ({"dry_run": True}, {"force": True}, True, True),
        ({"dry_run": False}, {"dry_run": True}, True, False),
        ({"force": False}, {"force": True}, False, False),
        ({"force": True}, {}, False, True),
    ],
)
def test_of_two_wrappers_the_careful_one_counts(
    read: Read,
    ehpc: dict[str, Any],
    outer: dict[str, bool],
    inner: dict[str, bool],
    *,
    dry_run: bool,
    force: bool,
) -> None:
    """An event file may be a wrapper itself and be wrapped once more by the command line."""
    got = read({"event": {"jobs": [ehpc]} | inner} | outer).intake
    assert (len(got.failures), got.dry_run, got.force) == (1, dry_run, force)


def test_who_forces_is_told_in_the_wrapper(read: Read, ehpc: dict[str, Any]) -> None:
    """`by` and `why`; the outer of two counts. Without force they are nobody's act, without a name it is somebody."""
    jobs = {"jobs": [ehpc]}
    got = read(jobs | {"force": True, "by": "ann", "why": "w"}).intake
    assert (got.force, got.actor, got.why) == (True, "ann", "w")
    got = read({"event": jobs | {"force": True, "by": "eve"}, "by": "ann"}).intake
    assert (got.force, got.actor) == (True, "ann")
    got = read(jobs | {"by": "ann", "why": "w"}).intake
    assert (got.force, got.actor, got.why) == (False, "", "")
    got = read(jobs | {"force": True}).intake
    assert (got.force, got.actor, got.why) == (True, UNNAMED, UNEXPLAINED)


@pytest.mark.parametrize(
    "beside",
    [{"by": 7}, {"by": ""}, {"by": " "}, {"by": "x" * 513}, {"by": "a\x1bb"}, {"why": ["w"]}, {"why": "x" * 257}],
)
def test_a_name_that_cannot_be_told_does_nothing(read: Read, ehpc: dict[str, Any], beside: dict[str, Any]) -> None:
    """Whoever forces is told as they are, or not at all."""
    got = read({"jobs": [ehpc], "force": True} | beside).intake
    assert (got.failures, len(got.unreadable), got.force) == ([], 1, False)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "5",
        '"x"',
        "{}",
        '{"event":null}',
        '{"event":"["}',
        '{"event":{"event":{"event":{}}}}',
        '{"source":{}}',
    ],
)
def test_what_is_not_understood_is_invalid(read: Read, body: str) -> None:
    """There is an answer for each, and nothing to act on."""
    got = read(body)
    assert (got.intake.failures, got.ranges, len(got.intake.unreadable)) == ([], [], 1)


def test_words_of_a_wrapper_in_an_announcement_are_evidence(read: Read, ehpc: dict[str, Any]) -> None:
    """A record with unknown fields named `event`, `jobs` or `source` is still a record."""
    (got,) = read(ehpc | {"event": "job_end", "jobs": 3, "source": {"a": 1}}).intake.failures
    assert got.extra == {"event": "job_end", "jobs": "3", "source": '{"a":1}'}


@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: [text], lambda text: {"event": text}])
def test_a_flag_in_text_is_seen(read: Read, ehpc: dict[str, Any], wrap: Callable[[str], Any]) -> None:
    """Whoever wrote `dry_run` into a body that came as text gets none that acts: it is heeded or refused."""
    text = json.dumps({**ehpc, "dry_run": True})
    got = read(json.dumps(wrap(text))).intake
    assert (got.failures, ["dry_run" in bad.faults[0].path for bad in got.unreadable]) == ([], [True])
    wrapped = read(json.dumps(json.dumps({"jobs": [ehpc], "dry_run": True}))).intake
    assert (len(wrapped.failures), wrapped.dry_run) == (1, True)


def test_a_flag_in_the_data_of_an_event_is_refused(
    read: Read, ehpc: dict[str, Any], cloud_event: Callable[..., dict[str, Any]]
) -> None:
    """It would be evidence there, and the job would be rerun."""
    for data in ({**ehpc, "dry_run": True}, {"messageBody": json.dumps({**ehpc, "force": True})}):
        (bad,) = read(cloud_event(data)).intake.unreadable
        assert "has no meaning here" in bad.faults[0].problem


@pytest.mark.parametrize("wrap", [json.dumps, lambda text: [text], lambda text: {"event": text}])
def test_text_that_carries_nothing_is_told_as_text(read: Read, wrap: Callable[[str], Any]) -> None:
    """It is no broken JSON: nobody meant any."""
    (bad,) = read(wrap("TEST")).intake.unreadable
    assert [fault.problem.partition(";")[0] for fault in bad.faults] == ["is text"]
    assert "TEST" in bad.raw
