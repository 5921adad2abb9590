"""Outcomes as lines. Every word of a stranger is escaped and cut."""

from __future__ import annotations

from secondwind.commands.history.find import HistoryPage
from secondwind.table import table
from secondwind.terminal import moment, shown
from shared.report.courses import moment_of, scope_of
from shared.sls.outcomes import Row

CELL_BYTES = 60
MESSAGE_BYTES = 160
HEAD = ("at", "verdict", "job", "owner", "rule", "by", "message")


def lines_of(found: HistoryPage) -> list[str]:
    """A table, and how to go on."""
    lines = table(HEAD, [_cells(row) for row in found.rows]) if found.rows else ["no outcome"]
    return [*lines, f"more: --page {found.next}"] if found.next else lines


def one_line(row: Row) -> str:
    """The same cells with two blanks between them: of what comes nobody knows how wide it will be."""
    return "  ".join(shown(cell, MESSAGE_BYTES) for cell in _cells(row)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    job = "/".join(one for one in (scope_of(row), row.get("job_id", "")) if one)
    dry = " (dry run)" if row.get("dry_run") == "true" else ""
    attempt = f" {row['attempt']}/{row.get('max_attempts', '?')}" if row.get("attempt") else ""
    cells = (
        moment(moment_of(row.get("at", ""))),
        f"{row.get('verdict', '-')}/{row.get('reason', '-')}{attempt}{dry}",
        job or "-",
        row.get("owner") or "-",
        row.get("rule") or "-",
        row.get("actor") or row.get("trigger") or "-",
    )
    return (*(shown(cell, CELL_BYTES) for cell in cells), shown(row.get("message", ""), MESSAGE_BYTES))
