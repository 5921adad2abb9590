"""What `secondwind report` has made, for a terminal, a page and programs alike."""

from __future__ import annotations

from msgspec import Struct

from shared.report import NightReport


class MadeReport(Struct, frozen=True, kw_only=True):
    """A report, and where it is from."""

    report: NightReport
    logstore: str
    ledger: str
    """Its name; empty if it was not asked."""
    ledger_problem: str
    """Why it was not."""
    warnings: list[str] = []
    """Of filters that nothing fits."""
