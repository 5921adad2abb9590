"""Moments as strangers write them."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.reading.times import EARLIEST_S, LATEST_S, data_time, instant, moment, wall_time


@pytest.mark.parametrize(
    "told",
    [
        "2026-01-05T10:15:30Z",
        "2026-01-05T18:15:30+08:00",
        "2026-01-05t00:45:30.000-09:30",
        "2026-01-05 10:15:30z",
        "2026-01-05T18:15:30+0800",
        "2026-01-05T18:15:30PRC",
        "2026-01-05 18:15:30 Asia/Shanghai",
        "2026-01-05T10:15:30 GMT",
        "2026-01-05 18:15:30 +0800 CST",
        "2026-01-05 18:15:30 +0800 CST m=+0.000012",
        "2026-01-05 10:15:30 +0000 UTC",
        "2026-01-05 14:15:30 +0400 +04",
        1767608130,
        1767608130.0,
        1767608130000,
        "1767608130",
        "1767608130000",
        "1767608130.0",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment(told: Any) -> None:
    """RFC 3339 with any offset, seconds and milliseconds, as number or text, agree."""
    assert moment(told) == 1767608130.0


def test_fractions_and_leap_seconds_are_kept() -> None:
    """Fractions count, and 23:59:60 is the second that follows 23:59:59."""
    assert moment("2026-01-05T10:15:30.25Z") == 1767608130.25
    assert moment("2026-01-05T10:15Z") == 1767608100.0
    assert moment("2026-01-05T10:15:30+23:59") == 1767608130.0 - (24 * 60 - 1) * 60
    assert moment("2016-12-31T23:59:60Z") == moment("2017-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "told",
    [
        "2026-01-05T10:15:30",
        "2026-01-05T10:15:30.179CST",
        "2026-01-05 10:15:30 CST",
        "2026-01-05 10:15:30 UTC CST",
        "2026-01-05 18:15:30 +0800 cst",
        "2026-01-05 18:15:30 +0800 CST CST",
        "2026-01-05 18:15:30 +0800 m=+0.000012",
        "2026-02-30T10:15:30Z",
        "2026-01-05T24:15:30Z",
        "2026-01-05T10:15:30+24:00",
        "2026-01-05T10:15:30+08:61",
        "2026-01-05T10:15:30+08:60",
        "0001-01-01T00:00:00+23:59",
        "٢٠٢٦-01-05T10:15:30Z",
        "yesterday",
        "NaN",
        "1e9",
        "-1767608130",
        "9" * 5000,
        0,
        "2026-01-05T10:15:30+123",
        "2026-01-05T10:15:30-1:2",
        -1,
        99_999_999,
        1767608130000000,
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        {},
        b"1767608130",
    ],
)
def test_what_is_no_moment_is_a_fault(told: Any) -> None:
    """No offset, no such date, not finite, before 1973, microseconds, other types: ValueError with a short text."""
    with pytest.raises(ValueError, match=r"^(is|has) ") as caught:
        moment(told)
    assert len(str(caught.value)) < 120


def test_seconds_become_milliseconds_at_one_place() -> None:
    """The boundary is where both readings are absurd or the same year 1973: 10¹¹."""
    assert moment(99_999_999_999) == 99_999_999_999.0
    assert moment(100_000_000_000) == 100_000_000.0


@pytest.mark.parametrize(
    "told",
    [
        "2026-02-29 00:00:00",
        "2026-1-05 00:00:00",
        "2026-01-05T00:00:00",
        "2026-01-05 00:00:00 ",
        "2026-01-05",
        5,
        None,
    ],
)
def test_a_data_time_is_strict(told: Any) -> None:
    """Only YYYY-MM-DD HH:mm:ss and only dates that exist."""
    with pytest.raises(ValueError, match=r"^is "):
        data_time(told)


def test_a_right_data_time_comes_back_as_told() -> None:
    """Text in, the same text out: the zone is settled elsewhere."""
    assert data_time("2028-02-29 23:59:59") == "2028-02-29 23:59:59"


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_no_moment(value: object) -> None:
    """Though Python counts with it."""
    with pytest.raises(ValueError, match="is a boolean; wanted RFC 3339"):
        moment(value)


def test_the_zone_of_the_machine_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function runs in UTC, a person's machine wherever they are."""
    try:
        with monkeypatch.context() as there:
            there.setenv("TZ", "Asia/Shanghai")
            time.tzset()
            assert moment("2026-01-01T00:00:00Z") == 1_767_225_600.0
    finally:
        time.tzset()


def test_the_first_and_the_last_moment_are_moments() -> None:
    """March 1973 and the end of the year 9999, themselves included."""
    assert (moment(EARLIEST_S), moment(LATEST_S * 1000)) == (EARLIEST_S, LATEST_S)
    assert moment("9999-12-31T23:59:59Z") == LATEST_S
    for beyond in (EARLIEST_S - 0.001, (LATEST_S + 1) * 1000):
        with pytest.raises(ValueError, match="1973 to 9999"):
            moment(beyond)


def test_a_wall_shows_a_time_that_a_zone_makes_a_moment() -> None:
    """Where an hour comes twice the latest by the time told, else the earlier one; what is skipped comes once."""
    assert wall_time("2026-01-05 18:15:30") == datetime(2026, 1, 5, 18, 15, 30)  # noqa: DTZ001 - a wall has no zone
    assert instant("2026-01-05 18:15:30", ZoneInfo("Asia/Shanghai")) == 1767608130.0
    assert instant("2026-10-25 02:30:00", ZoneInfo("Europe/Berlin")) == moment("2026-10-25T02:30:00+02:00")
    early = moment("2026-10-25T02:30:00+02:00")
    for by, found in ((early, early), (early + 3599, early), (early + 3600, early + 3600), (math.inf, early + 3600)):
        assert instant("2026-10-25 02:30:00", ZoneInfo("Europe/Berlin"), by) == found
    assert instant("2026-03-29 02:30:00", ZoneInfo("Europe/Berlin"), math.inf) == moment("2026-03-29T02:30:00+01:00")
    for other in ("2026-01-05T18:15:30", "2026-01-05 18:15", "2026-01-05 18:15:30Z", ""):
        with pytest.raises(ValueError, match="is written YYYY-MM-DD HH:MM:SS"):
            wall_time(other)
