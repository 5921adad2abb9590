"""`secondwind cloud`: Alibaba Cloud on localhost until Ctrl-C, and what to export to use it."""

from __future__ import annotations

import shlex
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import TextIO

from localcloud.scenario import ScenarioError, read_story
from localcloud.services import SERVICES
from localcloud.story import Story
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.local_region import DEFAULT, FUNCTIONS, OUTCOMES, PROJECT, Region, deployed_name

CODE_PATH = Path(__file__).resolve().parents[1]
ASYNC_STEP_S = 0.2
"""How often asynchronous invocations are looked after."""
OK, NO_PORT, BAD_SCENARIO = 0, 1, 2
"""Exit statuses."""


def run(port: int, scenario: Path | None, out: TextIO, err: TextIO) -> int:
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
            region = Region(Path(folder), code_path=CODE_PATH, port=port)
        except OSError as error:
            err.write(f"port {port} cannot be used: {error.strerror}\n")
            return NO_PORT
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: ended.set())
        with region:
            region.cloud.populate(story, float(int(time.time())))
            out.write(_greeting(region, story))
            out.flush()
            while not ended.wait(ASYNC_STEP_S):
                region.desk.run_due()
    out.write("\nstopped\n")
    return OK


def _greeting(region: Region, story: Story) -> str:
    keys = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": LOCAL_CREDENTIAL.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": LOCAL_CREDENTIAL.access_key_secret,
        "FC_REGION": "cn-hangzhou",
    }
    services = ", ".join(service.title for service in SERVICES)
    lines = [
        f"Alibaba Cloud on localhost: {region.cloud.endpoint} ({services}; region cn-hangzhou)",
        f"  access key   {LOCAL_CREDENTIAL.access_key_id} / {LOCAL_CREDENTIAL.access_key_secret}",
        f"  outcomes     project {PROJECT}, Logstore {OUTCOMES}",
        *(f"  {noun:<12} {which}" for noun, which in (one.shown() for one in story.elements)),
        f"  functions    {', '.join(deployed_name(name) for name in FUNCTIONS)}",
        "",
        "To point Second Wind at it:",
        *(f"  export {name}={shlex.quote(value)}" for name, value in {**region.environment, **keys}.items()),
        "",
        "To invoke a function there, with the event's times as they are:",
        f"  secondwind invoke EVENT_FILE --via fc3 --endpoint {region.cloud.endpoint}",
        "",
        "Ctrl-C stops it and forgets everything.",
    ]
    return "\n".join(lines) + "\n"
