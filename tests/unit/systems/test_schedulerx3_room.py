"""SchedulerX 3's room: what it tells the core of executions, applications and ids."""

from __future__ import annotations

import pytest

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.systems import SYSTEMS
from shared.systems.imagined import Imagined, Other
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi

ROOM = SYSTEMS.named("schedulerx3")
APP = App(region="cn-hangzhou", cluster_id="xxljob-demo", app_name="demo-app")
TOLD = Failure(
    scope=APP, job_id="71", job_instance_id=9, occurred_at=START, trigger=Trigger.EVENT, event_id="e", telling_id="t"
)


def seen(state: State = State.FAILED, *others: Execution, workflow: int = 0) -> Schedulerx3Snapshot:
    """A look at execution 9."""
    live = state in {State.RUNNING, State.QUEUED}
    meant = Execution(
        execution_id=9,
        state=state,
        attempt=1,
        started_at=START - 60,
        ended_at=None if live else START,
        workflow=workflow,
    )
    return Schedulerx3Snapshot(
        job_id="71", state=state, execution=meant, others=others, name="settle", look_begun_at=START
    )


NOT_THERE = Schedulerx3Snapshot(job_id="71", state=State.NOT_FOUND, look_begun_at=START)


def test_an_application_and_its_ids() -> None:
    """A flag names cluster and application; a job's id is only its own."""
    assert ROOM.read_flag("xxljob-demo/demo-app") == {"cluster_id": "xxljob-demo", "app_name": "demo-app"}
    for half in ("xxljob-demo", "xxljob-demo/", "/demo-app", ""):
        with pytest.raises(ValueError, match="CLUSTER/APP"):
            ROOM.read_flag(half)
    assert (ROOM.names_one_job("71"), ROOM.may_mean("71", "71"), ROOM.may_mean("71", "72")) == (True, True, False)
    assert ROOM.told_as("71") == ("71",)
    assert ROOM.endpoint("cn-hangzhou").host == "schedulerx3.cn-hangzhou.aliyuncs.com"
    assert ROOM.scope({**ROOM.example({}), "region": "r"}) == App(region="r", cluster_id="test", app_name="test")


def test_a_policys_test_imagines_executions() -> None:
    """Failed unless it says otherwise, with those beside it."""
    failed = ROOM.imagine(Imagined(others=(Other(state=State.RUNNING),)), TOLD, START)
    assert isinstance(failed, Schedulerx3Snapshot)
    assert failed.execution is not None
    assert (failed.state, failed.execution.execution_id, failed.others[0].live) == (State.FAILED, 9, True)
    gone = ROOM.imagine(Imagined(state=State.NOT_FOUND), TOLD, START)
    assert (gone.state, gone.life) == (State.NOT_FOUND, None)


def test_the_doctor_tries_each_read() -> None:
    """About an execution that need not exist."""

    def answer(wanted: ApiCall) -> Reply | CallFailed:
        return refused("NotFound", f"no {wanted.action}", jobs=1, http_status=404)

    api = FakeApi(Clock(), answer)
    tried = [probe.operation for probe in ROOM.probes(api, "cn-hangzhou", {"app_name": "demo-app"})]
    assert tried == ["GetJobExecution", "ListJobExecutions", "ListScheduleEvent", "ListApps"]
    assert {call.parameters.get("AppName") for call in api.asked} == {"demo-app", None}


def test_what_a_look_offers() -> None:
    """A name, and the run's times; nothing of what is not there."""
    running = seen(State.RUNNING)
    assert (running.offered.name, running.owner, running.running_since) == ("settle", "", START - 60)
    assert (seen().ended_at, seen().running_since) == (START, None)
    assert (NOT_THERE.life, NOT_THERE.ended_at, NOT_THERE.running_since) == (None, None, None)
    assert NOT_THERE.known_reruns == ()
    assert seen().run_label(TOLD, Run.THIS) == str(seen().life)
    assert NOT_THERE.run_label(TOLD, Run.THIS) == f"told:9:{int(START)}"


def test_what_concerns_a_look() -> None:
    """The same execution's cases; of none seen, all."""
    case = Case(failure=TOLD, failure_id="f", state=CaseState.DONE, opened_at=START)
    assert (seen().concerns(case), NOT_THERE.concerns(case)) == (True, True)
    assert (seen().strays(case), seen().not_single()) == (None, None)
    assert NOT_THERE.aftermath(case, settled=True).value == "wait"


def test_gates_of_its_own() -> None:
    """Failed for good, nothing of the job alive, and no workflow."""
    assert seen().eligible(beside_live=True).stop is None
    stop = seen(State.QUEUED).eligible(beside_live=True).stop
    assert stop is not None
    assert stop.reason is Reason.STATE_NOT_ELIGIBLE
    assert seen().may_rerun().stop is None
    assert seen().wants_person() is None
    asked = seen(workflow=7).wants_person()
    assert asked is not None
    assert asked[0] is Reason.WORKFLOW
    assert NOT_THERE.wants_person() is None
    assert seen().disagreement(TOLD, Run.THIS, settle_s=1.0) == ""


@pytest.mark.parametrize(("trigger_type", "reason"), [(1, Reason.LIVE_INSTANCE), (4, Reason.OTHER_RUN_IN_HAND)])
def test_what_lives_beside_it(trigger_type: int, reason: Reason) -> None:
    """A retry of ours ends by itself; anything else is a reason not to call."""
    other = Execution(execution_id=10, state=State.RUNNING, trigger_type=trigger_type)
    record = JobRecord(cases=(Case(failure=TOLD, failure_id="f", state=CaseState.DONE, opened_at=START),))
    answer = seen(State.FAILED, other).alone(record, look_again_at=START + 60)
    assert answer is not None
    assert answer.stop is not None
    assert answer.stop.reason is reason
    free = seen().alone(record, look_again_at=START + 60)
    assert free is not None
    assert free.stop is None
