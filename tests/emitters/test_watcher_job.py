"""Whose job the stuck-rank watcher watches, and since when: what the scheduler says of it, asked once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from emitters import stuck_rank_watcher as watcher
from tests.emitters.conftest import USER

SQUEUE = """#!/bin/sh
echo "$@" "$SLURM_TIME_FORMAT" "$SQUEUE_STATES$SLURM_CLUSTERS" >> "$0.asked"
{}
"""
BEGAN = 1795903320
ROW = f"echo 14 14 RUNNING {BEGAN} 2"


@pytest.fixture
def squeue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets what squeue does; until then there is none."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SQUEUE_STATES", "PD")
    monkeypatch.setenv("SLURM_CLUSTERS", "another")
    monkeypatch.setattr(watcher, "ASK_S", 0.3)
    monkeypatch.setattr(watcher, "ASKED_MAX", 2)

    def does(answer: str) -> None:
        (tmp_path / "squeue").write_text(SQUEUE.format(answer))
        (tmp_path / "squeue").chmod(0o755)

    does("exit 1")
    return does


@pytest.mark.parametrize(
    ("answer", "began"),
    [
        (ROW, BEGAN),
        (f"echo 15 15 RUNNING {BEGAN} 2; {ROW}", BEGAN),
        (ROW.replace("RUNNING", "COMPLETING"), None),
        (ROW.replace("RUNNING", "PENDING"), None),
        ("echo 14 14 RUNNING 2026-11-28T21:51:51 2", None),
        (f"{ROW}; {ROW}", None),
        (f"{ROW} 2", None),
        (ROW.replace("echo 14", "echo 15"), None),
        (f"{ROW}; exit 1", None),
        ("exec sleep 5", None),
        ("sleep 5", None),
        ("exec yes", None),
        ("", None),
    ],
)
def test_slurm_is_asked_when_this_run_began(
    tmp_path: Path, squeue: Callable[[str], None], answer: str, began: int | None
) -> None:
    """Only of a run that goes on and is this job's, in unix seconds, and not for long."""
    squeue(answer)
    told = watcher.Slurm("14")({"job_id": "14", "restart_count": 2})
    assert told is not None
    assert (told["job_id"], told.get("started_at")) == ("14", began)
    asked = (tmp_path / "squeue.asked").read_text()
    assert asked == "--noheader --jobs 14 --Format JobID:20,JobArrayID:45,State:20,StartTime:20,RestartCnt:20 %s \n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"14 14 RUNNING {BEGAN} 0", {"job_id": "14", "restart_count": 0, "started_at": BEGAN}),
        (f"14 12_3 RUNNING {BEGAN} 2", {"job_id": "12_3", "restart_count": 2, "started_at": BEGAN}),
        (f"14 14+0 RUNNING {BEGAN} 2", {"job_id": "14", "restart_count": 2, "started_at": BEGAN}),
        (f"14 14 RUNNING {BEGAN} 3", {"job_id": "14", "restart_count": 2}),
        ("14 14 RUNNING N/A none", {"job_id": "14"}),
    ],
)
def test_what_was_inherited_from_another_job_is_not_told(
    squeue: Callable[[str], None], row: str, told: dict[str, Any]
) -> None:
    """A job has the environment of the one that submitted it: its array's name and its restarts. squeue knows better.

    Of a run that is over by then, or if squeue does not say, what is not certain is left out.
    """
    squeue(f"echo {row}")
    slurm = watcher.Slurm("14")
    inherited = {"job_id": "12_7", "restart_count": 2}
    assert (slurm(inherited) or slurm(inherited)) == told


def test_the_last_element_of_an_array_is_named_by_its_own_id(tmp_path: Path, squeue: Callable[[str], None]) -> None:
    """Which is the array's as well, so squeue would show all of them."""
    squeue(f"echo 12 12_9 RUNNING {BEGAN} 0")
    assert watcher.Slurm("12")({"job_id": "12_9", "restart_count": 0}) == {
        "job_id": "12_9",
        "restart_count": 0,
        "started_at": BEGAN,
    }
    assert "--jobs 12_9 " in (tmp_path / "squeue.asked").read_text()
    squeue("exit 1")
    assert watcher.Slurm("12")({"job_id": "12_9", "restart_count": 0}) == {"job_id": "12_9", "restart_count": 0}


def test_without_squeue_nothing_is_told_that_only_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It need not be on the node. No name then that may be another job's: that one would be restarted."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert watcher.Slurm("12")({"job_id": "12", "restart_count": 0}) == {"job_id": "12", "restart_count": 0}
    slurm = watcher.Slurm("14")
    asked = [slurm({"job_id": "12_3", "restart_count": 1}) for _ in range(watcher.ASKED_MAX)]
    assert asked == [None] * 9 + [{"job_id": "14"}]
    assert "does not say whether the job is 12_3: told as 14" in capfd.readouterr().err


def test_slurm_is_asked_until_it_answers_and_only_when_there_is_something_to_tell(tmp_path: Path) -> None:
    """A line that cannot be written is told later as it was made, and has the time of the failure."""
    answers: list[dict[str, Any] | None] = [None, {"job_id": "14", "started_at": BEGAN}]
    asked: list[str] = []

    def ask(job: Mapping[str, Any]) -> Mapping[str, Any] | None:
        asked.append(job["job_id"])
        answer = answers.pop(0)
        return answer if answer is None else {**job, **answer}

    clock = iter([1795903999.0])
    report = watcher.Reporter(str(tmp_path / "later" / "x.log"), {"job_id": "12_3"}, lambda: next(clock), ask)
    assert asked == []
    finding = watcher.Finding("stalled", "m", {})
    assert [report(finding), report(finding)] == [False, False]
    (tmp_path / "later").mkdir()
    assert report(finding)
    assert asked == ["12_3", "12_3"]
    told = json.loads((tmp_path / "later" / "x.log").read_text())
    assert (told["job_id"], told["started_at"], told["occurred_at"]) == ("14", BEGAN, 1795903999)


def test_what_could_not_be_told_of_an_earlier_silence_is_not_told_of_a_later_one(tmp_path: Path) -> None:
    """The job went on, and hangs hours later: its time and its text, or the rules would judge another failure."""
    report = watcher.Reporter(str(tmp_path / "later" / "x.log"), {"job_id": "1"}, iter([100.0, 9000.0]).__next__)
    first, second = (watcher.Finding("stalled", f"no output; output: step {step}", {}) for step in (1, 2))
    assert [report(first), report(first), report(second)] == [False] * 3
    (tmp_path / "later").mkdir()
    assert report(second)
    told = json.loads((tmp_path / "later" / "x.log").read_text())
    assert (told["occurred_at"], told["message"]) == (9000, second.message)


@pytest.mark.parametrize(
    ("arguments", "environ", "job", "asks"),
    [
        ([], {"SLURM_JOB_ID": "1"}, {}, True),
        ([], {"SLURM_JOB_ID": "1"}, {"started_at": 5}, False),
        ([], {"SLURM_JOB_ID": "1"}, {"started_at": 5, "restart_count": 0}, False),
        ([], {"SLURM_JOB_ID": "1"}, {"started_at": 5, "restart_count": 1}, True),
        ([], {"SLURM_JOB_ID": "1"}, {"started_at": 5, "job_id": "2_3"}, True),
        ([], {"SLURM_JOB_ID": "1", "PBS_JOBID": "1.s"}, {}, False),
        ([], {"PBS_JOBID": "1.s"}, {}, False),
        (["--job-id", "7"], {"SLURM_JOB_ID": "1"}, {}, False),
    ],
)
def test_who_is_asked(arguments: list[str], environ: dict[str, str], job: dict[str, Any], *, asks: bool) -> None:
    """Slurm, of its own job, if it has not said it already."""
    assert watcher.asks(watcher.parser().parse_args(arguments), environ, {"job_id": "1", **job}) is asks


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PBS_JOBID": "12[3].scheduler"}, {"job_id": "12[3].scheduler"}),
        ({"SLURM_JOB_ID": "14", "SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "3"}, {"job_id": "12_3"}),
        ({"SLURM_JOB_ID": "14"}, {"restart_count": 0}),
        ({"SLURM_JOB_ID": "14", "SLURM_JOB_START_TIME": "soon"}, {"started_at": None}),
        ({"PBS_JOBID": "1", "SLURM_JOB_ID": "14", "SLURM_RESTART_COUNT": "9"}, {"job_id": "1", "restart_count": None}),
        ({"PBS_JOBID": "1", "PBS_JOBNAME": "名" * 999}, {"job_name": "名" * 85}),
        ({"PBS_JOBID": "1", "PBS_JOBNAME": "n\udcff"}, {"job_name": None}),
        ({"PBS_JOBID": "1", "PBS_O_LOGNAME": USER}, {"owner": USER, "node": None}),
        ({"PBS_JOBID": "1", "PBS_O_LOGNAME": "not-" + USER, "PBS_NODEFILE": "/none"}, {"owner": None, "node": None}),
    ],
)
def test_who_the_job_is_comes_from_its_scheduler(environ: dict[str, str], expected: dict[str, Any]) -> None:
    """Only what the scheduler says, and is certain, is told; no element of a Slurm array goes by the array's id."""
    options = watcher.parser().parse_args(["--cluster-id", "ehpc-hz-1"])
    told = watcher.identify(options, environ, {})
    assert {name: told.get(name) for name in expected} == expected
