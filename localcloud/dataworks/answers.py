"""What DataWorks (2024-05-18) answers: GetTaskInstance, ListTaskInstances, RerunTaskInstances.

Operations:
https://help.aliyun.com/en/dataworks/developer-reference/api-dataworks-public-2024-05-18-reruntaskinstances and its
neighbours; members as the models of the official SDK (alibabacloud_dataworks_public20240518 9.11.0) have them. What no
source states and is chosen here: an instance that is not there is refused with HTTP 404; more ids than `most_ids` are
refused as a whole; an instance that lives, or whose node denies it, is refused by its id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.dataworks.models import Instance, Project, RerunMode, Status
from localcloud.timeline import Timeline
from localcloud.wire.http import ApiError
from localcloud.wire.openapi import Operation

VERSION = "2024-05-18"
PAGE_MOST = 500
_FILTERS = {f"{name}{edge}" for name in ("startedTime", "finishedTime") for edge in ("Start", "End")}
"""Of the documented fields of `Filter`, those that are played; those of the creation are not."""
Parameters = Mapping[str, str]


class DataworksAnswers:
    """Answers about these workspaces; `operations` go to the gateway. A call reruns at most `most_ids` instances."""

    def __init__(self, projects: Mapping[int, Project], timeline: Timeline, most_ids: int) -> None:
        self._projects = projects
        self._timeline = timeline
        self.most_ids = most_ids
        self.denied: set[int] = set()
        """Instances whose reruns are refused without a visible reason."""

    def operations(self) -> list[Operation]:
        """What the gateway offers."""
        listed = ("ProjectId", "Bizdate")
        return [
            Operation(VERSION, "GetTaskInstance", "GET", self.get_task_instance, ("Id",)),
            Operation(VERSION, "ListTaskInstances", "POST", self.list_task_instances, listed, in_body=True),
            Operation(VERSION, "RerunTaskInstances", "POST", self.rerun_task_instances, ("Ids",), in_body=True),
        ]

    def get_task_instance(self, parameters: Parameters) -> dict[str, Any]:
        """One instance of any workspace."""
        wanted = _number(parameters, "Id")
        project = self._project_of(wanted)
        if project is None:
            raise ApiError(404, "InstanceNotFound", "The instance does not exist.")
        return {"TaskInstance": self._shown(project, project.instances[wanted])}

    def list_task_instances(self, parameters: Parameters) -> dict[str, Any]:
        """Instances of a workspace and a business date, the newest id first."""
        project = self._projects.get(_number(parameters, "ProjectId"))
        if project is None:
            raise ApiError(404, "ProjectNotFound", "The workspace does not exist.")
        bizdate, status = _number(parameters, "Bizdate"), parameters.get("Status")
        ids, now = _ids(parameters) if "Ids" in parameters else None, self._timeline.now()
        filters = _filters(parameters.get("Filter", ""))
        found = [
            one
            for number, one in sorted(project.instances.items(), reverse=True)
            if one.bizdate == bizdate
            and (ids is None or number in ids)
            and (not status or one.status(now).value == status)
            and self._fits(one, filters)
        ]
        size = min(max(_number(parameters, "PageSize", 10), 1), PAGE_MOST)
        page = max(_number(parameters, "PageNumber", 1), 1)
        rows = [self._shown(project, one) for one in found[(page - 1) * size : page * size]]
        paging = {"TaskInstances": rows, "PageNumber": page, "PageSize": size, "TotalCount": len(found)}
        return {"PagingInfo": paging}

    def rerun_task_instances(self, parameters: Parameters) -> dict[str, Any]:
        """Run each again that can be; an answer each."""
        ids = _ids(parameters)
        if not 0 < len(ids) <= self.most_ids:
            raise ApiError(400, "InvalidParameter", "The number of instances is out of range.")
        with self._timeline.lock:
            self._timeline.tick()
            return {"SuccessInfo": {str(number): self._rerun(number) for number in ids}}

    def _rerun(self, wanted: int) -> dict[str, Any]:
        project = self._project_of(wanted)
        if project is None:
            return {"Success": False, "Message": "The instance does not exist."}
        one, now = project.instances[wanted], self._timeline.now()
        status, mode = one.status(now), project.nodes[one.task_id].rerun_mode
        allowed = {Status.FAILURE: mode is not RerunMode.ALL_DENIED, Status.SUCCESS: mode is RerunMode.ALL_ALLOWED}
        if wanted in self.denied or not allowed.get(status, False):
            return {"Success": False, "Message": f"The instance cannot be rerun: {status.value}, {mode.value}."}
        project.rerun(wanted)
        return {"Success": True, "Message": ""}

    def _fits(self, one: Instance, filters: Mapping[str, int]) -> bool:
        """Whether the times of its newest run lie within; one that has none yet fits no bound on it."""
        now = self._timeline.now()
        times = {"startedTime": one.starts_at, "finishedTime": one.ends_at}
        shown = {name: _milliseconds(at) for name, at in times.items() if at <= now}
        return all(
            name in shown
            and shown[name] >= filters.get(f"{name}Start", 0)
            and shown[name] <= filters.get(f"{name}End", shown[name])
            for name in times
            if f"{name}Start" in filters or f"{name}End" in filters
        )

    def _project_of(self, instance_id: int) -> Project | None:
        return next((project for project in self._projects.values() if instance_id in project.instances), None)

    def _shown(self, project: Project, one: Instance) -> dict[str, Any]:
        node, status = project.nodes[one.task_id], one.status(self._timeline.now())
        shown = {
            "Id": one.instance_id,
            "TaskId": one.task_id,
            "TaskName": node.name,
            "TaskType": "ODPS_SQL",
            "ProjectId": project.project_id,
            "ProjectEnv": "Dev" if node.dev else "Prod",
            "Status": status.value,
            "RerunMode": node.rerun_mode.value,
            "RunNumber": one.run_number,
            "TriggerType": "Scheduler",
            "TriggerRecurrence": "Pause" if node.frozen else "Normal",
            "WorkflowInstanceType": "Normal",
            "Bizdate": one.bizdate,
            "Owner": "1000",
        }
        if status is not Status.WAIT_RESOURCE:
            shown["StartedTime"] = _milliseconds(one.starts_at)
        if status in {Status.FAILURE, Status.SUCCESS}:
            shown["FinishedTime"] = _milliseconds(one.ends_at)
        return shown


def _milliseconds(moment: float) -> int:
    return int(moment * 1000)


def _ids(parameters: Parameters) -> list[int]:
    try:
        read = json.loads(parameters["Ids"])
    except ValueError:
        read = None
    if not isinstance(read, list) or not all(type(number) is int for number in read):
        raise ApiError(400, "InvalidParameter", "Ids is no list of numbers")
    return list(dict.fromkeys(read))


def _filters(text: str) -> dict[str, int]:
    """Bounds of times, in milliseconds."""
    try:
        read = json.loads(text or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict) or read.keys() - _FILTERS or not all(type(edge) is int for edge in read.values()):
        raise ApiError(400, "InvalidParameter", "Filter is no mapping of times")
    return read


def _number(parameters: Parameters, name: str, default: int | None = None) -> int:
    text = parameters.get(name, "" if default is None else str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 19):  # noqa: PLR2004 - digits of a long
        raise ApiError(400, "InvalidParameter", f"{name} is not a number")
    return int(text)
