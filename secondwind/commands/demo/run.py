"""The whole demo: a region in a folder that is removed afterwards, a night in it, the table, the judgement."""

from __future__ import annotations

import tempfile
import textwrap
import time
from pathlib import Path
from typing import TextIO

from secondwind.commands.demo import check
from secondwind.commands.demo.night import NightFailed, run_night, write_policy
from secondwind.commands.demo.plot import Scenario
from secondwind.commands.demo.scenario import SCENARIO
from secondwind.commands.demo.show import WIDTH, print_table
from secondwind.local_region import CODE_PATH, Region
from secondwind.outcomes import OutcomesUnavailable

OK, NOT_AS_EXPECTED = 0, 1
"""Exit statuses."""


def run(out: TextIO, scenario: Scenario = SCENARIO) -> int:
    """Play the scenario, print its table, compare. Exit status 0 only if all is as expected."""
    began = time.monotonic()

    def say(line: str) -> None:
        stamped = f"{time.monotonic() - began:5.1f} s  {line}"
        print(textwrap.fill(stamped, WIDTH, subsequent_indent=" " * 9), file=out, flush=True)

    with tempfile.TemporaryDirectory(prefix="secondwind-demo-") as folder:
        settings = write_policy(scenario, Path(folder))
        with Region(Path(folder), code_path=CODE_PATH, settings=settings) as region:
            say(f"Alibaba Cloud on localhost: {region.cloud.endpoint}")
            try:
                night = run_night(scenario, region, float(int(time.time())), say)
            except (NightFailed, OutcomesUnavailable) as error:
                print(f"the demo stopped: {error}", file=out)
                return NOT_AS_EXPECTED
    say(f"{len(night.rows)} outcomes read back from the Logstore secondwind/outcomes")
    print(file=out)
    print_table(check.stories(scenario, night.rows), out)
    return _judge(check.mismatches(scenario, night), scenario, out, time.monotonic() - began)


def _judge(wrong: list[str], scenario: Scenario, out: TextIO, took_s: float) -> int:
    print(file=out)
    for line in wrong:
        print(f"NOT AS EXPECTED: {line}", file=out)
    if wrong:
        return NOT_AS_EXPECTED
    restarts = sum(case.restarts for case in scenario.cases)
    print(
        f"All {len(scenario.cases)} failures ended as expected; {restarts} jobs were restarted, each once, "
        f"counted at the job systems. {took_s:.1f} s.",
        file=out,
    )
    return OK
