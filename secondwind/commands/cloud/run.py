"""Serves the local cloud, and looks after asynchronous invocations, until it is told to end."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import TextIO

from localcloud.scenario import ScenarioError, read_story
from secondwind.commands.cloud.show import described, greeting
from secondwind.local_region import CODE_PATH, DEFAULT, Region, own_settings
from secondwind.machine import write_json

ASYNC_STEP_S = 0.2
"""How often asynchronous invocations are looked after."""
OK, NO_PORT, BAD_SCENARIO = 0, 1, 2
"""Exit statuses."""


def run(port: int, scenario: Path | None, out: TextIO, err: TextIO, *, as_json: bool = False) -> int:
    """Serve until SIGINT or SIGTERM. Exit status 0 then; 1: the port is not free; 2: the scenario has faults."""
    file = scenario or DEFAULT
    try:
        story = read_story(file)
    except ScenarioError as error:
        err.writelines(f"{file}: {fault}\n" for fault in error.faults)
        return BAD_SCENARIO
    ended = threading.Event()
    with tempfile.TemporaryDirectory(prefix="secondwind-cloud-") as folder:
        try:
            region = Region(Path(folder), code_path=CODE_PATH, port=port, settings=own_settings(os.environ))
        except OSError as error:
            err.write(f"port {port} cannot be used: {error.strerror}\n")
            return NO_PORT
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: ended.set())
        with region:
            now = float(int(time.time()))
            region.cloud.populate(story, now)
            if as_json:
                write_json(described(region, story, now), out)
            else:
                out.write(greeting(region, story))
            out.flush()
            while not ended.wait(ASYNC_STEP_S):
                region.desk.run_due()
    (err if as_json else out).write("\nstopped\n")
    return OK
