"""Looking at E-HPC jobs that ended long ago: how far the history is read, and where a number stands in it."""

from __future__ import annotations

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.listing import MOST_LEAPS, JobList
from shared.systems.ehpc.look import MOST_PAGES_OF_ENDED
from shared.systems.ehpc.sought import Sought
from shared.systems.openapi import ApiCall, Reply
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, Pages, Play
from tests.unit.systems.ehpc_jobs import THROTTLED, ClusterOf, found, job, pages_asked


def test_ended_jobs_are_never_ambiguous(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Two ended jobs of one number on a page: the last submitted, and nothing hangs on it."""
    system, _ = cluster_of(job("3.new", "FINISHED"), job("3.old", "FINISHED"))
    (seen,) = system.observe([failure("3")])
    assert (found(seen).job_id, found(seen).ambiguous) == ("3.new", False)


def test_a_bogus_id_does_not_page_through_the_history(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Beyond the jobs submitted last it is not known whether it is there: the look is due again, and says why."""
    system, api = cluster_of(job("1.s"), *(job(f"{number}.s", "FINISHED") for number in range(100, 3_100)))
    live, bogus = system.observe([failure("1.s"), failure("nowhere.s")])
    assert found(live).state is State.RUNNING
    assert isinstance(bogus, LookFailed)
    assert (bogus.code, bogus.worth_repeating) == ("ListTooLong", True)
    assert "1000 submitted last" in bogus.message
    assert len(api.asked) == 1 + MOST_PAGES_OF_ENDED


@pytest.mark.parametrize("told", [100, 1_700, 2_950, 3_099])
def test_a_job_that_ended_long_ago_stands_where_its_number_says(
    cluster_of: ClusterOf, failure: Make[Failure], told: int
) -> None:
    """Of three thousand ended jobs the oldest is found in fewer pages than a bogus one may cost."""
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in reversed(range(100, 3_100))))
    (seen,) = system.observe([failure(f"{told}.s")])
    assert (found(seen).job_id, found(seen).state) == (f"{told}.s", State.FINISHED)
    assert len(api.asked) <= 2 + MOST_LEAPS


def test_a_number_that_is_not_where_it_should_be_proves_nothing(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """A requeued job stands elsewhere: of a number that is missing in its place nothing is said."""
    numbers = [number for number in reversed(range(100, 3_100)) if number != 1_700]
    moved = [*numbers[:800], 1_700, *numbers[800:]]
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in moved))
    seen, other = system.observe([failure("1700.s"), failure("9.s")])
    for one in (seen, other):
        assert isinstance(one, LookFailed)
        assert (one.code, one.worth_repeating) == ("ListTooLong", True)
    assert len(api.asked) == 1 + MOST_PAGES_OF_ENDED


@pytest.mark.parametrize("listed", ["nothing", "words", "any order"])
def test_numbers_that_say_nothing_cost_nothing_more(cluster_of: ClusterOf, failure: Make[Failure], listed: str) -> None:
    """Whatever order the list is in, so many pages are read and no more, and what is among the first ones is found."""
    names = {
        "nothing": ["near", *[f"x{number}" for number in range(2_999)]],
        "words": ["near", *["word" for _ in range(2_999)]],
        "any order": ["near", *[str((number * 7_919) % 3_001 + 10) for number in range(2_999)]],
    }[listed]
    system, api = cluster_of(*(job(f"{name}.s", "FINISHED") for name in names))
    near, _ = system.observe([failure("near.s"), failure("1.s")])
    assert found(near).state is State.FINISHED
    assert len(api.asked) <= 1 + MOST_PAGES_OF_ENDED


@pytest.mark.parametrize("ended", [50 * MOST_PAGES_OF_ENDED - 1, 50 * MOST_PAGES_OF_ENDED])
def test_what_the_bound_reads_whole_is_not_found(cluster_of: ClusterOf, failure: Make[Failure], ended: int) -> None:
    """A history that ends within the bound was read to its end: that is an answer."""
    system, _ = cluster_of(*(job(f"{number}.s", "FINISHED") for number in range(ended)))
    (seen,) = system.observe([failure("nowhere.s")])
    assert found(seen).state is State.NOT_FOUND


def test_a_list_that_is_given_up_says_how_far_it_was_read(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """The jobs of the pages that came."""
    page = [job(f"{number}.s") for number in range(50)]
    (seen,) = EhpcJobs(fake_api(lambda _: ok(Jobs=page)), clock).observe([failure("nowhere.s")])
    assert isinstance(seen, LookFailed)
    assert "20000 first unfinished ones" in seen.message


def leaps(cluster_of: ClusterOf, failure: Make[Failure], count: int, *told: str) -> list[str]:
    """Pages of the history that are asked for, of so many ended jobs, numbered down to 1."""
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in range(count, 0, -1)))
    system.observe([failure(one) for one in told])
    return [number for status, number in pages_asked(api) if status == "all"]


def test_a_number_is_looked_for_in_the_middle_of_what_is_left(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Newest first, from the second page to the last; the pages from the first on follow if it was not there."""
    half = ["1", "31", "46", "53", "57", "59", "60"]
    assert leaps(cluster_of, failure, 3_000, "1.s") == half
    assert leaps(cluster_of, failure, 3_000, "2950.s") == ["1", "31", "16", "8", "4", "2"]
    assert leaps(cluster_of, failure, 3_000, "2999.s") == ["1"]
    assert leaps(cluster_of, failure, 3_000, "1501.s") == ["1", "31", "16", "23", "27", "29", "30"]
    assert leaps(cluster_of, failure, 3_000, "1460.s") == ["1", "31"]
    assert leaps(cluster_of, failure, 3_000, "2.s", "1.s") == half
    assert leaps(cluster_of, failure, 3_000, "0.s", "2400.s")[:8] == [*half, "16"]
    assert leaps(cluster_of, failure, 3_000, "0.s")[: len(half)] == half


def test_a_history_that_can_be_read_whole_is_read_page_by_page(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """A leap would miss what moved."""
    most = 50 * MOST_PAGES_OF_ENDED
    assert leaps(cluster_of, failure, most, "400.s") == [str(page) for page in range(1, 14)]
    assert leaps(cluster_of, failure, most + 1, "400.s")[:2] == ["1", "11"]


def test_leaps_are_shared_by_all_that_is_sought(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Eight of them; a name that is no number takes none, nor one that is longer than any number."""
    asked = leaps(cluster_of, failure, 20_000, "word.s", f"{'9' * 19}.s", "1.s", "19000.s")
    assert [int(page) for page in asked[:9]] == [1, 201, 301, 351, 376, 388, 394, 397, 399]
    assert [int(page) for page in asked[9:]] == list(range(2, 13))
    longest = leaps(cluster_of, failure, 20_000, f"{'9' * 18}.s")
    assert longest[1] == "201"


@pytest.mark.parametrize(
    ("page", "names", "asked"),
    [
        (46, [f"word{number}.s" for number in range(50)], [1, 31, 46, 16, 8, 12, 14, 13]),  # six are left for the other
        (31, [f"0.old{number}" for number in range(20)], [1, 31, 46]),
    ],
)
def test_what_says_nothing_of_its_place_leads_nobody_astray(
    cluster_of: ClusterOf, failure: Make[Failure], page: int, names: list[str], asked: list[int]
) -> None:
    """From a page without numbers nobody goes on; old jobs that were requeued may be two fifths of one."""
    listed = [f"{number}.s" for number in range(3_000, 0, -1)]
    listed[(page - 1) * 50 : (page - 1) * 50 + len(names)] = names
    system, api = cluster_of(*(job(name, "FINISHED") for name in listed))
    system.observe([failure("1.s"), failure("2400.s")])
    assert [int(number) for status, number in pages_asked(api) if status == "all"][: len(asked)] == asked


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_leaps_end_where_no_more_pages_may_be_read(fake_api: Play, clock: Clock, job_pages: Pages, most: int) -> None:
    """That is no failure of the service's: who reads on tells what was not reached."""
    jobs = [job(f"{number}.s", "FINISHED") for number in range(3_000, 0, -1)]
    api = fake_api(lambda wanted: job_pages(jobs, wanted))
    listed = JobList(api, clock, "c", {"JobStatus": "all"}, Sought(["1.s"], first_match=True), most)
    assert (listed.leap(), listed.glance()) == (None, (None, False))
    assert len(api.asked) == most


def test_a_history_whose_first_page_fails_says_nothing(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """That a job is not among the unfinished ones alone is no answer."""
    api = fake_api(lambda wanted: THROTTLED if wanted.parameters["JobStatus"] == "all" else job_pages([], wanted))
    (seen,) = EhpcJobs(api, clock).observe([failure("1.s")])
    assert isinstance(seen, LookFailed)
    assert seen.code == "Throttling.User"


def test_a_leap_that_fails_ends_the_look_for_those_that_were_not_found(
    fake_api: Play, clock: Clock, failure: Make[Failure], job_pages: Pages
) -> None:
    """What the pages before have shown holds."""
    jobs = [job(f"{number}.s", "FINISHED") for number in range(3_000, 0, -1)]

    def breaking(wanted: ApiCall) -> Ending:
        return THROTTLED if wanted.parameters["PageNumber"] == "31" else job_pages(jobs, wanted)

    api = fake_api(breaking)
    near, far = EhpcJobs(api, clock).observe([failure("2999.s"), failure("1.s")])
    assert found(near).state is State.FINISHED
    assert isinstance(far, LookFailed)
    assert far.code == "Throttling.User"
    assert len(api.asked) == 3
