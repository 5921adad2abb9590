"""Random nights of each job system: no window has more restarts than its budget, and what is told of one took place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import CallResult, Effect, Target
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import State
from shared.domain.outcome import stable_id
from shared.domain.snapshot import Observation
from shared.policy.model import Attempts, Cooldown
from shared.sweep import sweep
from tests.proof.nights_units import APP, PROJECT
from tests.proof.units import FIRST_ID, UnitJob, UnitRun
from tests.support.house import House
from tests.support.systems import CLUSTER, GROUP
from tests.unit.heal.tricks import BAD_LOOK, set_policy

RUN_S = 45.0
DAY = "2026-01-01 10:00:00"
PAUSES_S = (1, 20, 61, 130, 200)
CLAIMS = {"observed_restart", "seen_restarted", "seen_succeeded", "seen_failed", "seen_ended"}
"""What says that a job ran again."""


class Moody:
    """A job system of one job that answers as chance has it."""

    batch_size = 1

    def __init__(self, house: House, kind: str, chance: random.Random) -> None:
        self.house, self.kind, self.chance, now = house, kind, chance, house.clock.now()
        self.restarts: list[float] = []
        """By us."""
        self.others: list[float] = []
        """By the scheduler."""
        self.odds = chance.choice([(1, 0, 0), (3, 2, 2), (1, 4, 1), (1, 1, 4)])
        self.blind = chance.choice([0.0, 0.2, 0.5])
        self.unit = UnitJob(kind.partition(" ")[0], "1", keeps_id="new id" not in kind)
        self.unit.fail(now - 600, now - 20)
        if kind == "ehpc":
            house.hung(1)
        else:
            house.failed_instance(DAY, 1)

    def telling(self) -> Failure | None:
        """That the newest run failed, if it did; a hung one always has."""
        now = self.house.clock.now()
        about: dict[str, Any] = {"scope": CLUSTER, "job_id": "1.scheduler", "occurred_at": now - 10}
        if self.kind == "schedulerx":
            failed = [one for one in self.house.schedulerx.instances["42"] if one.state is State.FAILED]
            named = self.chance.choice(failed).instance_id
            about = {"scope": GROUP, "job_id": "42", "job_instance_id": named, "occurred_at": now - 15}
        elif self.kind != "ehpc":
            run = self.unit.runs[-1]
            if run.state(now) is not State.FAILED:
                return None
            scope = PROJECT if self.kind == "dataworks" else APP
            named = 1 if self.kind == "dataworks" else FIRST_ID + (0 if self.unit.keeps_id else run.instance_id - 1)
            about = {"scope": scope, "job_id": "1", "job_instance_id": named, "occurred_at": min(now, run.ends_at)}
        about["event_id"] = f"{self.chance.random()}"
        return Failure(**about, trigger=Trigger.EVENT, telling_id=stable_id(about["event_id"]))

    def pass_on(self) -> None:
        """Runs end; the scheduler begins one anew."""
        now = self.house.clock.now()
        job, dice = self.house.ehpc.jobs.get("1.scheduler"), self.chance.random()
        if job is not None and dice < 0.15 and job.state is State.RUNNING and job.start < now - 5:
            if dice < 0.1:
                job.state = State.FINISHED
            else:
                self.others.append(now)
                job.start = int(now) - 1
        known = self.house.schedulerx.instances.get("42", [])
        for place, one in enumerate(known):
            if one.state is State.RUNNING and one.started_at is not None and now - one.started_at > RUN_S:
                end = self.chance.choice([State.SUCCEEDED, State.FAILED])
                known[place] = replace(one, state=end, ended_at=now)

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """What there is, or nothing."""
        self.pass_on()
        now = self.house.clock.now()
        if self.chance.random() < self.blind:
            return [replace(BAD_LOOK, look_begun_at=now)] * len(failures)
        if self.kind in {"ehpc", "schedulerx"}:
            return (self.house.ehpc if self.kind == "ehpc" else self.house.schedulerx).observe(failures)
        return [self.unit.show(now, failure) for failure in failures]

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Done, refused for now, or nobody knows; what is done may be in vain."""
        now, world = self.house.clock.now(), self.house.schedulerx
        (answer,) = self.chance.choices([Effect.DONE, Effect.NOT_DONE_LATER, Effect.UNKNOWN], self.odds)
        hits = answer is not Effect.NOT_DONE_LATER and self.chance.random() < (0.6 if answer is Effect.DONE else 0.5)
        if self.kind == "ehpc":
            cluster = self.house.ehpc
            hits = hits and cluster.jobs["1.scheduler"].state is State.RUNNING
            cluster.answer, cluster.effect = (lambda _: answer), (lambda _: hits)
            results = cluster.rerun(targets)
        elif self.kind == "schedulerx":
            world.answer, world.effect = answer, hits
            results = world.rerun(targets)
        else:
            hits = hits and self.unit.runs[-1].state(now) is State.FAILED
            number, ends = len(self.unit.runs) + 1, self.chance.choice([State.FAILED, State.SUCCEEDED])
            self.unit.runs += [UnitRun(number, now, now + RUN_S, ends)] * hits
            results = [CallResult(effect=answer, api="Rerun", left_at=now)]
        self.restarts += [now] * hits
        return results


def night(house: House, kind: str, chance: random.Random, budget: Attempts) -> Moody:
    """Tellings and sweeps, at any moment."""
    set_policy(house, attempts=budget, cooldown=Cooldown(base_s=0, max_s=0), breaker=None)
    system = Moody(house, kind, chance)
    for _ in range(30):
        house.later(chance.choice(PAUSES_S))
        system.pass_on()
        healer = replace(house.healer(chance.choice((30, 60))), systems=lambda *_: system)
        told = system.telling() if chance.random() < 0.5 else None
        if told is None:
            sweep(healer)
        else:
            healer.handle(Intake(failures=[told]), Trigger.EVENT)
    return system


@pytest.mark.parametrize("kind", ["ehpc", "schedulerx", "dataworks", "schedulerx3", "schedulerx3 new id"])
@pytest.mark.parametrize("seed", range(30))
def test_budgets_hold_and_what_is_told_took_place(house: House, kind: str, seed: int) -> None:
    """Judged by the job system's own moments, whatever was answered."""
    chance = random.Random(f"{kind} {seed}")
    budget = Attempts(max=chance.choice((1, 1, 2)), window_s=chance.choice((300, 600, 1800)))
    system = night(house, kind, chance, budget)
    for at in system.restarts:
        assert sum(at - budget.window_s < other <= at for other in system.restarts) <= budget.max
    rows = [*house.sink.rows, *house.sink.sightings]
    told_at: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: row["at"]):
        moment = datetime.fromisoformat(row["at"].replace("Z", "+00:00")).timestamp()
        told_at.setdefault(row["failure_id"], moment)
        if row["reason"] in CLAIMS:
            began = told_at[row["failure_id"]] - 2
            assert any(began <= at <= moment + 1 for at in (*system.restarts, *system.others)), row
