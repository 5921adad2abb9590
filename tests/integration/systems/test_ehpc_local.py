"""E-HPC through the real SDK and the local cloud: what the adapter says and what happened are the same."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import ClusterSettings, Flavour, JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.call import Effect, Target
from shared.domain.credentials import Credentials
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.ports import OutputPart
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.openapi import OpenApi
from tests.support.make import Make


@pytest.fixture
def system(open_api: Make[OpenApi], clock: ManualClock) -> EhpcJobs:
    """The adapter under test."""
    return EhpcJobs(open_api(), clock)


def targets(here: Cluster, *job_ids: str) -> list[Target]:
    """These jobs of the cluster."""
    return [Target(scope=here, job_id=job_id) for job_id in job_ids]


def looked(system: EhpcJobs, *failures: Failure) -> list[EhpcSnapshot]:
    """What was seen, each look a success."""
    seen = system.observe(failures)
    found = [one for one in seen if isinstance(one, EhpcSnapshot)]
    assert len(found) == len(failures), seen
    return found


def killed(cloud: LocalCloud) -> list[str]:
    """The jobs that were really rerun, once for each time."""
    return sorted(kill.job_id for kill in cloud[Ehpc].kills)


def test_every_state_is_seen(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """Running, queued, ended, gone, an array's parent and its subjob, a bare id and an ambiguous one."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    cluster.submit("1.scheduler", JobSpec(owner="bob", queue="long", name="fluid", nodes=2))
    cluster.submit("2.scheduler", JobSpec(wait_s=1e9))
    cluster.submit("3.scheduler", JobSpec(runs=(finishes(5),)))
    cluster.submit("4.a", JobSpec(rerunnable=False))
    cluster.submit("4.b")
    cluster.submit_array("12[].scheduler", "1-3:1")
    clock.advance(60)
    told = ["1.scheduler", "1", "2.scheduler", "3.scheduler", "4.a", "4", "12[].scheduler", "12[2]", "12", "9.gone"]
    seen = looked(system, *(failure(job_id, here) for job_id in told))
    assert [(one.job_id, one.state, one.ambiguous) for one in seen] == [
        ("1.scheduler", State.RUNNING, False),
        ("1.scheduler", State.RUNNING, False),
        ("2.scheduler", State.QUEUED, False),
        ("3.scheduler", State.FINISHED, False),
        ("4.a", State.RUNNING, False),
        ("4.a", State.RUNNING, True),
        ("12[].scheduler", State.RUNNING, False),
        ("12[2].scheduler", State.RUNNING, False),
        ("12", State.NOT_FOUND, False),
        ("9.gone", State.NOT_FOUND, False),
    ]
    first = seen[0]
    assert (first.owner, first.queue, first.name, len(first.nodes)) == ("bob", "long", "fluid", 2)
    assert (first.start_time, first.rerunnable, seen[4].rerunnable) == (1_767_240_000, True, False)
    assert seen[6].array_request == "1-3:1"
    assert first.look_begun_at == clock.now()


def test_a_rerun_of_a_hundred_is_one_call(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """Each was killed once; what is seen afterwards is another life."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a", Flavour.SLURM, ClusterSettings(rerun_lag_s=0))
    job_ids = [cluster.submit(f"{number}.s") for number in range(100)]
    clock.advance(60)
    (before,) = looked(system, failure("7.s", here))
    results = system.rerun(targets(here, *job_ids))
    assert {result.effect for result in results} == {Effect.DONE}
    assert len({result.request_id for result in results} - {""}) == 1
    assert len(cloud.openapi.calls_of("RerunJobs")) == 1
    assert killed(cloud) == sorted(job_ids)
    clock.advance(60)
    (after,) = looked(system, failure("7.s", here))
    assert (after.job_id, after.state) == (before.job_id, State.RUNNING)
    assert (after.start_time or 0) > (before.start_time or 0) > 0


def test_a_refused_batch_is_halved_and_the_good_are_done_once(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster
) -> None:
    """A batch with a bad id is refused as a whole (`InvalidParams`): nobody is rerun twice on the way to it."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    job_ids = [cluster.submit(f"{number}.s") for number in range(8)]
    clock.advance(60)
    bad = '{"Id":"5.s"}'
    cloud.faults.add(
        Fault(
            "RerunJobs",
            FaultKind.ERROR_BEFORE_EFFECT,
            times=None,
            match=lambda parameters: bad in parameters["Jobs"],
            status=400,
            code="InvalidParams",
        )
    )
    results = system.rerun(targets(here, *job_ids))
    assert [one.effect for one in results] == [Effect.DONE] * 5 + [Effect.NOT_DONE_USELESS] + [Effect.DONE] * 2
    assert killed(cloud) == sorted(set(job_ids) - {"5.s"})


@pytest.mark.parametrize(
    ("kind", "effect", "happened"),
    [
        (FaultKind.CLOSE_BEFORE_EFFECT, Effect.UNKNOWN, 0),
        (FaultKind.CLOSE_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.HTML_BEFORE_EFFECT, Effect.UNKNOWN, 0),
        (FaultKind.HTML_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.EMPTY_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.ERROR_AFTER_EFFECT, Effect.UNKNOWN, 1),
        (FaultKind.THROTTLED, Effect.NOT_DONE_LATER, 0),
    ],
)
def test_no_ending_claims_more_than_it_proves(
    *,
    cloud: LocalCloud,
    clock: ManualClock,
    system: EhpcJobs,
    here: Cluster,
    kind: FaultKind,
    effect: Effect,
    happened: int,
) -> None:
    """Whether the effect took place or not, one lost answer is one call and one honest result."""
    cloud[Ehpc].cluster("ehpc-hz-a").submit("1.s")
    clock.advance(60)
    cloud.faults.add(Fault("RerunJobs", kind))
    (result,) = system.rerun(targets(here, "1.s"))
    assert (result.effect, len(killed(cloud))) == (effect, happened)
    assert len(cloud.openapi.calls_of("RerunJobs")) == 1


def test_a_partly_done_batch_is_unknown_for_each(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster
) -> None:
    """Two were rerun, which ones is not said."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    cluster.submit("1.s")
    cluster.submit("2.s", JobSpec(rerunnable=False))
    clock.advance(60)
    results = system.rerun(targets(here, "1.s", "2.s"))
    assert [(one.effect, one.code) for one in results] == [(Effect.UNKNOWN, "PartFailure")] * 2
    assert killed(cloud) == ["1.s"]


def test_one_that_cannot_be_rerun_is_refused(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster
) -> None:
    """A plain refusal of one job is certain, one of a rerun still in progress is not."""
    cloud[Ehpc].cluster("ehpc-hz-a").submit("1.s", JobSpec(rerunnable=False))
    slow = cloud[Ehpc].cluster("ehpc-hz-b", settings=ClusterSettings(rerun_lag_s=60))
    slow.submit("1.s")
    clock.advance(60)
    (refused,) = system.rerun(targets(here, "1.s"))
    assert (refused.effect, refused.code) == (Effect.NOT_DONE_USELESS, "AgentError.Job.RerunFailure")
    (going_on,) = system.rerun(targets(Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-b"), "1.s"))
    assert (going_on.effect, going_on.code) == (Effect.UNKNOWN, "AgentError.Job.RerunFailure")
    assert len(killed(cloud)) == 1


def test_a_cluster_that_is_not_there(
    cloud: LocalCloud, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """Looking is refused for good, and so is acting."""
    (seen,) = system.observe([failure("1.s", here)])
    assert isinstance(seen, LookFailed)
    assert (seen.code, seen.worth_repeating) == ("ClusterNotFound", False)
    (result,) = system.rerun(targets(here, "1.s"))
    assert result.effect is Effect.NOT_DONE_USELESS
    assert killed(cloud) == []


def test_a_wrong_key_does_nothing(
    cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], here: Cluster
) -> None:
    """The local cloud checks signatures; an unknown key is a refusal of the account, a wrong secret is no success."""
    cloud[Ehpc].cluster("ehpc-hz-a").submit("1.s")
    clock.advance(60)
    nobody = Credentials(access_key_id="nobody", access_key_secret="x")
    (result,) = EhpcJobs(open_api(nobody), clock).rerun(targets(here, "1.s"))
    assert (result.effect, result.credentials, result.code) == (
        Effect.NOT_DONE_LATER,
        True,
        "InvalidAccessKeyId.NotFound",
    )
    forger = Credentials(access_key_id="local", access_key_secret="x")
    (result,) = EhpcJobs(open_api(forger), clock).rerun(targets(here, "1.s"))
    assert result.effect is not Effect.DONE
    assert killed(cloud) == []


def test_a_thousand_jobs_are_looked_at_in_twenty_pages(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """And rerun in ten calls: the requests grow with pages and batches, not with failures."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    job_ids = [cluster.submit(f"{number}.s") for number in range(1_000)]
    clock.advance(60)
    seen = looked(system, *(failure(job_id, here) for job_id in job_ids))
    assert {one.state for one in seen} == {State.RUNNING}
    assert len(cloud.openapi.calls_of("ListJobsWithFilters")) == 20
    for start in range(0, 1_000, system.batch_size):
        system.rerun(targets(here, *job_ids[start : start + system.batch_size]))
    assert len(cloud.openapi.calls_of("RerunJobs")) == 10
    assert killed(cloud) == sorted(job_ids)


def test_a_job_in_a_crowd_is_found_by_its_name(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """By two calls, whether it lives or has ended."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    for number in range(300):
        cluster.submit(f"{number}.s")
    lives = cluster.submit("300.s", JobSpec(name="wrf_night"))
    ended = cluster.submit("301.s", JobSpec(name="wrf_night", runs=(finishes(5),)))
    clock.advance(60)
    for job_id, state in ((lives, State.RUNNING), (ended, State.FINISHED)):
        before = len(cloud.openapi.calls_of("ListJobsWithFilters"))
        (seen,) = looked(system, failure(job_id, here, job_name="wrf_night"))
        assert (seen.job_id, seen.state) == (job_id, state)
        assert len(cloud.openapi.calls_of("ListJobsWithFilters")) == before + 2


def test_what_a_job_has_printed_is_read_from_both_its_ends(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """Bytes of any kind, output before errors; of a running job from its node; of a long log the middle is left out."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    cluster.submit("1.scheduler", JobSpec(output=b"step 1\xff\n", errors="内存不足".encode()))
    cluster.submit("2.scheduler", JobSpec(runs=(finishes(5),), output=b"done"))
    cluster.submit("3.scheduler", JobSpec(output=b"begun" + b"x" * 1_000_000 + b"ended"))
    clock.advance(60)
    told = [failure(f"{number}.scheduler", here) for number in (1, 2, 3)]
    seen = looked(system, *told)
    first, second, third = (system.output(one, found) for one, found in zip(told, seen, strict=True))
    assert first == OutputPart("step 1\\xff\n\n内存不足", EvidenceFrom.JOB_LOG)
    assert second == OutputPart("done", EvidenceFrom.JOB_LOG)
    assert third is not None
    assert (third.text[:6], third.text[-6:], len(third.text)) == ("begunx", "xended", 409_601)
    assert len(cloud.openapi.calls_of("GetJobLog")) <= 10


def test_output_that_cannot_be_had_is_none(
    cloud: LocalCloud, clock: ManualClock, system: EhpcJobs, here: Cluster, failure: Make[Failure]
) -> None:
    """No such job, a node that is none, a running job whose node nobody lists, a service that breaks: no error."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    cluster.submit("1.scheduler", JobSpec(output=b"x"))
    clock.advance(60)
    told = failure("1.scheduler", here)
    (seen,) = looked(system, told)
    assert system.output(told, replace(seen, job_id="9.scheduler")) is None
    assert system.output(told, replace(seen, nodes=("elsewhere",))) is None
    assert system.output(told, replace(seen, nodes=())) is None
    assert system.output(told, LookFailed(worth_repeating=True, code="c", message="m", look_begun_at=0.0)) is None
