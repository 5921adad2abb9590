"""E-HPC judged by the official SDK, unmodified."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ehpc20180412 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import NEVER, ClusterSettings, Flavour, JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from localcloud.wire.signing import Credential
from tests.support.sdk import Sdk

C = "ehpc-hz-1"
START = 1_767_225_600
Connect = Callable[..., Any]
JobsText = Callable[..., str]


@pytest.fixture
def ehpc(connect: Connect) -> Any:
    """An official client with the right key."""
    return connect("ehpc")


def rerun(client: Sdk, jobs: str, *, cluster: str = C, background: bool | None = None) -> Any:
    """RerunJobs."""
    return client.rerun_jobs(models.RerunJobsRequest(cluster_id=cluster, jobs=jobs, async_=background))


def listed(client: Sdk, **filters: Any) -> list[Any]:
    """Ids that ListJobsWithFilters shows."""
    request = models.ListJobsWithFiltersRequest(cluster_id=C, **filters)
    return [job.id for job in client.list_jobs_with_filters(request).body.jobs]


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    """HTTP status and code of the SDK's exception."""
    with pytest.raises(ClientException) as caught:
        call()
    return caught.value.status_code, caught.value.code


def test_rerun_kills_and_requeues(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """RerunJobs on a running job: a request id comes back, the life is killed, a new one begins under the same id."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", JobSpec(requeue_wait_s=5))
    clock.advance(60)
    assert rerun(ehpc, jobs_text("1.scheduler")).body.request_id
    assert [(kill.job_id, kill.life, kill.at) for kill in cloud[Ehpc].kills] == [("1.scheduler", START, START + 60)]
    clock.advance(10)
    request = models.ListJobsWithFiltersRequest(cluster_id=C)
    (job,) = ehpc.list_jobs_with_filters(request).body.jobs
    assert (job.id, job.state, job.start_time) == ("1.scheduler", "RUNNING", str(START + 68))


def test_list_with_filters_shape(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk) -> None:
    """A plain list; times in unix seconds as text; the owner with its server; Rerunable and Queue present."""
    spec = JobSpec(wait_s=5, name="job1", owner="test2", queue="workq", rerunnable=False, nodes=2)
    cloud[Ehpc].cluster(C).submit("8.scheduler", spec)
    clock.advance(6)
    body = ehpc.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=C)).body
    (job,) = body.to_map()["Jobs"]
    assert (body.total_count, body.page_number, body.page_size) == (1, 1, 10)
    assert len(json.loads(job.pop("NodeList"))) == 2
    assert "PBS_O_QUEUE" in json.loads(job.pop("VariableList"))
    assert job == {
        "Id": "8.scheduler",
        "Name": "job1",
        "Owner": "test2@scheduler",
        "State": "RUNNING",
        "Queue": "workq",
        "Rerunable": False,
        "Priority": "0",
        "SubmitTime": str(START),
        "StartTime": str(START + 5),
        "LastModifyTime": str(START + 5),
        "Resources": {"Cores": 4, "Nodes": 2},
        "ArrayRequest": "",
        "Comment": "",
        "ShellPath": "./job.sh",
        "Stdout": "./job.out",
        "Stderr": "./job.err",
    }


def test_list_jobs_shape(cloud: LocalCloud, ehpc: Sdk) -> None:
    """A list inside an object; times as text without a zone; plain owner; neither Rerunable nor Queue."""
    cloud[Ehpc].cluster(C).submit("0.manager", JobSpec(owner="user1"))
    body = ehpc.list_jobs(models.ListJobsRequest(cluster_id=C)).body.to_map()
    (job,) = body["Jobs"]["JobInfo"]
    assert (job["Owner"], job["StartTime"], job["State"]) == ("user1", "2026-01-01T08:00:00", "RUNNING")
    assert not {"Rerunable", "Queue", "VariableList"} & set(job)
    assert body["TotalCount"] == 1


def test_queued_start_times(cloud: LocalCloud, ehpc: Sdk) -> None:
    """A queued PBS job has no StartTime; a queued Slurm job may show a forecast."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", JobSpec(wait_s=10))
    cloud[Ehpc].cluster("slurm", Flavour.SLURM).submit("2.scheduler", JobSpec(wait_s=10))
    shown = [
        ehpc.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=cluster)).body.jobs[0]
        for cluster in (C, "slurm")
    ]
    assert [(job.state, job.start_time) for job in shown] == [("QUEUED", ""), ("QUEUED", str(START + 70))]


def test_pages(cloud: LocalCloud, ehpc: Sdk) -> None:
    """Ten a page by default, fifty at most, TotalCount of all, an empty page after the last."""
    cluster = cloud[Ehpc].cluster(C)
    for number in range(60):
        cluster.submit(f"{number}.scheduler")
    assert listed(ehpc) == [f"{number}.scheduler" for number in range(10)]
    assert len(listed(ehpc, page_size=50)) == 50
    assert listed(ehpc, page_size=50, page_number=2) == [f"{number}.scheduler" for number in range(50, 60)]
    assert listed(ehpc, page_size=50, page_number=3) == []
    capped = ehpc.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=C, page_size=100)).body
    assert (len(capped.jobs), capped.page_size, capped.total_count) == (50, 50, 60)
    older = ehpc.list_jobs(models.ListJobsRequest(cluster_id=C, page_size=50, page_number=2)).body
    assert [job.id for job in older.jobs.job_info] == [f"{number}.scheduler" for number in range(50, 60)]


def test_filters(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk) -> None:
    """Each filter of ListJobsWithFilters keeps exactly what it names."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.s", JobSpec(name="render-1", owner="ann", queue="a", runs=(finishes(5),)), at=START - 100)
    cluster.submit("2.s", JobSpec(name="render-2", owner="bob", queue="b"), at=START - 50)
    cluster.submit("3.s", JobSpec(name="train", owner="ann", queue="b", wait_s=NEVER))
    clock.advance(10)
    node = (cluster.job("2.s") or cluster.jobs()[0]).nodes[0]
    assert listed(ehpc, job_status="finished") == ["1.s"]
    assert listed(ehpc, job_status="notfinish") == ["2.s", "3.s"]
    assert listed(ehpc, job_status="all") == ["1.s", "2.s", "3.s"]
    assert listed(ehpc, job_name="render") == ["1.s", "2.s"]
    assert listed(ehpc, users=["ann"]) == ["1.s", "3.s"]
    assert listed(ehpc, users=["ann", "bob"], queues=["b"]) == ["2.s", "3.s"]
    assert "2.s" in listed(ehpc, nodes=[node])
    assert "3.s" not in listed(ehpc, nodes=[node])
    assert listed(ehpc, create_time_start=str(START - 60), create_time_end=str(START - 1)) == ["2.s"]
    assert listed(ehpc, submit_order="desc") == ["3.s", "2.s", "1.s"]


def test_older_list_filters(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk) -> None:
    """ListJobs filters by owner, by Rerunable, and by both generations of state words."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.s", JobSpec(owner="ann", runs=(finishes(5),)))
    cluster.submit("2.s", JobSpec(owner="bob", rerunnable=False))
    clock.advance(10)

    def ids(**filters: Any) -> list[str]:
        body = ehpc.list_jobs(models.ListJobsRequest(cluster_id=C, **filters)).body
        return [job.id for job in body.jobs.job_info]

    assert ids() == ["1.s", "2.s"]
    assert ids(owner="ann") == ["1.s"]
    assert ids(rerunable="true") == ["1.s"]
    assert ids(rerunable="false") == ["2.s"]
    assert ids(state="finished") == ids(state="FINISHED") == ["1.s"]
    assert ids(state="RUNNING") == ids(state="notfinish") == ["2.s"]


@pytest.mark.parametrize(
    "spec",
    [JobSpec(wait_s=NEVER), JobSpec(runs=(finishes(1),)), JobSpec(rerunnable=False)],
    ids=["queued", "finished", "not rerunnable"],
)
def test_one_job_that_cannot_be_rerun(
    cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText, spec: JobSpec
) -> None:
    """One id that cannot be rerun: 406 with the scheduler's text, and nothing is done."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", spec)
    clock.advance(5)
    call = lambda: rerun(ehpc, jobs_text("1.scheduler"))  # noqa: E731 - one call, told where it matters
    assert refused(call) == (406, "AgentError.Job.RerunFailure")
    assert cloud[Ehpc].kills == []


def test_unknown_job_and_cluster(cloud: LocalCloud, ehpc: Sdk, jobs_text: JobsText) -> None:
    """An unknown job is refused like a finished one; an unknown cluster is 404; one that does not run is 403."""
    cloud[Ehpc].cluster(C)
    cloud[Ehpc].cluster("broken", settings=ClusterSettings(status="exception"))
    ids = jobs_text("9.scheduler")
    assert refused(lambda: rerun(ehpc, ids)) == (406, "AgentError.Job.RerunFailure")
    assert refused(lambda: rerun(ehpc, ids, cluster="none")) == (404, "ClusterNotFound")
    assert refused(lambda: rerun(ehpc, ids, cluster="broken")) == (403, "InvalidClusterStatus")


def test_part_failure_applies_in_part(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """Several ids of which one cannot be: the others are rerun, the answer is 409 and names none."""
    cluster = cloud[Ehpc].cluster(C)
    for number in (1, 2):
        cluster.submit(f"{number}.scheduler")
    cluster.submit("3.scheduler", JobSpec(runs=(finishes(1),)))
    clock.advance(5)
    ids = jobs_text("1.scheduler", "3.scheduler", "2.scheduler")
    assert refused(lambda: rerun(ehpc, ids)) == (409, "PartFailure")
    assert {kill.job_id for kill in cloud[Ehpc].kills} == {"1.scheduler", "2.scheduler"}


def test_hundred_jobs_a_call(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """A hundred jobs go in one call, a hundred and one do not."""
    cluster = cloud[Ehpc].cluster(C)
    ids = [cluster.submit(f"{number}.scheduler") for number in range(101)]
    clock.advance(5)
    assert refused(lambda: rerun(ehpc, jobs_text(*ids))) == (400, "InvalidParams")
    assert cloud[Ehpc].kills == []
    rerun(ehpc, jobs_text(*ids[:100]))
    assert len(cloud[Ehpc].kills) == 100


@pytest.mark.parametrize("jobs", ["[]", "not json", '{"Id":"1"}', '["1"]', '[{"Id":1}]', '[{"Id":""}]', "[" * 5000])
def test_jobs_that_are_no_list_of_ids(cloud: LocalCloud, ehpc: Sdk, jobs: str) -> None:
    """Whatever is no list of 1 to 100 ids is 400 InvalidParams."""
    cloud[Ehpc].cluster(C)
    assert refused(lambda: rerun(ehpc, jobs)) == (400, "InvalidParams")


def test_array_parent_reruns_all(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """An array's parent is listed with its ArrayRequest, and rerunning it restarts every subjob."""
    cloud[Ehpc].cluster(C).submit_array("12[].scheduler", "1-3")
    clock.advance(5)
    request = models.ListJobsWithFiltersRequest(cluster_id=C)
    shown = {job.id: job.array_request for job in ehpc.list_jobs_with_filters(request).body.jobs}
    assert shown == {"12[].scheduler": "1-3", **{f"12[{number}].scheduler": "" for number in (1, 2, 3)}}
    rerun(ehpc, jobs_text("12[].scheduler"))
    assert len(cloud[Ehpc].kills) == 3


def test_slow_rerun(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """A rerun beyond the scheduler's timeout: 406 that says so, and the effect all the same."""
    cloud[Ehpc].cluster(C, settings=ClusterSettings(rerun_lag_s=60)).submit("1.scheduler")
    clock.advance(5)
    with pytest.raises(ClientException, match="still in progress") as caught:
        rerun(ehpc, jobs_text("1.scheduler"))
    assert caught.value.code == "AgentError.Job.RerunFailure"
    clock.advance(100)
    assert len(cloud[Ehpc].kills) == 1
    assert listed(ehpc, job_status="notfinish") == ["1.scheduler"]


def test_async_answers_first(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, jobs_text: JobsText) -> None:
    """Async=true is accepted at once, also for what cannot be done; the effect comes later."""
    cloud[Ehpc].cluster(C).submit("1.scheduler")
    clock.advance(60)
    rerun(ehpc, jobs_text("1.scheduler", "unknown"), background=True)
    assert cloud[Ehpc].kills == []
    clock.advance(5)
    cloud.timeline.tick()
    assert [kill.at for kill in cloud[Ehpc].kills] == [START + 65]


def test_stop_jobs(cloud: LocalCloud, ehpc: Sdk, jobs_text: JobsText) -> None:
    """StopJobs ends jobs for good; an unknown one among several is a part failure."""
    cluster = cloud[Ehpc].cluster(C)
    for number in (1, 2):
        cluster.submit(f"{number}.scheduler")
    ehpc.stop_jobs(models.StopJobsRequest(cluster_id=C, jobs=jobs_text("1.scheduler")))
    request = models.StopJobsRequest(cluster_id=C, jobs=jobs_text("2.scheduler", "3.scheduler"))
    assert refused(lambda: ehpc.stop_jobs(request)) == (409, "PartFailure")
    assert listed(ehpc, job_status="finished") == ["1.scheduler", "2.scheduler"]
    assert cloud[Ehpc].kills == []


@pytest.mark.parametrize(("flavour", "key"), [(Flavour.PBS, "Exit_status"), (Flavour.SLURM, "JobState")])
def test_describe_job(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk, flavour: Flavour, key: str) -> None:
    """DescribeJob gives JSON text keyed by the job id; an unknown job is an agent error."""
    cloud[Ehpc].cluster(C, flavour).submit("2.scheduler", JobSpec(runs=(finishes(1, exit_code=7),)))
    clock.advance(5)
    body = ehpc.describe_job(models.DescribeJobRequest(cluster_id=C, job_id="2.scheduler")).body
    attributes = json.loads(body.message.job_info)["2.scheduler"]
    assert attributes[key] == {"Exit_status": 7, "JobState": "FAILED"}[key]
    request = models.DescribeJobRequest(cluster_id=C, job_id="9.scheduler")
    assert refused(lambda: ehpc.describe_job(request)) == (406, "AgentError")


def test_list_clusters(cloud: LocalCloud, ehpc: Sdk) -> None:
    """ListClusters shows each cluster with its scheduler and status."""
    cloud[Ehpc].cluster(C)
    cloud[Ehpc].cluster("ehpc-hz-2", Flavour.SLURM)
    body = ehpc.list_clusters(models.ListClustersRequest()).body
    shown = [(one.id, one.scheduler_type, one.status) for one in body.clusters.cluster_info_simple]
    assert shown == [(C, "pbs", "running"), ("ehpc-hz-2", "slurm", "running")]


def test_missing_parameter(cloud: LocalCloud, ehpc: Sdk) -> None:
    """A required parameter that is absent is told by name."""
    assert refused(lambda: ehpc.rerun_jobs(models.RerunJobsRequest(cluster_id=C))) == (400, "MissingJobs")
    assert cloud.openapi.calls[-1].code == "MissingJobs"


def test_wrong_keys(cloud: LocalCloud, connect: Connect) -> None:
    """A wrong secret and an unknown key are refused, and recorded without effect."""
    request = models.ListClustersRequest()
    wrong = connect("ehpc", access_key_secret="guess")
    assert refused(lambda: wrong.list_clusters(request)) == (400, "SignatureDoesNotMatch")
    unknown = connect("ehpc", access_key_id="who")
    assert refused(lambda: unknown.list_clusters(request)) == (404, "InvalidAccessKeyId.NotFound")
    assert [call.effect.value for call in cloud.openapi.calls] == ["none", "none"]


def test_temporary_key(clock: ManualClock) -> None:
    """An STS key works with its token through the SDK, and is refused without it or with another."""
    from alibabacloud_ehpc20180412.client import Client
    from alibabacloud_tea_openapi.models import Config

    key = Credential("STS.x", "secret", "token")
    with LocalCloud(clock=clock, signing_clock=SystemClock(), credentials=[key]) as cloud:

        def call(token: str | None) -> Any:
            config = Config(
                protocol="http",
                endpoint=cloud.host,
                access_key_id=key.access_key_id,
                access_key_secret=key.access_key_secret,
                security_token=token,
            )
            return Client(config).list_clusters(models.ListClustersRequest())

        assert call("token").body.total_count == 0
        assert refused(lambda: call(None)) == (400, "MissingSecurityToken")
        assert refused(lambda: call("old")) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_job_log(cloud: LocalCloud, clock: ManualClock, ehpc: Sdk) -> None:
    """Both logs in Base64, a part of each; of a running job only from its node; 1,024 bytes by default."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.scheduler", JobSpec(output=b"o" * 3000, errors=b"e\xff", hosts=("n1",)))
    cluster.submit("2.scheduler", JobSpec(output=b"o", runs=(finishes(5),)))
    clock.advance(60)

    def log(job: str = "1.scheduler", **rest: Any) -> Any:
        return ehpc.get_job_log(models.GetJobLogRequest(cluster_id=C, job_id=job, **rest)).body

    body = log(exec_host="n1")
    assert (body.job_id, bool(body.request_id)) == ("1.scheduler", True)
    assert (base64.b64decode(body.output_log), base64.b64decode(body.error_log)) == (b"o" * 1024, b"e\xff")
    body = log(exec_host="n1", offset=1, size=409_600)
    assert (len(base64.b64decode(body.output_log)), base64.b64decode(body.error_log)) == (2999, b"\xff")
    assert base64.b64decode(log("2.scheduler").output_log) == b"o"
    assert refused(log) == (404, "ComputeNotFound")
    assert refused(lambda: log("3.scheduler")) == (406, "ExecFail")
    assert refused(lambda: log(exec_host="n1", size=409_601)) == (400, "InvalidParams")
