"""SchedulerX 3 where a rule names another operation: its workflow, what follows it, its day once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx3.models import Course, Execution, Trigger, fails, succeeds
from localcloud.schedulerx3.service import Schedulerx3
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.call import CallResult, Target
from shared.domain.failure import Failure
from shared.domain.keys import claim_key
from shared.domain.snapshot import Observation
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.systems.openapi import OpenApi
from shared.systems.schedulerx3.scope import App as Scope
from tests.support.make import Make
from tests.support.schedulerx3_night import DAY, JOB, POLICY, Night

SCOPE = Scope(region="cn-hangzhou", cluster_id="xxljob-demo", app_name="demo-app")


@pytest.fixture
def keeps_id() -> bool:
    """Whether a retry keeps its execution's id; no page says. Where it makes a difference both are tried."""
    return True


@pytest.fixture
def night(
    *, keeps_id: bool, cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path
) -> Iterator[Night]:
    """With that application."""
    app = cloud[Schedulerx3].app("xxljob-demo", "demo-app", keeps_id=keeps_id)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield Night(cloud, clock, ledger, open_api, POLICY, app=app)
    ledger.close()


def _workflow(night: Night) -> list[Execution]:
    """One of which two executions have failed, and a rule that retries what has failed of it."""
    night.policy = POLICY.replace("rerun}", "rerun, unasked: [workflow], action_api: retry_workflow}")
    before = night.clock.now() - 310
    failed = [night.failed(workflow_execution_id="7")]
    for job, course in ((72, fails(300)), (73, succeeds(300))):
        night.app.job(job)
        failed.append(night.app.execution(job, DAY, course, starts_at=before, workflow_execution_id="7"))
    return failed[:2]


def _one_call(night: Night) -> None:
    """It was made for one of the two; the other one is seen to have been restarted by it."""
    (call,) = night.cloud.openapi.calls_of("OperateRetryWorkflowExecution")
    assert {"WorkflowExecutionId": "7", "OnlyFailed": "true"}.items() <= call.parameters.items()
    assert sorted(night.swept()) == [("duplicate", "restarted_since"), ("rerun", "seen_succeeded")]
    assert len(night.cloud.openapi.calls_of("OperateRetryWorkflowExecution")) == 1
    assert sorted(one.job_id for one in night.cloud[Schedulerx3].retried) == [JOB, 72]


@pytest.mark.parametrize("keeps_id", [True, False])
def test_a_workflow_is_retried_once_for_all_that_has_failed_of_it(night: Night) -> None:
    """By policy: one call, and nothing of what succeeded runs again."""
    failed, at = _workflow(night), night.clock.now()
    night.clock.advance(60)
    assert night.told(*failed, occurred_at=at) == [("rerun", "accepted"), ("deferred", "whole_in_hand")]
    _one_call(night)


@pytest.mark.parametrize("keeps_id", [True, False])
def test_two_invocations_that_are_told_of_one_workflow_make_one_call(night: Night) -> None:
    """The second has looked before the first one calls, and decides after."""
    first, second = _workflow(night)
    at = night.clock.now()
    night.clock.advance(60)
    healer = night.healer()
    then = [lambda: night.told(first, occurred_at=at)]

    class Late:
        """Its looks take as long as another invocation."""

        batch_size = 1

        def observe(self, failures: Sequence[Failure]) -> list[Observation]:
            seen = healer.systems("schedulerx3", "cn-hangzhou").observe(failures)
            if then:
                assert then.pop()() == [("rerun", "accepted")]
            return seen

        def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
            return healer.systems("schedulerx3", "cn-hangzhou").rerun(targets)

    night.heal_with(structs.replace(healer, systems=lambda *_: Late()))
    assert night.told(second, occurred_at=at) == [("deferred", "whole_in_hand")]
    night.heal_with(None)
    _one_call(night)


def test_one_part_of_a_workflow_bars_the_whole_and_no_other_part(night: Night) -> None:
    """Two are retried by themselves at once; what would retry all of it waits, and finds nothing left to do."""
    first, second = _workflow(night)
    whole, night.policy = night.policy, POLICY.replace("rerun}", "rerun, unasked: [workflow]}")
    assert night.told(first) == [("rerun", "accepted")]
    night.policy = whole
    assert night.told(second) == [("deferred", "whole_in_hand")]
    night.policy = POLICY.replace("rerun}", "rerun, unasked: [workflow]}")
    assert ("rerun", "accepted") in night.swept(200)
    assert night.cloud.openapi.calls_of("OperateRetryWorkflowExecution") == []


def test_a_claim_that_cannot_be_read_counts_as_a_no(night: Night) -> None:
    """Something else stands in its place: nothing is called, and it goes on once that is gone."""
    night.ledger.save([Write(key=claim_key(SCOPE, "7"), document=b"?", expected=None, due_at=None, expires_at=None)])
    assert night.told(*_workflow(night)) == [("deferred", "record_unreadable")] * 2
    assert night.cloud.openapi.calls_of("OperateRetryWorkflowExecution") == []


def test_an_execution_of_no_workflow_is_retried_by_itself(night: Night) -> None:
    """Whatever the rule says of workflows."""
    night.policy = POLICY.replace("rerun}", "rerun, action_api: retry_workflow}")
    assert night.told(night.failed()) == [("rerun", "accepted")]
    assert len(night.cloud.openapi.calls_of("OperateRetryJobExecution")) == 1


def test_what_follows_runs_again_where_a_rule_says_so(night: Night) -> None:
    """TriggerChild is sent by policy alone."""
    night.policy = POLICY.replace("rerun}", "rerun, action_api: retry_with_children}")
    night.told(night.failed())
    (call,) = night.cloud.openapi.calls_of("OperateRetryJobExecution")
    assert call.parameters["TriggerChild"] == "true"


CHILDREN = POLICY.replace("rerun}", "rerun, unasked: [workflow], action_api: retry_with_children}")
ALONE = POLICY.replace("rerun}", "rerun, unasked: [workflow]}")


def _parent_and_child(night: Night, parent_s: float) -> tuple[Execution, Execution]:
    """Of one workflow; both have failed. The parent's next run takes so long."""
    parent = night.failed(succeeds(parent_s), workflow_execution_id="7")
    night.app.job(72)
    before = night.clock.now() - 310
    return parent, night.app.execution(72, DAY, fails(300), starts_at=before, workflow_execution_id="7")


def _runs_of(night: Night, job: int) -> int:
    return sum(one.job_id == job for one in night.cloud[Schedulerx3].retried)


@pytest.mark.parametrize("parent_s", [60, 3_000])
@pytest.mark.parametrize("keeps_id", [True, False])
def test_what_follows_a_retry_is_not_retried_as_well(night: Night, parent_s: float) -> None:
    """It has failed, is told by itself, and runs again when the run before it has ended: hours later, once."""
    parent, child = _parent_and_child(night, parent_s)
    at = night.clock.now()
    night.policy = CHILDREN
    assert night.told(parent, occurred_at=at) == [("rerun", "accepted")]
    night.policy, ends_at = ALONE, night.clock.now() + parent_s
    assert night.told(child, occurred_at=at) == [("deferred", "whole_in_hand")]
    while night.clock.now() < ends_at:
        night.swept(parent_s / 15)
        assert _runs_of(night, 72) == 0
    night.swept(60)  # between the two nothing runs
    assert _runs_of(night, 72) == 0
    night.app.retry(child)  # as the service does
    told = [row for _ in range(8) for row in night.swept(120)]
    assert ("duplicate", "restarted_since") in told
    assert _runs_of(night, 72) == 1


@pytest.mark.parametrize("course", [succeeds(60), fails(60)])
def test_what_follows_nothing_is_retried_once_the_workflow_rests(night: Night, course: Course) -> None:
    """A part of the workflow that the retry does not reach, or did not come to, is healed all the same."""
    parent, other = _parent_and_child(night, 60)
    at = night.clock.now()
    night.app.jobs[JOB].then[:] = [course]
    night.policy = CHILDREN
    night.told(parent, occurred_at=at)
    night.policy = ALONE
    assert night.told(other, occurred_at=at) == [("deferred", "whole_in_hand")]
    for _ in range(10):
        night.swept(120)
    assert _runs_of(night, 72) == 1


def test_a_retry_that_others_follow_waits_for_what_runs_of_the_workflow(night: Night) -> None:
    """What runs now would be run by it once more."""
    parent, _ = _parent_and_child(night, 60)
    night.app.job(73)
    night.app.execution(73, DAY, succeeds(400), workflow_execution_id="7")
    night.policy = CHILDREN
    assert night.told(parent)[0][0] == "deferred"
    assert night.cloud[Schedulerx3].retried == []
    for _ in range(8):
        night.swept(120)
    assert _runs_of(night, JOB) == 1


def test_an_execution_of_a_workflow_is_held_unless_a_rule_says_else(night: Night) -> None:
    """Only the list tells that it is part of one."""
    assert night.told(night.failed(workflow_execution_id="7")) == [("held", "workflow")]
    assert night.cloud[Schedulerx3].retried == []


LOST = (FaultKind.CLOSE_BEFORE_EFFECT, FaultKind.CLOSE_AFTER_EFFECT, FaultKind.THROTTLED, FaultKind.HTML_AFTER_EFFECT)
BACKFILL = POLICY.replace("rerun}", "rerun, action_api: backfill}")


def test_the_day_is_run_once_more_where_a_rule_says_so(night: Night) -> None:
    """OperateRerunJob names the one day; the old execution stays as it is, and what the new one comes to is told."""
    night.policy = BACKFILL
    failed, at = night.failed(succeeds(60)), night.clock.now()
    assert night.told(failed, occurred_at=at) == [("rerun", "accepted")]
    (call,) = night.cloud.openapi.calls_of("OperateRerunJob")
    assert (call.parameters["JobId"], call.parameters["DataTime"]) == (str(JOB), "10:00:00")
    assert night.told(failed, occurred_at=at, message="told otherwise")[0][0] == "duplicate"
    assert night.swept() == [("rerun", "seen_succeeded")]
    assert [one.data_time for one in night.app.newest_first(frozenset({JOB}))] == [DAY, DAY]
    assert night.cloud.openapi.calls_of("OperateRetryJobExecution") == []


@pytest.mark.parametrize("kind", LOST)
def test_whatever_becomes_of_a_backfill_it_is_made_exactly_once(night: Night, kind: FaultKind) -> None:
    """The list of executions proves what a lost answer leaves open."""
    night.policy = BACKFILL
    failed, at = night.failed(succeeds(60)), night.clock.now()
    night.cloud.faults.add(Fault("OperateRerunJob", kind, delay_s=0.1))
    night.told(failed, occurred_at=at)
    for _ in range(4):
        night.told(failed, occurred_at=at)
        night.swept()
    assert len(night.cloud[Schedulerx3].retried) == 1
    assert [row["reason"] for row in night.sink.sightings] == ["seen_succeeded"]


def test_a_backfill_of_another_day_opens_the_breaker(night: Night) -> None:
    """The service cuts days elsewhere than we think: the first rerun shows it, and no other follows."""
    night.policy = BACKFILL
    failed = night.failed()
    made, night.app.backfill = night.app.backfill, lambda job_id, _: made(job_id, "2025-12-31 10:00:00")  # type: ignore[assignment, method-assign]
    assert night.told(failed) == [("rerun", "accepted")]
    night.swept()
    assert ("suppressed", "breaker_opened") in night.sink.told()


def test_what_an_api_call_triggered_is_not_backfilled(night: Night) -> None:
    """OperateRerunJob carries no parameters."""
    night.policy = BACKFILL
    assert night.told(night.failed(trigger=Trigger.API)) == [("refused", "api_refused")]
    assert night.cloud.openapi.calls_of("OperateRerunJob") == []


def test_a_workflow_of_which_something_runs_is_retried_later(night: Night) -> None:
    """What has failed of it by then runs again by one call."""
    failed, *_ = _workflow(night)
    night.app.job(74)
    night.app.execution(74, DAY, succeeds(120), workflow_execution_id="7")
    assert night.told(failed) == [("deferred", "retryable_refusal")]
    assert night.cloud.openapi.calls_of("OperateRetryWorkflowExecution") == []
    assert ("rerun", "accepted") in night.swept()
