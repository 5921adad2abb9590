"""What a sweep asks job systems: one look for all that is due of a cluster or group, however much that is."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.job import Scope
from shared.heal.looks import LEAST_TIME_S
from shared.policy.model import Cooldown
from shared.ports import JobSystem
from shared.systems.dataworks.adapter import DataworksJobs
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.look import MOST_PAGES_OF_ENDED
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.wire import PAGE_SIZE
from shared.systems.openapi.results import not_looked_at
from shared.systems.schedulerx.adapter import MOST_A_LOOK, SchedulerxJobs
from shared.systems.schedulerx3.adapter import Schedulerx3Jobs
from shared.systems.schedulerx3.scope import App
from tests.support.house import House, verdicts
from tests.support.systems import GROUP
from tests.unit.heal.counted import Clusters, Instances, Scripted, made_due, swept, told
from tests.unit.heal.tricks import BAD_LOOK, set_policy
from tests.unit.systems.dataworks_service import HERE, ID, shown
from tests.unit.systems.dataworks_service import service as service_of

ZONE = ZoneInfo("Asia/Shanghai")
LIST = "ListJobsWithFilters"
APP = App(region="cn-hangzhou", cluster_id="c", app_name="a")
SIZES = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300), st.integers(0, 3)), min_size=1, max_size=3)
"""Of each cluster: jobs listed, of them due, and due that no list shows."""


def cluster(number: int) -> Cluster:
    """One of several."""
    return Cluster(region="cn-hangzhou", cluster_id=f"ehpc-hz-{number}")


@settings(max_examples=12, deadline=None, database=None, derandomize=True)
@given(sizes=SIZES)
def test_a_cluster_costs_the_pages_of_its_list_however_many_of_it_are_due(sizes: list[tuple[int, int, int]]) -> None:
    """And a second short pass where some are not found: never more because more are due."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        set_policy(house, breaker=None)
        jobs = {f"ehpc-hz-{number}": [f"{job}.s" for job in range(size)] for number, (size, _, _) in enumerate(sizes)}
        service = Clusters(house.clock, jobs)
        system = EhpcJobs(service, house.clock)
        failures = [
            told(house, cluster(number), f"{job}.s")
            for number, (size, due, nowhere) in enumerate(sizes)
            for job in [*range(min(size, due)), *range(1_000, 1_000 + nowhere)]
        ]
        made_due(house, system, service, failures)
        report = swept(house, system)
        house.ledger.close()
    reruns = sum(min(size, due) for size, due, _ in sizes)
    assert Counter(verdicts(report)) == Counter(
        {("rerun", "accepted"): reruns, ("ineligible", "not_found"): len(failures) - reruns}
    )
    wanted = [(size, nowhere) for size, due, nowhere in sizes if min(size, due) + nowhere]
    most = sum(max(1, -(-size // PAGE_SIZE)) + bool(nowhere) * MOST_PAGES_OF_ENDED for size, nowhere in wanted)
    assert service.calls[LIST] <= most


@pytest.mark.parametrize(("kind", "chunk"), [("schedulerx", 100), ("schedulerx3", 100), ("schedulerx", 70)])
def test_what_instances_of_a_job_have_in_common_is_asked_once(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str, chunk: int
) -> None:
    """A look takes a hundred instances of a group: the rest is looked at by the next ones, job by job.

    Nothing is decided on before, also where it stands in one step beside what was looked at.
    """
    monkeypatch.setattr("shared.heal.walk.CHUNK", chunk)
    jobs, each = 6, 40
    set_policy(house, breaker=None, cooldown=Cooldown(base_s=0, max_s=0))
    service = Instances(house.clock.now(), jobs, each)
    system: JobSystem = SchedulerxJobs(service, house.clock, ZONE)
    scope: Scope = GROUP
    shared_call, shown = "GetJobInfo", 0
    if kind == "schedulerx3":
        system, scope, shared_call = Schedulerx3Jobs(service, house.clock, ZONE), APP, "ListJobExecutions"
        shown = 6  # what stands failed in the application, fifty a page
    failures = [told(house, scope, str(number // each), number) for number in range(jobs * each)]
    made_due(house, system, service, failures)
    reasons = Counter(verdicts(swept(house, system)))
    assert reasons == {("rerun", "accepted"): jobs, ("deferred", "other_run_in_hand"): jobs * (each - 1)}
    assert service.calls[shared_call] <= jobs + jobs * each // MOST_A_LOOK + shown


def test_instances_of_a_workspace_are_listed_by_the_five_hundred(house: House) -> None:
    """One is read for its date, and a page shows the others."""
    rows = [shown(ID + number, FinishedTime=int(house.clock.now() - 60) * 1000) for number in range(250)]
    service = Scripted(service_of(*rows))
    system = DataworksJobs(service, house.clock, ZONE)
    made_due(house, system, service, [told(house, HERE, str(row["Id"])) for row in rows])
    swept(house, system)
    assert (service.calls["GetTaskInstance"], service.calls["ListTaskInstances"]) == (1, 1)


def test_nothing_is_done_on_what_a_page_showed_too_long_ago(house: House) -> None:
    """Where calls take long the rest is looked at anew, once for all; no call leaves on an older page."""
    set_policy(house, breaker=None)
    jobs = [f"{number}.s" for number in range(600)]
    service = Clusters(house.clock, {"ehpc-hz-0": jobs}, takes_s=1.5)
    system = EhpcJobs(service, house.clock)
    made_due(house, system, service, [told(house, cluster(0), job_id) for job_id in jobs])
    report = swept(house, system, time_s=600.0)
    assert verdicts(report) == [("rerun", "accepted")] * 600
    assert 0 < service.oldest_s <= house.policy.timing.observation_max_age_s


def test_of_a_large_cluster_the_rest_stays_due_once_there_is_no_time(house: House) -> None:
    """What was rerun by then is told, and the next sweep goes on."""
    set_policy(house, breaker=None)
    jobs = [f"{number}.s" for number in range(250)]
    service = Clusters(house.clock, {"ehpc-hz-0": jobs}, takes_s=1.0)
    system = EhpcJobs(service, house.clock)
    made_due(house, system, service, [told(house, cluster(0), job_id) for job_id in jobs])
    before = house.records()
    assert verdicts(swept(house, system, time_s=LEAST_TIME_S + 5 + 1)) == [("rerun", "accepted")] * 100
    after = house.records()
    assert len(after) - len(before) == 100
    assert sum(after[key] == record for key, record in before.items()) == 150
    assert verdicts(swept(house, system)) == [("rerun", "accepted")] * 150


@pytest.mark.parametrize(("spare_s", "done"), [(0.1, 200), (0.0, 100)])
def test_time_is_left_to_tell_what_was_done(house: House, spare_s: float, done: int) -> None:
    """A hundred outcomes take a tenth of a second."""
    set_policy(house, breaker=None)
    jobs = [f"{number}.s" for number in range(200)]
    service = Clusters(house.clock, {"ehpc-hz-0": jobs})
    system = EhpcJobs(service, house.clock)
    made_due(house, system, service, [told(house, cluster(0), job_id) for job_id in jobs])
    assert len(swept(house, system, time_s=LEAST_TIME_S + spare_s).results) == done


def test_who_is_never_looked_at_is_told_so_and_holds_up_no_sweep(house: House) -> None:
    """A system whose every look is used up: each hundred is tried for once more, and then waits."""
    set_policy(house, breaker=None)
    failures = [house.hung(number) for number in range(250)]
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(*failures)
    house.ehpc.look_fails = not_looked_at("so many", house.clock.now())
    house.ehpc.looks = 0
    house.later(31)
    assert verdicts(house.sweep()) == [("deferred", "looks_used_up")] * 250
    assert house.ehpc.looks == 1 + 3


def test_who_cannot_be_looked_at_is_asked_for_once_a_sweep(house: House) -> None:
    """A cluster that is out of reach costs one look, however many are due of it."""
    set_policy(house, breaker=None)
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(*(house.hung(number) for number in range(250)))
    house.ehpc.looks = 0
    house.later(31)
    house.sweep()
    assert house.ehpc.looks == 1
    assert house.open_cases() == ["look_failed"] * 250
