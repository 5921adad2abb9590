"""What DataWorks itself publishes on a bus of EventBridge when an instance changes its state.

https://www.alibabacloud.com/help/en/dataworks/user-guide/formats-of-event-messages-sent-to-eventbridge; facts:
docs/facts/dataworks.md#events. What somebody reran is told apart from our own calls; what people kill or freeze is
seen in the instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.failure import ToldRerun
from shared.reading.ids import whole
from shared.reading.text import bounded
from shared.systems.dataworks.scope import Project

SOURCE = "acs.dataworks"
STATUS_CHANGES = "dataworks:InstanceStatusChanges:InstanceStatusChanges"
RERUN = "dataworks:InstanceChange:RerunInstance"
MAX_TOLD = 1_000
"""Instances of one such event that are looked up; the page gives no maximum."""
FAILED = 5
FROZEN = 2
"""taskType of a paused node: its instance is set to failed when its turn comes."""
_EVIDENCE = {"nodeId": "node_id", "dagId": "dag_id", "dagType": "dag_type", "taskType": "task_type"}


def read(kind: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The failure that an event tells; None if it tells none."""
    status = whole(data.get("status"))
    if kind != STATUS_CHANGES or status not in {None, FAILED} or whole(data.get("taskType")) == FROZEN:
        return None
    told = {
        "system": "dataworks",
        "project_id": data.get("appId"),
        "instance_id": data.get("taskId"),
        **{ours: data[theirs] for theirs, ours in _EVIDENCE.items() if theirs in data},
    }
    ended_at = whole(data.get("finishTime"))
    return {**told, "occurred_at": ended_at} if ended_at else told


def rerun(kind: str, data: Mapping[str, Any], region: str) -> ToldRerun | None:
    """The instances that somebody, or this service, had run again; None if the event tells of none.

    `taskIds` are instances, `projectId` is their workspace, `operator` the account's id (the page of `read`).
    """
    told, project = data.get("taskIds"), whole(data.get("projectId"))
    if kind != RERUN or not isinstance(told, list) or project is None:
        return None
    ids = [number for number in map(whole, told[:MAX_TOLD]) if number is not None]
    if not ids:
        return None
    scope = Project(region=region, project_id=str(project))
    operator = data.get("operator")
    told_by = str(operator) if isinstance(operator, int) else bounded(operator)
    return ToldRerun(scope=scope, job_ids=tuple(map(str, dict.fromkeys(ids))), by=told_by[:128])
