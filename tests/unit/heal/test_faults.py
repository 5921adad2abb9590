"""Every single fault at every step, and pairs of them: nothing is done twice, nothing is lost.

A step is one crossing of a port: ledger load or save, a look, a call, a PutLogs. Afterwards the platform delivers again
what failed or died, and the timer sweeps until nothing is due.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from msgspec import structs
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.call import CallResult, Effect, Target
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.heal import Healer
from shared.policy.model import Cooldown
from shared.ports import Due, Ledger, Stored, Write
from tests.support.house import House
from tests.support.meddled_ledger import Killed
from tests.support.sink import Sink
from tests.support.systems import EhpcWorld, SchedulerxWorld

Answer = TypeVar("Answer")

FAULTS = ("killed before", "killed after", "error before", "error after")
MOST_STEPS = 30
BLIND = LookFailed(worth_repeating=True, code="ServiceUnavailable", message="no", look_begun_at=0)


@dataclass
class Plan:
    """Which fault comes at which step; counts the steps."""

    faults: dict[int, str]
    steps: int = 0
    met: list[str] = field(default_factory=list)

    def cross(self, port: str, effect: Callable[[], Answer], error: Callable[[bool], Answer]) -> Answer:
        """One step: the effect, with this step's fault around it. `error` is told whether the effect took place."""
        self.steps += 1
        fault = self.faults.get(self.steps, "")
        if fault:
            self.met.append(f"{port} {fault}")
        if fault == "killed before":
            raise Killed
        if fault == "error before":
            return error(False)  # noqa: FBT003 - told by its name above
        answer = effect()
        if fault == "killed after":
            raise Killed
        return error(True) if fault == "error after" else answer  # noqa: FBT003 - as above


def ledger_error(_done: bool) -> NoReturn:  # noqa: FBT001 - a step's error is told whether the effect took place
    """Out of reach, or not known whether it saved."""
    raise LedgerUnavailable("fault")


def sink_error(_done: bool) -> NoReturn:  # noqa: FBT001 - as above
    """Not certain that every record was taken."""
    raise SinkUnavailable("fault")


@dataclass
class FaultyLedger:
    """A ledger behind a plan."""

    ledger: Ledger
    plan: Plan

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """One step."""
        return self.plan.cross("load", lambda: self.ledger.load(keys), ledger_error)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """One step."""
        return self.plan.cross("save", lambda: self.ledger.save(writes), ledger_error)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """One step."""
        return self.plan.cross("due", lambda: self.ledger.due(before, limit, after), ledger_error)


@dataclass
class FaultySink:
    """A Logstore behind a plan."""

    sink: Sink
    plan: Plan

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """One step."""
        self.plan.cross("put", lambda: self.sink.put(records), sink_error)


@dataclass
class FaultySystem:
    """A job system behind a plan: it never raises, it answers that it failed."""

    system: EhpcWorld | SchedulerxWorld
    plan: Plan

    def __post_init__(self) -> None:
        self.batch_size = self.system.batch_size

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One step."""
        blind: list[Observation] = [replace(BLIND, look_begun_at=self.system.clock.now())] * len(failures)
        return self.plan.cross("look", lambda: self.system.observe(failures), lambda _: blind)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """One step; an error after the effect is an answer that was lost."""
        normal: list[CallResult] = []

        def act() -> list[CallResult]:
            normal.extend(self.system.rerun(targets))
            return normal

        def lost(done: bool) -> list[CallResult]:  # noqa: FBT001 - as above
            if done:
                return [replace(one, effect=Effect.UNKNOWN) for one in normal]
            return [self.system.refusal()] * len(targets)

        return self.plan.cross("call", act, lost)


@dataclass
class FaultyHouse(House):
    """The small world, with every port of its corridor behind the plan; what a test reads of it is not."""

    plan: Plan = field(default_factory=lambda: Plan({}))

    def healer(self, time_s: float = 60.0) -> Healer:
        """A new invocation's corridor, behind the plan."""
        ehpc, schedulerx = FaultySystem(self.ehpc, self.plan), FaultySystem(self.schedulerx, self.plan)
        return structs.replace(
            super().healer(time_s),
            systems=lambda system, _region: ehpc if system == "ehpc" else schedulerx,
            ledger=FaultyLedger(self.ledger, self.plan),
            sink=FaultySink(self.sink, self.plan),
        )


def build(folder: Path, plan: Plan) -> FaultyHouse:
    """A small world, all of whose ports are behind the plan."""
    folder.mkdir()
    house = FaultyHouse(folder, plan=plan)
    house.policy = replace(house.policy, cooldown=Cooldown(base_s=0, max_s=0))
    return house


def deliveries(house: House) -> list[Failure]:
    """A hung job told by two doors, one told by its bare number, one that has ended, and a failed instance."""
    failures = [
        house.hung(1),
        house.failure(1, telling_id="again", event_id="again", occurred_at=house.clock.now() - 12),
        house.hung(2, job_id="2"),
        house.hung(3),
        house.failed_instance(),
    ]
    house.ehpc.jobs["3.scheduler"].state = State.FINISHED
    return failures


def live_through(house: House) -> None:
    """Deliver, again after each failure as the platform does, then sweep for two days."""
    failures = deliveries(house)
    for _ in range(5):
        try:
            house.deliver(*failures)
            break
        except (Killed, LedgerUnavailable):
            house.later(1)
    for _ in range(40):
        house.later(4500)
        try:
            house.sweep()
        except (Killed, LedgerUnavailable):
            continue


def judge(house: House, plan: Plan) -> None:
    """The laws that can be seen from outside."""
    story = f"{plan.met} at {plan.faults}"
    kills = house.ehpc.kills
    assert sorted(kill.partition("@")[0] for kill in kills) == ["1.scheduler", "2.scheduler"], (story, kills)
    made = [one for one in house.schedulerx.instances["42"] if one.trigger_type == 2]
    assert len(made) == 1, (story, made)
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    final = {row["failure_id"] for row in rows if row["final"] == "true"}
    assert {row["failure_id"] for row in rows} == final, story
    reruns = [row["job_id"] for row in rows if row["verdict"] == "rerun"]
    assert sorted(reruns) == ["1.scheduler", "2.scheduler", "42"], (story, reruns)
    assert ("ineligible", "job_finished") in house.sink.told(), story
    assert house.unfinished() == [], story
    for key, document, *_ in house.database():
        if not key.startswith(("breaker/", "pace/")):
            record = decode_record(document)
            assert not record.owed, story
            assert not any(case.open for case in record.cases), story
            assert len(record.attempts) <= 1, story


def run(folder: Path, faults: dict[int, str]) -> Plan:
    """One history, judged."""
    plan = Plan(faults)
    house = build(folder, plan)
    try:
        live_through(house)
        judge(house, plan)
    finally:
        house.ledger.close()
    return plan


@pytest.mark.parametrize("fault", FAULTS)
def test_every_single_fault(tmp_path: Path, fault: str) -> None:
    """At each of the first thirty steps, of the delivery and of the sweeps that follow."""
    met: set[str] = set()
    for step in range(1, MOST_STEPS + 1):
        met.update(run(tmp_path / f"step-{step}", {step: fault}).met)
    assert {one.split()[0] for one in met} == {"load", "save", "look", "call", "put", "due"}


@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_faults(tmp_path: Path, seed: int) -> None:
    """Fifteen histories a seed with two or three faults each, most of them while the first is being repaired."""
    chance = random.Random(seed)
    for number in range(15):
        first = chance.randint(1, 25)
        steps = {first, first + chance.randint(1, 12), first + chance.randint(1, 30)}
        run(tmp_path / f"history-{number}", {step: chance.choice(FAULTS) for step in steps})
