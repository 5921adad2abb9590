"""Failed SchedulerX instances that nobody tells of, found through the real wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.schedulerx.models import JobConfig, TriggerType, fails, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared import people
from shared.domain.mode import Mode, ModeSet

POLICY = "discover: {schedulerx: [{namespace: ns, groups: [%s]}]}\n"
DAY = "2026-01-01 10:00:00"
Ward = Any


def verdicts(report: Any) -> list[tuple[str, str]]:
    """Verdict and reason of each outcome."""
    return [(one.outcome.verdict, one.outcome.reason) for one in report.results]


@pytest.mark.parametrize("needs_job_id", [False, True])
def test_a_failed_instance_is_found_and_rerun_once(ward: Ward, needs_job_id: bool) -> None:  # noqa: FBT001 - a case
    """Whether or not the list wants a job's id; what it said is evidence; the next look finds it no more."""
    ward.policy = POLICY % "a.group"
    group = ward.group()
    group.needs_job_id = needs_job_id
    job = group.job(42)
    job.instance(DAY, fails(30, "don't update progress more than 30s"), scheduled_at=ward.clock.now() - 600)
    group.job(43).instance(DAY, succeeds(30), scheduled_at=ward.clock.now() - 600)
    assert verdicts(ward.discover()) == [("rerun", "accepted")]
    (record,) = ward.sink.rows
    assert (record["trigger"], record["job_id"], record["data_time"]) == ("discover", "42", DAY)
    ward.clock.advance(60)
    assert [verdicts(report) for report in ward.periods(3)] == [[], [], []]
    assert len(ward.calls("RerunJob")) == 1


def test_found_and_told_is_one_failure(ward: Ward) -> None:
    """Whoever is second gets `duplicate`, and both outcomes have the same failure id."""
    ward.policy = POLICY % "a.group"
    job = ward.group().job(42, JobConfig(reruns=(succeeds(3000),)))
    instance = job.instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    ward.discover()
    told = {"system": "schedulerx", "namespace": "ns", "group_id": "a.group", "job_id": 42}
    body = {"specversion": "1.0", "id": "1", "source": "s", "data": {**told, "job_instance_id": instance.instance_id}}
    ward.clock.advance(5)
    assert verdicts(ward.event(json.dumps(body).encode()))[0][0] == "duplicate"
    assert len({one["failure_id"] for one in ward.sink.rows}) == 1
    assert len(ward.calls("RerunJob")) == 1


def test_a_long_run_that_fails_behind_every_cursor_is_found(ward: Ward) -> None:
    """Lists are cut by the start: an instance that began before the first look fails ten hours after it."""
    ward.policy = POLICY % "'*'"
    ward.group().job(42).instance(DAY, fails(40_000), scheduled_at=ward.clock.now() - 3_600)
    assert verdicts(ward.discover()) == []
    ward.clock.advance(36_500)
    assert verdicts(ward.discover()) == [("rerun", "accepted")]


def test_what_schedulerx_repeats_itself_is_left_to_it(ward: Ward) -> None:
    """With own retries a failed instance is told only when no further one came."""
    ward.policy = POLICY % "a.group"
    job = ward.group().job(42, JobConfig(own_retries=1, own_retry_s=30))
    job.instance(DAY, fails(30), scheduled_at=ward.clock.now() - 40)
    assert verdicts(ward.discover()) == []
    assert verdicts(ward.periods()[0]) == []
    found = ward.periods()[0]
    assert verdicts(found) == [("rerun", "accepted")]
    last = max(job.instances(), key=lambda one: one.instance_id if one.trigger is TriggerType.SYSTEM_RETRY else 0)
    assert found.results[0].outcome.job_instance_id == str(last.instance_id)


def test_own_reruns_that_fail_count_as_attempts(ward: Ward) -> None:
    """An instance that RerunJob made is found like any other, and the budget of the job ends it."""
    ward.policy = POLICY % "a.group"
    ward.group().job(42, JobConfig(reruns=(fails(10),))).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    for _ in range(8):
        ward.discover()
        ward.clock.advance(180)
        ward.sweep()
    assert len(ward.calls("RerunJob")) == 3
    assert ("suppressed", "attempts_used_up") in ward.told()


def test_a_group_that_cannot_be_read_delays_only_itself_and_is_told_once(ward: Ward) -> None:
    """Of the Basic edition no instance is shown; the others are healed, and it is named once, until it mends."""
    ward.policy = POLICY % "'*'"
    basic = ward.group("b.basic")
    basic.basic = True
    ward.group().job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    basic.job(7).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    assert sorted(verdicts(ward.discover())) == [("refused", "not_seen"), ("rerun", "accepted")]
    ward.periods(5)
    assert ward.told().count(("refused", "not_seen")) == 1
    basic.basic = False
    ward.clock.advance(600)
    assert verdicts(ward.discover()) == [("rerun", "accepted")]
    basic.basic = True
    ward.periods(3)
    assert ward.told().count(("refused", "not_seen")) == 2


def test_one_lost_answer_is_no_news(ward: Ward) -> None:
    """A broken connection, a throttled call: the next run looks again, and nobody is woken."""
    ward.policy = POLICY % "a.group"
    ward.group().job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    ward.cloud.faults.add(Fault("GetJobInstanceList", FaultKind.THROTTLED))
    assert verdicts(ward.discover()) == []
    assert verdicts(ward.periods()[0]) == [("rerun", "accepted")]
    assert ("refused", "not_seen") not in ward.told()


def test_a_dry_run_changes_nothing_and_observe_only_what_is_seen(ward: Ward) -> None:
    """After a dry run it is found as if nobody had looked; in mode observe it is told once."""
    ward.policy = POLICY % "a.group"
    ward.group().job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    assert [verdicts(ward.discover(dry_run=True)) for _ in range(2)] == [[("would_rerun", "dry_run")]] * 2
    ward.policy += "mode: observe\n"
    assert verdicts(ward.discover()) == [("would_rerun", "observe_mode")]
    assert verdicts(ward.periods()[0]) == []
    assert ward.calls("RerunJob") == []


def test_in_mode_off_nothing_is_looked_at_and_nothing_counts_as_seen(ward: Ward) -> None:
    """The kill switch stops the calls; what still shows afterwards is found."""
    ward.policy = POLICY % "a.group" + "mode: 'off'\n"
    ward.group().job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    assert verdicts(ward.discover()) == []
    assert ward.cloud.openapi.calls == []
    ward.policy = POLICY % "a.group"
    assert verdicts(ward.discover()) == [("rerun", "accepted")]


@pytest.mark.parametrize("groups", [1, 2])
def test_what_is_found_while_somebody_switches_off_counts_as_not_seen(ward: Ward, groups: int) -> None:
    """Nor what other places show: all of it is found when the switch is on again, and told once."""
    ward.policy = POLICY % ", ".join(f"{number}.group" for number in range(groups))
    for number in range(groups):
        job = ward.group(f"{number}.group").job(42)
        job.instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    off = ModeSet(mode=Mode.OFF, by="ann", at=ward.clock.now(), why="a storm")
    ward.cloud.faults.add(Fault("GetJobInstanceList", FaultKind.DELAY_BEFORE_EFFECT, delay_s=0.1))
    ward.cloud.faults.sleep = lambda _: people.set_mode(ward.ledger, None, off)
    assert verdicts(ward.discover()) == []
    ward.periods(2)
    people.clear_mode(ward.ledger, None, by="ann", now=ward.clock.now())
    assert verdicts(ward.periods()[0]) == [("rerun", "accepted")] * groups
    assert [reason for _, reason in ward.told() if reason == "kill_switch"] == []


def test_two_runs_beside_each_other_rerun_once(ward: Ward) -> None:
    """The second finds the place taken, also when the first has died and its time is not over."""
    ward.policy = POLICY % "a.group"
    ward.group().job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    second: list[Any] = []
    put = ward.sink.put

    def put_beside(records: Any) -> None:
        second.append(verdicts(ward.discover()))
        put(records)

    ward.sink.put = put_beside
    first = ward.discover()
    assert (verdicts(first), second) == ([("rerun", "accepted")], [[]])
    assert len(ward.calls("RerunJob")) == 1


def test_a_thousand_jobs_in_ten_groups_cost_a_call_a_group(ward: Ward) -> None:
    """Ten lists are the least; the glob's own is the eleventh."""
    ward.policy = POLICY % "'*'"
    for number in range(10):
        group = ward.group(f"g{number}")
        for job in range(100):
            group.job(number * 1000 + job + 1)
        group.job(number * 1000 + 999).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    ward.discover()
    before = len(ward.cloud.openapi.calls)
    assert verdicts(ward.periods()[0]) == []
    assert len(ward.cloud.openapi.calls) - before <= 11


def test_job_by_job_the_pace_holds_and_the_next_run_goes_on(ward: Ward) -> None:
    """300 jobs, one list each: no minute has more than 80 calls, and each job is read in its turn."""
    ward.policy = POLICY % "'*'"
    for number in range(10):
        group = ward.group(f"g{number}")
        group.needs_job_id = True
        for job in range(30):
            group.job(number * 1000 + job + 1)
    last = ward.cloud[Schedulerx].groups["ns", "g9"].jobs[9030]
    last.instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    found: list[Any] = []
    for _ in range(16):
        found += verdicts(ward.discover())
        ward.clock.advance(60)
    lists = [call.at for call in ward.cloud.openapi.calls_of("GetJobInstanceList")]
    assert found == [("rerun", "accepted")]
    assert max(sum(start <= at < start + 60 for at in lists) for start in lists) <= 80
    asked = {call["JobId"] for call in ward.calls("GetJobInstanceList") if "JobId" in call}
    assert len(asked) == 300


def test_each_entry_is_looked_at_where_it_says(ward: Ward) -> None:
    """Without a region in the function's own. What is found names its region, and is known apart."""
    ward.policy = (
        "discover: {schedulerx: [{namespace: ns, groups: [a.group]},"
        " {region: cn-beijing, namespace: ns, groups: [b.group]}]}\n"
    )
    for group_id in ("a.group", "b.group"):
        ward.group(group_id).job(42).instance(DAY, fails(30), scheduled_at=ward.clock.now() - 600)
    assert verdicts(ward.discover()) == [("rerun", "accepted")] * 2
    assert [(row["region"], row["group_id"]) for row in ward.sink.rows] == [
        ("cn-hangzhou", "a.group"),
        ("cn-beijing", "b.group"),
    ]
    asked = {(call["RegionId"], call["GroupId"]) for call in ward.calls("GetJobInstanceList")}
    assert asked == {("cn-hangzhou", "a.group"), ("cn-beijing", "b.group")}
    assert verdicts(ward.periods()[0]) == []
