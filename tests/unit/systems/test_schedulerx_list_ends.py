"""The list of a job's instances: what is older than what it shows, and that beyond its end nothing is known."""

from __future__ import annotations

from functools import partial

import pytest

from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Play
from tests.unit.systems.schedulerx_service import Service
from tests.unit.systems.test_schedulerx import NOW, ZONE, found, instance


@pytest.fixture
def told(failure: Make[Failure], group: Group) -> Make[Failure]:
    """A failure of job 7 in the group."""
    return lambda job_id="7", **rest: failure(job_id, group, **rest)


def test_where_pages_are_ignored_what_is_older_is_asked_for_by_its_time(
    told: Make[Failure], fake_api: Play, clock: Clock
) -> None:
    """A document says that only the ten newest come. Where no time is heeded either, nothing is known of the rest."""
    clock.moment = NOW
    rows = [instance(number, 4, at=f"2026-01-01 11:{number:02}:00") for number in range(59, 20, -1)]
    for listed, others, calls in ((rows, 38, 6), (rows[:10], 9, 3), (rows[:9], 8, 1)):
        service = Service(*listed, cap=10)

        def newest(wanted: ApiCall, service: Service = service, *, heeds: bool = True) -> Reply | CallFailed:
            asked = {key: value for key, value in wanted.parameters.items() if key != "PageNum"}
            until = float(asked.get("EndTimestamp", "inf")) / 1000 if heeds else float("inf")
            shown = [one for one in service.instances if instant(one["ScheduleTime"], ZONE) <= until]
            page = Service(*shown, cap=10)
            page.details = service.details
            return page(ApiCall(action=wanted.action, version=wanted.version, parameters=asked))

        api = fake_api(newest)
        (seen,) = SchedulerxJobs(api, clock, ZONE).observe([told(job_instance_id=59)])
        assert len(found(seen).others) == others
        assert len(api.parameters("GetJobInstanceList")) == calls
        api = fake_api(partial(newest, heeds=False))
        (seen,) = SchedulerxJobs(api, clock, ZONE).observe([told(job_instance_id=59)])
        assert isinstance(seen, LookFailed) is (len(listed) > 9)
        assert len(api.parameters("GetJobInstanceList")) == (3 if len(listed) > 9 else 1)


def test_what_its_job_s_list_does_not_show_is_not_known(fake_api: Play, clock: Clock, told: Make[Failure]) -> None:
    """Of an instance that is beyond the end of the list nobody can tell what a rerun has made since."""
    service = Service(instance(2), instance(1))
    del service.instances[1]
    seen = SchedulerxJobs(fake_api(service), clock, ZONE).observe([told(job_instance_id=1), told(job_instance_id=2)])
    assert isinstance(seen[0], LookFailed)
    assert (seen[0].code, seen[0].worth_repeating, found(seen[1]).others) == ("ListTooLong", True, ())


@pytest.mark.parametrize("cut_by", ["ScheduleTime", "StartTime"])
def test_none_is_left_out_that_started_late(told: Make[Failure], fake_api: Play, clock: Clock, cut_by: str) -> None:
    """Each waited for two minutes; a service may cut its list by when they were to start, or by when they did."""
    clock.moment = NOW
    late = {number: {"StartTime": f"2026-01-01 11:{number + 2:02}:00"} for number in range(21, 58)}
    rows = [instance(number, 4, at=f"2026-01-01 11:{number:02}:00", **late[number]) for number in range(57, 20, -1)]

    def newest(wanted: ApiCall) -> Reply | CallFailed:
        asked = {key: value for key, value in wanted.parameters.items() if key != "PageNum"}
        until = float(asked.get("EndTimestamp", "inf")) / 1000
        page = Service(*(one for one in rows if instant(one[cut_by], ZONE) <= until), cap=10)
        page.details = Service(*rows).details
        return page(ApiCall(action=wanted.action, version=wanted.version, parameters=asked))

    (seen,) = SchedulerxJobs(fake_api(newest), clock, ZONE).observe([told(job_instance_id=57)])
    assert [one.instance_id for one in found(seen).others] == [*range(56, 20, -1)]
