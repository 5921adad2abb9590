"""Data times become exactly one day, in every zone and on every day of the year."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reading.times import instant
from shared.systems.days import Day, day_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    "Asia/Shanghai",
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
]


def test_the_documented_day() -> None:
    """The numbers of docs/facts/schedulerx.md#days-and-zone."""
    assert day_of("2026-01-01 10:00:00", SHANGHAI) == Day(
        start_ms=1_767_196_800_000, end_ms=1_767_283_199_000, time_of_day="10:00:00"
    )


def test_the_documented_samples_are_midnights_of_the_default_zone() -> None:
    """1645459200000 and 1645718400000 start 2022-02-22 and 2022-02-25 in UTC+8."""
    assert day_of("2022-02-22 23:59:59", SHANGHAI).start_ms == 1_645_459_200_000
    assert day_of("2022-02-25 00:00:00", SHANGHAI).start_ms == 1_645_718_400_000


@pytest.mark.parametrize(
    ("data_time", "zone", "seconds"),
    [
        ("2026-03-08 10:00:00", "America/New_York", 23 * 3600 - 1),
        ("2026-11-01 10:00:00", "America/New_York", 25 * 3600 - 1),
        ("2018-11-04 10:00:00", "America/Sao_Paulo", 23 * 3600 - 1),  # its midnight does not exist
        ("2018-02-17 10:00:00", "America/Sao_Paulo", 25 * 3600 - 1),  # its last hour comes twice
        ("2026-07-01 10:00:00", "America/New_York", 24 * 3600 - 1),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(data_time: str, zone: str, seconds: int) -> None:
    """Both ends are computed in the zone."""
    day = day_of(data_time, ZoneInfo(zone))
    assert day.end_ms - day.start_ms == seconds * 1000


@given(
    moment=st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31)),  # noqa: DTZ001 - a wall time has no zone
    zone=st.sampled_from(ZONES),
)
def test_the_ends_are_the_first_and_last_second_of_the_same_day(moment: datetime, zone: str) -> None:
    """One second earlier, or later, is another day: exactly one day is rerun."""
    place = ZoneInfo(zone)
    day = day_of(f"{moment:%Y-%m-%d %H:%M:%S}", place)
    wall = [
        datetime.fromtimestamp(seconds, place).date()
        for seconds in (
            day.start_ms // 1000 - 1,
            day.start_ms // 1000,
            day.end_ms // 1000,
            day.end_ms // 1000 + 1,
        )
    ]
    today = moment.date()
    assert wall == [today - timedelta(days=1), today, today, today + timedelta(days=1)]
    assert day.time_of_day == f"{moment:%H:%M:%S}"


@pytest.mark.parametrize(
    "written",
    ["", "2026-01-01", "2026-1-1 1:1:1", "2026-01-01T10:00:00", "2026-02-30 10:00:00", "2026-01-01 24:00:00",
     "2026-01-01 10:00:00 ", "2026-01-01 10:00:0\u0661", "0000-01-01 00:00:00"],
)  # fmt: skip
def test_any_other_text_is_no_data_time(written: str) -> None:
    """One spelling, ASCII digits, and a day that exists."""
    with pytest.raises(ValueError, match=r".+"):
        day_of(written, SHANGHAI)


def test_a_day_that_the_zone_has_skipped_is_no_day() -> None:
    """Samoa went from the 29th to the 31st."""
    with pytest.raises(ValueError, match="no such day"):
        day_of("2011-12-30 10:00:00", ZoneInfo("Pacific/Apia"))


@pytest.mark.parametrize("data_time", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_the_ends_of_the_calendar_do_not_crash(data_time: str) -> None:
    """Far days are days."""
    day = day_of(data_time, SHANGHAI)
    assert day.end_ms - day.start_ms == 86_399_000


def test_an_instant_is_read_in_the_zone() -> None:
    """The same wall time is eight hours earlier in Shanghai than in UTC."""
    assert instant("2026-01-01 10:00:00", ZoneInfo("UTC")) - instant("2026-01-01 10:00:00", SHANGHAI) == 8 * 3600
