"""Looking at E-HPC jobs: which job an id means, and never another one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.failure import Failure
from shared.domain.job import State
from tests.support.make import Make
from tests.unit.systems.ehpc_jobs import ClusterOf, found, job


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


def test_an_id_that_is_spelled_out_hides_nothing_of_one_that_is_not(
    cluster_of: ClusterOf, failure: Make[Failure]
) -> None:
    """Of the other a second match may stand on the last page: it is read, though a match of each was seen before."""
    names = ["1.a", "2.a", *(f"{number}.a" for number in range(100, 200)), "2.b"]
    system, _ = cluster_of(*map(job, names))
    whole, short = system.observe([failure("1.a"), failure("2")])
    assert (found(whole).job_id, found(whole).ambiguous) == ("1.a", False)
    assert found(short).ambiguous


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


def test_a_task_with_the_number_of_its_array_is_shown_as_it_is_itself(
    cluster_of: ClusterOf, failure: Make[Failure]
) -> None:
    """Where it stands on the list: another task stands in only where it does not."""
    for own, state in ([job("184", "QUEUED")], State.QUEUED), ([], State.RUNNING):
        system, _ = cluster_of(job("184_0", "RUNNING"), *own)
        (seen,) = system.observe([failure("184")])
        assert (found(seen).state, found(seen).array_parent) == (state, True)
