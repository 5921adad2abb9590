"""The demo shows the product, and would say so if the product failed."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from secondwind.commands.demo import check
from secondwind.commands.demo import run as demo
from secondwind.commands.demo.night import Night, Say, run_night
from secondwind.commands.demo.plot import ExpectedOutcome, Garbage, Mishap, Scenario
from secondwind.commands.demo.run import run
from secondwind.commands.demo.scenario import HEALTHY, SCENARIO
from secondwind.local_region import Region
from shared.domain.verdicts import Verdict

HUNG = SCENARIO.cases[0]
SMALL = replace(SCENARIO, cases=(HUNG,), strangers=3)
ON_THE_WAY = "a sweep went by"


@pytest.fixture(scope="module")
def small_night() -> Night:
    """The small scenario as it really goes. It takes seconds, in which a failure waits for its sweeps: so once."""
    nights: list[Night] = []

    def kept(scenario: Scenario, region: Region, now: float, say: Say) -> Night:
        nights.append(run_night(scenario, region, now, say))
        return nights[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "run_night", kept)
        assert run(io.StringIO(), SMALL) == 0
    return nights[0]


@pytest.fixture
def same_night(small_night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that begins now tells of that night, whatever it expects of it."""

    def told(_scenario: Scenario, _region: Region, _now: float, say: Say) -> Night:
        say(ON_THE_WAY)
        return small_night

    monkeypatch.setattr(demo, "run_night", told)


def test_the_demo_ends_well_and_shows_every_failure() -> None:
    """Exit status 0; each case has its row, what followed stands below it, and all of it fits 120 columns."""
    command = [sys.executable, "-m", "secondwind", "demo"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert max(map(len, lines)) <= 120
    for case in SCENARIO.cases:
        named = [check.name_of(case), case.title]
        (at,) = [number for number, line in enumerate(lines) if re.split(r"\s{2,}", line)[:2] == named][:1]
        for step, line in zip(case.ends, lines[at:], strict=False):
            words = line.split()
            assert step.verdict in words
            assert step.reason in words
            assert not step.api or f"{step.api} {step.code or 'ok'}" in line
    assert f"All {len(SCENARIO.cases)} failures ended as expected" in ended.stdout


def test_the_scenario_has_a_failure_of_every_kind() -> None:
    """Every verdict is reached, some fifty jobs exist, at least fifteen fail."""
    reached = {step.verdict for case in SCENARIO.cases for step in case.ends}
    assert reached == {verdict.value for verdict in Verdict}
    failing = [case for case in SCENARIO.cases if not isinstance(case.subject, Garbage)]
    assert 35 <= len(failing) + len(HEALTHY) <= 50
    assert len(failing) >= 15


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "verdict",
        {"ends": (ExpectedOutcome("refused", "api_refused", "RUNNING", "RerunJobs", "NotEnabled"),)},
        "expected refused/",
    ),
    ("state", {"ends": (ExpectedOutcome("rerun", "accepted", "QUEUED", "RerunJobs"),)}, "seeing QUEUED"),
    ("restarts", {"restarts": 0}, "expected 0 restarts, the job system counts 1"),
    ("one more outcome", {"ends": (*HUNG.ends, *HUNG.ends)}, "then rerun/accepted"),
]


@pytest.mark.usefixtures("same_night")
@pytest.mark.parametrize(("changed", "expected"), [wrong[1:] for wrong in WRONG], ids=[wrong[0] for wrong in WRONG])
def test_a_wrong_expectation_fails_the_demo(changed: dict[str, Any], expected: str) -> None:
    """What the product does not do is told as a mismatch, and the exit status is 1."""
    out = io.StringIO()
    assert run(out, replace(SMALL, cases=(replace(HUNG, **changed),))) == 1
    assert ON_THE_WAY in out.getvalue()
    assert "NOT AS EXPECTED: pbs/101" in out.getvalue()
    assert expected in out.getvalue()
    assert "ended as expected" not in out.getvalue()


@pytest.mark.usefixtures("same_night")
def test_for_programs_the_demo_is_one_object() -> None:
    """Nothing of what it says on the way; outcomes of each failure, and restarts by the verdict it ended with."""
    out = io.StringIO()
    assert run(out, SMALL, as_json=True) == 0
    told = json.loads(out.getvalue())
    assert (told["as_expected"], told["wrong"]) == (True, [])
    assert told["ended"] == {"rerun": {"failures": 1, "restarts": 1}}
    assert [one["verdict"] for one in told["failures"][0]["outcomes"]] == ["rerun", "rerun"]


@pytest.mark.usefixtures("same_night")
def test_the_demo_ends_with_restarts_by_verdict_and_what_to_do_next() -> None:
    """Quiet it is the table, the restarts, the judgement, and where to go on."""
    out = io.StringIO()
    assert run(out, SMALL, quiet=True) == 0
    assert ON_THE_WAY not in out.getvalue()
    lines = out.getvalue().splitlines()
    assert lines[1].startswith("job ")
    at = lines.index("ended as  failures  restarts")
    assert lines[at + 1].split() == ["rerun", "1", "1"]
    assert "What next:" in lines[at:]


def test_a_product_that_heals_nothing_fails_the_demo() -> None:
    """With a policy that ignores everything the hung job is not restarted, and the demo says so twice."""
    out = io.StringIO()
    assert run(out, replace(SMALL, policy="version: 1\nrules:\n  - {name: no, match: {}, action: ignore}\n")) == 1
    assert "found suppressed/rule_ignores" in out.getvalue()
    assert "expected 1 restarts, the job system counts 0" in out.getvalue()


def test_a_function_that_raises_stops_the_demo() -> None:
    """A policy that cannot be used is told with the function's error, not with an empty table."""
    out = io.StringIO()
    assert run(out, replace(SMALL, policy="version: 7\n")) == 1
    assert "the demo stopped: SettingsError" in out.getvalue()


def row(step: ExpectedOutcome, **more: str) -> dict[str, str]:
    """An outcome of the hung job."""
    found = {
        "verdict": step.verdict,
        "reason": step.reason,
        "state": step.state,
        "api": step.api,
        "api_code": step.code,
    }
    return {
        **{name: value for name, value in found.items() if value},
        "cluster_id": "ehpc-hz-pbs",
        "job_id": "101.scheduler",
        **more,
    }


GOOD = Night([row(step) for step in HUNG.ends], [("ehpc-hz-pbs", "101.scheduler", 5)], [], [])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        (
            {"kills": GOOD.kills * 2},
            ["the same run was killed 2 times", "expected 1 restarts, the job system counts 2"],
        ),
        ({"kills": [*GOOD.kills, ("ehpc-hz-pbs", "110.scheduler", 9)]}, ["pbs/110: expected 0 restarts"]),
        ({"rows": []}, ["found no outcome"]),
        ({"rows": [*GOOD.rows, row(HUNG.ends[0], job_id="110.scheduler")]}, ["1 outcomes are about nothing"]),
        ({"reruns": [("daily", 510, "2026-01-05 02:00:00")]}, ["daily/510: expected 0", "which did not fail"]),
        ({"service_errors": ["KeyError()"]}, ["the local cloud failed: KeyError()"]),
    ],
)
def test_the_comparison_sees(changed: dict[str, Any], expected: list[str]) -> None:
    """Each kind of surprise is one line; without any there is none."""
    found = check.mismatches(SMALL, replace(GOOD, **changed))
    assert len(found) == len(expected)
    assert all(part in line for part, line in zip(expected, found, strict=True))


def test_the_scenario_has_one_failure_a_job() -> None:
    """The comparison knows a failure by its job, so no two cases, and no healthy job, may share one."""
    names = [case.subject if isinstance(case.subject, Garbage) else check.name_of(case) for case in SCENARIO.cases]
    names += [check.name_of(Mishap("", job, (), ())) for job in SCENARIO.healthy]
    assert len(set(names)) == len(names)
