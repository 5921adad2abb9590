"""Pytest plugin of the bug zoo: says which tests failed, and whose code they saw.

It writes `{"shared": <file>, "failed": [<node id>, …]}` into the file that the environment's `ZOO_REPORT` names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import shared

_failed: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what failed, in set-up or tear-down as well."""
    if report.failed:
        _failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    """Leave the report."""
    Path(os.environ["ZOO_REPORT"]).write_text(json.dumps({"shared": shared.__file__, "failed": _failed}))
