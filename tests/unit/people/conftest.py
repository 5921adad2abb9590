"""A ledger, a few failures in it, and a small corridor: enough to see what a person's word leads to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.documents import decode_limit, decode_record, encode
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.domain.keys import breaker_key, job_key
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.ledger.sqlite import SqliteLedger
from shared.policy.model import Action, Breaker, Cooldown, Match, Policy, Rule
from shared.ports import Ledger, Write
from shared.reality import SystemClock
from shared.systems.ehpc.scope import Cluster
from tests.support.clock import START, Clock
from tests.support.house import House
from tests.support.meddled_ledger import MeddledLedger
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER, Job

OTHER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-2")


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
def memory(clock: Clock) -> MeddledLedger:
    """An empty ledger in memory, at whose doors somebody else may be quicker."""
    return MeddledLedger(MemoryLedger(clock))


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """An empty ledger: in memory, and a real one."""
    made = MemoryLedger(clock) if request.param == "memory" else SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield made
    made.close()


class Ward(House):
    """The small world with one rule for all, no cooldown, and a breaker that two jobs open."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rule(Action.RERUN)

    def rule(self, action: Action, max_jobs: int = 2) -> None:
        """What the one rule does, and how many jobs the breaker allows."""
        self.policy = Policy(
            version=1,
            cooldown=Cooldown(base_s=0, factor=1, max_s=0),
            breaker=Breaker(max_jobs=max_jobs, window_s=600),
            rules=(Rule(name="all", match=Match(), action=action),),
        )

    def fail(self, *numbers: int) -> None:
        """These running jobs hang, and that is told as it was at first: once more is a redelivery."""
        for number in numbers:
            self.ehpc.jobs.setdefault(f"{number}.scheduler", Job())
        self.deliver(*map(failure, numbers))

    @property
    def killed(self) -> list[str]:
        """Each job that was rerun, as often as it was."""
        return [kill.partition("@")[0] for kill in self.ehpc.kills]

    def told(self, number: int) -> list[tuple[str, str]]:
        """(verdict, reason) of each outcome of a job's failure, in the order of writing, repeats dropped."""
        rows = [*self.sink.rows, *self.sink.sightings]
        mine = {row["outcome_id"]: row for row in rows if row.get("job_id") == f"{number}.scheduler"}
        return [(row["verdict"], row["reason"]) for row in mine.values()]

    def breaker_open(self) -> bool:
        """Whether the cluster's breaker is open."""
        key = breaker_key(CLUSTER)
        return decode_limit(self.ledger.load([key])[key].document).opened_at is not None


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Ward]:
    """The small world."""
    made = Ward(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteLedger:
    """An empty ledger file that the environment names; nothing else of Second Wind is in the environment."""
    for name in ("SECONDWIND_OUTCOME_PROJECT", "SECONDWIND_OUTCOME_LOGSTORE", "SECONDWIND_SLS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECONDWIND_LEDGER_URL", f"sqlite://{tmp_path}/ledger.db")
    return SqliteLedger(f"{tmp_path}/ledger.db", SystemClock())
