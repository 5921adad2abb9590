"""Pages of an E-HPC list side by side: of a storm all are young, and nobody asks for more than may be needed."""

from __future__ import annotations

from threading import Barrier, Lock, Thread, current_thread

import pytest

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.listing import PAGES_AT_ONCE
from shared.systems.ehpc.wire import PAGE_SIZE
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, Pages, Play
from tests.unit.systems.ehpc_jobs import THROTTLED, ClusterOf, found, job, pages_asked

FORBIDDEN = CallFailed(effect=Effect.NOT_DONE_USELESS, read_again=False, code="Forbidden.RAM", message="no")
AT_MOST_S = 10.0
"""A test that fails has waited so long."""


@pytest.mark.parametrize("spelled_out", [True, False])
def test_pages_of_a_storm_are_asked_for_side_by_side_up_to_the_bound(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages, *, spelled_out: bool
) -> None:
    """The first one alone, as only it tells how many there are; each page once, and what it shows is found."""
    jobs = [job(f"{number}.s") for number in range(PAGE_SIZE * (1 + 2 * PAGES_AT_ONCE))]
    met, lock, most, at_work = Barrier(PAGES_AT_ONCE, timeout=AT_MOST_S), Lock(), [0], [0]

    def answered(wanted: ApiCall) -> Ending:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        if wanted.parameters["PageNumber"] != "1":
            met.wait()
        with lock:
            at_work[0] -= 1
        return job_pages(jobs, wanted)

    api = fake_api(answered)
    seen = EhpcJobs(api, clock).observe([failure(one["Id"] if spelled_out else one["Id"][:-2]) for one in jobs])
    assert [found(one).job_id for one in seen] == [one["Id"] for one in jobs]
    assert not any(found(one).ambiguous for one in seen)
    assert most == [PAGES_AT_ONCE]
    assert sorted(int(page) for _, page in pages_asked(api)) == list(range(1, 2 + 2 * PAGES_AT_ONCE))


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (["120.s"], 3),
        (["60.s", "990.s"], 20),
        (["970.s", "990.s"], 21),  # two at once from the second page on: at worst one too many
        (["1.s", "2.s"], 1),
        (["990.s", "991.s", "992.s", "993.s"], 21),
    ],
)
def test_no_more_pages_are_asked_for_at_once_than_jobs_are_missing(
    cluster_of: ClusterOf, failure: Make[Failure], told: list[str], asked: int
) -> None:
    """Each missing job may cost the page that shows it; alone it costs no page behind that one."""
    system, api = cluster_of(*(job(f"{number}.s") for number in range(2_000)))
    assert [found(one).job_id for one in system.observe([failure(one) for one in told])] == told
    assert len(api.asked) == asked


def test_what_a_page_shows_is_as_old_as_that_page(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """A call takes a second here: of a long list the last page is younger than the look, and not found is not."""
    system, _ = cluster_of(*(job(f"{number}.s") for number in range(120)))
    first, third, nowhere = system.observe([failure("0.s"), failure("110.s"), failure("nowhere.s")])
    assert (first.look_begun_at, third.look_begun_at, nowhere.look_begun_at) == (1_000.0, 1_002.0, 1_000.0)


def test_a_page_that_fails_costs_only_what_it_would_have_shown(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """What stood on its neighbours, which were asked for beside it, is known; nothing is called not found."""
    jobs = [job(f"{number}.s") for number in range(PAGE_SIZE * PAGES_AT_ONCE)]
    api = fake_api(lambda wanted: THROTTLED if wanted.parameters["PageNumber"] == "3" else job_pages(jobs, wanted))
    seen = EhpcJobs(api, clock).observe([failure(one["Id"]) for one in jobs])
    lost = [place for place, one in enumerate(seen) if isinstance(one, LookFailed)]
    assert lost == list(range(2 * PAGE_SIZE, 3 * PAGE_SIZE))
    assert len(api.asked) == PAGES_AT_ONCE + 1, "that page twice"


@pytest.mark.parametrize(("refusal", "asked"), [(THROTTLED, 2 + PAGES_AT_ONCE), (FORBIDDEN, 1 + PAGES_AT_ONCE)])
def test_pages_that_all_fail_are_not_each_asked_for_again(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages, refusal: CallFailed, asked: int
) -> None:
    """A cluster that answers no more would cost a time limit a page; what is refused for good stays so."""
    jobs = [job(f"{number}.s") for number in range(PAGE_SIZE * 3 * PAGES_AT_ONCE)]
    api = fake_api(lambda wanted: job_pages(jobs, wanted) if wanted.parameters["PageNumber"] == "1" else refusal)
    seen = EhpcJobs(api, clock).observe([failure(one["Id"]) for one in jobs])
    assert [one.code for one in seen if isinstance(one, LookFailed)] == [refusal.code] * (len(jobs) - PAGE_SIZE)
    assert len(api.asked) == asked


def test_a_service_that_takes_one_call_at_a_time_is_asked_so_from_then_on(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """All is found all the same: of the first pages those that were too many are asked for twice, no later one is."""
    jobs = [job(f"{number}.s") for number in range(PAGE_SIZE * (1 + 2 * PAGES_AT_ONCE))]
    met, lock, at_work = Barrier(PAGES_AT_ONCE, timeout=AT_MOST_S), Lock(), [0]

    def one_at_a_time(wanted: ApiCall) -> Ending:
        number = int(wanted.parameters["PageNumber"])
        asking[number] = current_thread()
        with lock:
            at_work[0] += 1
            mine = at_work[0]
        if first.pop(number, False):
            met.wait()
        with lock:
            at_work[0] -= 1
        return job_pages(jobs, wanted) if mine == 1 else THROTTLED

    first = dict.fromkeys(range(2, 2 + PAGES_AT_ONCE), True)
    asking = dict[int, Thread]()
    api = fake_api(one_at_a_time)
    seen = EhpcJobs(api, clock).observe([failure(one["Id"]) for one in jobs])
    assert [found(one).job_id for one in seen] == [one["Id"] for one in jobs]
    assert len(api.asked) == 1 + 2 * PAGES_AT_ONCE + PAGES_AT_ONCE - 1
    assert {asking[number] for number in range(2 + PAGES_AT_ONCE, 2 + 2 * PAGES_AT_ONCE)} == {current_thread()}


def test_two_pages_are_asked_for_side_by_side_as_well(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """And where that is one too many, the one that failed is asked for again."""
    met, failed = Barrier(2, timeout=AT_MOST_S), list[str]()

    def answered(wanted: ApiCall) -> Ending:
        number = wanted.parameters["PageNumber"]
        if number != "1" and not failed:
            met.wait()
        if number == "2":
            failed.append(number)
        return THROTTLED if failed == ["2"] and number == "2" else job_pages(jobs, wanted)

    jobs = [job(f"{number}.s") for number in range(3 * PAGE_SIZE)]
    seen = EhpcJobs(fake_api(answered), clock).observe([failure("60.s"), failure("110.s")])
    assert [found(one).job_id for one in seen] == ["60.s", "110.s"]
    assert failed == ["2", "2"]


def test_a_list_that_tells_no_number_is_read_page_by_page(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """Nobody knows how far it reaches: no page behind its end is asked for."""
    jobs = [job(f"{number}.s") for number in range(3 * PAGE_SIZE + 1)]

    def untold(wanted: ApiCall) -> Ending:
        answer = job_pages(jobs, wanted)
        assert isinstance(answer, Reply)
        del answer.body["TotalCount"]
        return answer

    api = fake_api(untold)
    EhpcJobs(api, clock).observe([failure(one["Id"]) for one in jobs])
    assert pages_asked(api) == [("notfinish", str(number)) for number in range(1, 5)]
