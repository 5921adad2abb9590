"""DataWorks: which of its own events tell a failure, and of which run."""

from __future__ import annotations

from typing import Any

import pytest

from shared.systems.dataworks import native

ID = 453_000_000_001
STATUS = native.STATUS_CHANGES


@pytest.mark.parametrize(
    ("kind", "data", "announces"),
    [
        (STATUS, {"status": 5}, True),
        (STATUS, {"status": "5"}, True),
        (STATUS, {"status": 5, "taskType": 0}, True),
        (STATUS, {"status": 5, "taskType": 2}, False),
        (STATUS, {"status": 5, "taskType": "2"}, False),
        (STATUS, {"status": 4}, False),
        (STATUS, {"status": "6"}, False),
        (STATUS, {"status": None}, True),
        ("dataworks:InstanceChange:RerunInstance", {"taskIds": [ID], "status": 5}, False),
        ("dataworks:MonitorAlert:WorkbenchMonitorAlert", {"taskStatus": 5, "status": 5}, False),
        ("", {"status": 5}, False),
    ],
)
def test_which_events_tell_a_failure(kind: str, data: dict[str, Any], announces: bool) -> None:  # noqa: FBT001 - a table
    """A final failure of a node that is not frozen; a status that cannot be read is left to the look."""
    read = native.read(kind, {"taskId": ID, "appId": 12345, **data})
    assert (read is not None) is announces
    if read is not None:
        assert (read["system"], read["project_id"], read["instance_id"]) == ("dataworks", 12345, ID)


@pytest.mark.parametrize("finished", [None, 0, "", "soon", True])
def test_an_end_that_cannot_be_read_is_left_out(finished: Any) -> None:
    """The envelope's time stands for it: a failure is not lost over it."""
    told = native.read(STATUS, {"taskId": ID, "appId": 1, "status": 5, "finishTime": finished})
    assert told is not None
    assert "occurred_at" not in told
