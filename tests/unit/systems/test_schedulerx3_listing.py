"""The list of a job's executions: how far it is read for whom, and that beyond its end nothing is concluded."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed
from shared.systems.openapi import ApiCall
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from shared.systems.schedulerx3.listing import MOST_PAGES
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, Play
from tests.unit.systems.schedulerx3_service import FAILED, NOON, ZONE, Opened, Service, System, opening, telling, yes
from tests.unit.systems.test_schedulerx3_wire_looks import looked, row


@pytest.fixture
def told(failure: Make[Failure]) -> Make[Failure]:
    """See `telling`."""
    return telling(failure)


@pytest.fixture
def system(fake_api: Play) -> Opened:
    """See `opening`."""
    return opening(fake_api)


def pages(sx: System) -> list[str]:
    """Of the job's list."""
    return [one["PageNum"] for one in sx[1].parameters("ListJobExecutions")]


@pytest.mark.parametrize(
    ("scheduled", "started", "read"),
    [
        ("2026-01-01 10:59:59", "2026-01-01 11:59:59", ["1", "2"]),
        ("2026-01-01 11:00:00", "2026-01-01 12:00:00", ["1", "2"]),
        ("2026-01-01 10:59:59", "2026-01-01 12:00:00", ["1"]),
        ("2026-01-01 10:59:59", "2026-01-01 13:00:00", ["1"]),
        ("2026-01-01 10:59:59", "", ["1"]),
        ("2026-01-01 11:00:00", "", ["1", "2"]),
        ("", "2026-01-01 12:00:00", ["1", "2"]),
        ("soon", "2026-01-01 12:00:00", ["1", "2"]),
    ],
)
def test_a_list_is_read_to_an_hour_before_the_look_and_the_execution_s_start(
    system: Opened, told: Make[Failure], scheduled: str, started: str, read: list[str]
) -> None:
    """By when the last on a page was to start; what tells no such time is no end."""
    rows = [row(9, StartTime=started), *(row(number, status=4, ScheduleTime=scheduled) for number in range(100, 159))]
    sx = system(Service(*rows))
    looked(sx, told())
    assert pages(sx) == read


@pytest.mark.parametrize("total", [None, 0])
def test_a_list_without_a_total_ends_with_a_page_that_is_not_full(
    system: Opened, told: Make[Failure], total: int | None
) -> None:
    """Or one that shows nothing; a total of none beside rows is no count."""
    for count, read in [(49, ["1"]), (50, ["1", "2"]), (51, ["1", "2"])]:
        service = Service(row(9), *(row(number, status=4) for number in range(100, 99 + count)))
        service.total = total
        sx = system(service)
        (seen,) = looked(sx, told())
        assert (pages(sx), len(seen.others)) == (read, count - 1)


@pytest.mark.parametrize(
    ("cap", "total", "read"),
    [(20, 45, ["1", "2", "3"]), (15, 45, ["1", "2", "3"]), (50, 45, ["1"]), (20, 60, [*"1234"])],
)
def test_a_list_with_a_total_is_read_to_it(
    system: Opened, told: Make[Failure], cap: int, total: int, read: list[str]
) -> None:
    """A service may put fewer on a page than it was asked for; one that shows nothing is the end all the same."""
    service = Service(*(row(number, status=4) for number in range(100, 144)), row(9))
    service.cap, service.total = cap, total
    sx = system(service)
    (seen,) = looked(sx, told())
    assert (pages(sx), len(seen.others)) == (read, 44)


@pytest.mark.parametrize("total", [None, 120])
def test_of_a_service_that_ignores_pages_nothing_is_believed(
    system: Opened, told: Make[Failure], total: object
) -> None:
    """It shows the same again: what lives, or what a retry has made, may stand behind that."""
    same = Service(row(9))
    same.listed = yes({"Records": [row(9), *(row(number, status=4) for number in range(100, 149))], "Total": total})
    sx = system(same)
    (seen,) = sx[0].observe([told()])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.look_begun_at, pages(sx)) == ("ListTooLong", NOON, ["1", "2"])
    assert "page 2 of executions" in seen.message


def test_a_list_is_read_on_to_each_execution_that_is_meant(system: Opened, told: Make[Failure]) -> None:
    """Of several of one job, whichever is told first; what the list never shows is not known."""
    old: dict[str, Any] = {"ScheduleTime": "2025-12-01 00:00:00"}
    service = Service(row(9), *(row(number, status=4, **old) for number in range(100, 170)), row(8, **old))
    service.hidden = 7
    service.rows.append(row(7, **old))
    sx = system(service)
    first, second, third, again = sx[0].observe([told(), told(8), told(7), told(6 + 3)])
    assert isinstance(first, Schedulerx3Snapshot)
    assert isinstance(second, Schedulerx3Snapshot)
    assert isinstance(third, LookFailed)
    assert (pages(sx), len(first.others), len(second.others), again) == (["1", "2"], 49, 71, first)
    assert (third.code, third.worth_repeating, third.look_begun_at) == ("ListTooLong", True, NOON)


def test_a_look_is_as_old_as_the_list_that_it_shares(fake_api: Play, told: Make[Failure]) -> None:
    """Each call takes two seconds here."""
    clock, service = Clock(NOON), Service(row(9), row(8))

    def slow(wanted: ApiCall) -> Ending:
        clock.moment += 2
        return service(wanted)

    seen = Schedulerx3Jobs(fake_api(slow), clock, ZONE).observe([told(), told(8)])
    assert [one.look_begun_at for one in seen] == [NOON, NOON]


def test_a_page_that_cannot_be_read_is_not_asked_for_again_within_a_look(system: Opened, told: Make[Failure]) -> None:
    """Of two failures of the job."""
    service = Service(row(9), row(8))
    service.listed = FAILED
    sx = system(service)
    seen = sx[0].observe([told(), told(8)])
    assert [one.code for one in seen if isinstance(one, LookFailed)] == ["Throttling"] * 2
    assert pages(sx) == ["1"]


def test_a_list_that_goes_on_for_ever_is_given_up(system: Opened, told: Make[Failure]) -> None:
    """After twenty pages; what it says is that not all was found."""
    sx = system(Service(row(9), *(row(number, status=4) for number in range(100, 2_000))))
    (seen,) = sx[0].observe([told()])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.look_begun_at, len(pages(sx))) == ("ListTooLong", NOON, MOST_PAGES)
    assert "on 20 pages" in seen.message
