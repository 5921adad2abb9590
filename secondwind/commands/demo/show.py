"""The table at the end: failure → state seen → verdict → reason → API call, as the outcome Logstore has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TextIO

from secondwind.commands.demo.check import name_of
from secondwind.commands.demo.plot import Mishap
from secondwind.outcomes import Row
from secondwind.table import PLAIN, table

WIDTH = 120
HEAD = ("job", "failure", "by", "state seen", "verdict", "reason", "API call")
_BOLD, _RED, _GREEN, _YELLOW, _MAGENTA = 1, 31, 32, 33, 35
_STYLES = {
    **dict.fromkeys(HEAD, _BOLD),
    "rerun": _GREEN,
    "would_rerun": _GREEN,
    "refused": _RED,
    "unknown": _YELLOW,
    "deferred": _YELLOW,
    "held": _YELLOW,
    "invalid": _MAGENTA,
}


def print_table(stories: Sequence[tuple[Mishap, Sequence[Row]]], out: TextIO) -> None:
    """One line an outcome; what followed stands below what it continues. Verdicts have colours on a terminal."""
    rows = [cells for mishap, outcomes in stories for cells in _cells(mishap, outcomes)]
    styles = _STYLES if out.isatty() and not os.environ.get("NO_COLOR") else PLAIN
    out.writelines(f"{line}\n" for line in table(HEAD, rows, rule=True, styles=styles))


def _cells(mishap: Mishap, outcomes: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(outcomes):
        yield (
            "" if number else name_of(mishap),
            "  └ then" if number else mishap.title,
            row.get("trigger", ""),
            row.get("state", "-"),
            row["verdict"],
            row["reason"],
            _call(row),
        )


def _call(row: Row) -> str:
    if "api" not in row:
        return "-"
    return f"{row['api']} {row.get('api_code') or 'ok'}"
