"""Prints what the proof ran. Imported by `tests/conftest.py`: only that one is loaded where it prints."""

from __future__ import annotations

from collections import Counter

import pytest

_ABOUT = ("histories", "pairs", "turns")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each suite of the proof that ran."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        counts.update({name: value for name, value in report.user_properties if name.startswith(_ABOUT)})
    for name, count in sorted(counts.items()):
        terminalreporter.write_line(f"{name}: {count:,}")
