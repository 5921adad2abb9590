"""What DataWorks itself publishes on a bus of EventBridge when an instance changes its state.

https://www.alibabacloud.com/help/en/dataworks/user-guide/formats-of-event-messages-sent-to-eventbridge; facts:
docs/facts/dataworks.md#events. Every other event of its source tells no failure: what people rerun, kill or freeze is
seen in the instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.reading.ids import whole

SOURCE = "acs.dataworks"
STATUS_CHANGES = "dataworks:InstanceStatusChanges:InstanceStatusChanges"
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
