"""Failed DataWorks instances that nobody tells of, found through the real wire."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.dataworks.models import Project, fails, succeeds
from localcloud.dataworks.service import Dataworks
from localcloud.timeline import Timeline
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.keys import job_key
from shared.ports import Stored, Write
from shared.systems.dataworks.scope import Project as Scope
from shared.systems.dataworks.seek import DataworksSeeker
from shared.systems.dataworks.watch import Projects
from tests.proof.discovery import ZONE, Direct, Watcher

POLICY = "discover: {dataworks: [{projects: [12345]}]}\n"
Ward = Any


def workspace(ward: Ward, project_id: int = 12345) -> Project:
    """With one node."""
    ward.policy = ward.policy or POLICY
    made: Project = ward.cloud[Dataworks].project(project_id)
    made.node(71, "settle")
    return made


def reruns(ward: Ward) -> list[int]:
    """Instances that were rerun, as the service knows it."""
    return [one.instance_id for one in ward.cloud[Dataworks].reruns]


def test_a_failed_instance_is_found_and_rerun_once(ward: Ward) -> None:
    """Of today's and of earlier business dates; neither what succeeded nor what was shown before is told."""
    project, now = workspace(ward), ward.clock.now()
    today = project.instance(71, fails(30), starts_at=now - 600)
    older = project.instance(71, fails(90_000), starts_at=now - 2 * 86_400)
    project.instance(71, succeeds(30), starts_at=now - 600)
    assert {(one.outcome.verdict, one.outcome.job_id) for one in ward.discover().results} == {
        ("rerun", str(today.instance_id)),
        ("rerun", str(older.instance_id)),
    }
    assert {one["trigger"] for one in ward.sink.rows} == {"discover"}
    assert [len(report.results) for report in ward.periods(3)] == [0, 0, 0]
    assert sorted(reruns(ward)) == [today.instance_id, older.instance_id]


def test_found_and_told_is_one_failure(ward: Ward) -> None:
    """Whoever is second gets `duplicate`, and both outcomes have the same failure id."""
    project = workspace(ward)
    one = project.instance(71, fails(30), then=(succeeds(3000),), starts_at=ward.clock.now() - 600)
    data = {"taskId": one.instance_id, "appId": 12345, "status": 5, "finishTime": int(one.ends_at * 1000)}
    kind = "dataworks:InstanceStatusChanges:InstanceStatusChanges"
    body = {"specversion": "1.0", "id": "1", "source": "acs.dataworks", "type": kind, "data": data}
    ward.discover()
    ward.clock.advance(5)
    assert [one.outcome.verdict for one in ward.event(json.dumps(body).encode()).results] == ["duplicate"]
    assert len({one["failure_id"] for one in ward.sink.rows}) == 1
    assert reruns(ward) == [one.instance_id]


def rerun_event(instance_id: int, at: float, **more: Any) -> bytes:
    """DataWorks tells that somebody has rerun an instance."""
    data = {"operator": "10001", "projectId": 12345, "taskIds": [instance_id, 999], **more}
    kind = "dataworks:InstanceChange:RerunInstance"
    body = {"specversion": "1.0", "id": "2", "source": "acs.dataworks", "type": kind, "time": at, "data": data}
    return json.dumps(body).encode()


def test_reruns_of_people_are_told_apart_from_ours(ward: Ward) -> None:
    """Ours say nothing new; theirs are an outcome with who it was; of instances that nobody told of there is none."""
    project = workspace(ward)
    one = project.instance(71, fails(30), then=(succeeds(300), succeeds(300)), starts_at=ward.clock.now() - 600)
    ward.discover()
    ours = ward.clock.now()
    ward.clock.advance(20)
    report = ward.event(rerun_event(one.instance_id, ours))
    assert (report.results, report.passed_over) == ([], 1)
    ward.clock.advance(3600)
    project.rerun(one.instance_id)
    report = ward.event(rerun_event(one.instance_id, ward.clock.now()))
    ((verdict, reason, job_id),) = {(r.outcome.verdict, r.outcome.reason, r.outcome.job_id) for r in report.results}
    assert (verdict, reason, job_id) == ("suppressed", "rerun_elsewhere", str(one.instance_id))
    assert "10001 had it run again" in report.results[0].outcome.message
    again = ward.event(rerun_event(one.instance_id, ward.clock.now()))
    assert again.results[0].outcome.outcome_id == report.results[0].outcome.outcome_id
    assert len(reruns(ward)) == 2


def test_whose_record_cannot_be_read_stops_no_delivery(ward: Ward) -> None:
    """Nothing is concluded from it; of the others it is told."""
    project = workspace(ward)
    two = [project.instance(71, fails(30), starts_at=ward.clock.now() - 600) for _ in range(2)]
    ward.discover()
    ward.clock.advance(3600)
    key = job_key(Scope(region="cn-hangzhou", project_id="12345"), str(two[0].instance_id))
    stored = ward.ledger.load([key])[key]
    assert not ward.ledger.save(
        [Write(key=key, document=b"garbage", expected=stored.version, due_at=None, expires_at=None)]
    )
    told = [one.instance_id for one in two]
    report = ward.event(rerun_event(0, ward.clock.now(), taskIds=told))
    assert [one.outcome.job_id for one in report.results] == [str(told[1])]


def test_whoever_names_a_million_instances_has_a_thousand_looked_up(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all events of a delivery."""
    loaded: list[str] = []
    whole: Any = type(ward.ledger).load

    def load(ledger: Any, keys: Sequence[str]) -> Mapping[str, Stored]:
        loaded.extend(key for key in keys if key.startswith("dataworks/"))
        found: Mapping[str, Stored] = whole(ledger, keys)
        return found

    monkeypatch.setattr(type(ward.ledger), "load", load)
    events = [json.loads(rerun_event(0, ward.clock.now(), taskIds=[*range(n, n + 900)])) for n in (1, 5_000, 9_000)]
    report = ward.event(json.dumps(events).encode())
    assert (len(loaded), report.results, report.passed_over) == (1_000, [], 3)


@pytest.mark.parametrize("more", [{"projectId": None}, {"taskIds": "all"}, {"taskIds": [{}, None, True]}])
def test_a_told_rerun_that_names_nothing_is_passed_over(ward: Ward, more: dict[str, Any]) -> None:
    """Nothing is guessed from an event that is not as the page shows it."""
    workspace(ward)
    report = ward.event(rerun_event(1, ward.clock.now(), **more))
    assert (report.results, report.passed_over) == ([], 1)


def test_a_rerun_that_fails_is_another_failure(ward: Ward) -> None:
    """Found again by its next run, until the budget of the instance is used up."""
    project = workspace(ward)
    project.instance(71, fails(30), then=(fails(10),) * 5, starts_at=ward.clock.now() - 600)
    for _ in range(8):
        ward.discover()
        ward.clock.advance(180)
        ward.sweep()
    assert len(reruns(ward)) == 3
    assert ("suppressed", "attempts_used_up") in ward.told()


def test_what_is_frozen_or_long_over_is_not_told(ward: Ward) -> None:
    """A paused node's instance is set to failed by the scheduler, every day."""
    project = workspace(ward)
    project.node(72, frozen=True)
    project.instance(72, fails(30), starts_at=ward.clock.now() - 600)
    project.instance(71, fails(30), starts_at=ward.clock.now() - 86_400 - 60)
    assert ward.discover().results == []


def test_a_large_workspace_is_read_to_its_end(ward: Ward) -> None:
    """A page is 500 instances; those that are rerun in between move the others up, and none is lost by it."""
    project = workspace(ward)
    ward.policy += "breaker: {max_jobs: 5000, window_s: 600}\n"
    for _ in range(1_100):
        project.instance(71, fails(30), starts_at=ward.clock.now() - 600)
    ward.discover()
    ward.periods(2)
    assert len(ward.calls("ListTaskInstances")) < 60
    assert len(set(reruns(ward))) == len(reruns(ward)) == 1_100


def test_what_stays_failed_is_read_to_the_last_page() -> None:
    """Nothing of the first page goes away: what nobody reruns must not hide the rest."""
    clock = ManualClock(1_767_240_000.0)
    service = Dataworks(Timeline(clock))
    project = service.project(12345)
    project.node(71, "settle")
    there = {project.instance(71, fails(30), starts_at=clock.now() - 600).instance_id for _ in range(1_100)}
    seeker = DataworksSeeker(Direct.to(service.operations()), clock, ZONE, "cn-hangzhou")
    scope = Scope(region="cn-hangzhou", project_id="12345")
    watcher = Watcher(seeker, Projects(projects=(12345,)), scope, clock)
    watcher.night(0.1, lambda _: None)
    assert {failure.job_instance_id for _, failure in watcher.found} == there


def test_a_workspace_that_cannot_be_read_delays_only_itself(ward: Ward) -> None:
    """It is told once, as not seen; the other's failures are healed."""
    ward.policy = "discover: {dataworks: [{projects: [404]}, {projects: [12345]}]}\n"
    one = workspace(ward).instance(71, fails(30), starts_at=ward.clock.now() - 600)
    ward.discover()
    ward.periods(3)
    assert reruns(ward) == [one.instance_id]
    assert [(row["verdict"], row["project_id"]) for row in ward.sink.rows if row["reason"] == "not_seen"] == [
        ("refused", "404")
    ]


def test_a_lost_answer_loses_nothing(ward: Ward) -> None:
    """The next run reads the same list."""
    project = workspace(ward)
    one = project.instance(71, fails(30), starts_at=ward.clock.now() - 600)
    ward.cloud.faults.add(Fault("ListTaskInstances", FaultKind.CLOSE_AFTER_EFFECT, times=3))
    ward.discover()
    ward.periods(3)
    assert reruns(ward) == [one.instance_id]
