"""Looking at an E-HPC job that was told with an exit code: one call where that is enough."""

from __future__ import annotations

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.adapter import EhpcJobs
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Play
from tests.unit.systems.ehpc_jobs import THROTTLED, ClusterOf, found, job, pages_asked


@pytest.mark.parametrize("state", ["RUNNING", "FINISHED"])
def test_one_job_with_an_exit_code_takes_one_call_if_all_jobs_stand_on_a_page(
    cluster_of: ClusterOf, failure: Make[Failure], state: str
) -> None:
    """Whether it has ended or lives."""
    system, api = cluster_of(job("8.s"), job("9.s", state))
    (seen,) = system.observe([failure("9.s", exit_code="137")])
    assert found(seen).state is State(state)
    assert [call["JobStatus"] for call in api.parameters("ListJobsWithFilters")] == ["all"]


def test_one_of_many_jobs_takes_one_call_if_it_has_ended_lately(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Of one that lives there may be more on the next pages: other tasks of an array, which a rerun would restart."""
    system, api = cluster_of(job("184.m"), job("183.m", "FINISHED"), *(job(f"{number}.m") for number in range(99)))
    assert found(system.observe([failure("183.m", exit_code="1")])[0]).state is State.FINISHED
    assert found(system.observe([failure("184.m", exit_code="1")])[0]).state is State.RUNNING
    assert [call["JobStatus"] for call in api.parameters("ListJobsWithFilters")] == ["all", "all", "notfinish"]


def test_that_a_job_is_not_there_is_said_by_both_lists(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Whatever was told of it."""
    system, api = cluster_of(job("8.s"))
    assert found(system.observe([failure("9.s", exit_code="1")])[0]).state is State.NOT_FOUND
    assert [call["JobStatus"] for call in api.parameters("ListJobsWithFilters")] == ["all", "notfinish"]


def test_an_older_job_with_an_exit_code_is_looked_for_as_ever(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """A live one among the unfinished; one that has ended on the next pages, and none is read twice."""
    ended = [job(f"{number}.s", "FINISHED") for number in range(200, 100, -1)]
    system, api = cluster_of(*ended, job("9.s"), job("8.s", "FINISHED"))
    assert found(system.observe([failure("9.s", exit_code="1")])[0]).state is State.RUNNING
    assert found(system.observe([failure("8.s", exit_code="1")])[0]).state is State.FINISHED
    asked = [(call["JobStatus"], call["PageNumber"]) for call in api.parameters("ListJobsWithFilters")]
    assert asked == [("all", "1"), ("notfinish", "1"), ("all", "1"), ("notfinish", "1"), ("all", "2"), ("all", "3")]


def test_a_bare_id_with_an_exit_code_is_looked_for_among_all_unfinished_ones(
    cluster_of: ClusterOf, failure: Make[Failure]
) -> None:
    """A second job may match it."""
    system, api = cluster_of(job("9.a"), job("9.b"))
    assert found(system.observe([failure("9", exit_code="1")])[0]).ambiguous
    assert [call["JobStatus"] for call in api.parameters("ListJobsWithFilters")] == ["notfinish"]


def test_of_several_jobs_an_exit_code_changes_nothing(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Each is looked for, the unfinished ones first."""
    system, api = cluster_of(job("8.s", "FINISHED"), job("9.s"))
    seen = system.observe([failure("8.s", exit_code="1"), failure("9.s", exit_code="1")])
    assert [found(one).state for one in seen] == [State.FINISHED, State.RUNNING]
    assert pages_asked(api) == [("notfinish", "1"), ("all", "1")]


def test_a_first_page_that_fails_is_the_look_s_answer(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """No further page is asked for."""
    api = fake_api(lambda _: THROTTLED)
    (seen,) = EhpcJobs(api, clock).observe([failure("8.s", exit_code="1")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, len(api.asked)) == ("Throttling.User", 1)


def test_the_second_pass_looks_for_what_the_first_did_not_find(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """What that has seen is looked for no more, however far back it was submitted."""
    system, api = cluster_of(job("9.s", "FINISHED"), *(job(f"{number}.s") for number in range(100, 220)))
    seen = system.observe([failure("9.s"), failure("219.s")])
    assert [found(one).state for one in seen] == [State.FINISHED, State.RUNNING]
    assert pages_asked(api) == [("notfinish", "1"), ("notfinish", "2"), ("notfinish", "3"), ("all", "1")]
