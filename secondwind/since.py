"""How far back a command looks: `90s`, `30m`, `24h`, `7d`."""

from __future__ import annotations

import re

from secondwind.usage import UnusableError

SINCE_MAX_S = 366 * 86_400.0
_SINCE = re.compile(r"([0-9]{1,6})([smhd])\Z", re.ASCII)
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def seconds_back(text: str, option: str = "--since") -> float:
    """The seconds that a person named. Raises UnusableError."""
    found = _SINCE.match(text.strip())
    seconds = int(found[1]) * _UNIT_S[found[2]] if found else 0.0
    if not 0 < seconds <= SINCE_MAX_S:
        raise UnusableError(f"{option} wants a number and s, m, h or d, as 30m or 7d; at most a year")
    return seconds
