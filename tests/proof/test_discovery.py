"""Two laws: what a source shows and keeps showing is found within two periods; nothing healthy is ever told."""

from __future__ import annotations

import os
import random
import sys

import pytest

from localcloud.clock import ManualClock
from localcloud.dataworks import models as dataworks_models
from localcloud.dataworks.service import Dataworks
from localcloud.ehpc.models import JobSpec, Prints, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.models import JobConfig, Status, fails, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.schedulerx3 import models as schedulerx3_models
from localcloud.schedulerx3.service import Schedulerx3
from localcloud.timeline import Timeline
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.seek import DataworksSeeker
from shared.systems.dataworks.watch import Projects
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters, Nodes, Overdue, Silence
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.seek import SchedulerxSeeker
from shared.systems.schedulerx.watch import Groups
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.seek import Schedulerx3Seeker
from shared.systems.schedulerx3.watch import Apps
from tests.proof.discovery import PERIOD_S, ZONE, Direct, Watcher

START = 1_767_240_000.0
DAY = "2026-01-01 10:00:00"
JOBS = 150
NIGHTS = int(os.environ.get("HEALTHY_NIGHTS", "1"))
GRACE_S, SILENT_S = 300.0, 1800.0


def cluster_watcher(ehpc: Ehpc, clock: ManualClock, skew_s: float) -> Watcher:
    """All parts at once."""
    watch = Clusters(
        clusters=("c",), nodes=Nodes(grace_s=GRACE_S), silence=Silence(after_s=SILENT_S), overdue=Overdue(after_h=24)
    )
    seeker = EhpcSeeker(Direct.to(ehpc.operations()), clock, "cn-hangzhou")
    return Watcher(seeker, watch, Cluster(region="cn-hangzhou", cluster_id="c"), clock, skew_s)


@pytest.mark.parametrize("seed", range(NIGHTS))
def test_a_healthy_night_tells_nothing(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """150 jobs a night: silences below the bound, requeues, drains, moments of trouble, clocks that differ."""
    chance, clock = random.Random(seed), ManualClock(START)
    ehpc = Ehpc(Timeline(clock), seed=seed)
    here = ehpc.cluster("c")
    hosts = [here.node(f"n{number}").host for number in range(25)]
    for number in range(JOBS):
        long = chance.choice((600.0, 3_600.0, 20_000.0))
        prints = chance.choice((None, Prints(every_s=chance.uniform(1, SILENT_S * 0.6)), Prints("x" * 2_000, 3.0)))
        spec = JobSpec(runs=(finishes(long),), hosts=(chance.choice(hosts),), prints=prints)
        at = START + chance.uniform(0, 4 * 3600)
        here.submit(f"{number}.s", spec, at=at)
        if chance.random() < 0.1:
            here.requeue(f"{number}.s", at=at + chance.uniform(10, long))
    watcher = cluster_watcher(ehpc, clock, chance.uniform(-20, 20))

    def trouble(now: float) -> None:
        del now
        for host in hosts:
            node = here.nodes[host]
            node.status = "exception" if node.status == "running" and chance.random() < 0.01 else "running"
            node.in_scheduler = chance.choice(("free", "job-busy", "offline", "drain", "idle*"))
        if chance.random() < 0.1:  # a node is lost, and its jobs are back in the queue before the grace is over
            lost = chance.choice(hosts)
            here.lose(lost, requeued_after_s=chance.uniform(1, GRACE_S - 10))
            here.recover(lost)

    watcher.night(6, trouble)
    assert [failure for _, failure in watcher.found] == []
    with capsys.disabled():
        sys.stdout.write(f"\nhealthy night {seed}: {JOBS} jobs, false alarms {len(watcher.found)}\n")


@pytest.mark.parametrize("seed", range(2))
def test_lost_and_silent_jobs_are_found_in_time(seed: int) -> None:
    """Of each node that dies the jobs, two periods after the grace; of each job that falls silent, after its bound."""
    chance, clock = random.Random(seed), ManualClock(START)
    ehpc = Ehpc(Timeline(clock), seed=seed)
    here = ehpc.cluster("c")
    due: dict[str, float] = {}
    for number in range(60):
        here.node(f"n{number}")
        quiet = number % 3 == 0
        prints = Prints(every_s=20.0, for_s=chance.uniform(600, 7_200)) if quiet else Prints(every_s=20.0)
        here.submit(f"{number}.s", JobSpec(runs=(hangs(),), hosts=(f"n{number}",), prints=prints))
        if quiet:
            due[f"{number}.s"] = START + prints.for_s + SILENT_S * 1.3 + 2 * PERIOD_S
    watcher = cluster_watcher(ehpc, clock, chance.uniform(-20, 20))

    def die(now: float) -> None:
        number = chance.randrange(1, 60)
        if number % 3 and f"{number}.s" not in due and chance.random() < 0.3:
            here.lose(f"n{number}", status=chance.choice(("exception", "stopped")))
            due[f"{number}.s"] = now + GRACE_S + 2 * PERIOD_S

    watcher.night(6, die)
    found = {failure.job_id: at for at, failure in watcher.found}
    in_time = {job_id: at for job_id, at in due.items() if at < clock.now()}
    assert {job_id for job_id in in_time if job_id not in found} == set()
    assert [job_id for job_id, at in in_time.items() if found[job_id] > at] == []
    assert found.keys() <= due.keys()
    assert len(watcher.found) == len(found)


@pytest.mark.parametrize("seed", range(4))
def test_what_begins_on_a_node_that_is_gone_is_found_and_nothing_on_one_that_came_back(seed: int) -> None:
    """In the second in which that was first seen, or later: a scheduler may not have noticed. The law is the same."""
    chance, clock = random.Random(seed), ManualClock(START)
    ehpc = Ehpc(Timeline(clock), seed=seed)
    here = ehpc.cluster("c")
    due: dict[str, float] = {}
    back: dict[int, float] = {}
    fresh = list(range(120))
    chance.shuffle(fresh)
    for number in fresh:
        here.node(f"n{number}")
    watcher = cluster_watcher(ehpc, clock, chance.uniform(-20, 20))

    def submit(number: int, at: float) -> str:
        job_id = f"{number}-{int(at)}.s"
        here.submit(job_id, JobSpec(runs=(finishes(40_000.0),), hosts=(f"n{number}",)), at=at)
        return job_id

    def night(now: float) -> None:
        for number in [number for number, until in back.items() if until <= now]:
            here.recover(f"n{number}")
            del back[number]
        number = fresh.pop()
        if number % 2:  # gone for good, and given a job all the same: at once, or a while after
            here.lose(f"n{number}", status=chance.choice(("exception", "stopped")))
            at = now + chance.choice((0.0, chance.uniform(0, 900)))
            due[submit(number, at)] = at + GRACE_S + 2 * PERIOD_S
            return
        # Gone in this look and perhaps in the next ones; well between, when a job begins, by any clock.
        here.lose(f"n{number}")
        back[number] = now + chance.choice((0, 1, 2)) * PERIOD_S + 1.0
        submit(number, now + chance.uniform(21, PERIOD_S - 1))

    watcher.night(5, night)
    found = {failure.job_id: at for at, failure in watcher.found}
    in_time = {job_id: at for job_id, at in due.items() if at < clock.now()}
    assert len(in_time) > 5
    assert {job_id for job_id in in_time if job_id not in found} == set()
    assert [job_id for job_id, at in in_time.items() if found[job_id] > at] == []
    assert found.keys() <= due.keys(), "what began on a node that came back is healthy"
    assert len(watcher.found) == len(found)


@pytest.mark.parametrize("seed", range(3))
def test_failed_instances_are_found_in_time_and_once(seed: int) -> None:
    """Short and long runs, with and without own retries, whether or not a job's id is wanted."""
    chance, clock = random.Random(seed), ManualClock(START)
    schedulerx = Schedulerx(Timeline(clock))
    group = schedulerx.group("ns", "g")
    group.needs_job_id = bool(seed % 2)
    ends: dict[int, float] = {}
    for number in range(1, 81):
        own = chance.choice((0, 0, 2))
        job = group.job(number, JobConfig(own_retries=own))
        for day in range(3):
            at = START + chance.uniform(-7_200, 14_400)
            course = chance.choice((succeeds(60), fails(chance.choice((5.0, 900.0, 9_000.0)))))
            made = job.instance(f"2026-01-0{day + 1} 10:00:00", course, scheduled_at=at)
            if not own and course.result != "success":
                ends[made.instance_id] = made.ends_at
    seeker = SchedulerxSeeker(Direct.to(schedulerx.operations()), clock, ZONE, "cn-hangzhou")
    scope = Group(region="cn-hangzhou", namespace="ns", group_id="g")
    watcher = Watcher(seeker, Groups(namespace="ns", groups=("g",)), scope, clock, chance.uniform(-20, 20))
    watcher.night(8, lambda _: None)
    found = {failure.job_instance_id: at for at, failure in watcher.found}
    assert len(found) == len(watcher.found)
    late = [one for one, ended in ends.items() if found.get(one, 1e12) > max(ended, START) + 2 * PERIOD_S]
    assert late == []
    everything = [one for job in group.jobs.values() for one in job.instances()]
    healthy = {one.instance_id for one in everything if one.status(clock.now()) is not Status.FAILED}
    assert healthy & found.keys() == set()


@pytest.mark.parametrize("keeps_id", [False, True])
def test_failed_executions_are_found_in_time_and_once(keeps_id: bool) -> None:  # noqa: FBT001 - a case
    """Short and long runs, ends behind the list's reach, retries by people; what is to run again by itself is left."""
    chance, clock = random.Random(keeps_id), ManualClock(START)
    service = Schedulerx3(Timeline(clock))
    app = service.app("c", "a", keeps_id=keeps_id)
    own, ends = set[int](), dict[str, float]()
    for number in range(1, 121):
        app.job(number)
        course = chance.choice(
            (schedulerx3_models.succeeds(60), schedulerx3_models.fails(chance.choice((5.0, 9_000.0))))
        )
        itself = chance.random() < 0.1
        at = START + chance.uniform(-7_200, 14_400)
        made = app.execution(number, DAY, course, starts_at=at, retries_itself=itself)
        if itself:
            own.add(made.execution_id)
        elif course.status is schedulerx3_models.Status.FAILED:
            ends[f"{made.execution_id}/1@{int(made.ends_at)}"] = made.ends_at
    seeker = Schedulerx3Seeker(Direct.to(service.operations()), clock, ZONE, "cn-hangzhou")
    watch = Apps(cluster="c", apps=("a",), reach_h=2)
    scope = App(region="cn-hangzhou", cluster_id="c", app_name="a")
    watcher = Watcher(seeker, watch, scope, clock, chance.uniform(-20, 20))

    def people(now: float) -> None:
        standing = [one for job in app.jobs.values() for one in job.executions.values() if one.ends_at <= now]
        failed = [one for one in standing if one.course.status is schedulerx3_models.Status.FAILED]
        for one in chance.sample(failed, min(len(failed), chance.random() < 0.1)):
            ends.pop(f"{one.execution_id}/1@{int(one.ends_at)}", None)
            app.retry(one)

    watcher.night(8, people)
    found = {failure.event_id.partition("try:")[2]: at for at, failure in watcher.found}
    assert len(found) == len(watcher.found)
    late = [one for one, ended in ends.items() if found.get(one, 1e12) > max(ended, START) + 2 * PERIOD_S]
    assert late == []
    assert own.isdisjoint(failure.job_instance_id for _, failure in watcher.found)


def test_failed_task_instances_are_found_in_time_and_once() -> None:
    """Of a few business dates, through reruns by people; frozen nodes are never told."""
    chance, clock = random.Random(3), ManualClock(START)
    dataworks = Dataworks(Timeline(clock))
    project = dataworks.project(12345)
    ends: dict[tuple[str, int], float] = {}
    for number in range(1, 121):
        project.node(number, frozen=number % 10 == 0)
        course = chance.choice((dataworks_models.succeeds(60), dataworks_models.fails(chance.choice((5.0, 9_000.0)))))
        made = project.instance(number, course, starts_at=START + chance.uniform(-180_000, 14_400))
        live = made.ends_at > START - 80_000 and number % 10
        if live and course.status is dataworks_models.Status.FAILURE:
            ends[str(made.instance_id), 0] = made.ends_at
    seeker = DataworksSeeker(Direct.to(dataworks.operations()), clock, ZONE, "cn-hangzhou")
    scope = Project(region="cn-hangzhou", project_id="12345")
    watcher = Watcher(seeker, Projects(projects=(12345,)), scope, clock, chance.uniform(-20, 20))

    def people(now: float) -> None:
        failed = [one for one in project.instances.values() if one.status(now) is dataworks_models.Status.FAILURE]
        for one in chance.sample(failed, min(len(failed), chance.random() < 0.1)):
            ends.pop((str(one.instance_id), one.run_number - 1), None)
            project.rerun(one.instance_id)

    watcher.night(8, people)
    found = {(failure.job_id, failure.restart_count): at for at, failure in watcher.found}
    assert len(found) == len(watcher.found)
    late = [one for one, ended in ends.items() if found.get(one, 1e12) > max(ended, START) + 2 * PERIOD_S]
    assert late == []
    assert {job_id for job_id, _ in found} <= {
        str(one.instance_id) for one in project.instances.values() if one.task_id % 10
    }
