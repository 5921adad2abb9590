"""The one small world behind the ports: job systems, ledger, Logstore, chance and the corridor put together."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import State
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Controls, ModeSet
from shared.domain.outcome import stable_id
from shared.domain.record import JobRecord
from shared.heal import Healer, Invocation, Report
from shared.ledger.sqlite import SqliteLedger
from shared.policy.model import Action, Breaker, Cooldown, Match, Policy, Rule
from shared.ports import Write
from shared.sweep import sweep
from shared.systems.schedulerx.snapshot import Instance
from tests.support.clock import Chance, Clock
from tests.support.meddled_ledger import MeddledLedger
from tests.support.sink import Sink
from tests.support.systems import CLUSTER, GROUP, EhpcWorld, Job, SchedulerxWorld

SHARED = ("breaker/", "pace/", "rate/", "control/", "nodes/")
"""What begins so is no job's record."""

Row = tuple[str, bytes, int, float | None, float | None]
"""A document in the ledger's file: key, document, version, due, expiry."""


@dataclass
class House:
    """Everything together over a real ledger file; `deliver` and `sweep` are what the platform does."""

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
        self.ledger = MeddledLedger(SqliteLedger(str(self.path / "ledger.db"), self.clock))

    def healer(self, time_s: float = 60.0) -> Healer:
        """A new invocation's corridor with this much time."""
        self.invocations += 1
        return Healer(
            systems=lambda system, _region: self.ehpc if system == "ehpc" else self.schedulerx,
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
        actor: str = "",
        why: str = "",
    ) -> Report:
        """One delivery, all the way."""
        intake = Intake(failures=list(failures), dry_run=dry_run, force=force, actor=actor, why=why)
        return self.healer(time_s).handle(intake, trigger)

    def sweep(self) -> Report:
        """One run of the timer's function."""
        return sweep(self.healer())

    def database(self) -> list[Row]:
        """Every row of the ledger, bytes and all, by key."""
        found = sqlite3.connect(self.path / "ledger.db")
        try:
            return found.execute("SELECT * FROM documents ORDER BY key").fetchall()
        finally:
            found.close()

    def records(self) -> dict[str, JobRecord]:
        """The jobs' records, by key."""
        return {row[0]: decode_record(row[1]) for row in self.database() if not row[0].startswith(SHARED)}

    def open_cases(self) -> list[str]:
        """Reasons of the cases that are still open, whatever the document."""
        cases = [case for record in self.records().values() for case in record.cases]
        return [str(case.reason and case.reason.value) for case in cases if case.open]

    def unfinished(self) -> list[str]:
        """Keys of records with an open case or an outcome owed; a watch over a rerun that was accepted is neither."""
        return [key for key, one in self.records().items() if one.owed or any(case.open for case in one.cases)]

    def controls(self, everything: ModeSet | None = None, rules: dict[str, ModeSet] | None = None) -> None:
        """A person sets modes in the ledger, in place of those that were there."""
        there = self.ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY)
        document = encode(Controls(everything=everything, rules=rules or {}))
        expected = there.version if there else None
        self.ledger.save([Write(key=CONTROLS_KEY, document=document, expected=expected, due_at=None, expires_at=None)])

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


def verdicts(report: Report) -> list[tuple[str, str]]:
    """(verdict, reason) of each outcome of a report, without what only tells what became of a rerun."""
    pairs = [(result.outcome.verdict, result.outcome.reason) for result in report.results]
    return [pair for pair in pairs if not pair[1].startswith("seen_")]
