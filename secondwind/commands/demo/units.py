"""The demo's workspace and application: how they are put into a region, told by their own platform, and counted."""

from __future__ import annotations

from typing import Any

from localcloud.cloud import LocalCloud
from localcloud.dataworks import models as dataworks
from localcloud.dataworks.service import Dataworks
from localcloud.schedulerx3 import models as schedulerx3
from localcloud.schedulerx3.service import Schedulerx3
from secondwind.commands.demo.plot import AppJob, Mishap, NodeInstance

CLUSTER = "xxljob-demo"
NATIVE_RULE = {
    "source": ["acs.dataworks"],
    "type": ["dataworks:InstanceStatusChanges:InstanceStatusChanges"],
}
"""What the rule for DataWorks' own events takes."""


def build(subject: object, cloud: LocalCloud, now: float) -> None:
    """Make it, with the workspace or application that it is in."""
    if isinstance(subject, NodeInstance):
        service = cloud[Dataworks]
        project = service.projects.get(subject.project) or service.project(subject.project)
        node = len(project.nodes) + 1
        mode = dataworks.RerunMode.ALL_ALLOWED if subject.rerunnable else dataworks.RerunMode.ALL_DENIED
        project.node(node, f"node-{node}", rerun_mode=mode)
        again = (dataworks.succeeds(600),)
        project.instance(node, subject.course, then=again, number=subject.job_id, starts_at=now - 600)
    elif isinstance(subject, AppJob):
        apps = cloud[Schedulerx3]
        app = apps.apps.get((CLUSTER, subject.app)) or apps.app(CLUSTER, subject.app)
        app.job(subject.job_id, f"job-{subject.job_id}", then=(schedulerx3.succeeds(600),))
        data_time, workflow = "2026-01-05 02:00:00", subject.workflow
        app.execution(subject.job_id, data_time, subject.course, starts_at=now - 600, workflow_execution_id=workflow)


def native_event(case: Mishap, now: float) -> dict[str, Any]:
    """What DataWorks publishes of an instance that has failed."""
    subject = case.subject
    if not isinstance(subject, NodeInstance):
        raise TypeError("only DataWorks publishes events of its own")
    return {
        "id": f"status-{subject.job_id}",
        "source": NATIVE_RULE["source"][0],
        "specversion": "1.0",
        "type": NATIVE_RULE["type"][0],
        "datacontenttype": "application/json",
        "data": {
            "eventCode": "instance-status-changes",
            "taskId": subject.job_id,
            "appId": subject.project,
            "status": 5,
            "taskType": 0,
            "finishTime": int((now - 600 + subject.course.run_s) * 1000),
        },
    }


def restarted(cloud: LocalCloud) -> list[tuple[str, str]]:
    """Workspace and instance, application and job, of each restart, as the services count them."""
    where = {number: project for project in cloud[Dataworks].projects.values() for number in project.instances}
    again = [(str(where[one.instance_id].project_id), str(one.instance_id)) for one in cloud[Dataworks].reruns]
    return again + [(one.app_name, str(one.job_id)) for one in cloud[Schedulerx3].retried]


def units(cloud: LocalCloud) -> int:
    """How many instances and jobs there are."""
    instances = sum(len(project.instances) for project in cloud[Dataworks].projects.values())
    return instances + sum(len(app.jobs) for app in cloud[Schedulerx3].apps.values())
