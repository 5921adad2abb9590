"""SchedulerX 3: looks at an execution, its job's other executions and what the service means to do itself; retries it.

OperateRetryJobExecution runs exactly the execution that failed, with its parameters and its data time:
https://help.aliyun.com/zh/schedulerx/schedulerx-xxljob/developer-reference/api-schedulerx3-2024-06-24-operateretryjobexecution
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.ports import Clock
from shared.systems.days import day_of
from shared.systems.openapi import Caller, CallFailed, unreadable
from shared.systems.openapi.results import call_result, look_failed, malformed, not_looked_at, not_over, too_late
from shared.systems.schedulerx3.execution import TRIGGER_API, Execution
from shared.systems.schedulerx3.likely import likely
from shared.systems.schedulerx3.listing import JobExecutions
from shared.systems.schedulerx3.scope import BACKFILL, RETRY, RETRY_WORKFLOW, App
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from shared.systems.schedulerx3.wire import Shown, ask, events, lives, not_there, one, will_retry

MOST_A_LOOK = 100
"""Executions of one application that are looked at together: each costs some three calls, and anybody invents more."""
_Meant = tuple[App, str, int | None]
_REACHING = frozenset({ActionApi.RETRY_WORKFLOW, ActionApi.RETRY_WITH_CHILDREN})
"""What runs more of a workflow than the execution."""


class Schedulerx3Jobs:
    """The applications of one region (`shared.ports.JobSystem`). `zone` is that in which the service writes times."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo) -> None:
        self.batch_size = 1
        self._api = api
        self._clock = clock
        self._zone = zone
        self._looked_at: dict[tuple[App, int], Execution] = {}
        self._likely: dict[App, frozenset[int]] = {}

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One observation a failure, in the same order; what several have in common is asked once.

        Of an application with more failures than `MOST_A_LOOK` the rest is not looked at: first are those that it shows
        as failed itself, else they are taken as they come.
        """
        lists: dict[tuple[App, str], JobExecutions] = {}
        seen: dict[_Meant, Observation] = {}
        begun: Counter[App] = Counter()
        for failure in self._likely_first(failures):
            app, *_ = meant = _meant(failure)
            if meant in seen:
                continue
            if begun[app] >= MOST_A_LOOK:
                why = f"a look at one application is at {MOST_A_LOOK} executions"
                seen[meant] = not_looked_at(why, self._clock.now())
                continue
            begun[app] += 1
            seen[meant] = self._look(failure, lists)
        return [seen[_meant(failure)] for failure in failures]

    def _likely_first(self, failures: Sequence[Failure]) -> list[Failure]:
        """The failures in the order in which they are looked at. Of an application it is asked once."""
        for app, many in Counter(meant[0] for meant in set(map(_meant, failures))).items():
            crowded = many > MOST_A_LOOK and app not in self._likely
            shown = likely(self._api, app, self._clock.now(), self._zone) if crowded else None
            if shown is not None:
                self._likely[app] = shown
        return sorted(
            failures,
            key=lambda failure: failure.job_instance_id not in self._likely.get(_app(failure.scope), frozenset()),
        )

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Retry one execution, or what else the rule says: what follows it too, its workflow, its day once more.

        Raises:
            ValueError: Not exactly one target: the caller's mistake.
        """
        (target,) = targets
        execution_id = target.life.instance_id if target.life else None
        if execution_id is None:
            return [self._nothing_named()]
        app, wanted = _app(target.scope), {"JobExecutionId": str(execution_id)}
        meant = self._looked_at.get((app, execution_id))
        if target.action_api in _REACHING:
            if meant is None:
                return [self._nothing_named()]
            if meant.workflow and (running := self._lives(app, meant.workflow, amid_calls=True)):
                return [self._later(target.action_api, running)]
            if late := too_late(RETRY, targets, self._clock.now()):
                return [late]
            if meant.workflow and target.action_api is ActionApi.RETRY_WORKFLOW:
                return [self._retry_workflow(app, meant.workflow)]
        if target.action_api is ActionApi.BACKFILL:
            return [self._nothing_named() if meant is None else self._backfill(app, target.job_id, meant)]
        if target.action_api is ActionApi.RETRY_WITH_CHILDREN:
            wanted["TriggerChild"] = "true"
        return [call_result(RETRY, ask(self._api, RETRY, app, wanted), self._clock.now())]

    def _retry_workflow(self, app: App, workflow: int) -> CallResult:
        """One call retries whatever has failed of the workflow; that there is no other is the claim's (`share`)."""
        wanted = {"WorkflowExecutionId": str(workflow), "OnlyFailed": "true"}
        return call_result(RETRY_WORKFLOW, ask(self._api, RETRY_WORKFLOW, app, wanted), self._clock.now())

    def _lives(self, app: App, workflow: int, *, amid_calls: bool) -> bool | CallFailed:
        """While something of a workflow runs it has not failed yet: what has is retried once all of it has ended."""
        try:
            return lives(self._api, app, workflow, amid_calls=amid_calls)
        except msgspec.ValidationError as error:
            return unreadable(str(error))

    def _rests(self, app: App, workflow: int) -> bool:
        """Whether it is one, and nothing of it lives."""
        return bool(workflow) and self._lives(app, workflow, amid_calls=False) is False

    def _look(self, failure: Failure, lists: dict[tuple[App, str], JobExecutions]) -> Observation:
        begun_at = self._clock.now()
        try:
            return self._seen(failure, lists, begun_at)
        except msgspec.ValidationError as error:
            return malformed(error, begun_at)

    def _seen(self, failure: Failure, lists: dict[tuple[App, str], JobExecutions], begun_at: float) -> Observation:
        app, execution_id = _app(failure.scope), failure.job_instance_id
        shown = one(self._api, app, execution_id) if execution_id is not None else None
        if isinstance(shown, CallFailed) and not not_there(shown):
            return look_failed(shown, begun_at)
        if isinstance(shown, Shown) and shown.job_id is None:
            # It was asked for by its own id: told of two jobs it would be two executions.
            return malformed(ValueError("the execution shows no JobId"), begun_at)
        if not isinstance(shown, Shown) or not shown.is_meant(app, failure.job_id, execution_id):
            return Schedulerx3Snapshot(job_id=failure.job_id, state=State.NOT_FOUND, look_begun_at=begun_at)
        meant = shown.execution(self._zone, begun_at)
        if meant.state is State.FAILED and meant.ended_at is None:
            return not_over(begun_at)
        state = self._state(app, meant, begun_at)
        key = (app, str(shown.job_id))
        if key not in lists:
            lists[key] = JobExecutions(self._api, *key, self._zone, begun_at)
        listed = lists[key].back_to(meant)
        if isinstance(state, LookFailed):
            return state
        if isinstance(listed, LookFailed):
            return listed
        meant = replace(meant, workflow=listed[meant.execution_id].workflow)  # only the list tells
        self._looked_at[app, meant.execution_id] = meant
        return Schedulerx3Snapshot(
            job_id=key[1],
            state=state,
            execution=meant,
            others=tuple(other for other in listed.values() if other.execution_id != meant.execution_id),
            name=shown.job_name or "",
            workflow_rests=state is State.FAILED and self._rests(app, meant.workflow),
            look_begun_at=lists[key].begun_at,
        )

    def _state(self, app: App, meant: Execution, begun_at: float) -> State | LookFailed:
        """Of the execution; QUEUED if it has failed and the service will run it again."""
        if meant.state is not State.FAILED:
            return meant.state
        noted = events(self._api, app, meant.execution_id)
        if isinstance(noted, CallFailed):
            return look_failed(noted, begun_at)
        return State.QUEUED if will_retry(noted) else State.FAILED

    def _backfill(self, app: App, job_id: str, meant: Execution) -> CallResult:
        """The one day of its data time. It carries no parameters: what was triggered with some cannot be repeated."""
        if meant.trigger_type == TRIGGER_API:
            return self._nothing_sent(BACKFILL, "TriggeredByApi", "it was triggered by API, with parameters of its own")
        try:
            day = day_of(meant.data_time, self._zone)
        except ValueError as error:
            return self._nothing_sent(BACKFILL, "InvalidDataTime", str(error))
        dates = {"StartDate": str(day.start_ms), "EndDate": str(day.end_ms), "DataTime": day.time_of_day}
        reply = ask(self._api, BACKFILL, app, {"JobId": job_id, **dates})
        return call_result(BACKFILL, reply, self._clock.now())

    def _later(self, wanted: ActionApi, why: bool | CallFailed) -> CallResult:  # noqa: FBT001 - what a look at the workflow gave
        """Nothing was sent: something of the workflow runs, or it could not be looked at."""
        failed = why if isinstance(why, CallFailed) else None
        return CallResult(
            effect=Effect.NOT_DONE_LATER,
            api=RETRY_WORKFLOW if wanted is ActionApi.RETRY_WORKFLOW else RETRY,
            code=failed.code if failed else "WorkflowRuns",
            message=failed.message if failed else "something of the workflow execution still runs",
            left_at=self._clock.now(),
        )

    def _nothing_named(self) -> CallResult:
        return self._nothing_sent(RETRY, "NoExecution", "no execution to retry was seen")

    def _nothing_sent(self, api: str, code: str, message: str) -> CallResult:
        """The call cannot be made, now or later."""
        return CallResult(
            effect=Effect.NOT_DONE_USELESS, api=api, code=code, message=message, left_at=self._clock.now()
        )


def _meant(failure: Failure) -> _Meant:
    return _app(failure.scope), failure.job_id, failure.job_instance_id


def _app(scope: object) -> App:
    if not isinstance(scope, App):
        raise TypeError("SchedulerX 3 acts on applications")
    return scope
