"""E-HPC judged by the official SDK, unmodified: what is asked of clusters and jobs, and who may ask."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from alibabacloud_ehpc20180412 import models

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import NEVER, Flavour, JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from localcloud.wire.signing import Credential
from tests.localcloud.ehpc.conftest import START, C, Connect, listed, refused
from tests.support.sdk import Sdk


def test_list_with_filters_shape(cloud: LocalCloud, clock: ManualClock, client: Sdk) -> None:
    """A plain list; times in unix seconds as text; the owner with its server; Rerunable and Queue present."""
    spec = JobSpec(wait_s=5, name="job1", owner="test2", queue="workq", rerunnable=False, nodes=2)
    cloud[Ehpc].cluster(C).submit("8.scheduler", spec)
    clock.advance(6)
    body = client.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=C)).body
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


def test_list_jobs_shape(cloud: LocalCloud, client: Sdk) -> None:
    """A list inside an object; times as text without a zone; plain owner; neither Rerunable nor Queue."""
    cloud[Ehpc].cluster(C).submit("0.manager", JobSpec(owner="user1"))
    body = client.list_jobs(models.ListJobsRequest(cluster_id=C)).body.to_map()
    (job,) = body["Jobs"]["JobInfo"]
    assert (job["Owner"], job["StartTime"], job["State"]) == ("user1", "2026-01-01T08:00:00", "RUNNING")
    assert not {"Rerunable", "Queue", "VariableList"} & set(job)
    assert body["TotalCount"] == 1


def test_queued_start_times(cloud: LocalCloud, client: Sdk) -> None:
    """A queued PBS job has no StartTime; a queued Slurm job may show a forecast."""
    cloud[Ehpc].cluster(C).submit("1.scheduler", JobSpec(wait_s=10))
    cloud[Ehpc].cluster("slurm", Flavour.SLURM).submit("2.scheduler", JobSpec(wait_s=10))
    shown = [
        client.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=cluster)).body.jobs[0]
        for cluster in (C, "slurm")
    ]
    assert [(job.state, job.start_time) for job in shown] == [("QUEUED", ""), ("QUEUED", str(START + 70))]


def test_pages(cloud: LocalCloud, client: Sdk) -> None:
    """Ten a page by default, fifty at most, TotalCount of all, an empty page after the last."""
    cluster = cloud[Ehpc].cluster(C)
    for number in range(60):
        cluster.submit(f"{number}.scheduler")
    assert listed(client) == [f"{number}.scheduler" for number in range(10)]
    assert len(listed(client, page_size=50)) == 50
    assert listed(client, page_size=50, page_number=2) == [f"{number}.scheduler" for number in range(50, 60)]
    assert listed(client, page_size=50, page_number=3) == []
    capped = client.list_jobs_with_filters(models.ListJobsWithFiltersRequest(cluster_id=C, page_size=100)).body
    assert (len(capped.jobs), capped.page_size, capped.total_count) == (50, 50, 60)
    older = client.list_jobs(models.ListJobsRequest(cluster_id=C, page_size=50, page_number=2)).body
    assert [job.id for job in older.jobs.job_info] == [f"{number}.scheduler" for number in range(50, 60)]


def test_filters(cloud: LocalCloud, clock: ManualClock, client: Sdk) -> None:
    """Each filter of ListJobsWithFilters keeps exactly what it names."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.s", JobSpec(name="render-1", owner="ann", queue="a", runs=(finishes(5),)), at=START - 100)
    cluster.submit("2.s", JobSpec(name="render-2", owner="bob", queue="b"), at=START - 50)
    cluster.submit("3.s", JobSpec(name="train", owner="ann", queue="b", wait_s=NEVER))
    clock.advance(10)
    node = (cluster.job("2.s") or cluster.jobs()[0]).nodes[0]
    assert listed(client, job_status="finished") == ["1.s"]
    assert listed(client, job_status="notfinish") == ["2.s", "3.s"]
    assert listed(client, job_status="all") == ["1.s", "2.s", "3.s"]
    assert listed(client, job_name="render") == ["1.s", "2.s"]
    assert listed(client, users=["ann"]) == ["1.s", "3.s"]
    assert listed(client, users=["ann", "bob"], queues=["b"]) == ["2.s", "3.s"]
    assert "2.s" in listed(client, nodes=[node])
    assert "3.s" not in listed(client, nodes=[node])
    assert listed(client, create_time_start=str(START - 60), create_time_end=str(START - 1)) == ["2.s"]
    assert listed(client, submit_order="desc") == ["3.s", "2.s", "1.s"]


def test_older_list_filters(cloud: LocalCloud, clock: ManualClock, client: Sdk) -> None:
    """ListJobs filters by owner, by Rerunable, and by both generations of state words."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.s", JobSpec(owner="ann", runs=(finishes(5),)))
    cluster.submit("2.s", JobSpec(owner="bob", rerunnable=False))
    clock.advance(10)

    def ids(**filters: Any) -> list[str]:
        body = client.list_jobs(models.ListJobsRequest(cluster_id=C, **filters)).body
        return [job.id for job in body.jobs.job_info]

    assert ids() == ["1.s", "2.s"]
    assert ids(owner="ann") == ["1.s"]
    assert ids(rerunable="true") == ["1.s"]
    assert ids(rerunable="false") == ["2.s"]
    assert ids(state="finished") == ids(state="FINISHED") == ["1.s"]
    assert ids(state="RUNNING") == ids(state="notfinish") == ["2.s"]


@pytest.mark.parametrize(("flavour", "key"), [(Flavour.PBS, "Exit_status"), (Flavour.SLURM, "JobState")])
def test_describe_job(cloud: LocalCloud, clock: ManualClock, client: Sdk, flavour: Flavour, key: str) -> None:
    """DescribeJob gives JSON text keyed by the job id; an unknown job is an agent error."""
    cloud[Ehpc].cluster(C, flavour).submit("2.scheduler", JobSpec(runs=(finishes(1, exit_code=7),)))
    clock.advance(5)
    body = client.describe_job(models.DescribeJobRequest(cluster_id=C, job_id="2.scheduler")).body
    attributes = json.loads(body.message.job_info)["2.scheduler"]
    assert attributes[key] == {"Exit_status": 7, "JobState": "FAILED"}[key]
    request = models.DescribeJobRequest(cluster_id=C, job_id="9.scheduler")
    assert refused(lambda: client.describe_job(request)) == (406, "AgentError")


def test_list_clusters(cloud: LocalCloud, client: Sdk) -> None:
    """ListClusters shows each cluster with its scheduler and status."""
    cloud[Ehpc].cluster(C)
    cloud[Ehpc].cluster("ehpc-hz-2", Flavour.SLURM)
    body = client.list_clusters(models.ListClustersRequest()).body
    shown = [(one.id, one.scheduler_type, one.status) for one in body.clusters.cluster_info_simple]
    assert shown == [(C, "pbs", "running"), ("ehpc-hz-2", "slurm", "running")]


def test_missing_parameter(cloud: LocalCloud, client: Sdk) -> None:
    """A required parameter that is absent is told by name."""
    assert refused(lambda: client.rerun_jobs(models.RerunJobsRequest(cluster_id=C))) == (400, "MissingJobs")
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


def test_job_log(cloud: LocalCloud, clock: ManualClock, client: Sdk) -> None:
    """Both logs in Base64, a part of each; of a running job only from its node; 1,024 bytes by default."""
    cluster = cloud[Ehpc].cluster(C)
    cluster.submit("1.scheduler", JobSpec(output=b"o" * 3000, errors=b"e\xff", hosts=("n1",)))
    cluster.submit("2.scheduler", JobSpec(output=b"o", runs=(finishes(5),)))
    clock.advance(60)

    def log(job: str = "1.scheduler", **rest: Any) -> Any:
        return client.get_job_log(models.GetJobLogRequest(cluster_id=C, job_id=job, **rest)).body

    body = log(exec_host="n1")
    assert (body.job_id, bool(body.request_id)) == ("1.scheduler", True)
    assert (base64.b64decode(body.output_log), base64.b64decode(body.error_log)) == (b"o" * 1024, b"e\xff")
    body = log(exec_host="n1", offset=1, size=409_600)
    assert (len(base64.b64decode(body.output_log)), base64.b64decode(body.error_log)) == (2999, b"\xff")
    assert base64.b64decode(log("2.scheduler").output_log) == b"o"
    assert refused(log) == (404, "ComputeNotFound")
    assert refused(lambda: log("3.scheduler")) == (406, "ExecFail")
    assert refused(lambda: log(exec_host="n1", size=409_601)) == (400, "InvalidParams")
