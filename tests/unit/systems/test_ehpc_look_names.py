"""Looking at an E-HPC job whose name was told: of a long list the jobs that bear it are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.openapi import ApiCall
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Pages, Play
from tests.unit.systems.ehpc_jobs import THROTTLED, found, job

MANY = [job(f"{number}.s", Name="other") for number in range(500)]
Asked = list[tuple[str, str, str]]


def named(fake_api: Play, clock: Clock, pages: Pages, *jobs: dict[str, Any]) -> tuple[EhpcJobs, FakeApi]:
    """A system that lists these after many others, and finds those with a part of a name."""

    def answer(wanted: ApiCall) -> Ending:
        name = wanted.parameters.get("JobName", "")
        return pages([one for one in (*MANY, *jobs) if name in one["Name"]], wanted)

    api = fake_api(answer)
    return EhpcJobs(api, clock), api


def asked(api: FakeApi) -> Asked:
    """Of each list: its state, name and page."""
    calls = api.parameters("ListJobsWithFilters")
    return [(call["JobStatus"], call.get("JobName", ""), call["PageNumber"]) for call in calls]


BY_NAME = [("notfinish", "", "1"), ("all", "wrf_night", "1")]


@pytest.mark.parametrize("state", ["RUNNING", "FINISHED"])
def test_one_of_many_jobs_is_found_by_its_name(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure], state: str
) -> None:
    """By two calls, whether it lives or has ended; without a name the pages are read one by one."""
    system, api = named(fake_api, clock, job_pages, job("900.s", state, Name="wrf_night-2"))
    (seen,) = system.observe([failure("900.s", job_name="wrf_night")])
    assert (found(seen).job_id, found(seen).state) == ("900.s", State(state))
    assert asked(api) == BY_NAME
    api.asked.clear()
    system.observe([failure("900.s")])
    assert len(asked(api)) >= 10


def test_a_job_on_the_first_page_costs_one_call(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure]
) -> None:
    """As does one that stands on the only page."""
    system, api = named(fake_api, clock, job_pages)
    assert found(system.observe([failure("7.s", job_name="wrf_night")])[0]).state is State.RUNNING
    assert asked(api) == BY_NAME[:1]


@pytest.mark.parametrize("name", ["wrf_night", "other"])
def test_whoever_tells_a_wrong_name_costs_a_call_and_hides_nothing(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure], name: str
) -> None:
    """The job is known by its id; another that bears the name is another."""
    decoy = job("901.s", Name="wrf_night")
    system, api = named(fake_api, clock, job_pages, decoy, job("900.s", Name="tiny"))
    (seen,) = system.observe([failure("900.s", job_name=name)])
    assert (found(seen).job_id, found(seen).state) == ("900.s", State.RUNNING)
    assert [call for call in asked(api) if call[1]] == [("all", name, "1")]


def test_what_bears_a_name_and_is_not_there_is_not_found(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure]
) -> None:
    """Only the lists themselves prove that."""
    system, api = named(fake_api, clock, job_pages)
    assert found(system.observe([failure("900.s", job_name="wrf_night")])[0]).state is State.NOT_FOUND
    assert asked(api)[:2] == BY_NAME
    assert {call[:2] for call in asked(api)[2:]} == {("notfinish", ""), ("all", "")}


@pytest.mark.parametrize("name", ["", "two words", "ü", "a&JobStatus=finished", "x" * 65])
def test_a_name_that_no_scheduler_would_take_is_not_asked_for(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure], name: str
) -> None:
    """Strangers tell names."""
    system, api = named(fake_api, clock, job_pages, job("900.s", Name="wrf_night"))
    assert found(system.observe([failure("900.s", job_name=name)])[0]).state is State.RUNNING
    assert {call[1] for call in asked(api)} == {""}


@pytest.mark.parametrize("told", [["900"], ["900.s", "901.s"]])
def test_of_several_jobs_or_an_id_that_may_mean_several_the_list_is_read(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure], told: list[str]
) -> None:
    """Another of a bare id's may bear another name."""
    jobs = job("900.s", Name="wrf_night"), job("900.t", Name="tiny"), job("901.s", Name="wrf_night")
    system, api = named(fake_api, clock, job_pages, *jobs)
    seen = [found(one) for one in system.observe([failure(one, job_name="wrf_night") for one in told])]
    assert [one.ambiguous for one in seen] == ([True] if told == ["900"] else [False, False])
    assert {call[1] for call in asked(api)} == {""}


@pytest.mark.parametrize("which", ["first", "named"])
def test_a_list_by_name_that_fails_changes_nothing(
    fake_api: Play, clock: Clock, job_pages: Pages, failure: Make[Failure], which: str
) -> None:
    """Where the first page fails nobody asks on."""
    system, api = named(fake_api, clock, job_pages, job("900.s", Name="wrf_night"))
    usual = api.call

    def call(wanted: ApiCall) -> Ending:
        answer = usual(wanted)
        return THROTTLED if which == "first" or "JobName" in wanted.parameters else answer

    api.call = call  # type: ignore[method-assign]  # a test's own service
    (seen,) = system.observe([failure("900.s", job_name="wrf_night")])
    assert isinstance(seen, LookFailed) == (which == "first")
    assert len(asked(api)) == 1 if which == "first" else asked(api)[1] == BY_NAME[1]
