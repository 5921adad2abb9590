"""The story that the files in `events/` tell of, in a local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.ehpc.models import State
from localcloud.ehpc.service import Ehpc
from localcloud.scenario import read_story
from localcloud.schedulerx.service import Schedulerx
from secondwind.local_region import DEFAULT, Region, own_settings


def test_the_default_story_fills_a_region(tmp_path: Path) -> None:
    """Jobs run since when the story says, the failed instance has the id that the events name, its logs are there."""
    with Region(tmp_path, code_path=tmp_path) as region:
        now = region.cloud.clock.now()
        region.cloud.populate(read_story(DEFAULT), float(int(now)))
        (cluster,), (group,) = region.cloud[Ehpc].clusters.values(), region.cloud[Schedulerx].groups.values()
        jobs = {job.job_id: job for job in cluster.jobs()}
        assert {job.state for job in jobs.values()} == {State.RUNNING}
        assert jobs["1.scheduler"].started_at == int(now) - 8160
        (instance,) = group.jobs[92583].instances()
        assert (instance.instance_id, instance.data_time) == (11_111_111, "2026-01-05 02:00:00")
        assert len(list(region.logs.rows("demo-jobs", "job-logs"))) == 4


def test_a_persons_policy_and_mode_go_to_functions_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their whole path, for functions have a folder of their own; nothing else of the environment goes along."""
    monkeypatch.chdir(tmp_path)
    told = {"SECONDWIND_POLICY_FILE": "mine.yaml", "SECONDWIND_MODE": "", "SECONDWIND_LEDGER_URL": "redis://elsewhere"}
    assert own_settings(told) == {"SECONDWIND_POLICY_FILE": str(tmp_path.resolve() / "mine.yaml")}
