"""Events about machines bring the grace forward, and find jobs that no look at the nodes would."""

from __future__ import annotations

import json
from typing import Any

import pytest

import shared.discover.machines
from localcloud.ehpc.models import JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from shared.discover.machines import read_machines
from shared.domain.keys import machines_key
from shared.ports import Write
from tests.integration.discover.test_memories import Narrow

POLICY = "discover: {ehpc: [{clusters: ['ehpc-*'], nodes: {grace_s: 300}}]}\n"
Ward = Any


def verdicts(report: Any) -> list[tuple[str, str]]:
    """Verdict and reason of each outcome."""
    return [(one.outcome.verdict, one.outcome.reason) for one in report.results]


def watched(ward: Ward) -> Any:
    """A cluster whose nodes have been listed once, with a job on each."""
    ward.policy = POLICY
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    for number in range(3):
        here.node(f"n{number}", f"i-node{number}")
        spec = JobSpec(runs=(finishes(172_800),), hosts=(f"n{number}",))
        here.submit(f"{number}.scheduler", spec, at=ward.clock.now() - 3600)
    ward.discover()
    return here


AT = "2026-01-01T04:01:00Z"
"""A minute after noon in Shanghai."""


def ecs(kind: str, source: str = "acs.ecs", time: str | None = AT, **data: Any) -> bytes:
    """A CloudEvent."""
    event = {"specversion": "1.0", "id": "1", "source": source, "type": kind, "time": time, "data": data}
    return json.dumps(event).encode()


LOST = [
    ecs("ecs:Instance:SystemFailure.Reboot", instanceId="i-node1", eventStatus="Executed"),
    ecs("ecs:Instance:InstanceFailure.Reboot", content={"instanceId": "i-node1", "eventStatus": "Executing"}),
    ecs("ecs:Instance:StateChange", resourceId="i-node1", state="Stopping"),
    ecs("ecs:Instance:SystemMaintenance.Redeploy", resourceId="i-node1", eventStatus="Executed"),
    json.dumps(
        {
            "product": "ECS",
            "name": "Instance:SystemFailure.Redeploy:Executing",
            "resourceId": "acs:ecs:cn-hangzhou:1:instance/i-node1",
            "eventTime": "20260101T120100.000+0800",
            "content": {},
        }
    ).encode(),
]


@pytest.mark.parametrize(("body", "early"), [*zip(LOST, (True, False, False, True, False), strict=True)])
def test_a_machine_that_was_started_anew_has_lost_its_jobs(ward: Ward, body: bytes, *, early: bool) -> None:
    """The node is up again before anybody looks; the jobs on it hang, and are told after the grace, once.

    What is told when it is over may have begun a quarter of an hour before: that grace is over as well.
    """
    here = watched(ward)
    ward.clock.advance(60)
    here.lose("n1")
    here.recover("n1")
    assert verdicts(ward.event(body)) == [("suppressed", "machine_suspected")]
    rerun = [("rerun", "accepted")]
    assert [verdicts(report) for report in ward.periods(3)] == ([rerun, [], []] if early else [[], rerun, []])
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]


@pytest.mark.parametrize("began", [None, "2026-01-01T03:58:00Z"])
def test_what_began_between_a_restart_and_the_event_that_it_is_over_goes_on(ward: Ward, began: str | None) -> None:
    """The machine was restarted two minutes before noon and is up at noon; the event comes a minute later."""
    here = watched(ward)
    here.stop("1.scheduler")
    here.submit("9.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)))
    ward.clock.advance(60)
    content = {"instanceId": "i-node1", "eventStatus": "Executed", "executeStartTime": began}
    body = ecs("ecs:Instance:SystemFailure.Reboot", content=content)
    assert verdicts(ward.event(body)) == [("suppressed", "machine_suspected")]
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5
    assert ward.cloud[Ehpc].kills == []


@pytest.mark.parametrize("time", [None, "noon", "2026-01-01T05:00:00Z"])
def test_an_event_whose_time_nobody_can_tell_proves_nothing(ward: Ward, time: str | None) -> None:
    """Sent again ten minutes later it would be told of the job that has begun on the machine since."""
    here = watched(ward)
    here.stop("1.scheduler")
    here.submit("9.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)))
    ward.clock.advance(600)
    body = ecs("ecs:Instance:StateChange", time=time, resourceId="i-node1", state="Stopped")
    assert verdicts(ward.event(body)) == [("suppressed", "machine_suspected")]
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5
    assert ward.cloud[Ehpc].kills == []


def test_a_run_that_began_in_the_second_of_the_event_is_let_be(ward: Ward) -> None:
    """Starts are cut to whole seconds: it may be the one that the machine's return brought."""
    here = watched(ward)
    ward.clock.advance(60.2 - ward.clock.now() % 1)
    here.requeue("1.scheduler", at=ward.clock.now() - 5)
    assert verdicts(ward.event(LOST[2])) == [("suppressed", "machine_suspected")]
    ward.clock.advance(0.5)
    here.submit("3.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)))
    assert [verdicts(report) for report in ward.periods(3)] == [[]] * 3


@pytest.mark.parametrize(
    "body",
    [
        ecs("ecs:Instance:PreemptibleInstanceInterruption", instanceId="i-node1", action="delete"),
        ecs("ehpc:NodeOperation:NodeStatusChange", "acs.ehpc", instanceId="i-node1"),
        ecs("ecs:Instance:SystemFailure.Reboot", instanceId="i-node1"),
    ],
)
def test_what_may_be_is_no_proof(ward: Ward, body: bytes) -> None:
    """The node stays well: nothing happens to its jobs."""
    watched(ward)
    assert verdicts(ward.event(body)) == [("suppressed", "machine_suspected")]
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5


def test_maintenance_ahead_is_an_outcome_and_nothing_else(ward: Ward) -> None:
    """People have time to drain."""
    watched(ward)
    body = ecs("ecs:Instance:SystemMaintenance.Reboot", resourceId="i-node1", eventStatus="Scheduled")
    assert verdicts(ward.event(body)) == [("suppressed", "machine_announced")]
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5


@pytest.mark.parametrize(
    "body",
    [
        ecs("ecs:Instance:SystemFailure.Reboot", instanceId="i-stranger", eventStatus="Executed"),
        ecs("ecs:Instance:StateChange", resourceId="i-node1", state="Running"),
        ecs("ecs:Instance:SystemFailure.Reboot", instanceId="i-node1", eventStatus="Avoided"),
        ecs("ecs:Instance:SystemFailure.Reboot", instanceId="i-node1", eventStatus="Failed"),
    ],
)
def test_other_machines_and_other_events_are_passed_over(ward: Ward, body: bytes) -> None:
    """An account has many machines: no outcome, no document."""
    watched(ward)
    report = ward.event(body)
    assert (verdicts(report), report.passed_over) == ([], 1)
    assert [verdicts(report) for report in ward.periods(3)] == [[]] * 3


def test_who_may_not_speak_kills_nothing(ward: Ward) -> None:
    """With `sources`, an event of another source is passed over: a forged one would kill a healthy job."""
    watched(ward)
    ward.policy += "sources: [{event: {source: acs.ecs}}]\n"
    body = ecs("ecs:Instance:StateChange", "somebody", resourceId="i-node1", state="Stopped")
    assert verdicts(ward.event(body)) == []
    assert [verdicts(report) for report in ward.periods(4)] == [[]] * 4


def test_a_job_that_began_after_the_event_is_left_alone(ward: Ward) -> None:
    """It began on a machine that was there again."""
    here = watched(ward)
    here.stop("1.scheduler")
    ward.event(ecs("ecs:Instance:StateChange", resourceId="i-node1", state="Stopped"))
    ward.clock.advance(30)
    here.submit("9.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)))
    assert [verdicts(report) for report in ward.periods(5)] == [[]] * 5


def too_large_for_the_ledger(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """For that which there is."""
    del monkeypatch
    ward.ledger = Narrow(ward.ledger, "//machines", 500)


def too_large(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the narrowest ledger."""
    del ward
    monkeypatch.setattr(shared.discover.machines, "PLACES_BYTES", 500)


def malformed(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else has written it."""
    del monkeypatch
    key = machines_key("ehpc", "cn-hangzhou")
    assert not ward.ledger.save([Write(key=key, document=b"{", expected=None, due_at=None, expires_at=None)])


@pytest.mark.parametrize("spoil", [too_large_for_the_ledger, too_large, malformed])
def test_a_document_of_machines_that_is_of_no_use_stops_no_discovery(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    """Beside a cluster of many nodes a small one loses one: its job is found, and an event about it harms nobody."""
    spoil(ward, monkeypatch)
    ward.policy = POLICY
    large, small = (ward.cloud[Ehpc].cluster(name) for name in ("ehpc-a", "ehpc-b"))
    for number in range(60):
        large.node(f"n{number}", f"i-node{number}")
    small.node("n1", "i-small1")
    small.node("n2", "i-small2")
    small.submit("1.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)), at=ward.clock.now() - 3600)
    ward.periods(2)
    small.lose("n1")
    ward.event(ecs("ecs:Instance:StateChange", resourceId="i-small1", state="Stopping"))
    ward.periods(4)
    assert [row["job_id"] for row in ward.sink.rows if row["verdict"] == "rerun"] == ["1.scheduler"]


def test_machines_for_which_there_is_no_room_leave_others_theirs(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a cluster of very many nodes events say nothing; of a small one beside it they do."""
    monkeypatch.setattr(shared.discover.machines, "PLACES_BYTES", 500)
    ward.policy = POLICY
    large, small = (ward.cloud[Ehpc].cluster(name) for name in ("ehpc-a", "ehpc-b"))
    for number in range(60):
        large.node(f"n{number}", f"i-node{number}")
    small.node("n1", "i-small1")
    ward.periods(2)
    places = read_machines(ward.ledger, "ehpc", "cn-hangzhou").places
    assert [nodes for nodes in places.values() if nodes] == [{"i-small1": "n1"}]
