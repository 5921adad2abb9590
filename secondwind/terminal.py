"""Text for a terminal: moments, durations, counts, and strangers' words that can do nothing but be read."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timezone

from shared.reading.text import printable

MAX_SHOWN = 400
"""Bytes of one value that are shown at the most."""
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    """The text on one line: what would move the cursor, change the colour or turn the direction shows as its escape."""
    cut = printable(text, limit)
    return cut if len(text.encode("utf-8", "replace")) <= limit else f"{cut} …"


def moment(unix_s: float | None) -> str:
    """Unix seconds as `2026-01-05 02:30:00Z`; `-` for none, and for what no calendar has."""
    if unix_s is None:
        return "-"
    try:
        return datetime.fromtimestamp(unix_s, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "-"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3.5 h`, `2.1 d`; below nothing counts as nothing."""
    seconds = max(0.0, seconds)
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _DAY_S:.1f} d"


def width() -> int | None:
    """Columns of the terminal on standard output; None where it is none: a file or a pipe takes lines of any length."""
    return (shutil.get_terminal_size((0, 0)).columns or None) if sys.stdout.isatty() else None


def count(number: int, noun: str) -> str:
    """`1 failure`, `2 failures`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
