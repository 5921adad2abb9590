"""When a window opens again and again: five-field cron expressions, read once, asked about the past alone.

Our own, since it is little: the libraries that are kept well want Python 3.11 or bring dateutil into the bundle. Fields
as in crontab(5) (https://man7.org/linux/man-pages/man5/crontab.5.html): minute, hour, day of the month, month, day of
the week (0 and 7 are Sunday); `*`, numbers, names, ranges, steps, lists. Where both days are restricted, either counts.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from shared.policy.bounds import DAY_S

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_TERM = re.compile(r"(\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/([0-9]{1,2}))?\Z")
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class Times(NamedTuple):
    """What an expression names."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both kinds of days are restricted: one that fits is enough."""

    def on(self, day: date) -> bool:
        """Whether it names any time of that day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        fits = (in_month or in_week) if self.either_day else (in_month and in_week)
        return fits and day.month in self.months


@lru_cache(maxsize=256)
def read_cron(expression: str) -> Times:
    """What an expression names. Raises ValueError whose text is the fault."""
    fields = expression.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError("wants five fields: minute, hour, day of the month, month, day of the week")
    minutes, hours, days, months, weekdays = map(_numbers, fields, range(len(_FIELDS)))
    either = not (fields[2].startswith("*") or fields[4].startswith("*"))
    if not either and not any(min(days) <= _LONGEST_MONTHS.get(month, 31) for month in months):
        raise ValueError("names no day that exists")
    return Times(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)


def latest(expression: str, before: float, not_before: float, zone: ZoneInfo) -> float | None:
    """The last moment that an expression names, from `not_before` to `before`, both included; unix seconds.

    Where a zone's clock was changed in that time, two readings count, and the later one holds. By the clock as it is at
    `before` what was named earlier in the same wall time is counted from: a time that comes twice is named twice. By
    the clock of before the change a time that was skipped is named as if it were not.
    """
    times = read_cron(expression)
    ahead_s, earlier_s = (_ahead_s(datetime.fromtimestamp(at, zone)) for at in (before, not_before - DAY_S))
    last = next((wall - ahead_s for wall in _named(times, before + ahead_s, not_before + ahead_s)), None)
    if earlier_s == ahead_s:
        return last
    since = not_before if last is None else last
    walls = _named(times, before + earlier_s, since + earlier_s)
    return next((wall - earlier_s for wall in walls if _ahead_s(_wall_time(wall, zone)) == earlier_s), last)


def _named(times: Times, before: float, not_before: float) -> Iterator[float]:
    """The wall times named, the latest first; each as unix seconds would be if it were UTC's."""
    day, first = _wall_time(before).date(), _wall_time(not_before).date()
    while day >= first:
        if times.on(day):
            for hour in sorted(times.hours, reverse=True):
                for minute in sorted(times.minutes, reverse=True):
                    wall = timegm((day.year, day.month, day.day, hour, minute, 0))
                    if not_before <= wall <= before:
                        yield wall
        day -= timedelta(days=1)


def _wall_time(wall: float, zone: tzinfo = timezone.utc) -> datetime:
    return datetime.fromtimestamp(wall, timezone.utc).replace(tzinfo=zone)


def _ahead_s(at: datetime) -> float:
    """How far ahead of UTC; of a wall time that is skipped or comes twice, before the change."""
    return cast("timedelta", at.utcoffset()).total_seconds()


def _numbers(field: str, place: int) -> frozenset[int]:
    name, low, high, words = _FIELDS[place]
    found: set[int] = set()
    for term in field.split(","):
        parts = _TERM.match(term)
        if parts is None:
            raise ValueError(f"does not understand the {name}")
        whole, first, last, step = parts.groups()
        start = low if whole == "*" else _number(first, words)
        end = high if whole == "*" or (step and not last) else _number(last or first, words)
        every = int(step) if step else 1
        if start is None or end is None or not low <= start <= end <= high or not every:
            raise ValueError(f"wants a {name} from {low} to {high}, the lower one first")
        found |= set(range(start, end + 1, every))
    return frozenset(found)


def _number(told: str, words: Mapping[str, int]) -> int | None:
    return words.get(told, int(told) if told.isdecimal() and told.isascii() else None)
