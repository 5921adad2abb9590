"""Pytest plugin: which lines of `shared/` each test function runs, and how long it takes.

It writes `{test: {"seconds": s, "lines": {file: [line, …]}}}` into the file that the environment's `MUTANTS_REPORT`
names; what a module runs when it is imported belongs to no test and stands under an empty name. A function that is run
with several values counts as one test. Where `MUTANTS_FILES` names files only these are watched.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path.cwd()
_named = [name for name in os.environ.get("MUTANTS_FILES", "").split(os.pathsep) if name]
_coverage = coverage.Coverage(
    data_file=None, config_file=False, source=None if _named else ["shared"], include=_named or None
)
_seconds: defaultdict[str, float] = defaultdict(float)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Watch from before the first import, which a `conftest.py` may do."""
    _coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What runs from here on, fixtures as well, this test runs."""
    _coverage.switch_context(function_of(item.nodeid))
    try:
        return (yield)
    finally:
        _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count all of its time."""
    _seconds[function_of(report.nodeid)] += report.duration


def pytest_sessionfinish() -> None:
    """Leave the report."""
    _coverage.stop()
    lines: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
    data = _coverage.get_data()
    for file in data.measured_files():
        name = str(Path(file).relative_to(ROOT))
        for line, tests in data.contexts_by_lineno(file).items():
            for test in tests:
                lines[test].setdefault(name, []).append(line)
    timed = {"": 0.0, **_seconds}
    report: dict[str, Any] = {test: {"seconds": seconds, "lines": lines[test]} for test, seconds in timed.items()}
    Path(os.environ["MUTANTS_REPORT"]).write_text(json.dumps(report), encoding="utf-8")


def function_of(test: str) -> str:
    """A test's id without its values."""
    return test.partition("[")[0]
