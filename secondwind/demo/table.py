"""The table at the end: failure → state seen → verdict → reason → API call, as the outcome Logstore has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from secondwind.demo.check import name_of
from secondwind.demo.plot import Case
from secondwind.outcomes import Row

WIDTH = 120
_COLOURS = {
    "rerun": "green",
    "would_rerun": "green",
    "refused": "red",
    "unknown": "yellow",
    "deferred": "yellow",
    "held": "yellow",
    "invalid": "magenta",
}


def print_table(stories: Sequence[tuple[Case, Sequence[Row]]], out: TextIO) -> None:
    """One line an outcome; what followed stands below what it continues."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, show_edge=False)
    for name in ("job", "failure", "by", "state seen", "verdict", "reason", "API call"):
        table.add_column(name, no_wrap=True)
    for case, rows in stories:
        for number, row in enumerate(rows):
            first = number == 0
            verdict = row["verdict"]
            table.add_row(
                name_of(case).replace("[", r"\[") if first else "",
                case.title if first else "  └ then",
                row.get("trigger", ""),
                row.get("state", "-"),
                f"[{_COLOURS.get(verdict, 'default')}]{verdict}[/]",
                row["reason"],
                _call(row),
            )
    Console(file=out, width=WIDTH, highlight=False).print(table)


def _call(row: Row) -> str:
    if "api" not in row:
        return "-"
    return f"{row['api']} {row.get('api_code') or 'ok'}"
