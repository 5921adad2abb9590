"""E-HPC judged by the official SDK, unmodified: jobs that are rerun or stopped, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ehpc20180412 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import NEVER, ClusterSettings, JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from tests.localcloud.ehpc.conftest import START, C, JobsText, listed, refused
from tests.support.sdk import Sdk


def rerun(client: Sdk, jobs: str, *, cluster: str = C, background: bool | None = None) -> Any:
    """RerunJobs."""
    return client.rerun_jobs(models.RerunJobsRequest(cluster_id=cluster, jobs=jobs, async_=background))


def test_rerun_kills_and_requeues(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """RerunJobs on a running job: a request id comes back, the life is killed, a new one begins under the same id."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", JobSpec(requeue_wait_s=5))
    clock.advance(60)
    assert rerun(client, jobs_text("1.scheduler")).body.request_id
    assert [(kill.job_id, kill.life, kill.at) for kill in cloud[Ehpc].kills] == [("1.scheduler", START, START + 60)]
    clock.advance(10)
    request = models.ListJobsWithFiltersRequest(cluster_id=C)
    (job,) = client.list_jobs_with_filters(request).body.jobs
    assert (job.id, job.state, job.start_time) == ("1.scheduler", "RUNNING", str(START + 68))


@pytest.mark.parametrize(
    "spec",
    [JobSpec(wait_s=NEVER), JobSpec(runs=(finishes(1),)), JobSpec(rerunnable=False)],
    ids=["queued", "finished", "not rerunnable"],
)
def test_one_job_that_cannot_be_rerun(
    cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText, spec: JobSpec
) -> None:
    """One id that cannot be rerun: 406 with the scheduler's text, and nothing is done."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", spec)
    clock.advance(5)
    call = lambda: rerun(client, jobs_text("1.scheduler"))  # noqa: E731 - one call, told where it matters
    assert refused(call) == (406, "AgentError.Job.RerunFailure")
    assert cloud[Ehpc].kills == []


def test_unknown_job_and_cluster(cloud: LocalCloud, client: Sdk, jobs_text: JobsText) -> None:
    """An unknown job is refused like a finished one; an unknown cluster is 404; one that does not run is 403."""
    cloud[Ehpc].cluster(C)
    cloud[Ehpc].cluster("broken", settings=ClusterSettings(status="exception"))
    ids = jobs_text("9.scheduler")
    assert refused(lambda: rerun(client, ids)) == (406, "AgentError.Job.RerunFailure")
    assert refused(lambda: rerun(client, ids, cluster="none")) == (404, "ClusterNotFound")
    assert refused(lambda: rerun(client, ids, cluster="broken")) == (403, "InvalidClusterStatus")


def test_part_failure_applies_in_part(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """Several ids of which one cannot be: the others are rerun, the answer is 409 and names none."""
    cluster = cloud[Ehpc].cluster(C)
    for number in (1, 2):
        cluster.submit(f"{number}.scheduler")
    cluster.submit("3.scheduler", JobSpec(runs=(finishes(1),)))
    clock.advance(5)
    ids = jobs_text("1.scheduler", "3.scheduler", "2.scheduler")
    assert refused(lambda: rerun(client, ids)) == (409, "PartFailure")
    assert {kill.job_id for kill in cloud[Ehpc].kills} == {"1.scheduler", "2.scheduler"}


def test_hundred_jobs_a_call(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """A hundred jobs go in one call, a hundred and one do not."""
    cluster = cloud[Ehpc].cluster(C)
    ids = [cluster.submit(f"{number}.scheduler") for number in range(101)]
    clock.advance(5)
    assert refused(lambda: rerun(client, jobs_text(*ids))) == (400, "InvalidParams")
    assert cloud[Ehpc].kills == []
    rerun(client, jobs_text(*ids[:100]))
    assert len(cloud[Ehpc].kills) == 100


@pytest.mark.parametrize("jobs", ["[]", "not json", '{"Id":"1"}', '["1"]', '[{"Id":1}]', '[{"Id":""}]', "[" * 5000])
def test_jobs_that_are_no_list_of_ids(cloud: LocalCloud, client: Sdk, jobs: str) -> None:
    """Whatever is no list of 1 to 100 ids is 400 InvalidParams."""
    cloud[Ehpc].cluster(C)
    assert refused(lambda: rerun(client, jobs)) == (400, "InvalidParams")


def test_array_parent_reruns_all(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """An array's parent is listed with its ArrayRequest, and rerunning it restarts every subjob."""
    cloud[Ehpc].cluster(C).submit_array("12[].scheduler", "1-3")
    clock.advance(5)
    request = models.ListJobsWithFiltersRequest(cluster_id=C)
    shown = {job.id: job.array_request for job in client.list_jobs_with_filters(request).body.jobs}
    assert shown == {"12[].scheduler": "1-3", **{f"12[{number}].scheduler": "" for number in (1, 2, 3)}}
    rerun(client, jobs_text("12[].scheduler"))
    assert len(cloud[Ehpc].kills) == 3


def test_slow_rerun(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """A rerun beyond the scheduler's timeout: 406 that says so, and the effect all the same."""
    cloud[Ehpc].cluster(C, settings=ClusterSettings(rerun_lag_s=60)).submit("1.scheduler")
    clock.advance(5)
    with pytest.raises(ClientException, match="still in progress") as caught:
        rerun(client, jobs_text("1.scheduler"))
    assert caught.value.code == "AgentError.Job.RerunFailure"
    clock.advance(100)
    assert len(cloud[Ehpc].kills) == 1
    assert listed(client, job_status="notfinish") == ["1.scheduler"]


def test_async_answers_first(cloud: LocalCloud, clock: ManualClock, client: Sdk, jobs_text: JobsText) -> None:
    """Async=true is accepted at once, also for what cannot be done; the effect comes later."""
    cloud[Ehpc].cluster(C).submit("1.scheduler")
    clock.advance(60)
    rerun(client, jobs_text("1.scheduler", "unknown"), background=True)
    assert cloud[Ehpc].kills == []
    clock.advance(5)
    cloud.timeline.tick()
    assert [kill.at for kill in cloud[Ehpc].kills] == [START + 65]


def test_stop_jobs(cloud: LocalCloud, client: Sdk, jobs_text: JobsText) -> None:
    """StopJobs ends jobs for good; an unknown one among several is a part failure."""
    cluster = cloud[Ehpc].cluster(C)
    for number in (1, 2):
        cluster.submit(f"{number}.scheduler")
    client.stop_jobs(models.StopJobsRequest(cluster_id=C, jobs=jobs_text("1.scheduler")))
    request = models.StopJobsRequest(cluster_id=C, jobs=jobs_text("2.scheduler", "3.scheduler"))
    assert refused(lambda: client.stop_jobs(request)) == (409, "PartFailure")
    assert listed(client, job_status="finished") == ["1.scheduler", "2.scheduler"]
    assert cloud[Ehpc].kills == []
