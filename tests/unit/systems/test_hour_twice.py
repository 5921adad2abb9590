"""The hour that comes twice where clocks are set back: SchedulerX writes times without a zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from shared.domain.failure import Failure
from shared.reading.times import instant
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from shared.systems.schedulerx.wire import AHEAD_S, Detail
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from shared.systems.schedulerx3.wire import Shown
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Play
from tests.unit.systems.schedulerx3_service import HERE
from tests.unit.systems.schedulerx3_service import Service as Executions
from tests.unit.systems.test_schedulerx3_wire_looks import row as execution
from tests.unit.systems.test_schedulerx_wire_looks import Service, row

BERLIN = ZoneInfo("Europe/Berlin")
AT = "2026-10-25 02:30:00"
FIRST = instant(AT, BERLIN)
SECOND = FIRST + 3600


@pytest.mark.parametrize(
    ("by", "read"), [(FIRST, FIRST), (SECOND - AHEAD_S - 1, FIRST), (SECOND - AHEAD_S, SECOND), (SECOND + 60, SECOND)]
)
def test_what_is_written_of_such_an_hour_is_the_later_one_unless_that_lies_ahead(by: float, read: float) -> None:
    """By so much as the service's clock may be. The end of an execution is its life's name, and stays what it was."""
    one = Detail(instance_id=1, status=5, start_time=AT, end_time=AT, schedule_time=AT).instance(BERLIN, by)
    due = Detail(instance_id=1, status=5, schedule_time=AT).instance(BERLIN, by)
    assert (one.started_at, one.ended_at, due.ended_at) == (read, read, read)
    other = Shown(job_execution_id=1, status=5, start_time=AT, end_time=AT).execution(BERLIN, by)
    assert (other.started_at, other.ended_at) == (read, FIRST)


def test_a_look_reads_so_whatever_it_shows(fake_api: Play, failure: Make[Failure], group: Group) -> None:
    """The instance that is meant, those beside it, and how far back a list of ten a page has to be read."""
    meant = row(40, AT, 5, StartTime=AT, EndTime=AT)
    rows = [meant, *(row(number, "2026-10-25 02:20:00", StartTime=AT) for number in range(39, 19, -1))]
    api = fake_api(Service(*rows, cap=10))
    jobs = SchedulerxJobs(api, Clock(SECOND + 60), BERLIN)
    (seen,) = jobs.observe([failure("7", group, job_instance_id=40)])
    assert isinstance(seen, SchedulerxSnapshot)
    assert seen.instance is not None
    assert {one.started_at for one in (seen.instance, *seen.others)} == {SECOND}
    assert [one.get("PageNum") for one in api.parameters("GetJobInstanceList")] == ["1", "2", "3"]


def test_a_look_of_schedulerx_3_does_so_with_what_has_a_start(fake_api: Play, failure: Make[Failure]) -> None:
    """The execution that is meant, and those beside it."""
    rows = [execution(number, StartTime=AT, EndTime=AT) for number in (9, 8)]
    api = fake_api(Executions(*rows))
    (seen,) = Schedulerx3Jobs(api, Clock(SECOND + 60), BERLIN).observe([failure("71", HERE, job_instance_id=9)])
    assert isinstance(seen, Schedulerx3Snapshot)
    assert seen.execution is not None
    assert {(one.started_at, one.ended_at) for one in (seen.execution, *seen.others)} == {(SECOND, FIRST)}
    assert len(seen.others) == 1
