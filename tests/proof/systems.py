"""The job systems as the corridor sees them (`shared.ports.JobSystem`), behind the seam.

Answers and effects are those of docs/facts/gateway-and-transport.md#gateway-codes and #no-answer,
docs/facts/ehpc.md#rerun-errors and docs/facts/schedulerx.md#business-errors, as `shared.systems` translates them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.failure import Failure
from shared.domain.job import Scope, State
from shared.domain.snapshot import LookFailed, Observation, Snapshot
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.proof.seam import Fault, Trouble
from tests.proof.truth import Call, Look
from tests.proof.units import UnitJob

if TYPE_CHECKING:
    from tests.proof.ground import Ground

MOST_A_CALL = {"ehpc": 100, "dataworks": 50}
"""How many jobs a call names; elsewhere one."""
_CRASHES = frozenset({Fault.CRASH_AFTER, Fault.CRASH_LATE})
_NO_EFFECT = frozenset({Fault.LOST_NONE, Fault.LATER, Fault.USELESS, Fault.HOLLOW})
_LATE = frozenset({Fault.CRASH_LATE, Fault.LOST_LATE, Fault.DONE_LATE})
_ANSWERS = {
    Fault.LOST_NONE: (Effect.UNKNOWN, "ReadTimeout"),
    Fault.LOST_DONE: (Effect.UNKNOWN, "ReadTimeout"),
    Fault.LOST_LATE: (Effect.UNKNOWN, "AgentResponseTimeout"),
    Fault.PART: (Effect.UNKNOWN, "PartFailure"),
    Fault.LATER: (Effect.NOT_DONE_LATER, "Throttling.User"),
    Fault.USELESS: (Effect.NOT_DONE_USELESS, "InvalidParams"),
    Fault.HOLLOW: (Effect.DONE, ""),
    Fault.DONE_LATE: (Effect.DONE, ""),
}


class FakeSystem:
    """Each job system: they differ in what a job is and in how many a call may name."""

    def __init__(self, world: Ground, system: str) -> None:
        self._world = world
        self._system = system
        self.batch_size = MOST_A_CALL.get(system, 1)
        self.script: list[Trouble | None] = []
        """What the next calls meet, as part of the scenario; a fault of the plan goes before."""
        self.look_script: list[Trouble | None] = []

    def copy(self, world: Ground) -> FakeSystem:
        """The job system of a copy of its world."""
        other = FakeSystem(world, self._system)
        other.script, other.look_script = list(self.script), list(self.look_script)
        return other

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One observation a failure, in the same order; what it shows is as old as the look."""
        fault = self._world.step("look", len(failures))
        if self.look_script:
            fault = self.look_script.pop(0) if fault is None else fault
        now = self._world.clock.moment
        if fault in {Fault.LOOK_FAILED, Fault.LOOK_REFUSED}:
            worth = fault is Fault.LOOK_FAILED
            failed = LookFailed(
                worth_repeating=worth,
                code="ServiceUnavailable" if worth else "Forbidden.RAM",
                message="no look",
                look_begun_at=now + self._world.current.off_s,
            )
            self._world.leave(fault)
            return [failed] * len(failures)
        seen = [self._look(failure, now) for failure in failures]
        self._world.leave(fault)
        return seen

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """One result a target, in the same order."""
        world = self._world
        fault = world.step("rerun", len(targets))
        if self.script:
            fault = self.script.pop(0) if fault is None else fault
        calls = [self._arrived(target) for target in targets]
        world.noted_call(calls)  # a call that names too many is judged by law 12
        taken = self._take(calls, fault)
        if fault in _CRASHES:
            world.die()
        world.leave(fault)
        effect, code = self._answer(fault, calls, taken)
        for call in calls:
            call.effect = effect
        api = "RerunJobs" if self._system == "ehpc" else "RerunJob"
        left_at = world.clock.moment + world.current.off_s
        result = CallResult(effect=effect, api=api, code=code, request_id="request", left_at=left_at)
        return [result] * len(calls)

    def _take(self, calls: Sequence[Call], fault: Trouble | None) -> int:
        """Let the call take effect, now or late; how many jobs it was effective for at once."""
        if fault in _NO_EFFECT:
            return 0
        now = self._world.clock.moment
        late = fault in _LATE
        hit = calls[: (len(calls) + 1) // 2] if fault is Fault.PART and len(calls) > 1 else calls
        taken = 0
        for call in hit:
            job = self._world.job(*call.job)
            if job is None:
                continue
            if late:
                # To take effect is to be seen: what the scheduler goes on showing as running falls within settle_s.
                job.at(now + self._world.policy.timing.settle_s - 1 - job.lag_s, call)
            else:
                taken += job.hit(call, now)
                self._spread(call, job, now)
        return taken

    def _spread(self, call: Call, meant: object, now: float) -> None:
        """A call for a whole reaches what else has failed of it."""
        whole = meant.workflow if call.action_api is ActionApi.RETRY_WORKFLOW and isinstance(meant, UnitJob) else 0
        for part in self._world.units.values() if whole else ():
            if part is not meant and part.workflow == whole:
                part.catch_up(now)
                part.hit_as_part(call, now)

    def _answer(self, fault: Trouble | None, calls: Sequence[Call], taken: int) -> tuple[Effect, str]:
        if fault in _ANSWERS:
            return _ANSWERS[fault]
        if taken == len(calls):
            return Effect.DONE, ""
        if len(calls) > 1:
            return Effect.UNKNOWN, "PartFailure"
        return Effect.NOT_DONE_USELESS, "AgentError.Job.RerunFailure"

    def _look(self, failure: Failure, now: float) -> Observation:
        seen = self._show(failure.scope, failure, now)
        run = self._world.alive(failure.scope, seen.job_id, _day(seen))
        self._world.noted_look((failure.scope, seen.job_id), Look(now, run, seen), _day(seen))
        assert isinstance(seen, Struct)
        return structs.replace(seen, look_begun_at=now + self._world.current.off_s)

    def _show(self, scope: Scope, failure: Failure, now: float) -> Snapshot:
        cluster, group = self._world.cluster, self._world.group
        if self._system == "ehpc":
            found = cluster.get((scope, failure.job_id))
            if found is not None:
                return found.show(now)
            return EhpcSnapshot(job_id=failure.job_id, state=State.NOT_FOUND, look_begun_at=now)
        job = group.get((scope, failure.job_id))
        unit = self._world.units.get((scope, failure.job_id))
        if unit is not None:
            return unit.show(now, failure)
        if job is not None:
            return job.show(now, failure.job_instance_id, failure.data_time)
        return SchedulerxSnapshot(job_id=failure.job_id, state=State.NOT_FOUND, look_begun_at=now)

    def _arrived(self, target: Target) -> Call:
        world = self._world
        job = (target.scope, target.job_id)
        return Call(
            at=world.clock.moment,
            who=world.current,
            job=job,
            data_time=target.data_time,
            look=world.last_look(job, target.data_time),
            arrived_at_run=world.alive(target.scope, target.job_id, target.data_time),
            document=world.document_of(target),
            action_api=target.action_api,
        )


def _day(seen: Snapshot) -> str | None:
    return seen.instance.data_time if isinstance(seen, SchedulerxSnapshot) and seen.instance else None
