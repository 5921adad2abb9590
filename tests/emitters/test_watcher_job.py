"""Whose job the stuck-rank watcher watches, and since when: what the scheduler says of it, asked once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from emitters import stuck_rank_watcher as watcher
from tests.emitters.conftest import USER

SQUEUE = """#!/bin/sh
echo "$@" "$SLURM_TIME_FORMAT" "$SQUEUE_STATES" >> "$0.asked"
{}
"""


@pytest.mark.parametrize(
    ("answer", "began"),
    [
        ("echo RUNNING 1795903320 2", 1795903320),
        ("echo RUNNING 1795903320 1", None),
        ("echo COMPLETING 1795903320 2", None),
        ("echo PENDING 1795903320 2", None),
        ("echo RUNNING 2026-11-28T21:51:51 2", None),
        ("echo RUNNING 1795903320 2; echo RUNNING 1795903320 2", None),
        ("echo RUNNING 1795903320 2; exit 1", None),
        ("exec sleep 5", None),
        ("sleep 5", None),
        ("exec yes", None),
        ("", None),
    ],
)
def test_slurm_is_asked_when_this_run_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, began: int | None
) -> None:
    """Only of a run that goes on and that the counter shows to be this one, in unix seconds, and not for long."""
    squeue = tmp_path / "squeue"
    squeue.write_text(SQUEUE.format(answer))
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SQUEUE_STATES", "PD")
    monkeypatch.setattr(watcher, "ASK_S", 0.3)
    assert watcher.asked_start("12_3", 2) == began
    asked = (tmp_path / "squeue.asked").read_text()
    assert asked == "--noheader --jobs 12_3 --Format State:20,StartTime:20,RestartCnt:20 %s \n"


def test_without_squeue_no_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not be on the node."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert watcher.asked_start("12", 0) is None


def test_slurm_is_asked_once_and_only_when_there_is_something_to_tell(tmp_path: Path) -> None:
    """A line that cannot be written is told later as it was made."""
    asked: list[tuple[str, int]] = []

    def ask(job_id: str, restart_count: int) -> int:
        asked.append((job_id, restart_count))
        return 1767608130

    report = watcher.Reporter(
        str(tmp_path / "later" / "x.log"), {"job_id": "12_3", "restart_count": 2}, lambda: 1767609999.0, ask
    )
    assert asked == []
    finding = watcher.Finding("stalled", "m", {})
    assert not report(finding)
    (tmp_path / "later").mkdir()
    assert report(finding)
    assert asked == [("12_3", 2)]
    assert json.loads((tmp_path / "later" / "x.log").read_text())["started_at"] == 1767608130


@pytest.mark.parametrize(
    ("arguments", "environ", "job", "asks"),
    [
        ([], {"SLURM_JOB_ID": "1"}, {}, True),
        ([], {"SLURM_JOB_ID": "1"}, {"started_at": 5}, False),
        ([], {"SLURM_JOB_ID": "1", "PBS_JOBID": "1.s"}, {}, False),
        ([], {"PBS_JOBID": "1.s"}, {}, False),
        (["--job-id", "7"], {"SLURM_JOB_ID": "1"}, {}, False),
    ],
)
def test_who_is_asked(arguments: list[str], environ: dict[str, str], job: dict[str, Any], *, asks: bool) -> None:
    """Slurm, of its own job, if it has not said it already."""
    assert watcher.asks(watcher.parser().parse_args(arguments), environ, job) is asks


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
