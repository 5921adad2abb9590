"""Moves a recorded event, or log, to another moment, byte for byte but for its times.

A recording goes stale: what it tells happened in the hours before it was made. Moved are RFC 3339 times (`PRC` at the
end counts as China's offset), and unix seconds and milliseconds in the members that hold such, also in JSON text within
JSON. SchedulerX data times name a day's work, not a moment, and stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

DAY_S = 86_400

_TIME = re.compile(
    rb"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})((?:\.[0-9]{1,9})?)(Z|PRC|[+-][0-9]{2}:[0-9]{2})"
)
_UNIX = re.compile(
    rb'((?:occurred_at|started_at|cursorTime|__receive_time__|finishTime)\\{0,7}"\s{0,8}:\s{0,8}(?:\\{0,7}")?)([0-9]{10})(?=[0-9]{3}\b|\b)'
)
_CHINA = timezone(timedelta(hours=8))


def moved(recorded: bytes, told: int, now: int) -> bytes:
    """The recording as if the moment `told` were `now` (unix seconds); times further back than a day stay."""
    move = _Move(told, now - told)
    return _UNIX.sub(move.unix, _TIME.sub(move.text, recorded))


@dataclass(frozen=True, slots=True)
class _Move:
    told: int
    by_s: int

    def unix(self, found: re.Match[bytes]) -> bytes:
        seconds = int(found[2])
        return found[1] + str(seconds + self.by_s).encode() if self._fits(seconds) else found[0]

    def text(self, found: re.Match[bytes]) -> bytes:
        try:
            zone = _zone(found[3].decode())
            moment = datetime.fromisoformat(found[1].decode()).replace(tzinfo=zone)
        except ValueError:
            return found[0]  # looks like a time and is none: not ours to mend
        if not self._fits(moment.timestamp()):
            return found[0]
        later = moment + timedelta(seconds=self.by_s)
        return later.strftime("%Y-%m-%dT%H:%M:%S").encode() + found[2] + found[3]

    def _fits(self, seconds: float) -> bool:
        return self.told - DAY_S <= seconds <= self.told


def _zone(text: str) -> timezone:
    if text == "PRC":
        return _CHINA
    if text == "Z":
        return timezone.utc
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))
