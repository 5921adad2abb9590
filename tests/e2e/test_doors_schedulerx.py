"""The doors for jobs of SchedulerX, over real wires: which instance is rerun, and beside what none is."""

from __future__ import annotations

import time
from typing import Any

from localcloud.schedulerx.models import JobConfig, fails, keeps_running, succeeds
from localcloud.schedulerx.service import Schedulerx
from tests.e2e.conftest import HOUR, Town, event


def schedulerx(town: Town, **config: Any) -> Any:
    """A SchedulerX job."""
    group = town.cloud[Schedulerx].group("ns", "demo.defaultGroup")
    return group.job(92583, JobConfig(name="nightly", **config))


def sx_failure(**more: Any) -> dict[str, Any]:
    """`job-failure/1` of a SchedulerX job."""
    told = {"system": "schedulerx", "namespace": "ns", "group_id": "demo.defaultGroup", "job_id": 92583}
    return {**told, "occurred_at": int(time.time()) - 5, **more}


def test_schedulerx_reruns_exactly_the_failed_day(town: Town) -> None:
    """One RerunJob for the one day of the failed instance's data time, by instance id."""
    failed = schedulerx(town).instance("2026-01-01 10:00:00", fails(30), scheduled_at=time.time() - HOUR)
    answer = town.invoke("event_trigger", event(sx_failure(job_instance_id=failed.instance_id)))
    assert [(one["verdict"], one["state"]) for one in answer["outcomes"]] == [("rerun", "FAILED")]
    (call,) = town.rerun_calls()
    assert (call["StartDate"], call["EndDate"], call["DataTime"]) == ("1767196800000", "1767283199000", "10:00:00")
    assert [made.data_time for made in town.cloud[Schedulerx].reruns] == ["2026-01-01 10:00:00"]
    told = answer["outcomes"][0]
    assert (told["job_instance_id"], told["data_time"]) == (str(failed.instance_id), "2026-01-01 10:00:00")
    again = town.invoke("event_trigger", event(sx_failure(data_time="2026-01-01 10:00:00"), "2"))
    assert [one["verdict"] for one in again["outcomes"]] == ["duplicate"]
    assert len(town.cloud[Schedulerx].reruns) == 1


def test_schedulerx_beside_a_live_instance_is_ineligible(town: Town) -> None:
    """RerunJob would start a second instance beside the live one."""
    job = schedulerx(town)
    failed = job.instance("2026-01-01 10:00:00", fails(30), scheduled_at=time.time() - HOUR)
    job.instance("2026-01-02 10:00:00", keeps_running(), scheduled_at=time.time() - 60)
    answer = town.invoke("event_trigger", event(sx_failure(job_instance_id=failed.instance_id)))
    assert [(one["verdict"], one["reason"]) for one in answer["outcomes"]] == [("ineligible", "live_instance")]
    assert town.rerun_calls() == []


def test_schedulerx_that_succeeded_or_is_unknown_is_ineligible(town: Town) -> None:
    """Nothing is rerun for an instance that succeeded, nor for one that is not there."""
    job = schedulerx(town)
    well = job.instance("2026-01-01 10:00:00", succeeds(30), scheduled_at=time.time() - HOUR)
    body = [event(sx_failure(job_instance_id=well.instance_id)), event(sx_failure(job_instance_id=5), "2")]
    answer = town.invoke("event_trigger", body)
    assert sorted((one["verdict"], one["state"]) for one in answer["outcomes"]) == [
        ("ineligible", "NOT_FOUND"),
        ("ineligible", "SUCCEEDED"),
    ]
