"""Puts a scenario into a region, and turns its failures into what each door delivers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import NEVER, ClusterSettings, JobSpec
from localcloud.ehpc.service import Ehpc
from localcloud.eventbridge.service import Transform
from localcloud.schedulerx.models import JobConfig, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.sls.models import LogGroup, log
from localcloud.wire import faults
from secondwind.commands.demo import units
from secondwind.commands.demo.plot import CallFault, Channel, EhpcJob, Garbage, Mishap, Scenario, SchedulerxJob
from secondwind.local_region import Region

SOURCE_PROJECT, SOURCE_LOGSTORE = "batch-jobs", "job-logs"
BUS = "batch-jobs"
WATCH, FORWARDER, STRANGER = "hpc.watch", "night.shift", "oss.upload"
"""Sources of events: of announcements, of those whose data alone is sent on, of what no rule takes."""


def build_world(scenario: Scenario, cloud: LocalCloud, now: float) -> dict[SchedulerxJob, int]:
    """Make clusters, groups and jobs; the id of the failed instance of each SchedulerX job."""
    for cluster_id, flavour in scenario.clusters.items():
        cloud[Ehpc].cluster(cluster_id, flavour, ClusterSettings())
    for group in scenario.groups:
        cloud[Schedulerx].group(scenario.namespace, group)
    meant: dict[SchedulerxJob, int] = {}
    for job in (*(case.subject for case in scenario.cases), *scenario.healthy):
        if isinstance(job, EhpcJob):
            _submit(job, cloud[Ehpc], now)
        else:
            units.build(job, cloud, now)
        if isinstance(job, SchedulerxJob):
            meant[job] = _schedule(job, cloud[Schedulerx], scenario.namespace, now)
    return meant


def job_count(cloud: LocalCloud) -> int:
    """How many jobs there are."""
    clusters, groups = cloud[Ehpc].clusters.values(), cloud[Schedulerx].groups.values()
    return sum(len(one.jobs()) for one in clusters) + sum(len(one.jobs) for one in groups) + units.units(cloud)


def order_faults(scenario: Scenario, region: Region) -> None:
    """Let go wrong what the cases want to go wrong, each at the first call that names its job."""
    for case in scenario.cases:
        if case.fault is None or isinstance(case.subject, Garbage):
            continue
        ehpc = isinstance(case.subject, EhpcJob)
        region.cloud.faults.add(
            faults.Fault(
                "RerunJobs" if ehpc else "RerunJob",
                faults.FaultKind(case.fault.kind),
                match=_names(str(case.subject.job_id), "Jobs" if ehpc else "JobId"),
                **_settings(case.fault),
            )
        )


def fill_source(scenario: Scenario, region: Region, now: float) -> None:
    """The source Logstore: what the cases tell by log, in the midst of strangers' logs, as one collector writes it."""
    told = [case for case in scenario.cases if Channel.LOG in case.doors]
    strangers = [{"level": "info", "msg": f"request {n} served"} for n in range(scenario.strangers)]
    logs = [*strangers[::2], *(_log_fields(case, scenario.namespace, now) for case in told), *strangers[1::2]]
    region.logs.create_logstore(SOURCE_PROJECT, SOURCE_LOGSTORE, shards=1)
    region.logs.append(SOURCE_PROJECT, SOURCE_LOGSTORE, LogGroup(tuple(log(int(now), one) for one in logs)))


def set_rules(region: Region) -> None:
    """The bus and its two rules."""
    region.bridge.create_bus(BUS)
    target = region.function("event_trigger")
    region.bridge.add_rule(BUS, "failures", {"source": [WATCH], "type": [{"prefix": "job:"}]}, target)
    region.bridge.add_rule(BUS, "dataworks", units.NATIVE_RULE, target)
    region.bridge.add_rule(BUS, "forwarded", {"source": [FORWARDER]}, target, transform=Transform.DATA)


def event_of(case: Mishap, door: Channel, namespace: str, instance_id: int | None, now: float) -> dict[str, Any]:
    """The CloudEvent that tells a case."""
    data: Any = announcement(case, namespace, instance_id, now)
    if isinstance(case.subject, Garbage):
        data = case.subject.body if door is Channel.TRANSFORMED else json.loads(case.subject.body)
    return {
        "id": case.title.replace(" ", "-"),
        "source": FORWARDER if door is Channel.TRANSFORMED else WATCH,
        "specversion": "1.0",
        "type": "job:failed",
        "datacontenttype": "application/json",
        "time": _rfc3339(now - case.failed_ago_s),
        "data": data,
    }


def strangers_event(now: float) -> dict[str, Any]:
    """An event that no rule takes."""
    return {"id": "1", "source": STRANGER, "specversion": "1.0", "type": "oss:put", "time": _rfc3339(now), "data": {}}


def announcement(case: Mishap, namespace: str, instance_id: int | None, now: float) -> dict[str, Any]:
    """`job-failure/1` of a case; the same through every door."""
    subject = case.subject
    at = {"schema": "job-failure/1", "occurred_at": int(now - case.failed_ago_s), **case.told}
    if isinstance(subject, EhpcJob):
        started = {} if not subject.runs else {"started_at": int(now - subject.started_ago_s)}
        return {"system": "ehpc", "cluster_id": subject.cluster, "job_id": subject.job_id, **started, **at}
    if isinstance(subject, SchedulerxJob):
        named = (
            {"job_instance_id": instance_id}
            if subject.by_instance_id
            else {"data_time": subject.instances[0].data_time}
        )
        place = {"system": "schedulerx", "namespace": namespace, "group_id": subject.group}
        return {**place, "job_id": subject.job_id, **named, **at}
    return {}


def _log_fields(case: Mishap, namespace: str, now: float) -> dict[str, str]:
    fields = (
        json.loads(case.subject.body) if isinstance(case.subject, Garbage) else announcement(case, namespace, None, now)
    )
    return {name: str(value) for name, value in fields.items()}


def _submit(job: EhpcJob, ehpc: Ehpc, now: float) -> None:
    if not job.runs:
        return
    cluster = ehpc.clusters[job.cluster]
    stays = job.requeued_ago_s is not None
    spec = JobSpec(
        runs=job.runs,
        rerunnable=job.rerunnable,
        requeue_wait_s=NEVER if stays else 1.0,
        hosts=(job.node,) if job.node else (),
        prints=job.prints,
    )
    if job.node:
        cluster.node(job.node)
    if job.array:
        cluster.submit_array(job.job_id, job.array, spec)
        return
    cluster.submit(job.job_id, spec, at=now - job.started_ago_s)
    if job.requeued_ago_s is not None:
        cluster.requeue(job.job_id, at=now - job.requeued_ago_s)
    if job.finished_ago_s is not None:
        cluster.finish(job.job_id, at=now - job.finished_ago_s)
    if job.node_lost:
        cluster.lose(job.node)


def _schedule(job: SchedulerxJob, schedulerx: Schedulerx, namespace: str, now: float) -> int:
    scheduled = schedulerx.groups[namespace, job.group].job(
        job.job_id, JobConfig(name=f"job-{job.job_id}", reruns=(succeeds(600),))
    )
    made = [
        scheduled.instance(
            one.data_time,
            one.course,
            scheduled_at=now - one.scheduled_ago_s,
            trigger=one.trigger,
            parameters=one.parameters,
        )
        for one in job.instances
    ]
    return made[0].instance_id


def _names(job_id: str, parameter: str) -> Callable[[Mapping[str, str]], bool]:
    wanted = f'"{job_id}"' if parameter == "Jobs" else job_id
    return lambda parameters: wanted in parameters[parameter]


def _settings(fault: CallFault) -> dict[str, Any]:
    return {
        "done": frozenset(fault.done),
        "status": fault.status,
        "code": fault.code,
        "message": fault.message,
        "retry_after_ms": fault.retry_after_ms,
    }


def _rfc3339(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), timezone.utc).isoformat().replace("+00:00", "Z")
