"""What is given more than once is refused at every door, where it stands: which of the two is meant nobody can tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.domain.failure import Intake
from shared.intake import Context, read_events, read_logs, read_manual
from shared.intake.announcement import fields_of
from shared.ports import LogEntry, LogRange
from shared.reading.pairs import overwritten
from shared.systems import SYSTEMS

MakeEvent = Callable[..., dict[str, Any]]
Pairs = list[tuple[str, Any]]


def entry(pairs: Pairs) -> LogEntry:
    """A log of these contents, in this order."""
    return LogEntry(0, 1_767_608_131, dict(pairs), overwritten(pairs))


def twice(record: Mapping[str, Any], name: str, value: Any) -> str:
    """The record as JSON that gives one name twice."""
    return json.dumps(record)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"


def paths(intake: Intake) -> set[str]:
    """Where the one record is bad."""
    assert (intake.failures, intake.passed_over) == ([], 0)
    (bad,) = intake.unreadable
    return {fault.path for fault in bad.faults}


@pytest.fixture
def read(context: Context, log_range: LogRange) -> Callable[[Pairs], Intake]:
    """Reads one log."""
    return lambda pairs: read_logs([entry(pairs)], log_range, context)


@pytest.mark.parametrize("system", ["ehpc", "schedulerx"])
@pytest.mark.parametrize("first", [True, False])
def test_no_known_field_comes_twice_in_a_log(
    read: Callable[[Pairs], Intake], request: pytest.FixtureRequest, system: str, *, first: bool
) -> None:
    """Each field of each system, whichever of the two comes first, is a fault at its path; the raw shows both."""
    record = {name: str(value) for name, value in request.getfixturevalue(system).items()}
    for field in fields_of(SYSTEMS.named(system)):
        other = (field.name, "7")
        pairs = [other, *record.items()] if first else [*record.items(), other]
        pairs = pairs if field.name in record else [*pairs, other]
        intake = read(pairs)
        assert f"$[0].{field.name}" in paths(intake), field.name
        shown = json.loads(intake.unreadable[0].raw)[field.name]
        assert shown == [value for name, value in pairs if name == field.name]


def test_the_same_value_twice_is_no_better(read: Callable[[Pairs], Intake], ehpc: dict[str, Any]) -> None:
    """As in JSON, where a name twice makes an object invalid whatever its values."""
    pairs = [(name, str(value)) for name, value in ehpc.items()]
    assert paths(read([*pairs, ("job_id", ehpc["job_id"])])) == {"$[0].job_id"}


def test_what_nobody_knows_may_come_twice(read: Callable[[Pairs], Intake], ehpc: dict[str, Any]) -> None:
    """It names no job: the last is kept as evidence. So it is with what Log Service itself adds."""
    pairs = [*((name, str(value)) for name, value in ehpc.items()), ("rack", "1"), ("rack", "2")]
    pairs += [("__tag__:path", "/a"), ("__tag__:path", "/b"), ("content", "one"), ("content", "two")]
    (failure,) = read(pairs).failures
    assert failure.extra == {"rack": "2", "content": "two", "__tag__:path": "/b"}


@pytest.mark.parametrize("announcing_first", [True, False])
def test_content_twice(read: Callable[[Pairs], Intake], ehpc: dict[str, Any], *, announcing_first: bool) -> None:
    """Two contents of which one announces are neither healed nor passed over."""
    pairs = [("content", json.dumps(ehpc)), ("content", "a line of text")]
    assert paths(read(pairs if announcing_first else pairs[::-1])) == {"$[0].content"}
    both = [("content", json.dumps(ehpc)), ("content", json.dumps({**ehpc, "job_id": "2.scheduler"}))]
    assert paths(read(both)) == {"$[0].content"}


@pytest.mark.parametrize("name", ["system", "schema"])
def test_whether_it_announces_at_all(
    read: Callable[[Pairs], Intake], context: Context, cloud_event: MakeEvent, ehpc: dict[str, Any], name: str
) -> None:
    """What is told twice may be what makes a log an announcement: it was meant as one, and is not passed over."""
    record = {key: value for key, value in ehpc.items() if key not in {"system", "schema"}} | {name: ehpc[name]}
    pairs = [*((key, str(value)) for key, value in record.items()), (name, "linux")]
    assert f"$[0].{name}" in paths(read(pairs))
    text = twice(record, name, "linux")
    assert "$[0].content" in paths(read([("content", text)]))
    assert "$[0].content" in paths(read([("content", text.encode())]))
    connector = json.dumps(cloud_event("DATA", type="sls:connector"))
    assert "$.data" in paths(read_events(connector.replace('"DATA"', text).encode(), context))
    assert "$.data" in paths(read_events(connector.replace('"DATA"', json.dumps(text)).encode(), context))


def test_other_peoples_logs_may_be_as_they_like(read: Callable[[Pairs], Intake]) -> None:
    """No announcement: passed over."""
    for pairs in ([("system", "linux"), ("system", "bsd")], [("content", "ehpc"), ("content", "{}"), ("job_id", "1")]):
        assert read(pairs).passed_over == 1


def test_json_at_every_door(
    context: Context, log_range: LogRange, cloud_event: MakeEvent, ehpc: dict[str, Any]
) -> None:
    """A name twice in an object, wherever it is carried."""
    bad = twice(ehpc, "job_id", "2.scheduler")
    data = json.dumps(cloud_event("DATA"))
    assert paths(read_events(bad.encode(), context)) == {"$"}
    assert paths(read_events(data.replace('"DATA"', bad).encode(), context)) == {"$.data"}
    assert paths(read_events(data.replace('"DATA"', json.dumps(bad)).encode(), context)) == {"$.data"}
    assert paths(read_manual(f'{{"jobs": [{bad}]}}'.encode(), context).intake) == {"$.jobs[0]"}
    assert paths(read_manual(f'{{"event": {bad}}}'.encode(), context).intake) == {"$.event"}
    assert paths(read_logs([entry([("content", bad)])], log_range, context)) == {"$[0].content"}


def test_two_payloads_in_one_event(context: Context, cloud_event: MakeEvent, ehpc: dict[str, Any]) -> None:
    """An event has one of `data` and `data_base64`, and its data one carrier."""
    both = cloud_event(ehpc, data_base64="e30=")
    assert paths(read_events(json.dumps(both).encode(), context)) == {"$.data_base64"}
    carried = {"messageBody": ehpc, "body": {**ehpc, "job_id": "2.scheduler"}}
    assert "$.data.body" in paths(read_events(json.dumps(cloud_event(carried)).encode(), context))
    one = cloud_event({"messageBody": ehpc, "body": None}) | {"data_base64": None}
    assert len(read_events(json.dumps(one).encode(), context).failures) == 1


@pytest.mark.parametrize(
    ("name", "other"), [("job_id", "2.scheduler"), ("cluster_id", "ehpc-hz-2"), ("region", "cn-b")]
)
def test_fields_and_content_of_one_log_that_name_different_jobs(
    read: Callable[[Pairs], Intake],
    context: Context,
    cloud_event: MakeEvent,
    ehpc: dict[str, Any],
    name: str,
    other: str,
) -> None:
    """Both announce, and which of them is meant nobody can tell."""
    told = {"region": "cn-hangzhou", **ehpc}
    fields = {key: str(value) for key, value in told.items()} | {"content": json.dumps({**told, name: other})}
    assert paths(read(list(fields.items()))) == {f"$[0].content.{name}"}
    connector = json.dumps(cloud_event(fields, type="sls:connector"))
    assert paths(read_events(connector.encode(), context)) == {f"$.data.content.{name}"}


@pytest.mark.parametrize(("other", "said"), [("cn-beijing", True), ("cn-hangzhou", False)])
def test_a_region_that_only_the_one_that_does_not_count_names(
    read: Callable[[Pairs], Intake],
    context: Context,
    cloud_event: MakeEvent,
    schedulerx: dict[str, Any],
    other: str,
    *,
    said: bool,
) -> None:
    """Without one a failure is of the function's own region: there the job of that number is another job."""
    abroad = {**schedulerx, "region": other}
    fields = [(name, str(value)) for name, value in schedulerx.items()]
    in_log = read([*fields, ("content", json.dumps(abroad))])
    within = read_events(json.dumps([{**schedulerx, "data": abroad}]).encode(), context)
    around = read_events(json.dumps({**abroad, **cloud_event(schedulerx)}).encode(), context)
    for intake, path in ((in_log, "$[0].content"), (within, "$[0].data"), (around, "$.data")):
        if said:
            assert paths(intake) == {f"{path}.region"}
        else:
            assert (len(intake.failures), intake.unreadable) == (1, [])
    less = read([(name, str(value)) for name, value in abroad.items()] + [("content", json.dumps(schedulerx))])
    assert [failure.scope.region for failure in less.failures] == [other]


@pytest.mark.parametrize("door", [read_events, lambda body, context: read_manual(body, context).intake])
@pytest.mark.parametrize("another", [True, False])
def test_an_event_that_names_different_jobs_outside_and_inside(
    door: Callable[[bytes, Context], Intake],
    context: Context,
    cloud_event: MakeEvent,
    ehpc: dict[str, Any],
    *,
    another: bool,
) -> None:
    """As attributes beside `data`, or with a `data` in the announcement itself; the same twice names one job."""
    inner = {**ehpc, "job_id": "2.scheduler"} if another else ehpc
    bodies = {
        "$.data.job_id": {**ehpc, **cloud_event(inner)},
        "$.data.data.job_id": cloud_event({**ehpc, "data": inner}),
        "$[0].data.job_id": [{**ehpc, "data": inner}],
    }
    for path, body in bodies.items():
        read = door(json.dumps(body).encode(), context)
        if another:
            assert paths(read) == {path}
        else:
            assert (len(read.failures), read.unreadable) == (1, [])
    jobs = read_manual(json.dumps({"jobs": [{**ehpc, "data": inner}]}).encode(), context).intake
    assert len(jobs.failures) == (not another)


def test_data_of_another_kind_within_an_announcement_names_no_job(context: Context, ehpc: dict[str, Any]) -> None:
    """What a job carries is its own affair, whatever its fields are called."""
    body = json.dumps([{**ehpc, "data": {"job_id": "2", "region": "cn-beijing", "rows": 7}}]).encode()
    assert len(read_events(body, context).failures) == 1


def test_a_line_that_is_left_beside_the_fields_made_of_it(
    read: Callable[[Pairs], Intake], schedulerx: dict[str, Any]
) -> None:
    """Collectors do so. It says the same, or says less; evidence may be written in another way."""
    fields = [(name, str(value)) for name, value in schedulerx.items()]
    bare = {name: schedulerx[name] for name in ("system", "job_id")}
    for line in ({**schedulerx, "message": "said otherwise"}, bare, {"system": "linux", "job_id": "7"}):
        assert len(read([*fields, ("content", json.dumps(line))]).failures) == 1


def test_content_comes_twice_among_others_that_do(read: Callable[[Pairs], Intake], ehpc: dict[str, Any]) -> None:
    """What the collector gives twice beside it is its own affair."""
    tag, content = ("host", "a"), ("content", json.dumps(ehpc))
    assert paths(read([tag, content, tag, content])) == {"$[0].content"}
    assert len(read([tag, content, tag]).failures) == 1


def test_one_that_announced_is_enough_among_others_that_come_twice(read: Callable[[Pairs], Intake]) -> None:
    """What a collector gives twice beside it says nothing of it: the log was meant as a failure."""
    tag, other = ("host", "a"), ("system", "linux")
    assert paths(read([tag, ("system", "ehpc"), tag, other])) >= {"$[0].system"}
    assert read([tag, other, tag, other]).unreadable == []
