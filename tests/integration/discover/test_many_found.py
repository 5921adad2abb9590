"""However many are found at once in a place, the corridor reads that place's list once for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.ehpc.models import JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from shared.discover import run

POLICY = """
breaker: {max_jobs: 10000, window_s: 60}
discover:
  ehpc: [{clusters: [ehpc-a], overdue: {after_h: 1}}]
"""
LIST = "ListJobsWithFilters"


@pytest.mark.parametrize(("most", "pages"), [(run.MOST_FOUND, 24), (100, 72)])
def test_what_a_look_finds_goes_its_way_together(
    ward: Any, monkeypatch: pytest.MonkeyPatch, most: int, pages: int
) -> None:
    """Six turns of two calls find 600 jobs, and each is told once: twelve pages to find them, and twelve to look."""
    monkeypatch.setattr(run, "TURN_CALLS", 2)
    monkeypatch.setattr(run, "MOST_FOUND", most)
    ward.policy = POLICY
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    for number in range(600):
        here.submit(f"{number}.s", JobSpec(runs=(finishes(172_800),)), at=ward.clock.now() - 7200)
    report = ward.discover()
    assert len({result.outcome.job_id for result in report.results}) == len(report.results) == 600
    assert len(ward.calls(LIST)) == pages
    ward.clock.advance(180)
    assert ward.discover().results == []


def test_what_was_found_before_the_calls_ran_out_goes_its_way(ward: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a look that the pace ends: the next run goes on where it was, and tells the others."""
    monkeypatch.setattr(run, "TURN_CALLS", 2)
    budget = run._budget

    def scarce(*about: Any) -> Any:
        allowance = budget(*about)
        allowance.per_minute = 5
        return allowance

    monkeypatch.setattr(run, "_budget", scarce)
    ward.policy = POLICY
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    for number in range(400):
        here.submit(f"{number}.s", JobSpec(runs=(finishes(172_800),)), at=ward.clock.now() - 7200)
    told: list[str] = []
    for found in (250, 400):
        told += [result.outcome.job_id for result in ward.discover().results]
        assert len(set(told)) == len(told) == found
        ward.clock.advance(180)
