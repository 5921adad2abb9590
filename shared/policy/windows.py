"""Windows of time in which something else than a rerun is wanted: maintenance, a backup, the end of a quarter."""

from __future__ import annotations

import math
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from msgspec import Meta

from shared.policy.bounds import DAY_S, number
from shared.policy.cron import latest
from shared.policy.reach import Reach

CRON_FORMAT, MOMENT_FORMAT, ZONE_FORMAT = "cron", "local-moment", "zone"
"""JSON Schema `format`s of a text that must be a cron expression, a moment, a time zone."""
MAX_LASTS_S = 7 * DAY_S
ZONE = "Asia/Shanghai"
_MINUTE_S = 60

_Moment = Annotated[
    str,
    Meta(
        description="a moment such as 2026-02-01 22:00, or 2026-02-01T22:00+08:00",
        extra_json_schema={
            "format": MOMENT_FORMAT,
            "pattern": r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?\Z",
        },
    ),
]


class WindowAction(str, Enum):
    """What becomes of failures while a window is open."""

    DEFER = "defer"
    """They wait until it closes, and are then looked at anew."""
    HOLD = "hold"
    """A person is asked."""
    IGNORE = "ignore"
    """They are left alone for good."""


STRICTEST = (WindowAction.IGNORE, WindowAction.HOLD, WindowAction.DEFER)
"""Of several open windows the one with the first of these holds."""


class Window(Reach, frozen=True, kw_only=True, rename={"begins": "from", "ends": "to"}):
    """A time in which no job that it is for is rerun, unless a person wants it. It never causes a rerun.

    Either `from` and `to`, or `cron` and `lasts_s`.
    """

    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z",
            description="a name of 1 to 64 printable characters",
        ),
    ]
    action: WindowAction
    begins: _Moment | None = None
    """In the window's zone where it names no offset; so also below."""
    ends: _Moment | None = None
    cron: (
        Annotated[
            str,
            Meta(
                max_length=128,
                description="a cron expression such as '0 2 * * sun'",
                extra_json_schema={"format": CRON_FORMAT},
            ),
        ]
        | None
    ) = None
    """When it opens, again and again: minute, hour, day of the month, month, day of the week."""
    lasts_s: Annotated[float, number(_MINUTE_S, MAX_LASTS_S, " of seconds")] | None = None
    """How long it stays open each time."""
    until: _Moment | None = None
    """Of a `cron` window: it does not open again from then on."""
    zone: Annotated[
        str,
        Meta(max_length=64, description="a time zone such as Asia/Shanghai", extra_json_schema={"format": ZONE_FORMAT}),
    ] = ZONE

    def closes_at(self, now: float) -> float | None:
        """When it closes, if it is open now; unix seconds. Only of a loaded policy's window."""
        opened, closes = _last_time(self, int(now // _MINUTE_S) * _MINUTE_S)
        return closes if opened <= now < closes else None


_NEVER = (math.inf, -math.inf)


@lru_cache(maxsize=512)
def _last_time(window: Window, minute: int) -> tuple[float, float]:
    """When it opens and closes; of a cron expression, which names whole minutes, the last time up to that minute."""
    if window.cron is None or window.lasts_s is None:
        return once(window)
    zone = ZoneInfo(window.zone)
    last = minute if window.until is None else min(minute, max(readings(window.until, zone)) - 1)
    opened = latest(window.cron, last, minute - window.lasts_s, zone)
    return _NEVER if opened is None else (opened, opened + window.lasts_s)


def once(window: Window) -> tuple[float, float]:
    """When one without `cron` opens and closes: a loaded policy's has both moments. Raises ValueError as `readings`."""
    zone = ZoneInfo(window.zone)
    return min(readings(cast("str", window.begins), zone)), max(readings(cast("str", window.ends), zone))


def readings(told: str, zone: ZoneInfo) -> tuple[float, float]:
    """Unix seconds of a moment, by the clock before and after a change: two where it is skipped or comes twice.

    Raises ValueError for one that does not exist in any calendar.
    """
    read = datetime.fromisoformat(told.replace("Z", "+00:00"))
    local = read if read.tzinfo else read.replace(tzinfo=zone)
    return local.timestamp(), local.replace(fold=1).timestamp()
