"""Cron expressions: what they name, what is refused, and the last time in zones that skip and repeat hours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.cron import latest, read_cron

SHANGHAI, BERLIN, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
DAY_S = 86_400


def _at(told: str, zone: ZoneInfo = UTC) -> float:
    return datetime.fromisoformat(told).replace(tzinfo=zone).timestamp()


def _told(moment: float | None, zone: ZoneInfo = UTC) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, zone).isoformat(" ", "minutes")[:16]


@pytest.mark.parametrize(
    ("expression", "before", "found"),
    [
        ("0 2 * * *", "2026-02-03 02:00", "2026-02-03 02:00"),
        ("0 2 * * *", "2026-02-03 01:59", "2026-02-02 02:00"),
        ("*/15 * * * *", "2026-02-03 01:59", "2026-02-03 01:45"),
        ("5/20 9-17 * * mon-fri", "2026-02-08 12:00", "2026-02-06 17:45"),  # the 8th is a Sunday
        ("0 0 * * 7", "2026-02-10 00:00", "2026-02-08 00:00"),
        ("0 0 * * 0", "2026-02-10 00:00", "2026-02-08 00:00"),
        ("30 4 1,15 * *", "2026-02-10 00:00", "2026-02-01 04:30"),
        ("0 0 5 * sun", "2026-02-10 00:00", "2026-02-08 00:00"),  # either day
        ("0 0 */2 * sun", "2026-02-10 00:00", None),  # both: the 8th is even, the 1st too long ago
        ("0 0 29 feb *", "2026-03-01 00:00", None),
        ("0 12 31 JAN *", "2026-02-01 00:00", "2026-01-31 12:00"),
        ("0 0 1 1 *", "2026-02-10 00:00", None),
    ],
)
def test_the_last_time_of_eight_days(expression: str, before: str, found: str | None) -> None:
    """The latest moment named, the one asked about included; none further back than is asked."""
    moment = _at(before)
    assert _told(latest(expression, moment, moment - 9 * DAY_S if found else moment - 8 * DAY_S, UTC)) == found


@pytest.mark.parametrize("back_s", [0, 1])
def test_the_first_moment_asked_about_counts(back_s: int) -> None:
    """As the last one does; none before it."""
    named = _at("2026-02-03 02:00")
    found = latest("0 2 * * *", named + 60, named + back_s, UTC)
    assert found == (None if back_s else named)


def test_wall_time_counts() -> None:
    """In the zone: skipped hours are named as if they were not, repeated ones each time."""
    assert _told(latest("0 2 * * *", _at("2026-02-03 02:00", SHANGHAI), 0, SHANGHAI)) == "2026-02-02 18:00"
    spring = _at("2026-03-29 12:00", BERLIN)
    assert _told(latest("30 2 * * *", spring, 0, BERLIN), BERLIN) == "2026-03-29 03:30"
    skipped = _at("2026-03-29 03:30", BERLIN)
    assert latest("30 2 * * *", skipped, skipped - 60, BERLIN) == skipped
    for before, found in (("00:45", "00:30"), ("01:29", "00:30"), ("01:30", "01:30"), ("11:00", "01:30")):
        autumn = latest("30 2 * * *", _at(f"2026-10-25 {before}"), _at("2026-10-24"), BERLIN)
        assert _told(autumn) == f"2026-10-25 {found}"


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("60 * * * *", "minute from 0 to 59"),
        ("* 24 * * *", "hour from 0 to 23"),
        ("* * 0 * *", "day of the month from 1 to 31"),
        ("* * * 13 *", "month from 1 to 12"),
        ("* * * * 8", "day of the week from 0 to 7"),
        ("5-3 * * * *", "the lower one first"),
        ("*/0 * * * *", "minute"),
        ("1,,2 * * * *", "does not understand the minute"),
        ("mon * * * *", "minute"),
        ("* * * * fri#2", "day of the week"),
        ("-1 * * * *", "minute"),
        ("mon-5 * * * *", "minute"),
        ("5-mon * * * *", "minute"),
        ("٣ * * * *", "minute"),
        ("0 0 30 2 *", "no day that exists"),
        ("0 0 31 4,6,9,11 *", "no day that exists"),
    ],
)
def test_what_is_no_expression_is_told(expression: str, problem: str) -> None:
    """Each fault names the field."""
    with pytest.raises(ValueError, match=problem):
        read_cron(expression)


_FIELD = st.one_of(st.just("*"), st.sampled_from(["*/2", "*/7", "0", "1-5", "3,5"]))


@given(st.lists(_FIELD, min_size=5, max_size=5), st.integers(0, 40_000), st.integers(1, 3 * 24 * 60))
def test_it_is_what_asking_each_minute_would_find(fields: list[str], start: int, back: int) -> None:
    """The definition, spelled out: go back minute by minute until one fits."""
    expression = " ".join("1" if place in {2, 3} and field == "0" else field for place, field in enumerate(fields))
    times = read_cron(expression)
    before = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=start)
    moments = (before - timedelta(minutes=gone) for gone in range(back + 1))
    slow = next(
        (one for one in moments if times.on(one) and one.hour in times.hours and one.minute in times.minutes), None
    )
    found = latest(expression, before.timestamp(), (before - timedelta(minutes=back)).timestamp(), UTC)
    assert found == (None if slow is None else slow.timestamp())
