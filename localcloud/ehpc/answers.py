"""What E-HPC 2018-04-12 answers: RerunJobs, StopJobs, the lists, DescribeJob, ListClusters, ListNodes, GetJobLog.

Parameters, codes and texts: https://help.aliyun.com/document_detail/159050.html and the official SDK
(alibabacloud_ehpc20180412 4.0.0). What no source states and is chosen here: an unknown id is refused like a finished
one; an asynchronous call takes effect 5 s after its answer and tells nothing; a job that DescribeJob does not find is
406 AgentError; StartTime of a queued PBS job is empty; GetJobLog counts Offset from the beginning of each log, and does
not know a job on a node where it does not run.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from localcloud.ehpc import shapes
from localcloud.ehpc.models import State
from localcloud.ehpc.scheduler import Scheduler
from localcloud.timeline import Timeline
from localcloud.wire.http import ApiError
from localcloud.wire.openapi import Handler, Operation

VERSION = "2018-04-12"
JOBS_MOST = 100
LOG_BYTES_DEFAULT, LOG_BYTES_MOST = 1024, 400 * 1024
ASYNC_DELAY_S = 5.0
_BATCH = ("ClusterId", "Jobs")
Parameters = Mapping[str, str]
Change = Callable[[str], str]
"""Changes one job; returns what the scheduler says against it, empty for nothing."""


class EhpcAnswers:
    """Answers about these clusters; `operations` go to the gateway. ListJobs writes its times in that zone."""

    def __init__(self, clusters: Mapping[str, Scheduler], timeline: Timeline, zone: str) -> None:
        self._clusters = clusters
        self._timeline = timeline
        self._zone = ZoneInfo(zone)

    def operations(self) -> list[Operation]:
        """What the gateway offers. No rate limit is published for E-HPC."""
        return [
            _batch_operation("RerunJobs", self.rerun_jobs),
            _batch_operation("StopJobs", self.stop_jobs),
            Operation(VERSION, "ListJobs", "GET", self.list_jobs, ("ClusterId",)),
            Operation(VERSION, "ListJobsWithFilters", "GET", self.list_jobs_with_filters, ("ClusterId",)),
            Operation(VERSION, "DescribeJob", "GET", self.describe_job, ("ClusterId", "JobId")),
            Operation(VERSION, "ListClusters", "GET", self.list_clusters),
            Operation(VERSION, "GetJobLog", "GET", self.get_job_log, ("ClusterId", "JobId")),
            Operation(VERSION, "ListNodes", "GET", self.list_nodes, ("ClusterId",)),
        ]

    def rerun_jobs(self, parameters: Parameters) -> dict[str, Any]:
        """Kill and queue again each job that can be; 406 or 409 if one cannot."""
        cluster = self._running_cluster(parameters)
        return self._batch(parameters, cluster.rerun, "AgentError.Job.RerunFailure", "Failed to run the job again")

    def stop_jobs(self, parameters: Parameters) -> dict[str, Any]:
        """End each job for good."""
        cluster = self._running_cluster(parameters)
        return self._batch(parameters, cluster.stop, "AgentError", "The agent service request failed")

    def list_jobs(self, parameters: Parameters) -> dict[str, Any]:
        """The older list."""
        jobs = shapes.simple_filtered(parameters, self._cluster(parameters).jobs())
        page, numbers = shapes.page_of(parameters, jobs)
        return {**numbers, "Jobs": {"JobInfo": [shapes.list_item(job, self._zone) for job in page]}}

    def list_jobs_with_filters(self, parameters: Parameters) -> dict[str, Any]:
        """The newer list."""
        jobs = shapes.filtered(parameters, self._cluster(parameters).jobs())
        page, numbers = shapes.page_of(parameters, jobs)
        return {**numbers, "Jobs": [shapes.with_filters_item(job) for job in page]}

    def describe_job(self, parameters: Parameters) -> dict[str, Any]:
        """One job's scheduler attributes."""
        cluster = self._cluster(parameters)
        job = cluster.job(parameters["JobId"])
        if job is None:
            said = f"The agent service request failed: Unknown Job Id {parameters['JobId']}"
            raise ApiError(406, "AgentError", said)
        return {"Message": {"JobInfo": shapes.description(job, cluster)}}

    def get_job_log(self, parameters: Parameters) -> dict[str, Any]:
        """A part of what a job has printed; of a running one only where the node is named that it runs on."""
        cluster = self._cluster(parameters)
        job = cluster.job(parameters["JobId"])
        if job is None:
            raise ApiError(406, "ExecFail", "Failed to execute the command.")
        if job.state is State.RUNNING and parameters.get("ExecHost") not in job.nodes:
            raise ApiError(404, "ComputeNotFound", "The specified compute node does not exist.")
        size = shapes.positive(parameters, "Size", LOG_BYTES_DEFAULT)
        if size > LOG_BYTES_MOST:
            raise shapes.invalid("Size")
        offset = 0 if parameters.get("Offset") in {None, "", "0"} else shapes.positive(parameters, "Offset", 1)

        def part(log: bytes) -> str:
            return base64.b64encode(log[offset : offset + size]).decode("ascii")

        output, errors = cluster.output(job)
        return {"JobId": job.job_id, "OutputLog": part(output), "ErrorLog": part(errors)}

    def list_clusters(self, parameters: Parameters) -> dict[str, Any]:
        """All clusters."""
        page, numbers = shapes.page_of(parameters, list(self._clusters.values()))
        return {**numbers, "Clusters": {"ClusterInfoSimple": [self._cluster_item(one) for one in page]}}

    def list_nodes(self, parameters: Parameters) -> dict[str, Any]:
        """A cluster's nodes."""
        nodes = list(self._cluster(parameters).nodes.values())
        page, numbers = shapes.page_of(parameters, nodes, most=shapes.NODES_PAGE_MOST)
        return {**numbers, "Nodes": {"NodeInfo": [shapes.node_item(node) for node in page]}}

    def _batch(self, parameters: Parameters, change: Change, code: str, text: str) -> dict[str, Any]:
        ids = _job_ids(parameters["Jobs"])
        if parameters.get("Async", "").lower() == "true":
            self._timeline.later(ASYNC_DELAY_S, lambda: _change_unheard(ids, change))
            return {}
        said = _change_all(ids, change)
        if said and len(ids) > 1:
            raise _part_failure()
        if said:
            raise ApiError(406, code, f"{text}: {said[0]}.")
        return {}

    def _cluster(self, parameters: Parameters) -> Scheduler:
        cluster = self._clusters.get(parameters["ClusterId"])
        if cluster is None:
            raise ApiError(404, "ClusterNotFound", "The specified cluster does not exist.")
        return cluster

    def _running_cluster(self, parameters: Parameters) -> Scheduler:
        cluster = self._cluster(parameters)
        if cluster.settings.status != "running":
            raise ApiError(403, "InvalidClusterStatus", "The operation failed due to invalid cluster status.")
        return cluster

    def _cluster_item(self, cluster: Scheduler) -> dict[str, Any]:
        return {
            "Id": cluster.cluster_id,
            "Name": cluster.cluster_id,
            "RegionId": cluster.settings.region,
            "SchedulerType": cluster.flavour.value,
            "Status": cluster.settings.status,
            "DeployMode": "Standard",
            "CreateTime": datetime.fromtimestamp(int(cluster.created_at), self._zone).isoformat(),
        }


def _batch_operation(action: str, handler: Handler) -> Operation:
    """An operation on many jobs, which can be done for some of them alone."""

    def in_part(parameters: Parameters, done: frozenset[str]) -> NoReturn:
        chosen = [{"Id": job_id} for job_id in _job_ids(parameters["Jobs"]) if job_id in done]
        if chosen:
            with suppress(ApiError):  # whatever is said against one of them, the answer is that a part failed
                handler({**parameters, "Jobs": json.dumps(chosen)})
        raise _part_failure()

    return Operation(VERSION, action, "GET", handler, _BATCH, in_part=in_part)


def _part_failure() -> ApiError:
    return ApiError(409, "PartFailure", "Part of the batch operation failed.")


def _change_all(ids: list[str], change: Change) -> list[str]:
    """What was said against the jobs that could not be changed; the others are."""
    return [said for said in map(change, ids) if said]


def _change_unheard(ids: list[str], change: Change) -> None:
    """As above where the caller has had its answer: what is said against a job reaches nobody."""
    _change_all(ids, change)


def _job_ids(text: str) -> list[str]:
    try:
        jobs = json.loads(text)
    except (ValueError, RecursionError):
        raise shapes.invalid("Jobs") from None
    if not isinstance(jobs, list) or not 1 <= len(jobs) <= JOBS_MOST:
        raise shapes.invalid("Jobs")
    ids = [job.get("Id") if isinstance(job, dict) else None for job in jobs]
    if not all(isinstance(job_id, str) and job_id for job_id in ids):
        raise shapes.invalid("Jobs")
    return [str(job_id) for job_id in ids]
