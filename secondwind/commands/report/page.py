"""A report as one file: HTML with its own style and picture, which needs no script, no network and no other file."""

from __future__ import annotations

from msgspec import Struct

from secondwind.commands.report.made import MadeReport
from shared.console.render import rendered
from shared.report.fate import Fate


class PageBounds(Struct, frozen=True, kw_only=True):
    """How many lines of each list a page has: 100 KB hold them, also where every name is long."""

    open: int = 20
    lines: int = 12
    nodes: int = 20
    breakers: int = 20
    hands: int = 60


SHOWN = PageBounds()


def page_of(told: MadeReport) -> str:
    """The page. Whatever strangers wrote is escaped by the template, and cut."""
    report = told.report
    return rendered(
        "report",
        report=report,
        logstore=told.logstore,
        ledger=told.ledger,
        ledger_problem=told.ledger_problem,
        fates=[fate for fate in Fate if report.fates[fate]],
        shows=SHOWN,
        left_out={
            "open": max(0, len(report.open) - SHOWN.open) + report.open_left_out,
            "nodes": max(0, len(report.nodes) - SHOWN.nodes) + report.nodes_left_out,
            "hands": max(0, len(report.hands) - SHOWN.hands) + report.hands_left_out,
        },
    )
