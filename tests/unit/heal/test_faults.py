"""Every single fault at every step, and pairs of them: nothing is done twice, nothing is lost.

A step is one crossing of a port: ledger load or save, a look, a call, a PutLogs. Afterwards the platform delivers again
what failed or died, and the timer sweeps until nothing is due.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.call import Effect
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.policy.model import Cooldown

FAULTS = ("killed before", "killed after", "error before", "error after")
MOST_STEPS = 30
BLIND = LookFailed(worth_repeating=True, code="ServiceUnavailable", message="no", look_begun_at=0)


class Killed(BaseException):
    """The platform ends the process."""


@dataclass
class Plan:
    """Which fault comes at which step; counts the steps."""

    faults: dict[int, str]
    steps: int = 0
    met: list[str] = field(default_factory=list)

    def cross(self, port: str, effect: Callable[[], Any], error: Callable[[bool], Any]) -> Any:
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


def ledger_error(_done: bool) -> Any:  # noqa: FBT001 - a step's error is told whether the effect took place
    """Out of reach, or not known whether it saved."""
    raise LedgerUnavailable("fault")


def sink_error(_done: bool) -> Any:  # noqa: FBT001 - as above
    """Not certain that every record was taken."""
    raise SinkUnavailable("fault")


@dataclass
class FaultyLedger:
    """A ledger behind a plan."""

    ledger: Any
    plan: Plan

    def load(self, keys: Sequence[str]) -> Any:
        """One step."""
        return self.plan.cross("load", lambda: self.ledger.load(keys), ledger_error)

    def save(self, writes: Sequence[Any]) -> Any:
        """One step."""
        return self.plan.cross("save", lambda: self.ledger.save(writes), ledger_error)

    def due(self, before: float, limit: int, after: Any = None) -> Any:
        """One step."""
        return self.plan.cross("due", lambda: self.ledger.due(before, limit, after), ledger_error)

    def close(self) -> None:
        """No step."""
        self.ledger.close()


@dataclass
class FaultySink:
    """A Logstore behind a plan."""

    sink: Any
    plan: Plan

    def put(self, records: Sequence[Any]) -> None:
        """One step."""
        self.plan.cross("put", lambda: self.sink.put(records), sink_error)


@dataclass
class FaultySystem:
    """A job system behind a plan: it never raises, it answers that it failed."""

    system: Any
    plan: Plan

    @property
    def batch_size(self) -> int:
        """As the system's."""
        size: int = self.system.batch_size
        return size

    def observe(self, failures: Sequence[Any]) -> Any:
        """One step."""
        blind = replace(BLIND, look_begun_at=self.system.clock.now())
        return self.plan.cross("look", lambda: self.system.observe(failures), lambda _: [blind] * len(failures))

    def rerun(self, targets: Sequence[Any]) -> Any:
        """One step; an error after the effect is an answer that was lost."""
        normal: list[Any] = []

        def act() -> list[Any]:
            normal.extend(self.system.rerun(targets))
            return normal

        def lost(done: bool) -> list[Any]:  # noqa: FBT001 - as above
            if done:
                return [replace(one, effect=Effect.UNKNOWN) for one in normal]
            return [self.system.refusal()] * len(targets)

        return self.plan.cross("call", act, lost)


def build(make: Any, folder: Path, plan: Plan) -> Any:
    """A small world, all of whose ports are behind the plan."""
    folder.mkdir()
    house = make(folder)
    house.policy = replace(house.policy, cooldown=Cooldown(base_s=0, max_s=0))
    house.ledger = FaultyLedger(house.ledger, plan)
    house.real_sink = house.sink
    house.sink = FaultySink(house.sink, plan)
    house.real_ehpc, house.real_schedulerx = house.ehpc, house.schedulerx
    house.ehpc = FaultySystem(house.ehpc, plan)
    house.schedulerx = FaultySystem(house.schedulerx, plan)
    return house


def deliveries(house: Any) -> list[Any]:
    """A hung job told by two doors, one told by its bare number, one that has ended, and a failed instance."""
    jobs, schedulerx = house.real_ehpc.jobs, house.real_schedulerx
    house.ehpc, house.schedulerx = house.real_ehpc, schedulerx
    failures = [
        house.hung(1),
        house.failure(1, telling_id="again", event_id="again", occurred_at=house.clock.now() - 12),
        house.hung(2, job_id="2"),
        house.hung(3),
        house.failed_instance(),
    ]
    jobs["3.scheduler"].state = State.FINISHED
    house.ehpc, house.schedulerx = FaultySystem(house.ehpc, house.sink.plan), FaultySystem(schedulerx, house.sink.plan)
    return failures


def live_through(house: Any) -> None:
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


def judge(house: Any, plan: Plan) -> None:
    """The laws that can be seen from outside."""
    story = f"{plan.met} at {plan.faults}"
    kills = house.real_ehpc.kills
    assert sorted(kill.partition("@")[0] for kill in kills) == ["1.scheduler", "2.scheduler"], (story, kills)
    made = [one for one in house.real_schedulerx.instances["42"] if one.trigger_type == 2]
    assert len(made) == 1, (story, made)
    rows = {row["outcome_id"]: row for row in house.real_sink.rows}.values()
    final = {row["failure_id"] for row in rows if row["final"] == "true"}
    assert {row["failure_id"] for row in rows} == final, story
    reruns = [row["job_id"] for row in rows if row["verdict"] == "rerun"]
    assert sorted(reruns) == ["1.scheduler", "2.scheduler", "42"], (story, reruns)
    assert ("ineligible", "job_finished") in house.real_sink.told(), story
    assert house.unfinished() == [], story
    for key, document, *_ in house.database():
        if not key.startswith(("breaker/", "pace/")):
            record = decode_record(document)
            assert not record.owed, story
            assert not any(case.open for case in record.cases), story
            assert len(record.attempts) <= 1, story


def run(make: Any, folder: Path, faults: dict[int, str]) -> Plan:
    """One history, judged."""
    plan = Plan(faults)
    house = build(make, folder, plan)
    try:
        live_through(house)
        judge(house, plan)
    finally:
        house.ledger.close()
    return plan


@pytest.mark.parametrize("fault", FAULTS)
def test_every_single_fault(house: Any, tmp_path: Path, fault: str) -> None:
    """At each of the first thirty steps, of the delivery and of the sweeps that follow."""
    met: set[str] = set()
    for step in range(1, MOST_STEPS + 1):
        met.update(run(type(house), tmp_path / f"step-{step}", {step: fault}).met)
    assert {one.split()[0] for one in met} == {"load", "save", "look", "call", "put", "due"}


@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_faults(house: Any, tmp_path: Path, seed: int) -> None:
    """Fifteen histories a seed with two or three faults each, most of them while the first is being repaired."""
    chance = random.Random(seed)
    for number in range(15):
        first = chance.randint(1, 25)
        steps = {first, first + chance.randint(1, 12), first + chance.randint(1, 30)}
        run(type(house), tmp_path / f"history-{number}", {step: chance.choice(FAULTS) for step in steps})
