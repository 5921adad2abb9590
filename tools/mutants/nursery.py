"""Test runs as forks of one process: `python -m tools.mutants.nursery`, in a scratch copy.

The process loads what every test run needs, and nothing of the house; so a run costs milliseconds to start. A line on
its standard input is one run, `{"tests": [id, …], "limit_s": s}`; the line that it answers is one of
`{"end": "passed"}`, `{"end": "failed", "by": id}`, `{"end": "late"}` and `{"end": "broken", "by": what was said}`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

LOADED = (
    "hypothesis",
    "msgspec.json",
    "yaml",
    "re2",
    "sqlite3",
    "_pytest.assertion.rewrite",
    "pytest_timeout",
    "xdist",
)
ALREADY = "-Wignore:Module already imported"
"""Pytest says it of each plugin that was loaded before."""
SAID = Path("mutant.txt")
BROKEN = 99


class _First:
    """Pytest plugin: remembers the first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def main() -> None:
    """Serve until standard input ends."""
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        wanted = json.loads(line)
        print(json.dumps(_run(wanted["tests"], wanted["limit_s"])), flush=True)


def _run(tests: list[str], limit_s: float) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(tests, writing)
    os.close(writing)
    end = _waited_for(pid, limit_s)
    with os.fdopen(reading) as told:
        by = told.read()
    if end is None:
        return {"end": "late"}
    if end == 0:
        return {"end": "passed"}
    if by:
        return {"end": "failed", "by": by}
    # With a module that cannot be imported no test can be collected.
    said = SAID.read_text(encoding="utf-8", errors="replace")[-1500:]
    return {"end": "broken", "by": f"status {end}: {said}"}


def _child(tests: list[str], writing: int) -> NoReturn:
    os.setsid()
    with SAID.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    first = _First()
    options = ["-q", "-x", ALREADY, "-n", "0", "--hypothesis-seed=0", "--no-header", "--tb=no"]
    try:
        status = int(pytest.main([*options, *tests], plugins=[first]))
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's work
        traceback.print_exc()
        status = BROKEN
    sys.stderr.flush()
    os.write(writing, first.failed.encode()[:4000])
    os._exit(status)


def _waited_for(pid: int, limit_s: float) -> int | None:
    """Its exit status; None if it was ended because it took too long. Nothing of its group is left."""
    until, status = time.monotonic() + limit_s, None
    while status is None and time.monotonic() < until:
        done, ended = os.waitpid(pid, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(ended)
        else:
            time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    if status is None:
        os.waitpid(pid, 0)
    return status


if __name__ == "__main__":
    main()
