"""Failed SchedulerX 3 executions that nobody tells of, found through the real wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.schedulerx3.models import App, fails, succeeds
from localcloud.schedulerx3.service import Schedulerx3

POLICY = "discover: {schedulerx3: [{cluster: xxljob-demo, apps: [%s]}]}\n"
DAY = "2026-01-01 10:00:00"
Ward = Any


def application(ward: Ward, *, apps: str = "demo-app", keeps_id: bool = True) -> App:
    """With one job."""
    ward.policy = POLICY % apps
    made: App = ward.cloud[Schedulerx3].app("xxljob-demo", "demo-app", keeps_id=keeps_id)
    made.job(71, "settle")
    return made


def retried(ward: Ward) -> list[int]:
    """Executions that were retried, as the service knows it."""
    return [one.execution_id for one in ward.cloud[Schedulerx3].retried]


@pytest.mark.parametrize("apps", ["demo-app", "'demo-*'"])
@pytest.mark.parametrize("keeps_id", [True, False])
def test_a_failed_execution_is_found_and_retried_once(ward: Ward, apps: str, keeps_id: bool) -> None:  # noqa: FBT001 - a case
    """Of both ways to retry; neither what succeeded nor what was shown before is told."""
    app, now = application(ward, apps=apps, keeps_id=keeps_id), ward.clock.now()
    failed = app.execution(71, DAY, fails(30, "boom"), starts_at=now - 600)
    app.job(72)
    app.execution(72, DAY, succeeds(30), starts_at=now - 600)
    (found,) = ward.discover().results
    assert (found.outcome.verdict, found.outcome.job_id) == ("rerun", "71")
    assert ward.sink.rows[0]["trigger"] == "discover"
    assert "boom" in ward.sink.rows[0]["evidence"]
    assert [len(report.results) for report in ward.periods(3)] == [0, 0, 0]
    assert retried(ward) == [failed.execution_id]


def test_found_and_told_is_one_failure(ward: Ward) -> None:
    """Whoever is second gets `duplicate`, and both outcomes have the same failure id."""
    app = application(ward)
    app.jobs[71].then.append(succeeds(3000))
    failed = app.execution(71, DAY, fails(30), starts_at=ward.clock.now() - 600)
    told = {"system": "schedulerx3", "cluster_id": "xxljob-demo", "app_name": "demo-app", "job_id": 71}
    data = {**told, "job_execution_id": failed.execution_id, "occurred_at": int(failed.ends_at * 1000)}
    body = {"specversion": "1.0", "id": "1", "source": "s", "data": data}
    ward.discover()
    ward.clock.advance(5)
    assert [one.outcome.verdict for one in ward.event(json.dumps(body).encode()).results] == ["duplicate"]
    assert len({one["failure_id"] for one in ward.sink.rows}) == 1
    assert retried(ward) == [failed.execution_id]


def test_a_long_run_that_fails_behind_the_list_is_found_by_its_event(ward: Ward) -> None:
    """The list is cut by the start: what began before it is asked for by the execution that the event names."""
    app = application(ward)
    ward.policy = ward.policy.replace("]}]", "], reach_h: 1}]")
    failed = app.execution(71, DAY, fails(40_000), starts_at=ward.clock.now() - 3_600)
    assert ward.discover().results == []
    ward.clock.advance(36_500)
    assert [one.outcome.verdict for one in ward.discover().results] == ["rerun"]
    assert retried(ward) == [failed.execution_id]
    assert len(ward.periods(2)[1].results) == 0


def test_what_the_service_runs_again_itself_is_left_to_it(ward: Ward) -> None:
    """As long as that is its newest event."""
    app = application(ward)
    app.execution(71, DAY, fails(30), starts_at=ward.clock.now() - 600, retries_itself=True)
    assert [len(report.results) for report in (ward.discover(), *ward.periods(2))] == [0, 0, 0]
    assert retried(ward) == []


@pytest.mark.parametrize("keeps_id", [True, False])
def test_retries_that_fail_are_found_until_the_budget_ends(ward: Ward, keeps_id: bool) -> None:  # noqa: FBT001 - a case
    """By another attempt and end, or by another execution."""
    app = application(ward, keeps_id=keeps_id)
    app.jobs[71].then += [fails(10)] * 6
    app.execution(71, DAY, fails(30), starts_at=ward.clock.now() - 600)
    for _ in range(10):
        ward.discover()
        ward.clock.advance(180)
        ward.sweep()
    assert len(retried(ward)) == 3
    assert ("suppressed", "attempts_used_up") in ward.told()


def test_many_failures_are_read_to_the_end(ward: Ward) -> None:
    """Over several pages and turns, each told once."""
    app = application(ward)
    ward.policy += "breaker: {max_jobs: 5000, window_s: 600}\n"
    for number in range(230):
        app.execution(
            71, f"2026-01-01 09:{number % 60:02}:{number // 60:02}", fails(30), starts_at=ward.clock.now() - 900
        )
    reports = [ward.discover(time_s=600), *ward.periods(2)]
    told = [one.outcome.job_instance_id for report in reports for one in report.results]
    assert len(set(told)) == 230


def test_an_application_that_is_not_there_is_told_once(ward: Ward) -> None:
    """As not seen, with what the service said."""
    ward.policy = POLICY % "nobody"
    ward.cloud[Schedulerx3].app("xxljob-demo", "demo-app")
    ward.discover()
    ward.periods(3)
    assert [(row["reason"], row["app_name"]) for row in ward.sink.rows] == [("not_seen", "nobody")]
