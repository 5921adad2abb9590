"""A ledger, a few failures in it, and a small corridor: enough to see what a person's word leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.documents import decode_limit, decode_record, encode
from shared.domain.call import CallResult, Effect, Target
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import Scope, State
from shared.domain.keys import breaker_key, job_key
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, Case, CaseState, JobRecord
from shared.domain.snapshot import Observation
from shared.domain.verdicts import Verdict
from shared.heal import Healer, Invocation, Report
from shared.ledger.sqlite import SqliteLedger
from shared.policy.model import Action, Breaker, Cooldown, Match, Policy, Rule
from shared.ports import Due, Ledger, Stored, Write
from shared.sweep import sweep
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot

START = 1_800_000_000.0
CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
OTHER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-2")


@dataclass
class Clock:
    """Stands still until told."""

    moment: float = START

    def now(self) -> float:
        return self.moment


@dataclass
class Memory:
    """A ledger in memory. `before_save` runs just before a save, as somebody else who is quicker would."""

    kept: dict[str, tuple[Stored, float | None]] = field(default_factory=dict)
    before_save: Callable[[], None] = lambda: None
    down: bool = False
    saves: list[list[str]] = field(default_factory=list)
    lost_after: int | None = None
    """So many more saves are made, then the answer is lost though the write was made."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        if self.down:
            raise LedgerUnavailable("down")
        return {key: self.kept[key][0] for key in keys if key in self.kept}

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        if self.down:
            raise LedgerUnavailable("down")
        # What the other one saves meets nobody.
        hook, self.before_save = self.before_save, lambda: None
        hook()
        self.before_save = hook
        conflicts = frozenset(write.key for write in writes if not self._write(write))
        self.saves.append([write.key for write in writes])
        if self.lost_after is not None:
            self.lost_after -= 1
            if self.lost_after < 0:
                self.lost_after = None
                raise LedgerUnavailable("the answer was lost")
        return conflicts

    def _write(self, write: Write) -> bool:
        there = self.kept.get(write.key)
        if (there[0].version if there else None) != write.expected:
            return False
        self.kept[write.key] = (Stored(write.document, (write.expected or 0) + 1), write.due_at)
        return True

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        if self.down:
            raise LedgerUnavailable("down")
        found = sorted(Due(at, key) for key, (_, at) in self.kept.items() if at is not None and at <= before)
        return [one for one in found if after is None or one > after][:limit]


def failure(number: int, scope: Scope = CLUSTER, **told: object) -> Failure:
    """A telling about a job."""
    about = {"message": "no output", "event_id": f"event-{number}", "telling_id": stable_id("telling", number), **told}
    return Failure(scope=scope, job_id=f"{number}.scheduler", occurred_at=START - 10, trigger=Trigger.EVENT, **about)  # type: ignore[arg-type]  # a test's own words


def failure_id(number: int) -> str:
    """Ids that differ in their first characters."""
    return stable_id("failure", number)


def held(number: int, *, opened_at: float = START, expires_at: float = START + 86_400, scope: Scope = CLUSTER) -> Case:
    """A case that a rule holds."""
    return Case(
        failure=failure(number, scope),
        failure_id=failure_id(number),
        state=CaseState.HELD,
        opened_at=opened_at,
        due_at=expires_at,
        verdict=Verdict.HELD,
        reason=Reason.RULE_HOLDS,
        outcome_id=stable_id("held", number),
    )


def stopped(number: int, scope: Scope = CLUSTER) -> Case:
    """A case that an open breaker stopped."""
    return Case(
        failure=failure(number, scope, extra={"note": "kept"}),
        failure_id=failure_id(number),
        state=CaseState.CLOSED,
        opened_at=START - 3 * 86_400,
        due_at=LISTED_AT,
        verdict=Verdict.SUPPRESSED,
        reason=Reason.BREAKER_OPEN,
        outcome_id=stable_id("stopped", number),
    )


def put(ledger: Ledger, *cases: Case, key: str = "") -> str:
    """A new record with these cases, under the first one's job unless said otherwise."""
    record = JobRecord(cases=cases)
    key = key or job_key(cases[0].failure.scope, cases[0].failure.job_id)
    write = Write(key=key, document=encode(record), expected=None, due_at=record.due_at, expires_at=None)
    assert not ledger.save([write])
    return key


def record_at(ledger: Ledger, key: str) -> JobRecord:
    """The record as it is."""
    return decode_record(ledger.load([key])[key].document)


@pytest.fixture
def clock() -> Clock:
    """The only clock of a test."""
    return Clock()


@pytest.fixture
def memory() -> Memory:
    """An empty ledger in memory."""
    return Memory()


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """An empty ledger: in memory, and a real one."""
    if request.param == "memory":
        yield Memory()
        return
    made = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield made
    made.close()


@dataclass
class House:
    """A cluster of running jobs and the corridor over one ledger file."""

    clock: Clock
    ledger: SqliteLedger
    kills: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    batch_size: int = 100
    max_jobs: int = 2
    action: Action = Action.RERUN
    invocations: int = 0

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        seen: list[Observation] = []
        for told in failures:
            start = int(START) - 3600 if told.job_id not in self.kills else int(self.clock.moment) - 1
            seen.append(
                EhpcSnapshot(
                    job_id=told.job_id,
                    state=State.RUNNING,
                    start_time=start,
                    rerunnable=True,
                    look_begun_at=self.clock.moment,
                )
            )
        return seen

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        self.kills += [target.job_id for target in targets]
        done = CallResult(effect=Effect.DONE, api="RerunJobs", request_id="r", left_at=self.clock.moment)
        return [done for _ in targets]

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        self.rows += [dict(record) for record in records]

    def fraction(self) -> float:
        return 0.0

    def healer(self) -> Healer:
        """A new invocation's corridor."""
        self.invocations += 1
        policy = Policy(
            version=1,
            cooldown=Cooldown(base_s=0, factor=1, max_s=0),
            breaker=Breaker(max_jobs=self.max_jobs, window_s=600),
            rules=(Rule(name="all", match=Match(), action=self.action),),
        )
        return Healer(
            systems=lambda _system, _region: self,
            ledger=self.ledger,
            sink=self,
            clock=self.clock,
            chance=self,
            policy=policy,
            invocation=Invocation(f"request-{self.invocations}", self.clock.moment + 60),
        )

    def deliver(self, *numbers: int) -> Report:
        """Tell failures of these jobs."""
        told = [failure(number) for number in numbers]
        return self.healer().handle(Intake(failures=told), Trigger.EVENT)

    def sweep(self) -> Report:
        """The timer."""
        return sweep(self.healer())

    def told(self, number: int) -> list[tuple[str, str]]:
        """(verdict, reason) of each outcome of a job's failure, in the order of writing, repeats dropped."""
        mine = {row["outcome_id"]: row for row in self.rows if row.get("job_id") == f"{number}.scheduler"}
        return [(row["verdict"], row["reason"]) for row in mine.values()]

    def breaker_open(self) -> bool:
        """Whether the cluster's breaker is open."""
        key = breaker_key(CLUSTER)
        return decode_limit(self.ledger.load([key])[key].document).opened_at is not None


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """The small world."""
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield House(clock, ledger)
    ledger.close()
