"""Peers that do not keep to HTTP, before every job system: one call at most, an outcome always, nothing raised."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud.dataworks import models as dataworks_models
from localcloud.dataworks.service import Dataworks
from localcloud.schedulerx import models as schedulerx_models
from localcloud.schedulerx.service import Schedulerx
from localcloud.schedulerx3 import models as schedulerx3_models
from localcloud.schedulerx3.service import Schedulerx3
from shared.network.kept_http import drop_connections
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS
from tests.e2e.conftest import HOUR, POLICY, Town, event, failure, hung_cluster
from tests.support import rogue_peer as rogue
from tests.support.depth import of_today
from tests.support.rogue_peer import How, RoguePeer, Spoil, page, say

DAY = "2026-01-01 10:00:00"
TIMER = {"triggerTime": "2026-01-05T10:21:00Z", "triggerName": "discover-timer", "payload": ""}


def _ehpc(town: Town) -> dict[str, Any]:
    hung_cluster(town, 1)
    return failure(1)


def _schedulerx(town: Town) -> dict[str, Any]:
    group = town.cloud[Schedulerx].group("ns", "demo.defaultGroup")
    job = group.job(92583, schedulerx_models.JobConfig(name="nightly"))
    failed = job.instance(DAY, schedulerx_models.fails(30), scheduled_at=time.time() - HOUR)
    place = {"namespace": "ns", "group_id": "demo.defaultGroup", "job_id": 92583}
    return {"system": "schedulerx", **place, "job_instance_id": failed.instance_id}


def _schedulerx3(town: Town) -> dict[str, Any]:
    app = town.cloud[Schedulerx3].app("xxljob-demo", "demo-app")
    app.job(71, "settle", then=(schedulerx3_models.succeeds(600),))
    failed = app.execution(71, DAY, schedulerx3_models.fails(300), starts_at=time.time() - 310)
    place = {"cluster_id": "xxljob-demo", "app_name": "demo-app", "job_id": 71}
    return {"system": "schedulerx3", **place, "job_execution_id": str(failed.execution_id)}


def _dataworks(town: Town) -> dict[str, Any]:
    project = town.cloud[Dataworks].project(12345)
    project.node(71, "settle", rerun_mode=dataworks_models.RerunMode.ALL_ALLOWED)
    again = (dataworks_models.succeeds(600),)
    failed = project.instance(71, dataworks_models.fails(300), then=again, starts_at=time.time() - 310)
    return {"system": "dataworks", "project_id": 12345, "instance_id": failed.instance_id}


@dataclass(frozen=True)
class SystemUnderTest:
    """A job system with one failure that can be rerun."""

    fail: Callable[[Town], dict[str, Any]]
    looks: tuple[str, ...]
    call: str


UNDER_TEST = {
    "ehpc": SystemUnderTest(_ehpc, ("ListJobsWithFilters", "GetJobLog"), "RerunJobs"),
    "schedulerx": SystemUnderTest(_schedulerx, ("GetJobInfo", "GetJobInstanceList", "GetJobInstance"), "RerunJob"),
    "schedulerx3": SystemUnderTest(
        _schedulerx3, ("GetJobExecution", "ListScheduleEvent", "ListJobExecutions"), "OperateRetryJobExecution"
    ),
    "dataworks": SystemUnderTest(_dataworks, ("GetTaskInstance",), "RerunTaskInstances"),
}
OK = "HTTP/1.1 200 OK\r\n"
BREAKS: dict[str, How] = {
    "hangs up": rogue.hang_up,
    "resets": rogue.reset,
    "closes its half": rogue.half_close,
    "cuts the head": rogue.cut(0.02),
    "cuts in the middle": rogue.cut(0.5),
    "cuts the last bytes": rogue.cut(0.98),
    "only promises": say(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, keep=False),
}
"""After these a look is made once more, on a new connection."""
BABBLES: dict[str, How] = {
    "a portal": say(page(b"<html><h1>Sign in to the network</h1></html>", "Content-Type: text/html")),
    "nothing": say(page(b"")),
    "no content": say(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "gzip that nobody asked for": say(
        page(gzip.compress(b'{"Code":200,"Success":true,"RequestId":"x"}'), "Content-Encoding: gzip")
    ),
    "a length of 100 GB": say(f"{OK}Content-Length: 99999999999\r\n\r\n{{".encode(), keep=False),
    "a piece of 4 GB": say(f"{OK}Transfer-Encoding: chunked\r\n\r\nffffffff\r\n".encode(), keep=False),
    "two lengths": say(f"{OK}Content-Length: 2\r\nContent-Length: 30\r\n\r\n{{}}".encode(), keep=False),
    "HTTP/2": say(b"HTTP/2 200\r\n\r\n{}", keep=False),
    "SSH": say(b"SSH-2.0-OpenSSH_9.6\r\n", keep=False),
    "another place": say(page(b"", "Location: http://127.0.0.1:1/", status="307 Temporary Redirect")),
    "endless nesting": say(page(b"[" * 100_000)),
    "a number without end": say(page(b'{"RequestId":' + b"9" * 5_000 + b"}")),
    "no object": say(page(b'"yes"')),
    "no text": say(page(b"\xff\xfe\x00")),
}
CALLS = [(system, how, after) for system in UNDER_TEST for how in {**BREAKS, **BABBLES} for after in (False, True)]
LOOKS = [(name, look, how) for name, one in UNDER_TEST.items() for look in one.looks for how in {**BREAKS, **BABBLES}]
PARTS = 8


@pytest.fixture
def peer(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoguePeer]:
    """Stands before all job systems; Log Service behaves."""
    with RoguePeer(town.cloud.server.port) as made:
        for system in SYSTEMS:
            monkeypatch.setenv(endpoint_variable(system), made.endpoint)
        drop_connections()
        yield made


def tell(town: Town, told: dict[str, Any], event_id: str = "1") -> tuple[str, str]:
    """Verdict and reason."""
    (one,) = town.invoke("event_trigger", event({"occurred_at": int(time.time()) - 5, **told}, event_id))["outcomes"]
    return one["verdict"], one["reason"]


@pytest.mark.parametrize(("system", "how", "after"), of_today(CALLS, PARTS))
def test_whatever_answers_a_call_it_is_sent_once(
    town: Town, peer: RoguePeer, system: str, how: str, *, after: bool
) -> None:
    """Before its effect or behind it: unknown, until a look shows what became of it. Told again it waits."""
    under_test = UNDER_TEST[system]
    told = {**under_test.fail(town), "occurred_at": int(time.time()) - 5}
    peer.spoil(under_test.call, Spoil({**BREAKS, **BABBLES}[how], after_effect=after))
    assert tell(town, told) == ("unknown", "answer_lost")
    assert tell(town, told, "2")[0] == "duplicate"
    assert peer.arrived[under_test.call] == 1


@pytest.mark.parametrize(("system", "look", "how"), of_today(LOOKS, PARTS))
def test_a_look_that_breaks_is_made_once_more_and_no_other(
    town: Town, peer: RoguePeer, system: str, look: str, how: str
) -> None:
    """What breaks twice, or is answered with what is no answer, has failed; then nothing is called."""
    under_test = UNDER_TEST[system]
    told = under_test.fail(town)
    peer.spoil(look, Spoil({**BREAKS, **BABBLES}[how]), *([Spoil(BREAKS[how])] if how in BREAKS else []))
    verdict, reason = tell(town, told)
    assert peer.arrived[look] <= 1 + (how in BREAKS) or verdict == "rerun", "a look that is no condition may fail"
    assert (verdict, reason) in {("deferred", "look_failed"), ("rerun", "accepted")}
    assert peer.arrived[under_test.call] == (verdict == "rerun")


@pytest.mark.parametrize("how", of_today([*BREAKS, *BABBLES], 4))
def test_a_discovery_before_which_nobody_behaves_finds_nothing_and_calls_nothing(
    town: Town, peer: RoguePeer, how: str
) -> None:
    """Every place is asked, none raises, and each has its turn again: what failed meanwhile is found then."""
    for under_test in UNDER_TEST.values():
        under_test.fail(town)
    watched = (
        "discover: {schedulerx: [{namespace: ns, groups: ['*']}], dataworks: [{project_id: 12345}], "
        "schedulerx3: [{cluster_id: xxljob-demo, apps: ['*']}], ehpc: [{clusters: ['*'], nodes: {grace_s: 300}}]}\n"
    )
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + watched)
    peer.spoil_all = Spoil({**BREAKS, **BABBLES}[how])
    assert town.invoke("discover", TIMER)["outcomes"] == []
    assert sum(peer.arrived.values()) == len(UNDER_TEST) * (1 + (how in BREAKS)), "one question a place, or two"
    assert town.rerun_calls() == []
    peer.spoil_all = None
    assert {one["verdict"] for one in town.invoke("discover", TIMER)["outcomes"]} == {"rerun"}


@pytest.mark.parametrize("system", UNDER_TEST)
def test_an_answer_to_nobody_answers_no_call(town: Town, peer: RoguePeer, system: str) -> None:
    """What a look left on its connection would be taken for the yes to a rerun that never left."""
    under_test = UNDER_TEST[system]
    told = under_test.fail(town)
    for look in under_test.looks:
        peer.spoil(look, Spoil(rogue.twice))
    assert tell(town, told) == ("rerun", "accepted")
    assert peer.arrived[under_test.call] == len(town.cloud.openapi.calls_of(under_test.call)) == 1
