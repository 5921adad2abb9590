"""What each job system says of itself, and the list of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.ports import Clock
from shared.systems import SYSTEMS
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.system import NO_CLUSTER, Ehpc
from shared.systems.imagined import Imagined, Other
from shared.systems.openapi import ApiCall, Reply
from shared.systems.registry import Registry
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from shared.systems.schedulerx.system import Schedulerx
from tests.support.openapi import Ending, Play
from tests.support.systems import CLUSTER, GROUP

EHPC, SCHEDULERX = Ehpc(), Schedulerx()
NOW = 10_000.0


def failure(scope: Any, job_id: str, **told: Any) -> Failure:
    """A telling about a job."""
    return Failure(
        scope=scope, job_id=job_id, occurred_at=NOW, trigger=Trigger.EVENT, event_id="e", telling_id="t", **told
    )


def test_a_group_keeps_the_source_of_its_namespace() -> None:
    """Where one was told."""
    told = {"region": "cn-hangzhou", "namespace": "n", "group_id": "g"}
    assert SCHEDULERX.scope({**told, "namespace_source": "s"}).namespace_source == "s"
    assert SCHEDULERX.scope(told).namespace_source == ""


def test_a_name_is_given_once() -> None:
    """A second system of a name would silently take the first one's jobs."""
    known = Registry([EHPC])
    with pytest.raises(ValueError, match="ehpc already"):
        known.add(EHPC)
    known.add(SCHEDULERX)
    assert (known.names, known.either) == (("ehpc", "schedulerx"), "ehpc or schedulerx")
    assert known.places == ("system", "region", "cluster_id", "namespace", "group_id")
    known.remove("ehpc")
    assert ("ehpc" in known, list(known), known.named("schedulerx")) == (False, [SCHEDULERX], SCHEDULERX)
    assert SYSTEMS.names == ("ehpc", "schedulerx", "schedulerx3", "dataworks")


def test_what_each_system_says_in_one_word() -> None:
    """How often a discovery may read a minute, and whether a look names owners."""
    said = {name: (SYSTEMS.named(name).reads_per_minute, SYSTEMS.named(name).tells_owners) for name in SYSTEMS.names}
    assert said == {
        "ehpc": (120, True),
        "schedulerx": (60, False),
        "schedulerx3": (60, True),
        "dataworks": (60, True),
    }


def test_a_system_whose_scope_disagrees_does_not_start() -> None:
    """Keys would be made of other parts than people read."""
    with pytest.raises(TypeError, match="disagree"):
        type("Odd", (Ehpc,), {"name": "odd"})


@pytest.mark.parametrize(
    ("region", "host"),
    [("cn-hangzhou", "schedulerx.cn-hangzhou.aliyuncs.com"), ("cn-hongkong", "schedulerx.aliyuncs.com")],
)
def test_some_regions_of_schedulerx_have_their_own_host(region: str, host: str) -> None:
    """The other systems have one in each."""
    hosts = {system.name: f"{system.name}.{region}.aliyuncs.com" for system in SYSTEMS} | {"schedulerx": host}
    for system in SYSTEMS:
        assert system.endpoint(region) == Endpoint("https", hosts[system.name], 443)


def test_the_adapters_are_behind_the_rooms(fake_api: Play, clock: Clock) -> None:
    """Each room opens its own."""
    api, zone = fake_api(lambda _: Reply(body={}, request_id="r", status=200)), ZoneInfo("Asia/Shanghai")
    assert isinstance(EHPC.connect(api, clock, zone), EhpcJobs)
    assert isinstance(SCHEDULERX.connect(api, clock, zone), SchedulerxJobs)


def test_how_a_person_names_a_job() -> None:
    """A cluster's job may be told without its server part; a SchedulerX job is its number."""
    assert (EHPC.names_one_job("1.s"), EHPC.names_one_job("1"), SCHEDULERX.names_one_job("1")) == (True, False, True)
    told = ["1.s", "1", "1.t", "2.s", "2"]
    assert [EHPC.may_mean("1.s", one) for one in told] == [True, True, False, False, False]
    assert [EHPC.may_mean("1", one) for one in told] == [True, True, True, False, False]
    assert [SCHEDULERX.may_mean("1", one) for one in ("1", "2")] == [True, False]
    assert (EHPC.told_as("1.s"), SCHEDULERX.told_as("1")) == (("1.s", "1"), ("1",))


@pytest.mark.parametrize(("system", "text"), [(EHPC, "c-1"), (SCHEDULERX, "n/g/x")])
def test_a_flag_names_the_parts_of_a_scope(system: Ehpc | Schedulerx, text: str) -> None:
    """Whole, or a fault."""
    expected = {"cluster_id": "c-1"} if system is EHPC else {"namespace": "n", "group_id": "g/x"}
    assert system.read_flag(text) == expected


@pytest.mark.parametrize("text", ["n", "n/", "/g", ""])
def test_half_a_group_is_refused(text: str) -> None:
    """Both parts or none."""
    with pytest.raises(ValueError, match="NAMESPACE/GROUP"):
        SCHEDULERX.read_flag(text)


def test_examples_name_what_the_test_does_not() -> None:
    """An instance only where nothing tells which one."""
    assert EHPC.example({}) == {"cluster_id": "ehpc-test", "job_id": "1.scheduler"}
    test = {"namespace": "test", "group_id": "test", "job_id": 1}
    assert SCHEDULERX.example({}) == {**test, "job_instance_id": 1000}
    assert (
        SCHEDULERX.example({"data_time": "2026-01-05 02:00:00"}) == SCHEDULERX.example({"job_instance_id": 5}) == test
    )
    app = {"cluster_id": "test", "app_name": "test", "job_id": 1, "job_execution_id": 1000}
    assert SYSTEMS.named("schedulerx3").example({}) == app
    assert SYSTEMS.named("dataworks").example({}) == {"project_id": 1, "instance_id": 1}


def test_an_imagined_cluster_job_runs_unless_it_is_said() -> None:
    """One that waits, or is not there, has not begun."""
    running = EHPC.imagine(Imagined(owner="ann"), failure(CLUSTER, "1.s"), NOW)
    assert isinstance(running, EhpcSnapshot)
    assert (running.state, running.start_time, running.owner) == (State.RUNNING, int(NOW) - 3600, "ann")
    queued = EHPC.imagine(Imagined(state=State.QUEUED), failure(CLUSTER, "1.s"), NOW)
    assert (queued.state, queued.life) == (State.QUEUED, Life.queued())


def test_an_imagined_instance_has_failed_unless_it_is_said() -> None:
    """With those beside it; one that waits has not begun, one that is not there is none."""
    told = failure(GROUP, "7", job_instance_id=5)
    seen = SCHEDULERX.imagine(Imagined(others=(Other(state=State.RUNNING),)), told, NOW)
    assert isinstance(seen, SchedulerxSnapshot)
    assert seen.instance is not None
    assert (seen.state, seen.instance.instance_id, seen.instance.started_at) == (State.FAILED, 5, NOW - 3600)
    assert [(one.state, one.started_at) for one in seen.others] == [(State.RUNNING, NOW - 60)]
    gone = SCHEDULERX.imagine(Imagined(state=State.NOT_FOUND), failure(GROUP, "7"), NOW)
    assert gone.life is None
    waiting = SCHEDULERX.imagine(Imagined(state=State.QUEUED), failure(GROUP, "7"), NOW)
    assert isinstance(waiting, SchedulerxSnapshot)
    assert waiting.instance is not None
    assert waiting.instance.started_at is None


@pytest.mark.parametrize("told", [{}, {"cluster_id": "c-1", "namespace": "n", "group_id": "g"}])
def test_a_probe_is_one_read_of_each_kind(fake_api: Play, told: dict[str, str]) -> None:
    """About names that need not exist where none were told."""

    def script(_wanted: ApiCall) -> Ending:
        return Reply(body={"Success": True, "Data": {}, "Jobs": []}, request_id="r", status=200)

    api = fake_api(script)
    probes = list(EHPC.probes(api, "cn-hangzhou", told))
    assert [probe.operation for probe in probes] == ["ListJobsWithFilters", "ListNodes", "ListClusters", "GetJobLog"]
    assert [probe.should_exist for probe in probes] == [bool(told), bool(told), False, False]
    assert {call.parameters.get("ClusterId", "") for call in api.asked} == {told.get("cluster_id", NO_CLUSTER), ""}
    del api.asked[:]
    probes = list(SCHEDULERX.probes(api, "cn-hangzhou", told))
    names = [probe.operation for probe in probes]
    assert [probe.should_exist for probe in probes] == [False, False, False, bool(told), False]
    assert names == ["GetJobInfo", "GetJobInstance", "GetJobInstanceList", "ListJobs", "ListGroups"]
    assert names == [call.action for call in api.asked]


def test_which_operations_rerun() -> None:
    """There is no harmless form of these to try; every other one only reads."""
    assert {system.name: {one.name for one in system.operations if one.mutates} for system in SYSTEMS} == {
        "ehpc": {"RerunJobs"},
        "schedulerx": {"RerunJob", "RetryJobInstance"},
        "schedulerx3": {"OperateRetryJobExecution", "OperateRetryWorkflowExecution", "OperateRerunJob"},
        "dataworks": {"RerunTaskInstances"},
    }
