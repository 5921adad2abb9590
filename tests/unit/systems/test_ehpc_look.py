"""Looking at E-HPC jobs: the right job, in few pages, and never a guess."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.look import MOST_LEAPS, MOST_PAGES_OF_ENDED
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Pages, Play

DOCUMENTED = {
    "Id": "8.scheduler", "Name": "job1", "Owner": "test2@scheduler", "State": "RUNNING", "Queue": "workq",
    "Rerunable": True, "Priority": "0", "SubmitTime": "1647423718", "StartTime": "1647427667",
    "LastModifyTime": "1647428667", "NodeList": '["compute2", "compute3"]', "Resources": {"Cores": 2, "Nodes": 1},
    "ArrayRequest": "", "Comment": "jobDescription", "ShellPath": "./Temp", "Stdout": "./Temp",
}  # fmt: skip
THROTTLED = CallFailed(
    effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling.User", message="slow", retry_after_s=2.0
)


def job(job_id: str, state: str = "RUNNING", **rest: Any) -> dict[str, Any]:
    """A job as the list shows it."""
    return {"Id": job_id, "State": state, "StartTime": "100", **rest}


def found(seen: Observation) -> EhpcSnapshot:
    """The look succeeded."""
    assert isinstance(seen, EhpcSnapshot)
    return seen


ClusterOf = Callable[..., tuple[EhpcJobs, FakeApi]]
"""Makes a system whose every cluster lists these jobs."""


@pytest.fixture
def cluster_of(
    fake_api: Play,
    clock: Clock,
    job_pages: Pages,
) -> ClusterOf:
    """A system whose every cluster lists these jobs; `.api` of what comes back keeps the calls."""

    def make(*jobs: dict[str, Any]) -> tuple[EhpcJobs, FakeApi]:
        api = fake_api(lambda wanted: job_pages(jobs, wanted))
        return EhpcJobs(api, clock), api

    return make


def test_the_documented_job_is_read_whole(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Numbers come as text, nodes as JSON text, the owner with a server behind the @."""
    system, api = cluster_of(DOCUMENTED)
    assert system.observe([failure("8.scheduler")]) == [
        EhpcSnapshot(
            job_id="8.scheduler", state=State.RUNNING, start_time=1647427667, last_modify_time=1647428667,
            rerunnable=True, owner="test2", queue="workq", name="job1", nodes=("compute2", "compute3"),
            look_begun_at=1_000.0,
        )
    ]  # fmt: skip
    assert api.parameters("ListJobsWithFilters") == [
        {"ClusterId": "ehpc-hz-a", "JobStatus": "notfinish", "PageNumber": "1", "PageSize": "50"}
    ]


@pytest.mark.parametrize(
    ("listed", "field", "value"),
    [
        ({"StartTime": ""}, "start_time", None),
        ({"StartTime": None}, "start_time", None),
        ({"StartTime": 100}, "start_time", 100),
        ({"LastModifyTime": ""}, "last_modify_time", None),
        ({"State": "HELD"}, "state", State.UNKNOWN),
        ({"State": "running"}, "state", State.UNKNOWN),
        ({"State": ""}, "state", State.UNKNOWN),
        ({"Rerunable": False}, "rerunnable", False),
        ({"Rerunable": "false"}, "rerunnable", False),
        ({"Rerunable": None}, "rerunnable", True),
        ({"ArrayRequest": "1-4:1"}, "array_request", "1-4:1"),
        ({"NodeList": ""}, "nodes", ()),
        ({"NodeList": "[" * 100_000}, "nodes", ()),
        ({"NodeList": ["a", 1]}, "nodes", ("a",)),
        ({"Owner": None, "Queue": None, "Name": None}, "owner", ""),
    ],
)
def test_odd_members_have_a_meaning(
    cluster_of: ClusterOf, failure: Make[Failure], listed: dict[str, Any], field: str, value: object
) -> None:
    """What is absent or empty is none; a state that nobody documented is UNKNOWN."""
    system, _ = cluster_of({**DOCUMENTED, **listed})
    (seen,) = system.observe([failure("8.scheduler")])
    assert getattr(found(seen), field) == value


@pytest.mark.parametrize("listed", [{"StartTime": "2018-07-18T17:46:48"}, {"State": 7.5}, {"ArrayRequest": ["x"]}])
def test_an_unreadable_job_spoils_only_its_own_look(
    cluster_of: ClusterOf, failure: Make[Failure], listed: dict[str, Any]
) -> None:
    """Its neighbours on the page are seen."""
    system, _ = cluster_of({**DOCUMENTED, **listed}, job("9.scheduler"))
    bad, good = system.observe([failure("8.scheduler"), failure("9.scheduler")])
    assert isinstance(bad, LookFailed)
    assert (bad.code, bad.worth_repeating) == ("MalformedAnswer", True)
    assert found(good).state is State.RUNNING


def test_pages_are_read_until_the_jobs_are_found(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """With ids spelled out, a pass ends where the last of them is seen."""
    system, api = cluster_of(*(job(f"{number}.s") for number in range(500)))
    seen = system.observe([failure("60.s"), failure("120.s")])
    assert [found(one).job_id for one in seen] == ["60.s", "120.s"]
    assert [asked["PageNumber"] for asked in api.parameters("ListJobsWithFilters")] == ["1", "2", "3"]


def test_a_job_that_has_ended_is_found_by_the_second_pass(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """All jobs, the last submitted first, only as far as needed."""
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in range(200)))
    (seen,) = system.observe([failure("70.s")])
    assert found(seen).state is State.FINISHED
    asked = api.parameters("ListJobsWithFilters")
    assert [(one["JobStatus"], one.get("SubmitOrder"), one["PageNumber"]) for one in asked] == [
        ("notfinish", None, "1"), ("all", "desc", "1"), ("all", "desc", "2"),
    ]  # fmt: skip


def test_not_found_takes_two_whole_passes(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Only after both is a job called not there, under the name told."""
    system, api = cluster_of(*(job(f"{number}.s") for number in range(120)))
    (seen,) = system.observe([failure("nowhere.s")])
    assert seen == EhpcSnapshot(job_id="nowhere.s", state=State.NOT_FOUND, look_begun_at=1_000.0)
    statuses = [one["JobStatus"] for one in api.parameters("ListJobsWithFilters")]
    assert statuses == ["notfinish"] * 3 + ["all"] * 3


def test_a_job_lost_between_pages_is_found_again(
    fake_api: Play,
    clock: Clock,
    failure: Make[Failure],
    job_pages: Pages,
) -> None:
    """Fifty jobs leave while page 1 is read; the one that moved up is not called missing."""
    jobs = [job(f"{number}.s") for number in range(100)]

    def shifting(wanted: ApiCall) -> Ending:
        moved = wanted.parameters["PageNumber"] != "1" and wanted.parameters["JobStatus"] == "notfinish"
        return job_pages(jobs[50:] if moved else jobs, wanted)

    (seen,) = EhpcJobs(fake_api(shifting), clock).observe([failure("60.s")])
    assert found(seen).state is State.RUNNING


def test_a_job_seen_on_two_pages_counts_once_as_last_seen(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """A job that moved down while the pages were read is one job, not two."""

    def shifting(wanted: ApiCall) -> Reply:
        number = int(wanted.parameters["PageNumber"])
        page = [job("1.s", "RUNNING" if number == 1 else "QUEUED")] + [job(f"{number}{n}.s") for n in range(100, 149)]
        answer: Reply = ok(Jobs=page if number == 1 else page[:2], TotalCount=52)
        return answer

    (seen,) = EhpcJobs(fake_api(shifting), clock).observe([failure("1")])
    assert (found(seen).ambiguous, found(seen).state) == (False, State.QUEUED)


@pytest.mark.parametrize(
    ("told", "listed", "match"),
    [
        ("1.scheduler", ["1.scheduler"], "1.scheduler"),
        ("1.scheduler", ["1.manager"], None),
        ("1.scheduler", ["1"], None),
        ("1", ["1.scheduler"], "1.scheduler"),
        ("1", ["1"], "1"),
        ("1", ["11.scheduler", "21.scheduler"], None),
        ("12", ["12[].scheduler", "12[3].scheduler"], None),
        ("12[3]", ["12[].scheduler", "12[3].scheduler", "12.scheduler"], "12[3].scheduler"),
        ("12[3].scheduler", ["12[].scheduler", "12[33].scheduler"], None),
        ("12[]", ["12[].scheduler", "12[1].scheduler"], "12[].scheduler"),
        ("1.a", ["1.a.b"], None),
        ("1", ["1.a.b"], "1.a.b"),
    ],
)
def test_an_id_matches_its_own_job_alone(
    cluster_of: ClusterOf, failure: Make[Failure], told: str, listed: list[str], match: str | None
) -> None:
    """Never a parent for a subjob, another server for the one told, or 11 for 1."""
    system, _ = cluster_of(*(job(job_id) for job_id in listed))
    (seen,) = system.observe([failure(told)])
    assert found(seen).job_id == (match or told)
    assert (found(seen).state is State.NOT_FOUND) == (match is None)


JOB_IDS = [
    number + index + server for number in ("1", "11") for index in ("", "[]", "[1]") for server in ("", ".a", ".b")
]
STATES = st.sampled_from(["RUNNING", "QUEUED", "FINISHED", "FINISHED", "absent", "absent"])
LISTED = st.builds(
    lambda ids, states: [pair for pair in zip(ids, states, strict=True) if pair[1] != "absent"],
    st.permutations(JOB_IDS),
    st.lists(STATES, min_size=len(JOB_IDS), max_size=len(JOB_IDS)),
)


def expected(told: str, listed: list[tuple[str, str]]) -> tuple[str, str, bool]:
    """A plain reading of the rule: unfinished jobs first, among ended ones the last submitted."""
    fits = [one for one in listed if one[0] == told or ("." not in told and one[0].split(".")[0] == told)]
    unfinished = [one for one in fits if one[1] != "FINISHED"]
    job_id, state = (unfinished or fits or [(told, "NOT_FOUND")])[0]
    return job_id, state, len(unfinished) > 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(listed=LISTED, told=st.lists(st.sampled_from(JOB_IDS), min_size=1, max_size=6))
def test_matching_is_exact_for_every_mixture_of_ids(
    cluster_of: ClusterOf, failure: Make[Failure], listed: list[tuple[str, str]], told: list[str]
) -> None:
    """Whatever else is asked for in the same look."""
    system, _ = cluster_of(*(job(job_id, state) for job_id, state in listed))
    seen = [found(one) for one in system.observe([failure(one) for one in told])]
    assert [(one.job_id, one.state.value, one.ambiguous) for one in seen] == [expected(one, listed) for one in told]


def test_a_bare_id_reads_the_whole_list(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """The second job of that number may stand on the last page."""
    system, _ = cluster_of(job("7.a"), *(job(f"{number}.s") for number in range(100, 250)), job("7.b"))
    (seen,) = system.observe([failure("7")])
    assert found(seen).ambiguous


def test_among_ended_jobs_the_last_submitted_is_meant(cluster_of: ClusterOf, failure: Make[Failure]) -> None:
    """Nothing is done with an ended job, so the history is not read to its end for a bare id."""
    system, api = cluster_of(*(job(f"{number}.s", "FINISHED") for number in range(500)))
    (seen,) = system.observe([failure("3")])
    assert (found(seen).job_id, found(seen).state, found(seen).ambiguous) == ("3.s", State.FINISHED, False)
    assert len(api.asked) == 2


def test_a_look_begins_before_its_first_request(cluster_of: ClusterOf, clock: Clock, failure: Make[Failure]) -> None:
    """Each cluster's look has its own moment, and failures of one cluster share the calls and come back in order."""
    system, api = cluster_of(job("1.s"), job("2.s"))
    other = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-b")
    seen = system.observe([failure("1.s"), failure("1.s", other), failure("2.s")])
    assert [(found(one).job_id, one.look_begun_at) for one in seen] == [
        ("1.s", 1_000.0), ("1.s", 1_001.0), ("2.s", 1_000.0),
    ]  # fmt: skip
    assert [asked["ClusterId"] for asked in api.parameters("ListJobsWithFilters")] == ["ehpc-hz-a", "ehpc-hz-b"]
    assert clock.moment == 1_002.0


def test_a_failed_first_pass_leaves_what_was_spelled_out(
    fake_api: Play,
    clock: Clock,
    failure: Make[Failure],
    job_pages: Pages,
) -> None:
    """A bare id might have had a second match on the page that did not come."""
    jobs = [job(f"{number}.s") for number in range(100)]

    def breaking(wanted: ApiCall) -> Reply | CallFailed:
        answer = job_pages(jobs, wanted)
        return answer if wanted.parameters["PageNumber"] == "1" else THROTTLED

    spelled, bare, missing = EhpcJobs(fake_api(breaking), clock).observe(
        [failure("1.s"), failure("2"), failure("70.s")]
    )
    assert found(spelled).state is State.RUNNING
    for lost in (bare, missing):
        assert isinstance(lost, LookFailed)
        assert (lost.code, lost.worth_repeating, lost.retry_after_s) == ("Throttling.User", True, 2.0)


def test_a_refused_look_is_not_worth_repeating(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """A cluster that does not exist will not exist a minute later."""
    gone = CallFailed(effect=Effect.NOT_DONE_USELESS, read_again=False, code="ClusterNotFound", message="gone")
    (seen,) = EhpcJobs(fake_api(lambda _: gone), clock).observe([failure("1.s")])
    assert seen == LookFailed(worth_repeating=False, code="ClusterNotFound", message="gone", look_begun_at=1_000.0)


@pytest.mark.parametrize(
    "body",
    [{}, {"Jobs": None}, {"Jobs": {"JobInfo": []}}, {"Jobs": ["1.s"]}, {"Jobs": [], "PageSize": "many"}],
)
def test_a_page_of_another_shape_is_no_page(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply], body: dict[str, Any]
) -> None:
    """It must not look like an empty list: the job would be called not found."""
    (seen,) = EhpcJobs(fake_api(lambda _: ok(**body)), clock).observe([failure("1.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("MalformedAnswer", True)


def test_an_error_within_a_200_is_an_error(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """The SDK raises nothing for it."""
    (seen,) = EhpcJobs(fake_api(lambda _: ok(Code="NotAuthorized", Message="no")), clock).observe([failure("1.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("NotAuthorized", False)


def test_a_smaller_page_than_asked_for_is_not_the_last(
    fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]
) -> None:
    """A service that caps pages at ten says so in `PageSize`."""
    jobs = [job(f"{number}.s") for number in range(35)]

    def capped(wanted: ApiCall) -> Reply:
        start = (int(wanted.parameters["PageNumber"]) - 1) * 10
        answer: Reply = ok(Jobs=jobs[start : start + 10], PageSize="10", TotalCount="35")
        return answer

    api = fake_api(capped)
    (seen,) = EhpcJobs(api, clock).observe([failure("31.s")])
    assert (found(seen).job_id, len(api.asked)) == ("31.s", 4)


def test_a_list_without_end_is_given_up(fake_api: Play, clock: Clock, failure: Make[Failure], ok: Make[Reply]) -> None:
    """Four hundred full pages are the most that one pass reads."""
    page = [job(f"{number}.s") for number in range(50)]
    api = fake_api(lambda _: ok(Jobs=page))
    (seen,) = EhpcJobs(api, clock).observe([failure("nowhere.s")])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating, len(api.asked)) == ("ListTooLong", True, 400)


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


@pytest.mark.parametrize(
    ("listed", "told", "parent"),
    [
        (("184_0", "184_1"), "184", True),
        (("184_0", "184_1", "184"), "184", True),
        (("184_0.m",), "184.m", True),
        (("184_[0-3]",), "184", True),
        (("184", "1840_1", "18_4"), "184", False),
        (("184.a", "184_1.b"), "184.a", False),
        (("184_0", "184_1"), "184_1", False),
        (("184[1].s", "184[2].s"), "184[2].s", False),
    ],
)
def test_the_number_of_an_array_means_all_of_it(
    cluster_of: ClusterOf, failure: Make[Failure], listed: tuple[str, ...], told: str, *, parent: bool
) -> None:
    """Slurm restarts every task for it, though it is also the last task's own id (docs/facts/slurm.md#arrays)."""
    system, _ = cluster_of(*map(job, listed))
    (seen,) = system.observe([failure(told)])
    assert found(seen).job_id == told
    assert found(seen).array_parent is parent


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


def pages_asked(api: FakeApi) -> list[tuple[str, str]]:
    """Of each list."""
    return [(call["JobStatus"], call["PageNumber"]) for call in api.parameters("ListJobsWithFilters")]


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


@pytest.mark.parametrize(("server", "told", "means"), [
    ("", "184", True), ("", "184.m", True), (".m", "184", True), (".m", "184.m", True), (".n", "184.m", False),
])  # fmt: skip
def test_a_number_and_a_server_mean_that_server_s_array(
    cluster_of: ClusterOf, failure: Make[Failure], server: str, told: str, *, means: bool
) -> None:
    """A list, or who tells, may leave the server out; another one's is another array."""
    system, _ = cluster_of(job(f"184_1{server}"), job("190_1.m"))
    (seen,) = system.observe([failure(told)])
    assert found(seen).has_tasks is means
    assert (found(seen).state is State.NOT_FOUND) is not means


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
    assert leaps(cluster_of, failure, 3_000, "2.s", "1.s") == half
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


@pytest.mark.parametrize("told", ["184_9.m", "184_9", "184[9].m"])
def test_a_task_that_is_not_listed_is_not_there(cluster_of: ClusterOf, failure: Make[Failure], told: str) -> None:
    """Its neighbours of the same array are other tasks."""
    system, _ = cluster_of(job("184_1.m"), job("184_2.m"))
    (seen,) = system.observe([failure(told)])
    assert (found(seen).state, found(seen).has_tasks) == (State.NOT_FOUND, False)
