"""What goes wrong at night with DataWorks instances and SchedulerX 3 executions: builders of worlds."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope, State
from shared.domain.outcome import stable_id
from shared.policy.model import Action, Match, Rule
from shared.policy.rule import Unasked
from shared.systems.dataworks.scope import Project
from shared.systems.schedulerx3.scope import App
from tests.proof.cast import FAILED_BEFORE_S, send
from tests.proof.nights import Build
from tests.proof.seam import Fault
from tests.proof.truth import CANARY
from tests.proof.units import FIRST_ID, UnitJob
from tests.proof.world import World

WHOLE = Rule(
    name="whole",
    match=Match(),
    action=Action.RERUN,
    unasked=(Unasked.WORKFLOW,),
    action_api=ActionApi.RETRY_WORKFLOW,
)
"""What has failed of a workflow is retried by one call."""
PROJECT = Project(region="cn-hangzhou", project_id="12345")
APP = App(region="cn-hangzhou", cluster_id="xxljob-1", app_name="settle")


def unit(world: World, scope: Scope, number: int, *, keeps_id: bool = True) -> UnitJob:
    """One that failed a moment ago."""
    made = UnitJob(scope.system, str(number), keeps_id=keeps_id)
    made.fail(world.clock.moment - 600, world.clock.moment - FAILED_BEFORE_S)
    world.units[(scope, made.job_id)] = made
    return made


def unit_failure(world: World, scope: Scope, found: UnitJob, **about: object) -> Failure:
    """A telling that its newest run failed."""
    run = found.runs[-1]
    named = FIRST_ID if found.keeps_id else FIRST_ID + run.instance_id - 1
    base = Failure(
        scope=scope,
        job_id=found.job_id,
        job_instance_id=int(found.job_id) if scope == PROJECT else named,
        occurred_at=run.ends_at,
        extra={"endpoint": CANARY},
        trigger=Trigger.EVENT,
        event_id=f"event/{found.job_id}/{run.instance_id}",
        telling_id=stable_id(found.job_id, run.instance_id),
    )
    return world.told(replace(base, **about), run.instance_id)


def units_failed(scope: Scope, *script: Fault | None, count: int = 1, keeps_id: bool = True) -> Build:
    """So many fail, and the next calls meet this."""

    def build(world: World) -> None:
        failures = (
            unit_failure(world, scope, unit(world, scope, number, keeps_id=keeps_id)) for number in range(1, count + 1)
        )
        send(world, *failures)
        world.systems[scope.system].script += script

    return build


def parts_of_a_workflow(world: World) -> tuple[Failure, Failure]:
    """Two executions of one workflow have failed; each is told by itself."""
    parts = unit(world, APP, 1), unit(world, APP, 2)
    for part in parts:
        part.workflow = 7
    first, second = (unit_failure(world, APP, part) for part in parts)
    return first, second


def workflow_failed(world: World) -> None:
    """Two parts of it, told one after the other."""
    for failure in parts_of_a_workflow(world):
        send(world, failure)


def unit_fails_again(scope: Scope, *, keeps_id: bool = True) -> Build:
    """Its rerun fails as well, and is told."""

    def build(world: World) -> None:
        found = unit(world, scope, 1, keeps_id=keeps_id)
        found.reruns_end.append(State.FAILED)
        send(world, unit_failure(world, scope, found))
        place = (scope, found.job_id)

        def again(then: World) -> None:
            there = then.units[place]
            then.catch_up(then.clock.moment)
            if len(there.runs) > 1 and there.runs[-1].ends is State.FAILED:
                send(then, unit_failure(then, scope, there))

        world.at(400.0, again)

    return build
