"""Job systems behind their port: no network, no real time. They count kills: calls prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.domain.call import CallResult, Effect, Target
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, Instance, SchedulerxSnapshot
from tests.support.clock import START, Clock

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
GROUP = Group(region="cn-hangzhou", namespace="ns", group_id="demo.group")


@dataclass
class Job:
    """An E-HPC job."""

    state: State = State.RUNNING
    start: int = int(START) - 3600
    rerunnable: bool = True
    modified: int | None = None
    owner: str = ""


@dataclass
class EhpcWorld:
    """A cluster: jobs, kills, and one scripted answer a call."""

    clock: Clock
    jobs: dict[str, Job] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)
    looks: int = 0
    answer: Callable[[Target], Effect] = lambda _: Effect.DONE
    effect: Callable[[Target], bool] = lambda _: True
    look_fails: LookFailed | None = None
    code: str = ""
    account_wide: bool = False
    credentials: bool = False
    batch_size: int = 100
    after_look: Callable[[], None] = lambda: None
    """Runs when the job has been seen and before the answer is used: time passes, somebody else acts."""
    before_call: Callable[[], None] = lambda: None

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One observation a failure, in the same order."""
        self.looks += 1
        seen: list[Observation]
        if self.look_fails is not None:
            seen = [replace(self.look_fails, look_begun_at=self.clock.now()) for _ in failures]
        else:
            seen = [self._seen(failure.job_id) for failure in failures]
        self.after_look()
        return seen

    def _seen(self, told: str) -> EhpcSnapshot:
        job_id = told if "." in told else f"{told}.scheduler"
        job = self.jobs.get(job_id)
        if job is None:
            return EhpcSnapshot(job_id=told, state=State.NOT_FOUND, look_begun_at=self.clock.now())
        return EhpcSnapshot(
            job_id=job_id,
            state=job.state,
            start_time=job.start,
            last_modify_time=job.modified,
            rerunnable=job.rerunnable,
            owner=job.owner,
            look_begun_at=self.clock.now(),
        )

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """One result a target, as scripted."""
        self.before_call()
        self.calls.append([target.job_id for target in targets])
        results = []
        for target in targets:
            effect = self.answer(target)
            if effect in {Effect.DONE, Effect.UNKNOWN} and self.effect(target):
                self.kills.append(f"{target.job_id}@{self.jobs[target.job_id].start}")
                self.jobs[target.job_id].start = int(self.clock.now()) + 5
            results.append(
                CallResult(
                    effect=effect,
                    api="RerunJobs",
                    code=self.code,
                    request_id="req",
                    left_at=self.clock.now(),
                    account_wide=self.account_wide,
                    credentials=self.credentials,
                )
            )
        return results

    def refusal(self) -> CallResult:
        """An answer that certainly did nothing and is worth repeating."""
        return CallResult(effect=Effect.NOT_DONE_LATER, api="RerunJobs", code="Throttling", left_at=self.clock.now())


@dataclass
class SchedulerxWorld:
    """A group: instances of each job, newest last."""

    clock: Clock
    instances: dict[str, list[Instance]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    answer: Effect = Effect.DONE
    effect: bool = True
    own_parameters: bool = False
    enabled: bool = True
    batch_size: int = 1
    look_fails: LookFailed | None = None

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One observation a failure, in the same order."""
        if self.look_fails is not None:
            return [replace(self.look_fails, look_begun_at=self.clock.now()) for _ in failures]
        return [self._seen(failure) for failure in failures]

    def end(self, job_id: str, state: State) -> None:
        """The newest instance that a rerun made goes into this state."""
        known = self.instances[job_id]
        place = max(place for place, one in enumerate(known) if one.trigger_type == TRIGGER_DATA_RERUN)
        known[place] = replace(known[place], state=state, ended_at=self.clock.now())

    def _seen(self, failure: Failure) -> SchedulerxSnapshot:
        known = list(reversed(self.instances.get(failure.job_id, [])))
        meant = next(
            (
                one
                for one in known
                if one.instance_id == failure.job_instance_id
                or (failure.job_instance_id is None and one.data_time == failure.data_time)
            ),
            None,
        )
        return SchedulerxSnapshot(
            job_id=failure.job_id,
            state=meant.state if meant else State.NOT_FOUND,
            enabled=self.enabled,
            instance=meant,
            others=tuple(one for one in known if one is not meant),
            own_parameters=self.own_parameters,
            look_begun_at=self.clock.now(),
        )

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """One result a target, as scripted."""
        (target,) = targets
        assert target.data_time is not None
        self.calls.append((target.job_id, target.data_time))
        if self.effect:
            known = self.instances[target.job_id]
            known.append(
                Instance(
                    instance_id=1000 + len(known),
                    state=State.RUNNING,
                    data_time=target.data_time,
                    trigger_type=2,
                    started_at=self.clock.now() + 1,
                )
            )
        return [CallResult(effect=self.answer, api="RerunJob", request_id="req", left_at=self.clock.now())]

    def refusal(self) -> CallResult:
        """An answer that certainly did nothing and is worth repeating."""
        return CallResult(effect=Effect.NOT_DONE_LATER, api="RerunJob", code="Throttling", left_at=self.clock.now())
