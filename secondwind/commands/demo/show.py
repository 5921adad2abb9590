"""The table at the end: failure → state seen → verdict → reason → API call, as the outcome Logstore has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from secondwind.commands.demo.check import name_of, restarts_by_verdict, stories
from secondwind.commands.demo.night import Night
from secondwind.commands.demo.plot import Mishap, Scenario
from secondwind.table import PLAIN, table
from shared.sls.outcomes import Row

WIDTH = 120
SCHEMA = "secondwind-demo/1"
NEXT = """
What next:
  secondwind invoke events/event-ehpc-hung-job.json --local  # one event, decided and healed here
  secondwind cloud                                           # this cloud until Ctrl-C, for tries of your own
docs/what-heals.md says which of your failures would heal, docs/quick-start.md goes from here to a deployed function."""
NOBODY_TELLS = "The same night, where nobody tells anything: the function discover looks, and finds"
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


def print_restarts(by_verdict: Mapping[str, tuple[int, int]], out: TextIO) -> None:
    """How many failures ended with each verdict, and how many restarts that took."""
    rows = [(verdict, str(failures), str(restarts)) for verdict, (failures, restarts) in by_verdict.items()]
    out.writelines(f"{line}\n" for line in table(("ended as", "failures", "restarts"), rows))


def body_of(scenario: Scenario, night: Night, wrong: Sequence[str], took_s: float) -> dict[str, Any]:
    """The end for programs."""
    return {
        "schema": SCHEMA,
        "as_expected": not wrong,
        "wrong": list(wrong),
        "took_s": round(took_s, 1),
        "ended": {
            verdict: {"failures": failures, "restarts": restarts}
            for verdict, (failures, restarts) in restarts_by_verdict(scenario, night).items()
        },
        "failures": [
            {"job": name_of(mishap), "failure": mishap.title, "outcomes": list(rows)}
            for mishap, rows in stories(scenario, night.rows)
        ],
    }


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
