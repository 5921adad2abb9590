"""SchedulerX 3 through the corridor, the real SDK and the local cloud: one retry, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx3 import answers
from localcloud.schedulerx3.models import Execution, fails, keeps_running, succeeds
from localcloud.schedulerx3.service import Schedulerx3
from localcloud.wire.faults import Fault, FaultKind
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.support.depth import of_today
from tests.support.make import Make
from tests.support.schedulerx3_night import JOB, POLICY, Night


@pytest.fixture(params=of_today([pytest.param(True, id="keeps its id"), pytest.param(False, id="makes a new one")]))
def night(
    request: pytest.FixtureRequest, cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path
) -> Iterator[Night]:
    """Both ways in which a retry may show: no page says which it is."""
    app = cloud[Schedulerx3].app("xxljob-demo", "demo-app", keeps_id=request.param)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield Night(cloud, clock, ledger, open_api, POLICY, app=app)
    ledger.close()


def test_a_failed_execution_is_retried_once_and_its_end_is_told(night: Night) -> None:
    """Told twice, retried once; the sweep sees what became of it."""
    failed = night.failed(succeeds(60))
    at = night.clock.now()
    assert night.told(failed, occurred_at=at) == [("rerun", "accepted")]
    assert night.told(failed, occurred_at=at, message="told otherwise")[0][0] == "duplicate"
    assert night.swept() == [("rerun", "seen_succeeded")]
    assert [one.execution_id for one in night.cloud[Schedulerx3].retried] == [failed.execution_id]


@pytest.mark.parametrize("first", [None, JOB], ids=["without its job first", "with its job first"])
def test_an_execution_is_one_failure_whether_its_job_is_told_or_not(night: Night, first: int | None) -> None:
    """The job's id need not be told, the look shows it: the outcome has it, and the other telling is a duplicate."""
    failed = night.failed(succeeds(60))
    at = night.clock.now()
    assert night.told(failed, occurred_at=at, job_id=first) == [("rerun", "accepted")]
    assert night.told(failed, occurred_at=at, job_id=None if first else JOB)[0][0] == "duplicate"
    assert {row["job_id"] for row in night.sink.rows} == {str(JOB)}
    assert len(night.cloud[Schedulerx3].retried) == 1


def test_tellings_with_and_without_the_job_that_wait_for_a_look_end_in_one_retry(night: Night) -> None:
    """Neither look came through, so they wait apart; the sweep finds that they are one."""
    failed = night.failed(succeeds(60))
    at = night.clock.now()
    for job_id in (None, JOB):
        night.cloud.faults.add(Fault("GetJobExecution", FaultKind.ERROR_BEFORE_EFFECT))
        assert night.told(failed, occurred_at=at, job_id=job_id)[0][0] == "deferred"
    later = [one for _ in range(3) for one in night.swept()]
    assert later.count(("rerun", "accepted")) == 1
    assert len(night.cloud[Schedulerx3].retried) == 1


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.PART_FAILURE])
def test_whatever_becomes_of_the_call_it_is_retried_exactly_once(night: Night, kind: FaultKind) -> None:
    """An answer lost with or without the effect, a throttle, a stranger's page: one retry in the end, never two."""
    failed = night.failed(succeeds(60))
    night.cloud.faults.add(Fault("OperateRetryJobExecution", kind, delay_s=0.1))
    at = night.clock.now()
    night.told(failed, occurred_at=at)
    for _ in range(4):
        night.told(failed, occurred_at=at)
        night.swept()
    assert len(night.cloud[Schedulerx3].retried) == 1
    assert [row["reason"] for row in night.sink.sightings] == ["seen_succeeded"]
    assert night.sink.told().count(("rerun", "accepted")) + night.sink.told().count(("rerun", "observed_restart")) == 1


@pytest.mark.parametrize("off_s", [-60 * 86_400, -8 * 3600, 8 * 3600])
def test_a_first_attempt_is_healed_whatever_time_is_told(night: Night, off_s: int) -> None:
    """A zone that is read wrongly, a clock that stood still: there was no attempt before it."""
    failed = night.failed(succeeds(60))
    assert night.told(failed, occurred_at=night.clock.now() + off_s) == [("rerun", "accepted")]
    assert len(night.cloud[Schedulerx3].retried) == 1


def test_its_next_failure_is_a_failure_of_its_own(night: Night) -> None:
    """What the retry made fails as well: it is told under its own id, and gets an attempt of its own."""
    failed = night.failed(fails(60), succeeds(60))
    assert night.told(failed, occurred_at=night.clock.now()) == [("rerun", "accepted")]
    night.clock.advance(120)
    (made,) = (one for one in night.app.newest_first(frozenset({JOB}))[:1])
    later = night.told(made, occurred_at=night.clock.now())
    later += night.swept() + night.swept()
    assert ("rerun", "accepted") in later
    assert len(night.cloud[Schedulerx3].retried) == 2


def test_a_retry_that_failed_is_told_as_failed_although_the_next_one_succeeds(night: Night) -> None:
    """Both are over before anybody looks what became of the first."""
    night.policy = POLICY + "cooldown: {base_s: 0, max_s: 0}\n"
    night.told(night.failed(fails(30), succeeds(20)), occurred_at=night.clock.now())
    night.clock.advance(40)
    (made,) = night.app.newest_first(frozenset({JOB}))[:1]
    assert night.told(made, occurred_at=night.clock.now()) == [("rerun", "accepted")]
    night.swept(300)
    assert sorted((row["attempt"], row["reason"]) for row in night.sink.sightings) == [
        ("1", "seen_failed"),
        ("2", "seen_succeeded"),
    ]


def test_what_the_service_retries_itself_is_left_alone(night: Night) -> None:
    """It says so in its events."""
    assert night.told(night.failed(retries_itself=True)) == [("ineligible", "state_not_eligible")]
    assert not night.cloud[Schedulerx3].retried


def test_a_workflows_execution_waits_for_a_person(night: Night) -> None:
    """Its other nodes would not follow."""
    assert night.told(night.failed(workflow_execution_id="31")) == [("held", "workflow")]


def _busy(night: Night, *, first: Execution, last: Execution) -> tuple[Execution, Execution]:
    """A job that runs every two minutes: two executions, and a hundred that ended well between them."""
    for number in range(100):
        starts_at = first.starts_at + (number + 1) * (last.starts_at - first.starts_at) / 101
        night.app.execution(JOB, f"between {number}", succeeds(5), starts_at=starts_at)
    return first, last


@pytest.mark.parametrize("first_told", [0, 1])
def test_that_an_execution_is_part_of_a_workflow_is_seen_however_far_back_it_stands(
    night: Night, first_told: int
) -> None:
    """Told beside one that has ended well and stands a hundred before it in the list; it began hours ago."""
    now = night.clock.now()
    night.app.job(JOB, "settle")
    last = night.app.execution(JOB, "2026-01-01 11:59:00", succeeds(5), starts_at=now - 60)
    course = fails(11_990)
    first = night.app.execution(JOB, "2026-01-01 08:40:00", course, starts_at=now - 12_000, workflow_execution_id="31")
    told = _busy(night, first=first, last=last)
    verdicts = night.told(told[first_told], told[1 - first_told])
    assert sorted(verdicts) == [("held", "workflow"), ("ineligible", "state_not_eligible")]
    assert not night.cloud[Schedulerx3].retried


def test_where_pages_are_shorter_than_asked_for_what_lives_is_seen(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's own default is twenty; its total says that there are more."""
    monkeypatch.setattr(answers, "PAGE_MOST", 20)
    last = night.failed()
    first = night.app.execution(JOB, "2026-01-01 11:30:00", keeps_running(), starts_at=last.starts_at - 3_000)
    _busy(night, first=first, last=last)
    assert night.told(last) == [("ineligible", "live_instance")]


def test_a_live_execution_of_the_job_is_a_reason_not_to_call(night: Night) -> None:
    """A retry would run beside it."""
    failed = night.failed()
    night.app.execution(JOB, "2026-01-01 11:00:00", keeps_running())
    assert night.told(failed) == [("ineligible", "live_instance")]


def test_what_has_been_retried_by_others_is_not_retried(night: Night) -> None:
    """A person was quicker; the telling comes late."""
    failed = night.failed(succeeds(60))
    at = night.clock.now() - 10
    night.clock.advance(120)
    night.app.retry(failed)
    night.clock.advance(90)
    assert night.told(failed, occurred_at=at)[0][0] in {"duplicate", "ineligible"}
    assert len(night.cloud[Schedulerx3].retried) == 1


@pytest.mark.parametrize("named", ["other job", "no execution"])
def test_an_execution_that_is_not_there_is_not_found(night: Night, named: str) -> None:
    """Or is another job's."""
    failed = night.failed()
    if named == "other job":
        assert night.told(failed, job_id=72) == [("ineligible", "not_found")]
    else:
        assert night.told(failed, job_execution_id="1") == [("ineligible", "not_found")]
