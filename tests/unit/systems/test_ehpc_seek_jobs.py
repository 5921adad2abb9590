"""Looking through the running jobs of an E-HPC cluster: who runs for too long, whose output stands still."""

from __future__ import annotations

import pytest

from shared.domain.call import Effect
from shared.systems.ehpc import seek
from shared.systems.openapi import CallFailed
from tests.unit.systems.ehpc_region import NODES, OVERDUE, SILENCE, Region, told


def test_running_jobs_are_read_to_the_last_page_in_each_look(region: Region) -> None:
    """From the first on; who runs for too long, and is meant, is found once."""
    for number in range(101):
        region.job(f"j{number}", Owner="bob" if number < 50 else "ann")
    assert told(region.turn(OVERDUE)) == [f"j{number}" for number in range(50, 101)]
    assert region.asked == [f"ListJobsWithFilters {page}" for page in (1, 2, 3)]
    assert told(region.turn(OVERDUE)) == []
    assert region.asked == [f"ListJobsWithFilters {page}" for page in (1, 2, 3)]


def test_a_list_that_never_ends_is_told_and_read_anew(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is shorter again, it is read to its end: what could not be read once does not stop all later looks."""
    monkeypatch.setattr(seek, "MOST_PAGES_A_PASS", 3)
    region.nodes = {"n1": {"Status": "exception"}}
    for watch in (OVERDUE, NODES):
        region.jobs.clear()
        for number in range(160):
            region.job(f"{len(region.jobs)}-{number}")
        sight = region.turn(watch)
        assert sight.problem is not None
        assert (sight.problem.code, sight.done) == ("ListTooLong", False)
        assert "on 3 pages" in sight.problem.message
        assert sum(one.startswith("ListJobs") for one in region.asked) == 3
        region.jobs = dict(list(region.jobs.items())[:149])
        for _ in range(2):
            sight = region.turn(watch)
        assert (sight.done, sight.problem) == (True, None)


def test_output_that_stands_still_is_found_when_it_did_so_for_so_long(region: Region) -> None:
    """Read four times in a silence; the look is whole when all were read, and the next lists anew."""
    region.outputs["j"] = b"step 7"
    region.job("j")
    region.job("other", Owner="bob")
    assert told(region.turn(SILENCE)) == []
    assert region.asked == ["ListJobsWithFilters 1", "GetJobLog j"]
    region.turn(SILENCE, after_s=99.9)
    assert region.asked == ["ListJobsWithFilters 1"]
    region.turn(SILENCE, after_s=0.1)
    assert region.asked == ["ListJobsWithFilters 1", "GetJobLog j", "GetJobLog j"]
    assert told(region.turn(SILENCE, after_s=299.9)) == []
    sight = region.turn(SILENCE, after_s=100.0)
    (failure,) = sight.failures
    assert (failure.job_id, failure.reason, failure.node) == ("j", "silent", "n1")
    assert "no output for 500 s" in (failure.message or "")
    assert told(region.turn(SILENCE)) == []


def test_a_job_whose_output_cannot_be_read_waits_its_turn(region: Region) -> None:
    """It is not silent, and the others are read."""
    for name in ("a", "b"):
        region.outputs[name] = b"x"
        region.job(name)
    region.turn(SILENCE)
    region.fails["GetJobLog"] = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="AgentError", message="")
    for _ in range(3):
        sight = region.turn(SILENCE)
        assert (told(sight), sight.done, sight.problem) == ([], True, None)
        assert region.asked == ["ListJobsWithFilters 1", "GetJobLog a", "GetJobLog b"]
