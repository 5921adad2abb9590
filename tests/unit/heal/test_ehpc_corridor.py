"""The corridor for E-HPC jobs, from telling to outcome, against a small world that counts kills."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Trigger
from shared.domain.job import State
from tests.support.house import House, verdicts
from tests.support.systems import Job


def test_a_hung_job_is_rerun_once_and_told(house: House) -> None:
    """A running job that failed is rerun by one call, and the outcome says so with the state seen."""
    report = house.deliver(house.hung())
    assert verdicts(report) == [("rerun", "accepted")]
    (row,) = house.sink.rows
    assert (row["state"], row["attempt"], row["max_attempts"], row["api"], row["api_request_id"]) == (
        "RUNNING",
        "1",
        "3",
        "RerunJobs",
        "req",
    )
    assert (row["final"], row["rule"], row["dry_run"], row["trigger"]) == ("true", "the-rest", "false", "event")
    assert len(house.ehpc.kills) == 1
    assert house.unfinished() == []


def test_a_redelivery_is_a_duplicate(house: House) -> None:
    """The same telling again, at once or later, kills nothing and names the same failure."""
    failure = house.hung()
    first = house.deliver(failure)
    for wait_s in (0, 40, 4000):
        house.later(wait_s)
        again = house.deliver(failure)
        assert verdicts(again) == [("duplicate", "already_handled")]
        assert again.results[0].outcome.failure_id == first.results[0].outcome.failure_id
    assert len(house.ehpc.kills) == 1


def test_two_doors_telling_one_failure_kill_once(house: House) -> None:
    """A second door's telling of the same failure, with its own time and id, is a duplicate."""
    house.deliver(house.hung())
    for delay_s in (0, 3, 60):
        house.later(delay_s)
        other = house.failure(occurred_at=house.clock.now() - 30 - delay_s, telling_id=f"other-{delay_s}")
        assert [verdict for verdict, _ in verdicts(house.deliver(other, trigger=Trigger.LOG))] == ["duplicate"]
    assert len(house.ehpc.kills) == 1


def test_tellings_of_one_failure_in_one_delivery_are_folded(house: House) -> None:
    """Two tellings in one delivery are one outcome; the redelivery of either is a duplicate."""
    first, second = house.hung(), house.failure(telling_id="second", event_id="second")
    report = house.deliver(first, second)
    assert (verdicts(report), report.folded) == ([("rerun", "accepted")], 1)
    house.later(7)
    assert verdicts(house.deliver(second)) == [("duplicate", "already_handled")]
    assert len(house.ehpc.kills) == 1


def test_order_within_a_delivery_changes_nothing(house: House) -> None:
    """A telling that a rule ignores does not hide one that heals, whichever comes first."""
    ignored = house.hung(message="SyntaxError", telling_id="ignored")
    heals = house.failure(telling_id="heals")
    assert verdicts(house.deliver(ignored, heals, dry_run=True)) == [("would_rerun", "dry_run")]
    assert verdicts(house.deliver(heals, ignored, dry_run=True)) == [("would_rerun", "dry_run")]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.FINISHED, ("ineligible", "job_finished")),
        (State.UNKNOWN, ("ineligible", "state_not_eligible")),
        (State.QUEUED, ("rerun", "accepted")),
    ],
)
def test_eligibility_is_the_live_state(house: House, state: State, expected: tuple[str, str]) -> None:
    """E-HPC reruns from RUNNING and QUEUED only."""
    failure = house.hung()
    house.ehpc.jobs["1.scheduler"].state = state
    assert verdicts(house.deliver(failure)) == [expected]
    assert len(house.ehpc.calls) == (expected[0] == "rerun")


def test_a_job_that_is_not_there_or_not_rerunnable_is_ineligible(house: House) -> None:
    """Nothing is called for a job that the system does not list or that forbids a rerun."""
    assert verdicts(house.deliver(house.failure(5))) == [("ineligible", "not_found")]
    failure = house.hung()
    house.ehpc.jobs["1.scheduler"].rerunnable = False
    assert verdicts(house.deliver(failure)) == [("ineligible", "not_rerunnable")]
    assert house.ehpc.calls == []


def test_an_array_parent_is_never_rerun(house: House) -> None:
    """Rerunning a parent would restart every subjob."""
    house.ehpc.jobs["12[].scheduler"] = Job()
    house.ehpc.jobs["12[3].scheduler"] = Job()
    parent = house.failure(12, job_id="12[].scheduler")
    assert verdicts(house.deliver(parent)) == [("ineligible", "array_parent")]
    assert verdicts(house.deliver(house.failure(12, job_id="12[3].scheduler"))) == [("rerun", "accepted")]


def test_a_run_that_began_after_the_failure_is_left_alone(house: House) -> None:
    """The scheduler restarted the job since: killing the new run would be needless."""
    failure = house.hung(occurred_at=house.clock.now() - 100)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 60
    assert verdicts(house.deliver(failure)) == [("duplicate", "restarted_since")]
    assert house.ehpc.calls == []


def test_a_run_that_began_with_the_failure_waits_unless_its_start_is_told(house: House) -> None:
    """Within 30 s nobody can tell which run failed; the scheduler's own start time decides."""
    start = int(house.clock.now()) - 60
    failure = house.hung(occurred_at=start + 10.0)
    house.ehpc.jobs["1.scheduler"].start = start
    assert verdicts(house.deliver(failure)) == [("deferred", "run_unclear")]
    sure = house.failure(occurred_at=start + 10.0, started_at=float(start), telling_id="sure")
    assert verdicts(house.deliver(sure)) == [("rerun", "accepted")]


@pytest.mark.parametrize("told", [{"started_at": 1_799_000_000.0}, {"exit_code": "1"}, {"node": "compute1"}])
def test_a_queued_job_that_had_run_was_requeued_already(house: House, told: dict[str, Any]) -> None:
    """QUEUED although the event saw it run: the scheduler has requeued it."""
    failure = house.hung(**told)
    house.ehpc.jobs["1.scheduler"].state = State.QUEUED
    assert verdicts(house.deliver(failure)) == [("duplicate", "restarted_since")]


def test_a_queued_job_modified_since_was_requeued_already(house: House) -> None:
    """LastModifyTime after the failure: somebody has acted on it since."""
    failure = house.hung()
    house.ehpc.jobs["1.scheduler"].state = State.QUEUED
    house.ehpc.jobs["1.scheduler"].modified = int(house.clock.now())
    assert verdicts(house.deliver(failure)) == [("duplicate", "restarted_since")]
