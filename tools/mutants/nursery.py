"""Test runs as forks of one process: `python -m tools.mutants.nursery [FILE …]`, in a scratch copy.

With files of tests the process has loaded them and all that they import, and a slip is put into the functions that are
loaded: so a run starts at once. Without, it has loaded what others have written alone, and nothing of the house. Its
first line says that this is done: a slip that stands in a file before would be loaded, and be there for good.

A line on its standard input is one run, `{"tests": [id, …], "limit_s": s, "file": path, "whole": the text of that file
without the slip}`; the line that it answers is one of `{"end": "passed"}`, `{"end": "failed", "by": id}`,
`{"end": "late"}`, `{"end": "broken", "by": what was said}` and `{"end": "anew"}`: the slip changes what is loaded, so
all has to be loaded anew.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from math import ceil
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tools.mutants.swap import Live

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
LOADED_LINE = "loaded"
SAID = Path("mutant.txt")
BROKEN = 99
ANEW = 98
AT_REST = 4.0
"""A run may take so much longer than its time of a processor: the machine is busy, or nothing moves any more."""
OPTIONS = ("-q", "-x", ALREADY, "-n", "0", "--hypothesis-seed=0", "--no-header", "--tb=no")


class _First:
    """Pytest plugin: remembers the first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def main(files: Sequence[str]) -> None:
    """Serve until standard input ends."""
    for name in LOADED:
        importlib.import_module(name)
    live = _loaded(files) if files else None
    print(LOADED_LINE, flush=True)
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line), live)), flush=True)


def _loaded(files: Sequence[str]) -> Live:
    with SAID.open("w") as said, redirect_stdout(said), redirect_stderr(said):
        status = pytest.main([*OPTIONS, "--collect-only", *files])
    if status:
        sys.exit(f"the tests cannot be collected: {SAID.read_text(encoding='utf-8')[-1500:]}")
    live = Live()
    gc.freeze()
    return live


def _run(wanted: Mapping[str, Any], live: Live | None) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(wanted, live, writing)
    os.close(writing)
    end = _waited_for(pid, AT_REST * wanted["limit_s"])
    with os.fdopen(reading) as told:
        by = told.read()
    if end in {None, -signal.SIGXCPU}:
        return {"end": "late"}
    if end in {0, ANEW}:
        return {"end": "anew" if end else "passed"}
    if by:
        return {"end": "failed", "by": by}
    # With a module that cannot be imported no test can be collected.
    said = SAID.read_text(encoding="utf-8", errors="replace")[-1500:]
    return {"end": "broken", "by": f"status {end}: {said}"}


def _child(wanted: Mapping[str, Any], live: Live | None, writing: int) -> NoReturn:
    os.setsid()
    limit_s = ceil(wanted["limit_s"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    with SAID.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    first = _First()
    try:
        file, whole = Path(wanted["file"]).resolve(), wanted["whole"]
        text = file.read_text(encoding="utf-8")
        if live and text != whole and not live.having(file, whole, text):
            os._exit(ANEW)
        status = int(pytest.main([*OPTIONS, *wanted["tests"]], plugins=[first]))
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
    main(sys.argv[1:])
