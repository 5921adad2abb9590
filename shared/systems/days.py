"""Data times and the calendar days that hold them, as SchedulerX of either edition cuts them. Pure.

SchedulerX names no zone anywhere; samples of its documentation are midnights of UTC+8
(docs/facts/schedulerx.md#days-and-zone), so the zone is a setting and every function here takes it.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.reading.times import wall_time

_LAST_SECOND = time(23, 59, 59)


class Day(Struct, frozen=True, kw_only=True):
    """What RerunJob and OperateRerunJob want to know: one calendar day, and the time of day that its data time has."""

    start_ms: int
    """Unix milliseconds of the day's first instant."""
    end_ms: int
    """Unix milliseconds of 23:59:59 of the same day. Never a midnight: it is not said if that counts."""
    time_of_day: str
    """`HH:MM:SS`."""


def day_of(data_time: str, zone: ZoneInfo) -> Day:
    """The one day of a data time `YYYY-MM-DD HH:MM:SS`, cut in the zone; it may have 23 or 25 hours.

    Raises:
        ValueError: Not such a text, or the zone has no such day (a few zones have skipped one).
    """
    wall = wall_time(data_time)
    # A midnight that does not exist becomes the first instant after the gap; of a last hour that comes twice
    # the second one is the end of the day.
    start = datetime.combine(wall.date(), time.min, tzinfo=zone)
    end = datetime.combine(wall.date(), _LAST_SECOND, tzinfo=zone).replace(fold=1)
    start_ms, end_ms = (int(moment.timestamp()) * 1000 for moment in (start, end))
    if end_ms <= start_ms:
        raise ValueError("the time zone has no such day")
    return Day(start_ms=start_ms, end_ms=end_ms, time_of_day=data_time[11:])
