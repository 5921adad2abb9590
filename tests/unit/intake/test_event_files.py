"""Each file of `events/` shows what its README says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.domain.failure import Intake, Trigger
from shared.domain.machines import Weight
from shared.intake import Context, read_events, read_manual, read_trigger
from shared.ports import LogRange

FOLDER = Path(__file__).parents[3] / "events"
HUNG = ("ehpc-hz-demo1", "1.scheduler", None, None)
SECOND = ("ehpc-hz-demo1", "2.scheduler", None, None)
BY_INSTANCE = ("demo.defaultGroup", "92583", 11111111, None)
BY_EXECUTION = ("settlement", "71", 1310630367761285120, None)
TASK_INSTANCE = ("12345", "453000000001", None, None)
BY_DATA_TIME = ("demo.defaultGroup", "92583", None, "2026-01-05 02:00:00")


def _named(intake: Intake) -> list[tuple[str, str, int | None, str | None]]:
    assert intake.unreadable == []
    assert intake.passed_over == 0
    names = []
    for failure in intake.failures:
        scope = failure.scope
        assert scope.region == "cn-hangzhou"
        where = scope.place[scope.parts[-1]]
        assert scope.place.get("namespace", "demo-namespace") == "demo-namespace"
        names.append((where, failure.job_id, failure.job_instance_id, failure.data_time))
    return names


def _events(*wanted: Any, moments: tuple[float, ...]) -> Callable[[bytes, Context], None]:
    def check(body: bytes, context: Context) -> None:
        intake = read_events(body, context)
        assert _named(intake) == list(wanted)
        assert tuple(failure.occurred_at for failure in intake.failures) == moments

    return check


def _manual(*wanted: Any, dry_run: bool, force: bool) -> Callable[[bytes, Context], None]:
    def check(body: bytes, context: Context) -> None:
        intake = read_manual(body, context).intake
        assert _named(intake) == list(wanted)
        assert (intake.dry_run, intake.force) == (dry_run, force)
        assert all(failure.trigger is Trigger.MANUAL for failure in intake.failures)

    return check


def _range(body: bytes, context: Context) -> None:
    wanted = read_trigger(body, context)
    assert isinstance(wanted, LogRange)
    assert (wanted.project, wanted.logstore, wanted.shard) == ("demo-jobs", "job-logs", 0)
    assert read_manual(body, context).ranges == [wanted]


def _machine(weight: Weight) -> Callable[[bytes, Context], None]:
    def check(body: bytes, context: Context) -> None:
        (noted,) = read_events(body, context).noted
        assert (noted.event.machine, noted.event.weight, noted.event.at) == ("i-bp1example0001", weight, 1767607920.0)
        assert len(read_manual(body, context).intake.noted) == 1

    return check


def _rerun(body: bytes, context: Context) -> None:
    intake = read_events(body, context)
    (told,) = intake.reruns
    assert (told.job_ids, told.by, told.at) == (("453000000001",), "123456789098****", 1767549631.12)
    assert (intake.passed_over, intake.kept) == (0, 0)


def _timer(body: bytes, context: Context) -> None:
    assert set(json.loads(body)) == {"triggerTime", "triggerName", "payload"}
    assert read_events(body, context).failures == []
    assert read_manual(body, context).intake.failures == []


CASES: dict[str, Callable[[bytes, Context], None]] = {
    "log-trigger.json": _range,
    "event-ehpc-hung-job.json": _events(HUNG, moments=(1767608130.0,)),
    "event-schedulerx-instance.json": _events(BY_INSTANCE, moments=(1767549641.5,)),
    "event-schedulerx-data-time.json": _events(BY_DATA_TIME, moments=(1767549641.5,)),
    "event-schedulerx3-execution.json": _events(BY_EXECUTION, moments=(1767549641.5,)),
    "event-dataworks-failed.json": _events(TASK_INSTANCE, moments=(1767549630.0,)),
    "event-dataworks-rerun-by-person.json": _rerun,
    "event-dataworks-instance.json": _events(TASK_INSTANCE, moments=(1767549630.0,)),
    "event-data-as-json-text.json": _events(HUNG, moments=(1767608130.0,)),
    "event-publish-time-prc.json": _events(HUNG, moments=(1767608130.0,)),
    "event-transformed-body.json": _events(SECOND, moments=(1767608130.0,)),
    "event-mns-streaming-array.json": _events(SECOND, BY_INSTANCE, moments=(1767608130.0, 1767549641.5)),
    "event-kafka-streaming-texts.json": _events(SECOND, BY_INSTANCE, moments=(1767608130.0, 1767549641.5)),
    "event-sls-connector-fields.json": _events(SECOND, moments=(1767608130.0,)),
    "event-sls-connector-content.json": _events(BY_DATA_TIME, moments=(1767549641.5,)),
    "event-http-source.json": _events(SECOND, moments=(1767608130.0,)),
    "event-ecs-system-failure.json": _machine(Weight.LOST),
    "event-ecs-state-change.json": _machine(Weight.LOST),
    "event-ecs-preemption.json": _machine(Weight.MAYBE),
    "event-ecs-maintenance-announced.json": _machine(Weight.AHEAD),
    "event-ehpc-node-status.json": _machine(Weight.MAYBE),
    "event-cloudmonitor-ecs.json": _machine(Weight.LOST),
    "manual-jobs-dry-run.json": _manual(HUNG, BY_DATA_TIME, dry_run=True, force=False),
    "manual-event-force.json": _manual(HUNG, dry_run=False, force=True),
    "sweep-timer.json": _timer,
    "discover-timer.json": _timer,
}
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".md")


@pytest.mark.parametrize("name", FILES)
def test_an_event_file_is_read_as_its_case_says(name: str, context: Context) -> None:
    """Every file has a case here, and its door finds exactly the failures that it shows."""
    CASES[name]((FOLDER / name).read_bytes(), context)


def test_every_case_has_a_file_and_a_line_in_the_readme() -> None:
    """No case without a file, no file that the README leaves out."""
    assert sorted(CASES) == FILES
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in FILES if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("log-", "event-"))])
def test_an_event_file_can_be_sent_by_hand(name: str, context: Context) -> None:
    """The manual door finds in every file of the other doors what they find, wrapped or not."""
    body = (FOLDER / name).read_bytes()
    wrapped = json.dumps({"event": json.loads(body), "dry_run": True}).encode()
    bare, dry = read_manual(body, context), read_manual(wrapped, context)
    assert [failure.telling_id for failure in bare.intake.failures] == [
        failure.telling_id for failure in read_events(body, context).failures
    ]
    assert [failure.telling_id for failure in dry.intake.failures] == [
        failure.telling_id for failure in bare.intake.failures
    ]
    assert dry.ranges == bare.ranges
    assert dry.intake.dry_run
