"""SchedulerX 3 through the corridor, the real SDK and the local cloud: one retry, whatever happens."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.schedulerx3.models import App, Course, Execution, fails, keeps_running, succeeds
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
from tests.support.corridor_night import CorridorNight
from tests.support.make import Make

POLICY = """\
version: 1
sources: [{event: {source: field.*}, systems: [schedulerx3]}]
rules: [{name: the-rest, match: {}, action: rerun}]
"""
JOB, DAY = 71, "2026-01-01 10:00:00"
SCOPE = Scope(region="cn-hangzhou", cluster_id="xxljob-demo", app_name="demo-app")


@dataclass
class Night(CorridorNight):
    """With an application."""

    app: App = field(kw_only=True)

    def failed(self, *then: Course, **more: Any) -> Execution:
        """An execution that has failed a moment ago; `then` is what retries of it do."""
        self.app.job(JOB, "settle", then=then)
        return self.app.execution(JOB, DAY, fails(300), starts_at=self.clock.now() - 310, **more)

    def told(self, *failed: Execution, **more: Any) -> list[tuple[str, str]]:
        """CloudEvents from the field a second later, all the way."""
        self.clock.advance(1)
        return self.heard([self._event(one, **more) for one in failed])

    def _event(self, one: Execution, **more: Any) -> dict[str, Any]:
        data = {
            "system": "schedulerx3",
            "cluster_id": "xxljob-demo",
            "app_name": "demo-app",
            "job_id": one.job_id,
            "job_execution_id": str(one.execution_id),
            **more,
        }
        number = f"{self.clock.now()}/{one.execution_id}"
        return {"specversion": "1.0", "id": number, "source": "field.gate", "data": data}


@pytest.fixture(params=[True, False], ids=["keeps its id", "makes a new one"])
def night(
    request: pytest.FixtureRequest, cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path
) -> Iterator[Night]:
    """Both ways in which a retry may show: no page says which it is."""
    app = cloud[Schedulerx3].app("xxljob-demo", "demo-app", keeps_id=request.param)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield Night(cloud, clock, ledger, open_api, POLICY, app=app)
    ledger.close()


def test_a_failed_execution_is_retried_once_and_its_end_is_told(night: Night) -> None:
    """Told twice, retried once; the sweep sees what became of it."""
    failed = night.failed(succeeds(60))
    at = night.clock.now()
    assert night.told(failed, occurred_at=at) == [("rerun", "accepted")]
    assert night.told(failed, occurred_at=at, message="told otherwise")[0][0] == "duplicate"
    assert night.swept() == [("rerun", "seen_succeeded")]
    assert [one.execution_id for one in night.cloud[Schedulerx3].retried] == [failed.execution_id]


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.PART_FAILURE])
def test_whatever_becomes_of_the_call_it_is_retried_exactly_once(night: Night, kind: FaultKind) -> None:
    """An answer lost with or without the effect, a throttle, a stranger's page: one retry in the end, never two."""
    failed = night.failed(succeeds(60))
    night.cloud.faults.add(Fault("OperateRetryJobExecution", kind, delay_s=0.1))
    at = night.clock.now()
    night.told(failed, occurred_at=at)
    for _ in range(4):
        night.told(failed, occurred_at=at)
        night.swept()
    assert len(night.cloud[Schedulerx3].retried) == 1
    assert [row["reason"] for row in night.sink.sightings] == ["seen_succeeded"]
    assert night.sink.told().count(("rerun", "accepted")) + night.sink.told().count(("rerun", "observed_restart")) == 1


def test_its_next_failure_is_a_failure_of_its_own(night: Night) -> None:
    """What the retry made fails as well: it is told under its own id, and gets an attempt of its own."""
    failed = night.failed(fails(60), succeeds(60))
    assert night.told(failed, occurred_at=night.clock.now()) == [("rerun", "accepted")]
    night.clock.advance(120)
    (made,) = (one for one in night.app.newest_first(frozenset({JOB}))[:1])
    later = night.told(made, occurred_at=night.clock.now())
    later += night.swept() + night.swept()
    assert ("rerun", "accepted") in later
    assert len(night.cloud[Schedulerx3].retried) == 2


def test_what_the_service_retries_itself_is_left_alone(night: Night) -> None:
    """It says so in its events."""
    assert night.told(night.failed(retries_itself=True)) == [("ineligible", "state_not_eligible")]
    assert not night.cloud[Schedulerx3].retried


def test_a_workflows_execution_waits_for_a_person(night: Night) -> None:
    """Its other nodes would not follow."""
    assert night.told(night.failed(workflow_execution_id="31")) == [("held", "workflow")]


def test_a_live_execution_of_the_job_is_a_reason_not_to_call(night: Night) -> None:
    """A retry would run beside it."""
    failed = night.failed()
    night.app.execution(JOB, "2026-01-01 11:00:00", keeps_running())
    assert night.told(failed) == [("ineligible", "live_instance")]


def test_what_has_been_retried_by_others_is_not_retried(night: Night) -> None:
    """A person was quicker; the telling comes late."""
    failed = night.failed(succeeds(60))
    at = night.clock.now() - 10
    night.clock.advance(120)
    night.app.retry(failed)
    night.clock.advance(90)
    assert night.told(failed, occurred_at=at)[0][0] in {"duplicate", "ineligible"}
    assert len(night.cloud[Schedulerx3].retried) == 1


@pytest.mark.parametrize("named", ["other job", "no execution"])
def test_an_execution_that_is_not_there_is_not_found(night: Night, named: str) -> None:
    """Or is another job's."""
    failed = night.failed()
    if named == "other job":
        assert night.told(failed, job_id=72) == [("ineligible", "not_found")]
    else:
        assert night.told(failed, job_execution_id="1") == [("ineligible", "not_found")]


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


def test_a_workflow_is_retried_once_for_all_that_has_failed_of_it(night: Night) -> None:
    """By policy: one call, and nothing of what succeeded runs again."""
    failed, at = _workflow(night), night.clock.now()
    night.clock.advance(60)
    assert night.told(*failed, occurred_at=at) == [("rerun", "accepted"), ("deferred", "whole_in_hand")]
    _one_call(night)


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

    night.heal_with(dataclasses.replace(healer, systems=lambda *_: Late()))
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


def test_an_execution_of_a_workflow_is_held_unless_a_rule_says_else(night: Night) -> None:
    """Only the list tells that it is part of one."""
    assert night.told(night.failed(workflow_execution_id="7")) == [("held", "workflow")]
    assert night.cloud[Schedulerx3].retried == []
