"""A small world behind the ports: no network, no real time. Counts kills, because calls prove nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.domain.call import Api, CallResult, Effect, Target
from shared.domain.errors import SinkUnavailable
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import Cluster, Group, State, System
from shared.domain.outcome import stable_id
from shared.domain.record import decode_record
from shared.domain.snapshot import (
    TRIGGER_DATA_RERUN,
    EhpcSnapshot,
    Instance,
    LookFailed,
    Observation,
    SchedulerxSnapshot,
)
from shared.heal import Healer, Invocation, Report
from shared.ledger.sqlite import SqliteLedger
from shared.policy.model import Action, Breaker, Cooldown, Match, Policy, Rule
from shared.sweep import sweep

START = 1_800_000_000.0
CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
SHARED = ("breaker/", "pace/")
GROUP = Group(region="cn-hangzhou", namespace="ns", group_id="demo.group")


@dataclass
class Clock:
    """Stands still until told."""

    moment: float = START

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


@dataclass
class Chance:
    """Always the same fraction."""

    value: float = 1.0

    def fraction(self) -> float:
        """The same each time."""
        return self.value


@dataclass
class Job:
    """An E-HPC job."""

    state: State = State.RUNNING
    start: int = int(START) - 3600
    rerunnable: bool = True
    modified: int | None = None


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
                    api=Api.RERUN_JOBS,
                    code=self.code,
                    request_id="req",
                    left_at=self.clock.now(),
                    account_wide=self.account_wide,
                )
            )
        return results

    def refusal(self) -> CallResult:
        """An answer that certainly did nothing and is worth repeating."""
        return CallResult(effect=Effect.NOT_DONE_LATER, api=Api.RERUN_JOBS, code="Throttling", left_at=self.clock.now())


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
        return [CallResult(effect=self.answer, api=Api.RERUN_JOB, request_id="req", left_at=self.clock.now())]

    def refusal(self) -> CallResult:
        """An answer that certainly did nothing and is worth repeating."""
        return CallResult(effect=Effect.NOT_DONE_LATER, api=Api.RERUN_JOB, code="Throttling", left_at=self.clock.now())


@dataclass
class Sink:
    """The outcome Logstore."""

    down: bool = False
    rows: list[dict[str, str]] = field(default_factory=list)
    sightings: list[dict[str, str]] = field(default_factory=list)
    """Rows that only tell what became of a rerun: kept apart, so that tests of decisions need not name them."""
    puts: int = 0

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Takes all, or is down."""
        self.puts += 1
        if self.down:
            raise SinkUnavailable("down")
        for record in records:
            (self.sightings if record["reason"].startswith("seen_") else self.rows).append(dict(record))

    def told(self) -> list[tuple[str, str]]:
        """(verdict, reason) of every row, repeats dropped."""
        unique = {row["outcome_id"]: row for row in self.rows}
        return [(row["verdict"], row["reason"]) for row in unique.values()]


@dataclass
class House:
    """Everything together; `deliver` and `sweep` are what the platform does."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    chance: Chance = field(default_factory=Chance)
    policy: Policy = field(
        default_factory=lambda: Policy(
            version=1,
            cooldown=Cooldown(base_s=60, factor=2, max_s=3600),
            breaker=Breaker(),
            rules=(
                Rule(name="user-error", match=Match(message="SyntaxError"), action=Action.IGNORE),
                Rule(name="the-rest", match=Match(), action=Action.RERUN),
            ),
        )
    )
    sink: Sink = field(default_factory=Sink)
    invocations: int = 0

    def __post_init__(self) -> None:
        self.ehpc = EhpcWorld(self.clock)
        self.schedulerx = SchedulerxWorld(self.clock)
        self.ledger = SqliteLedger(str(self.path / "ledger.db"), self.clock)

    def healer(self, time_s: float = 60.0) -> Healer:
        """A new invocation's corridor with this much time."""
        self.invocations += 1
        return Healer(
            systems=lambda system, _region: self.ehpc if system is System.EHPC else self.schedulerx,
            ledger=self.ledger,
            sink=self.sink,
            clock=self.clock,
            chance=self.chance,
            policy=self.policy,
            invocation=Invocation(f"request-{self.invocations}", self.clock.now() + time_s),
        )

    def deliver(
        self,
        *failures: Failure,
        trigger: Trigger = Trigger.EVENT,
        dry_run: bool = False,
        force: bool = False,
        time_s: float = 60.0,
    ) -> Report:
        """One delivery, all the way."""
        intake = Intake(failures=list(failures), dry_run=dry_run, force=force)
        return self.healer(time_s).handle(intake, trigger)

    def sweep(self) -> Report:
        """One run of the timer's function."""
        return sweep(self.healer())

    def database(self) -> list[tuple[object, ...]]:
        """Every row of the ledger, bytes and all."""
        found = sqlite3.connect(self.path / "ledger.db")
        try:
            return found.execute("SELECT * FROM documents ORDER BY key").fetchall()
        finally:
            found.close()

    def open_cases(self) -> list[str]:
        """Reasons of the cases that are still open, whatever the document."""
        records = [decode_record(row[1]) for row in self.database() if not str(row[0]).startswith(SHARED)]  # type: ignore[arg-type]  # a BLOB is bytes
        return [str(case.reason and case.reason.value) for record in records for case in record.cases if case.open]

    def unfinished(self) -> list[str]:
        """Keys of records with an open case or an outcome owed; a watch over a rerun that was accepted is neither."""
        records = {str(row[0]): decode_record(row[1]) for row in self.database() if not str(row[0]).startswith(SHARED)}  # type: ignore[arg-type]  # a BLOB is bytes
        return [key for key, record in records.items() if record.owed or any(case.open for case in record.cases)]

    def later(self, seconds: float) -> None:
        """Time passes."""
        self.clock.moment += seconds

    def hung(self, number: int = 1, **told: object) -> Failure:
        """A running job that hangs, and its telling."""
        self.ehpc.jobs.setdefault(f"{number}.scheduler", Job())
        return self.failure(number, **told)

    def failure(self, number: int = 1, **told: object) -> Failure:
        """A telling about a job that may not be there."""
        occurred_at = float(told.pop("occurred_at", self.clock.now() - 10))  # type: ignore[arg-type]  # a test's own number
        told.setdefault("telling_id", stable_id(number, occurred_at, *told.values()))
        told.setdefault("event_id", f"event-{number}")
        base = Failure(
            scope=CLUSTER,
            job_id=f"{number}.scheduler",
            occurred_at=occurred_at,
            trigger=Trigger.EVENT,
            event_id="",
            telling_id="",
        )
        return replace(base, **told)

    def failed_instance(
        self, day: str = "2026-01-01 10:00:00", instance_id: int = 7, job_id: str = "42", **about: object
    ) -> Failure:
        """An instance that failed 20 s ago, and its telling."""
        known = self.schedulerx.instances.setdefault(job_id, [])
        base = Instance(
            instance_id=instance_id,
            state=State.FAILED,
            data_time=day,
            trigger_type=1,
            started_at=self.clock.now() - 600,
            ended_at=self.clock.now() - 20,
        )
        known.append(replace(base, **about))
        return self.instance_failure(instance_id, job_id)

    def instance_failure(self, instance_id: int, job_id: str = "42") -> Failure:
        """The telling of an instance that the world has already."""
        return Failure(
            scope=GROUP,
            job_id=job_id,
            job_instance_id=instance_id,
            data_time=None,
            occurred_at=self.clock.now() - 15,
            trigger=Trigger.EVENT,
            event_id=f"sx-{instance_id}",
            telling_id=stable_id(job_id, instance_id),
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The small world."""
    made = House(tmp_path)
    yield made
    made.ledger.close()


def told(report: Report) -> list[tuple[str, str]]:
    """(verdict, reason) of each outcome of a report."""
    pairs = [(result.outcome.verdict, result.outcome.reason) for result in report.results]
    return [pair for pair in pairs if not pair[1].startswith("seen_")]


@pytest.fixture
def verdicts() -> Callable[[Report], list[tuple[str, str]]]:
    """(verdict, reason) of each outcome of a report."""
    return told


@pytest.fixture
def job() -> type[Job]:
    """To make further jobs."""
    return Job
