"""The log door: logs of a range."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.errors import SourceUnavailable
from shared.domain.failure import Intake, Trigger
from shared.intake import Context, read_logs
from shared.intake.log import _words, read_log, words
from shared.ports import LogEntry, LogRange
from shared.systems import SYSTEMS
from tests.support.growth import LINEAR, growth

LOG_TIME = 1767608131


@pytest.fixture
def fields(ehpc: dict[str, Any]) -> dict[str, str]:
    """The E-HPC record as a log's fields: all text."""
    return {name: str(value) for name, value in ehpc.items()}


def _read(context: Context, log_range: LogRange, *logs: Mapping[str, str | bytes]) -> Intake:
    return read_logs([LogEntry(n, LOG_TIME, log) for n, log in enumerate(logs)], log_range, context)


def test_fields_or_content_announce_a_failure(
    context: Context, log_range: LogRange, fields: dict[str, str], ehpc: dict[str, Any]
) -> None:
    """Both spellings are one failure; every other log is passed over and counted; ids name shard, cursor and place."""
    del fields["schema"], ehpc["occurred_at"]
    intake = _read(
        context,
        log_range,
        {"content": "ehpc agent started"},
        fields,
        {"content": '{"system":"lsf","note":"not ehpc"}', "level": "info"},
        {"content": " \n" + json.dumps(ehpc), "__tag__:path": "/log"},
        {"content": '["ehpc"]'},
        {"content": '{"cluster":"ehpc","cut":'},
        {"content": 'sent "job-failure/1" for 1.scheduler'},
        {"system": "linux"},
    )
    assert intake.unreadable == []
    assert intake.passed_over == 6
    assert [failure.event_id for failure in intake.failures] == [
        "demo-jobs/job-logs/3/MTc2Nw==/1",
        "demo-jobs/job-logs/3/MTc2Nw==/3",
    ]
    assert [failure.occurred_at for failure in intake.failures] == [1767608130.0, float(LOG_TIME)]
    assert [failure.extra for failure in intake.failures] == [{}, {}]
    assert {failure.trigger for failure in intake.failures} == {Trigger.LOG}


def test_whether_a_log_announces_anything_is_told(
    context: Context, log_range: LogRange, fields: dict[str, str]
) -> None:
    """Who reads a range in slices counts by it what a slice costs."""
    nobodys: tuple[dict[str, str], ...] = ({"content": "up"}, {"content": 'sent "job-failure/1"'}, {"system": "linux"})
    for log, announces in (*((one, False) for one in nobodys), (fields, True), ({"system": "ehpc"}, True)):
        assert read_log(LogEntry(0, LOG_TIME, log), log_range, context, Trigger.LOG, Intake()) is announces
    unread = LogEntry(0, LOG_TIME, {}, unread="is no text")
    assert read_log(unread, log_range, context, Trigger.LOG, Intake()), "its outcome is kept, and costs as well"


@pytest.mark.parametrize(
    ("beside", "paths"),
    [
        ({"job_id": "1.scheduler"}, []),
        ({"job_id": " 1.scheduler ", "cluster_id": "", "region": None, "message": "another"}, []),
        ({"job_id": "2.scheduler", "cluster_id": "ehpc-hz-other"}, ["cluster_id", "job_id"]),
    ],
)
def test_the_line_beside_its_fields_names_the_same_job(
    context: Context, log_range: LogRange, fields: dict[str, str], beside: dict[str, Any], paths: list[str]
) -> None:
    """What it leaves out, or says of anything but the job, is no matter; another job is a fault where it stands."""
    intake = _read(context, log_range, {**fields, "content": json.dumps({"system": "ehpc", **beside})})
    assert len(intake.failures) == (not paths)
    assert [fault.path for bad in intake.unreadable for fault in bad.faults] == [
        f"$[0].content.{name}" for name in paths
    ]


@pytest.mark.parametrize("name", ["region", "schema"])
@pytest.mark.parametrize("left_out", [True, False])
def test_what_the_fields_leave_out_the_line_may_say(
    context: Context, log_range: LogRange, fields: dict[str, str], name: str, *, left_out: bool
) -> None:
    """Nothing is no other word: neither a field that is not there nor one that is empty, as hooks write them."""
    line = {**fields, "region": context.region}
    own = {key: value for key, value in line.items() if key != name} | ({} if left_out else {name: ""})
    assert len(_read(context, log_range, {**own, "content": json.dumps(line)}).failures) == 1


def test_a_redelivered_range_tells_the_same(context: Context, log_range: LogRange, fields: dict[str, str]) -> None:
    """Event and telling ids do not depend on when the range is read, nor on the log's place in another range."""
    del fields["occurred_at"]
    (first,) = _read(context, log_range, fields).failures
    (again,) = _read(replace(context, now=context.now + 900), log_range, fields).failures
    assert (first.event_id, first.telling_id) == (again.event_id, again.telling_id)
    (other,) = _read(context, replace(log_range, begin_cursor="MTc2OA=="), fields).failures
    assert other.event_id != first.event_id
    assert other.telling_id == first.telling_id


@pytest.mark.parametrize(
    ("log", "path"),
    [
        ({"system": "ehpc"}, "$[1].cluster_id"),
        ({"schema": "job-failure/1"}, "$[1].system"),
        ({"schema": "job-failure/1", "system": "linux"}, "$[1].system"),
        ({"system": "ehpc", "cluster_id": b"\xff", "job_id": "1"}, "$[1].cluster_id"),
        ({"content": '{"system":"ehpc","load":NaN}'}, "$[1].content.load"),
        ({"content": '{"schema":"job-failure/1","system":"eh'}, "$[1].content"),
        ({"content": '{"system":"ehpc","x":' + "[" * 9999 + "]" * 9999 + "}"}, "$[1].content.x" + "[0]" * 63),
        ({"content": b'{"system":"ehpc","cluster_id":"\xff"}'}, "$[1].content.cluster_id"),
        ({"content": '[{"system":"ehpc","cluster_id":"ehpc-hz-1","job_id":"1"},{"a":1}]'}, "$[1].content"),
        ({"content": '["of the night",{"schema":"job-failure/1","system":"e","system":"f"}]'}, "$[1].content"),
        ({"content": '[{"system":"ehpc","cluster_id":"ehpc-hz-1","job'}, "$[1].content"),
        ({"content": '{"specversion":"1.0","data":[{"system":"ehpc"}]}'}, "$[1].content.data"),
    ],
)
def test_a_log_meant_as_a_failure_and_wrong_is_invalid_alone(
    context: Context, log_range: LogRange, fields: dict[str, str], log: dict[str, str | bytes], path: str
) -> None:
    """It is told with its path, and its neighbours are read."""
    intake = _read(context, log_range, fields, log, fields)
    assert len(intake.failures) == 2
    (bad,) = intake.unreadable
    assert path in [fault.path for fault in bad.faults]
    assert bad.event_id.endswith("/1")


def test_evidence_that_is_no_utf8_is_escaped(context: Context, log_range: LogRange, fields: dict[str, str]) -> None:
    """Only a field that a call needs must be text: a broken message is kept with its bytes shown."""
    broken: dict[str, str | bytes] = {**fields, "message": b"disk \xff", "site": b"\xfe"}
    (got,) = _read(context, log_range, broken).failures
    assert (got.message, got.extra) == ("disk \\xff", {"site": "\\xfe"})


@pytest.mark.parametrize("system", SYSTEMS.names)
def test_whatever_is_not_passed_over_has_one_of_the_words(context: Context, log_range: LogRange, system: str) -> None:
    """So that whoever finds none of them need not have the log read."""
    told = ({"system": system}, {"schema": "job-failure/1"}, {"system": "x", "schema": "job-failure/2"}, {"a": "b"})
    values = ["", "x", system, "job-failure/1", *(json.dumps(one) for one in told), '{"schema": "job-failure'[:-1]]
    kept = 0
    for name, value in product(("system", "schema", "content", "other"), values):
        log = {"time": "1", name: value}
        intake = _read(context, log_range, log)
        assert any(word in value for word in words()) or intake.passed_over == 1
        kept += intake.kept
    assert kept


def test_irrelevant_logs_are_passed_over_in_linear_time(context: Context, log_range: LogRange) -> None:
    """2,000 logs of others; how long they take measures `benchmarks/log_range.py`."""
    entries = [LogEntry(n, LOG_TIME, {"content": f'{{"n":{n}}}' + "x" * 500, "a": "b"}) for n in range(2000)]
    assert read_logs(entries, log_range, context).passed_over == 2000
    assert growth(lambda size: read_logs(entries[:size], log_range, context), len(entries)) < LINEAR


def test_a_source_that_fails_midway_fails_the_delivery(
    context: Context, log_range: LogRange, fields: dict[str, str]
) -> None:
    """What pulling raises is not swallowed: a part of a range is no range."""

    def pull() -> Any:
        yield LogEntry(0, LOG_TIME, fields)
        raise SourceUnavailable("gone")

    with pytest.raises(SourceUnavailable):
        read_logs(pull(), log_range, context)


@pytest.mark.parametrize("trigger", [Trigger.LOG, Trigger.MANUAL])
def test_what_could_not_be_read_is_told_at_its_place(context: Context, log_range: LogRange, trigger: Trigger) -> None:
    """There may be a failure in it; it names its place, as the good log behind it does."""
    good = LogEntry(8, LOG_TIME, {"system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": "1.scheduler"})
    intake = read_logs([LogEntry(7, 0, {}, unread="is too large"), good], log_range, context, trigger)
    (told,), (failure,) = intake.unreadable, intake.failures
    assert [(fault.path, fault.problem) for fault in told.faults] == [("$[7]", "is too large")]
    assert (told.trigger, told.event_id != failure.event_id, intake.passed_over) == (trigger, True, 0)


def test_a_log_of_a_range_named_by_hand_came_by_hand(
    context: Context, log_range: LogRange, fields: dict[str, str]
) -> None:
    """The outcome of a manual invocation says so."""
    intake = read_logs([LogEntry(0, LOG_TIME, fields)], log_range, context, Trigger.MANUAL)
    assert intake.failures[0].trigger is Trigger.MANUAL


def test_a_log_that_gives_every_name_twice_costs_as_much_as_it_is_long(log_range: LogRange, context: Context) -> None:
    """Every value of each stands in what is told of it."""

    def twice(size: int) -> Intake:
        fields = {"system": "ehpc", **{f"f{number}": "b" for number in range(size)}}
        earlier = tuple((f"f{number}", "a") for number in range(size))
        return read_logs([LogEntry(0, 1_700_000_000, fields, earlier)], log_range, context)

    assert '"f1":["a","b"]' in twice(8).unreadable[0].raw
    assert growth(twice, 16_000) < LINEAR


def test_a_word_in_another_is_looked_for_alone() -> None:
    """What has the longer one has the shorter one too."""
    assert _words(("ehpc", "schedulerx", "schedulerx3", "dataworks")) == (
        "ehpc",
        "schedulerx",
        "dataworks",
        "job-failure",
    )
    assert _words(("job", "x")) == ("job", "x")
    assert _words(()) == ("job-failure",)


@pytest.mark.parametrize("fields", [{"system": "nobody"}, {"schema": "other/1"}, {"system": "", "content": "a line"}])
def test_a_log_with_a_field_of_that_name_is_somebody_elses_all_the_same(
    fields: dict[str, str], context: Context, log_range: LogRange
) -> None:
    """It names no job system and not our schema."""
    intake = _read(context, log_range, fields)
    assert (intake.passed_over, intake.kept) == (1, 0)
