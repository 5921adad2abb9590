"""Moments as strangers write them.

A number is unix seconds below 10¹¹ and milliseconds from there on: 10¹¹ seconds lie in the year 5138, 10¹¹
milliseconds in March 1973, so no time since then is ambiguous. Anything before that (an unset 0 above all) or
after the year 9999 is no time of a job and refused.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from shared.reading.text import kind, quoted

FIRST_MS = 1e11
"""Numbers from here on are milliseconds."""
EARLIEST_S = FIRST_MS / 1000
LATEST_S = 253_402_300_799.0
"""The end of the year 9999."""

_NUMERIC = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,20}))?)?"
    r"(?: ?(?:[Zz]|(?:UTC|GMT)?([+-])([0-9]{2}|[0-9](?![0-9]))(?::?([0-9]{2}))?"
    r"(?: (?:[A-Z]{3,5}|[+-][0-9]{2,4})(?: m=[+-][0-9.]{1,32})?)?|(UTC|GMT|PRC|Asia/Shanghai))"
    r"(?:\[[A-Za-z0-9_+:/-]{1,64}\])?)?"
)
"""Also ISO 8601's spellings of it, without seconds or with a comma, those of Java, `GMT+8` and a zone in brackets
behind the offset, and Go's, with a zone's letters there and its process's own clock: what says nothing more."""
_ZONES_H = {"UTC": 0, "GMT": 0, "PRC": 8, "Asia/Shanghai": 8}
"""Names that the platform and its samples write behind a time. Others have summers, or mean several zones."""
_DATA_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def moment(value: Any) -> float:
    """Unix seconds of RFC 3339 text, or of unix seconds or milliseconds as number or text.

    The text has an offset, also as `+0800`, `+08`, `GMT+8` or as a name of `_ZONES_H`.

    Raises ValueError whose text is the fault.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"is {kind(value)}; wanted RFC 3339, unix seconds or milliseconds")  # noqa: TRY004 - one error for all faults
    if isinstance(value, str):
        if not _NUMERIC.fullmatch(value):
            return _in_range(_rfc3339(value), value)
        value = float(value)
    return _in_range(value / 1000 if value >= FIRST_MS else float(value), value)


def data_time(value: Any) -> str:
    """A SchedulerX data time, `YYYY-MM-DD HH:mm:ss`, on a date that exists.

    Raises:
        ValueError: any other text.
    """
    if not isinstance(value, str) or not _DATA_TIME.fullmatch(value):
        raise ValueError(f"is {quoted(value)}; wanted YYYY-MM-DD HH:mm:ss")
    try:
        datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        raise ValueError(f"is {quoted(value)}, which is no date and time that exists") from None
    return value


def instant(written: str, zone: ZoneInfo, by: float = -math.inf) -> float:
    """Unix seconds of `YYYY-MM-DD HH:MM:SS` in the zone; of two, where the hour comes twice, the latest by then.

    Args:
        written: the text.
        zone: in which it was written.
        by: unix seconds at which it had been written. If both are later, as they are if it is left out, the earlier.

    Raises:
        ValueError: Not such a text.
    """
    wall = wall_time(written).replace(tzinfo=zone)
    early, late = wall.timestamp(), wall.replace(fold=1).timestamp()
    return late if early < late <= by else early


def wall_time(written: str) -> datetime:
    """What a clock on the wall shows at `YYYY-MM-DD HH:MM:SS`, of no zone. Raises ValueError: not such a text."""
    if not _DATA_TIME.fullmatch(written):
        raise ValueError("a data time is written YYYY-MM-DD HH:MM:SS")
    return datetime.fromisoformat(written)


def _in_range(moment_s: float, told: Any) -> float:
    if EARLIEST_S <= moment_s <= LATEST_S:
        return moment_s
    raise ValueError(f"is {quoted(told)}; wanted a time from the year 1973 to 9999")


def _rfc3339(text: str) -> float:
    found = _RFC3339.fullmatch(text)
    if not found:
        raise ValueError(f"is {quoted(text)}; wanted RFC 3339, unix seconds or milliseconds")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction, sign, offset_h, offset_min, zone = found.groups()[6:]
    if zone is not None:
        sign, offset_h = "+", str(_ZONES_H[zone])
    if sign is None and text.partition("[")[0][-1] not in "Zz":
        raise ValueError("has no offset from UTC; wanted Z or +hh:mm at its end")
    leap = 1 if second == 60 else 0  # noqa: PLR2004 - RFC 3339 writes a leap second as :60
    minutes = int(offset_min or 0)
    offset = 60 * int(offset_h or 0) + minutes
    try:
        whole = datetime(year, month, day, hour, minute, second - leap, tzinfo=timezone.utc).timestamp() + leap
    except ValueError:
        raise ValueError(f"is {quoted(text)}, which is no date and time that exists") from None
    if offset >= 24 * 60 or minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"is {quoted(text)}, whose offset does not exist")
    return whole + float(f"0.{fraction or 0}") - (-60 if sign == "-" else 60) * offset
