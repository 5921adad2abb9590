"""The whole demo: a region in a folder that is removed afterwards, a night in it, the table, the judgement."""

from __future__ import annotations

import tempfile
import textwrap
import time
from pathlib import Path
from typing import TextIO

from secondwind.commands.demo import check
from secondwind.commands.demo.night import Night, NightFailed, Say, run_night, write_policy
from secondwind.commands.demo.plot import Channel, Scenario
from secondwind.commands.demo.scenario import SCENARIO
from secondwind.commands.demo.serve import serve_night
from secondwind.commands.demo.show import NEXT, NOBODY_TELLS, SCHEMA, WIDTH, body_of, print_restarts, print_table
from secondwind.local_region import CODE_PATH, Region
from secondwind.machine import write_json
from secondwind.terminal import width
from shared.sls.outcomes import OutcomesUnavailable

OK, NOT_AS_EXPECTED = 0, 1
"""Exit statuses."""


def run(
    out: TextIO, scenario: Scenario = SCENARIO, *, quiet: bool = False, as_json: bool = False, opens: bool = False
) -> int:
    """Play the scenario, print its table, compare. Exit status 0 only if all is as expected.

    Args:
        out: where to.
        scenario: what happens.
        quiet: say nothing while it runs.
        as_json: write the end as one JSON object, and nothing else.
        opens: end with the console over this night in a browser. On a terminal its address is told in any case.
    """
    began = time.monotonic()

    def say(line: str) -> None:
        if quiet or as_json:
            return
        stamped = f"{time.monotonic() - began:5.1f} s  {line}"
        print(textwrap.fill(stamped, min(WIDTH, width() or WIDTH), subsequent_indent=" " * 9), file=out, flush=True)

    with tempfile.TemporaryDirectory(prefix="secondwind-demo-") as folder:
        settings = write_policy(scenario, Path(folder))
        with Region(Path(folder), code_path=CODE_PATH, settings=settings) as region:
            say(f"Alibaba Cloud on localhost: {region.cloud.endpoint}")
            try:
                night = run_night(scenario, region, float(int(time.time())), say)
            except (NightFailed, OutcomesUnavailable) as error:
                _stopped(str(error), out, as_json=as_json)
                return NOT_AS_EXPECTED
        status = _ended(scenario, night, out, say, time.monotonic() - began, as_json=as_json)
        if opens or (out.isatty() and not as_json):
            serve_night(Path(folder), night.rows, opens=opens)
    return status


def _ended(scenario: Scenario, night: Night, out: TextIO, say: Say, took_s: float, *, as_json: bool) -> int:
    """Tell how it ended; the exit status."""
    wrong = check.mismatches(scenario, night)
    if as_json:
        write_json(body_of(scenario, night, wrong, took_s), out)
        return NOT_AS_EXPECTED if wrong else OK
    say(f"{len(night.rows)} outcomes read back from the Logstore secondwind/outcomes")
    print(file=out)
    stories = check.stories(scenario, night.rows)
    found = [story for story in stories if Channel.FOUND in story[0].doors]
    print_table([story for story in stories if story not in found], out)
    if found:
        print(f"\n{NOBODY_TELLS}", file=out)
        print_table(found, out)
    print(file=out)
    print_restarts(check.restarts_by_verdict(scenario, night), out)
    return _judge(wrong, scenario, out, took_s)


def _stopped(why: str, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        write_json({"schema": SCHEMA, "as_expected": False, "wrong": [f"the demo stopped: {why}"]}, out)
    else:
        print(f"the demo stopped: {why}", file=out)


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
    print(NEXT, file=out)
    return OK
