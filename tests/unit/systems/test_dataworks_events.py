"""DataWorks: which of its own events tell a failure, and of which run."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import ToldRerun
from shared.systems.dataworks import native
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.system import Dataworks

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


def test_what_else_an_event_says_is_evidence() -> None:
    """Under our names, as it stands there; its end in milliseconds or as text."""
    told = native.read(
        STATUS,
        {
            "taskId": ID,
            "appId": "1",
            "status": 5,
            "nodeId": 7,
            "dagId": "8",
            "dagType": 0,
            "finishTime": "1767600000000",
        },
    )
    assert told == {
        "system": "dataworks", "project_id": "1", "instance_id": ID, "node_id": 7, "dag_id": "8", "dag_type": 0,
        "occurred_at": 1_767_600_000_000,
    }  # fmt: skip
    assert native.read(STATUS, {"taskType": 1}) == {
        "system": "dataworks", "project_id": None, "instance_id": None, "task_type": 1,
    }  # fmt: skip


def reran(kind: str = native.RERUN, **data: Any) -> ToldRerun | None:
    """What an event says that somebody reran."""
    return native.rerun(kind, {"taskIds": [ID], "projectId": "7", **data}, "cn-hangzhou")


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        ([ID, str(ID), "x", None, True, 5, ID], (str(ID), "5")),
        ([], None),
        (["x"], None),
        (ID, None),
        (None, None),
        ([*["x"] * 999, 5], ("5",)),
        ([*["x"] * 1_000, 5], None),
    ],
)
def test_which_instances_somebody_reran(ids: Any, read: tuple[str, ...] | None) -> None:
    """Each once, of the first thousand; what is no number is passed over."""
    told = reran(taskIds=ids)
    assert (told and told.job_ids) == read


def test_the_core_is_told_how_both_are_read() -> None:
    """Failures, and what somebody reran."""
    told = Dataworks().native
    assert (told.source, told.read, told.reruns) == (native.SOURCE, native.read, native.rerun)


def test_whose_rerun_it_was() -> None:
    """Of that workspace in the function's own region, by the account, in short."""
    told = reran(operator=1900)
    assert told == ToldRerun(scope=Project(region="cn-hangzhou", project_id="7"), job_ids=(str(ID),), by="1900")
    long = reran(operator="x" * 200)
    assert long is not None
    assert long.by == "x" * 128
    unprintable = reran(operator="a\x1b")
    assert unprintable is not None
    assert unprintable.by == ""
    for other in (reran(projectId=None), reran(projectId="x"), reran("dataworks:InstanceChange:KillInstance")):
        assert other is None
