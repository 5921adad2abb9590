"""Windows while a zone's clock is changed: open whenever the clock on the wall, or the time that has gone, says so."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.policy.cron import read_cron
from shared.policy.windows import Window, WindowAction

DAY_S, HOUR_S, MINUTE_S = 86_400, 3600, 60
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp()) for year in (2024, 2028))
NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"


def _wall(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _ahead(at: float, zone: str) -> timedelta | None:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()


@cache
def _changes() -> list[tuple[str, int]]:
    """Every change of every zone's clock in four years: zones that change alike stand for each other."""
    found: dict[tuple[int, timedelta | None, timedelta | None], str] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        for day in range(FIRST, LAST, DAY_S):
            before, after = day, day + DAY_S
            then, now = _ahead(before, zone), _ahead(after, zone)
            if then == now:
                continue
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _ahead(middle, zone) == then else (before, middle)
            found.setdefault((after, then, now), zone)
    return [(zone, at) for (at, *_), zone in found.items()]


def _is_open(expression: str, lasts_s: int, zone: str, now: int) -> bool:
    """The definition, spelled out: whether any minute of some days is named and began not too long ago."""
    times, wall, lasts = read_cron(expression), _wall(now, zone), timedelta(seconds=lasts_s)
    first = wall.replace(second=0) - lasts - timedelta(hours=3)
    for minute in range(lasts_s // MINUTE_S + 6 * 60):
        named = first + timedelta(minutes=minute)
        if times.on(named) and named.hour in times.hours and named.minute in times.minutes:
            began = named.replace(tzinfo=ZoneInfo(zone)).timestamp()
            if named <= wall < named + lasts or began <= now < began + lasts_s:
                return True
    return False


def _window(expression: str, lasts_s: float, zone: str) -> Window:
    return Window(name="w", action=WindowAction.HOLD, cron=expression, lasts_s=lasts_s, zone=zone)


_MINUTES, _HOURS = ["0", "30", "10,30", "*/7", "45"], ["*", "0", "1", "2", "3", "23", "*/2", "0-3"]


@given(
    change=st.deferred(lambda: st.sampled_from(_changes())),
    minutes=st.sampled_from(_MINUTES),
    hours=st.sampled_from(_HOURS),
    days=st.sampled_from(["* * *", "* * *", "* * sun", "* * mon,fri", "*/2 * *"]),
    lasts_s=st.sampled_from([60, 1800, 3600, 5400, 3 * HOUR_S, DAY_S]),
    after_s=st.integers(-4 * HOUR_S, 5 * HOUR_S),
)
@example((NEW_YORK, 1793512800), "0", "*", "* * *", 3600, 1800)
@example((LORD_HOWE, 1791041400), "10,30", "2", "* * *", 1800, 60 * 25)
def test_it_is_open_when_either_says_so(
    change: tuple[str, int], minutes: str, hours: str, days: str, lasts_s: int, after_s: int
) -> None:
    """And, once it is open, until the moment that is told."""
    zone, at = change
    now, expression = at + after_s, f"{minutes} {hours} {days}"
    closes = _window(expression, lasts_s, zone).closes_at(now)
    assert (closes is not None) is _is_open(expression, lasts_s, zone, now)
    if closes is not None:
        assert now < closes <= now + lasts_s
        assert _is_open(expression, lasts_s, zone, int(closes) - 1)


@pytest.mark.parametrize(("expression", "lasts_s"), [("0 * * * *", HOUR_S), ("0 0 * * *", DAY_S), ("*/5 * * * *", 300)])
@pytest.mark.parametrize(
    ("zone", "day"), [(NEW_YORK, "2026-11-01"), (NEW_YORK, "2026-03-08"), (LORD_HOWE, "2026-04-05")]
)
def test_what_is_open_all_day_is_open_in_a_day_of_25_hours(expression: str, lasts_s: int, zone: str, day: str) -> None:
    """No minute of it is left out, nor one of a day of 23."""
    window = _window(expression, lasts_s, zone)
    begins = int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp())
    assert all(window.closes_at(at) is not None for at in range(begins, begins + 26 * HOUR_S, MINUTE_S))


@pytest.mark.parametrize(
    ("begins", "ends", "opens_z", "closes_z"),
    [
        ("2026-11-01 01:30", "2026-11-01 01:45", "05:30", "06:45"),  # both come twice: from the first to the last
        ("2026-11-01 01:45", "2026-11-01 01:30", "05:45", "06:30"),
        ("2026-03-08 02:15", "2026-03-08 03:30", "06:15", "07:30"),  # skipped: whichever is earlier
        ("2026-03-08 01:30", "2026-03-08 02:15", "06:30", "07:15"),  # and later
    ],
)
def test_moments_in_a_change_are_read_so_that_it_is_open(begins: str, ends: str, opens_z: str, closes_z: str) -> None:
    """Of two readings of `from` the earlier one counts, of `to` the later one."""
    window = Window(name="w", action=WindowAction.HOLD, begins=begins, ends=ends, zone=NEW_YORK)
    opens, closes = (
        datetime.fromisoformat(f"{begins[:10]} {told}").replace(tzinfo=timezone.utc).timestamp()
        for told in (opens_z, closes_z)
    )
    assert [window.closes_at(at) for at in (opens - 1, opens, closes - 1, closes)] == [None, closes, closes, None]


def test_a_window_opens_until_its_last_moment_has_come_twice() -> None:
    """Of two readings of `until` the later one counts."""
    window = Window(
        name="w",
        action=WindowAction.HOLD,
        cron="*/10 * * * *",
        lasts_s=60.0,
        zone=NEW_YORK,
        until="2026-11-01 01:30",
    )
    ends = datetime(2026, 11, 1, 6, 30, tzinfo=timezone.utc).timestamp()
    assert [window.closes_at(ends + after) for after in (-HOUR_S, -600, 0)] == [ends - HOUR_S + 60, ends - 540, None]
