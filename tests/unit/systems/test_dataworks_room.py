"""DataWorks' room, and what every room says of itself: plain examples."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.systems import SYSTEMS
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.snapshot import DataworksSnapshot, RerunMode
from shared.systems.imagined import Imagined
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.system import System
from tests.support.clock import START, Clock
from tests.support.mill import Mill, MillYard
from tests.support.openapi import FakeApi

ROOM = SYSTEMS.named("dataworks")
ZONE = ZoneInfo("Asia/Shanghai")
PROJECT = Project(region="cn-hangzhou", project_id="12345")
TOLD = Failure(scope=PROJECT, job_id="9", occurred_at=START, trigger=Trigger.EVENT, event_id="e", telling_id="t")


def no(wanted: ApiCall) -> Reply | CallFailed:
    """A service that has nothing."""
    return refused("NotFound", f"no {wanted.action}", jobs=1, http_status=404)


def test_a_workspace_and_its_ids() -> None:
    """A flag is the workspace's id; an instance's id is only its own."""
    assert ROOM.read_flag("012345") == {"project_id": "12345"}
    with pytest.raises(ValueError, match="a number"):
        ROOM.read_flag("settle")
    assert (ROOM.names_one_job("9"), ROOM.may_mean("9", "9"), ROOM.may_mean("9", "8")) == (True, True, False)
    assert ROOM.told_as("9") == ("9",)
    assert ROOM.endpoint("cn-hangzhou").host == "dataworks.cn-hangzhou.aliyuncs.com"
    example = {**ROOM.example({}), "region": "cn-hangzhou"}
    assert ROOM.scope({**example, "project_id": "1"}) == Project(region="cn-hangzhou", project_id="1")


@pytest.mark.parametrize(
    ("live", "state", "mode"),
    [
        (Imagined(), State.FAILED, RerunMode.FAILURE_ALLOWED),
        (Imagined(rerunnable=False), State.FAILED, RerunMode.ALL_DENIED),
        (Imagined(state=State.RUNNING), State.RUNNING, RerunMode.FAILURE_ALLOWED),
        (Imagined(state=State.QUEUED), State.QUEUED, RerunMode.FAILURE_ALLOWED),
    ],
)
def test_a_policys_test_imagines_an_instance(live: Imagined, state: State, mode: RerunMode) -> None:
    """Failed unless it says otherwise; what waits has not begun, what lives has not ended."""
    seen = ROOM.imagine(live, TOLD, START)
    assert isinstance(seen, DataworksSnapshot)
    assert seen.instance is not None
    assert (seen.state, seen.instance.rerun_mode) == (state, mode)
    assert (seen.instance.started_at is None) is (state is State.QUEUED)
    assert (seen.instance.finished_at is None) is (state is not State.FAILED)


def test_an_instance_that_is_not_there_is_imagined_as_that() -> None:
    """Without a life."""
    gone = ROOM.imagine(Imagined(state=State.NOT_FOUND), TOLD, START)
    assert (gone.state, gone.life) == (State.NOT_FOUND, None)


@pytest.mark.parametrize("told", [{}, {"project_id": "12345"}])
def test_the_doctor_tries_each_read(told: dict[str, str]) -> None:
    """About an instance and a day that need not exist, in the workspace that was named."""
    api = FakeApi(Clock(), no)
    tried = [probe.operation for probe in ROOM.probes(api, "cn-hangzhou", told)]
    assert tried == ["GetTaskInstance", "ListTaskInstances"]
    assert api.asked[1].parameters["ProjectId"] == told.get("project_id", "1")


@pytest.mark.parametrize(("name", "most"), [("ehpc", 100), ("schedulerx", 1), ("schedulerx3", 1), ("dataworks", 50)])
def test_a_room_opens_its_adapter(name: str, most: int) -> None:
    """With so many jobs a call."""
    assert SYSTEMS.named(name).connect(FakeApi(Clock(), no), Clock(), ZONE).batch_size == most


@pytest.mark.parametrize("system", [*SYSTEMS, Mill(MillYard(Clock()))], ids=lambda system: system.name)
def test_what_can_be_watched_has_somebody_who_looks(system: System) -> None:
    """A seeker exists exactly where a policy may name places; every system says how fast it may be read."""
    seeker = system.seeker(FakeApi(Clock(), no), Clock(), ZONE, "cn-hangzhou")
    assert (seeker is None) is (system.watched is None)
    assert system.reads_per_minute > 0
    assert system.scope_form.startswith(f"{system.name}/<region>/")


def test_a_system_that_says_nothing_of_events_has_none() -> None:
    """Neither of its own platform nor of machines; an id means itself, and there is no order to drain a node."""
    mill = Mill(MillYard(Clock()))
    assert (mill.native, mill.tells_of_machines({}), mill.machine_event({}, START)) == (None, False, None)
    assert mill.drain("n1") == ()
    assert SYSTEMS.native("acs.nobody") is None
    assert SYSTEMS.native("acs.dataworks") is ROOM.native
