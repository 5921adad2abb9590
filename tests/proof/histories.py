"""Runs histories and judges them: every law on every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.proof.laws import LAWS
from tests.proof.scenarios import Scenario
from tests.proof.seam import Plan, extensions
from tests.proof.world import START, NotQuietError, World


class BreachError(AssertionError):
    """A law was broken; the text is the whole history."""


@dataclass
class Met:
    """How many histories were run and what they met."""

    histories: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def add(self, world: World) -> None:
        """Count one history."""
        self.histories += 1
        self.words.update({f"{row['verdict']}/{row['reason']}" for row in world.sink.rows})
        self.words.update(world.tally)
        self.words["conflict"] += bool(world.ledger.conflicts)
        self.words["killed"] += any(who.dead for who in world.invoked)
        self.words["redelivered"] += any(who.failed and not who.label.startswith("sweep") for who in world.invoked)
        self.words["owed"] += any(saved.key.startswith("owed/") for saved in world.saved)


def judge(world: World, name: str) -> None:
    """Every law on a history that has come to rest.

    Raises:
        BreachError: with the scenario, the plan and everything that happened.
    """
    broken = [f"{law.__name__}: {breach}" for law in LAWS for breach in law(world)]
    if broken:
        raise BreachError(story(world, name, broken))


def run(scenario: Scenario, plan: Plan = ()) -> World:
    """One history of a scenario, judged."""
    world = World(scenario.policy, plan)
    scenario.build(world)
    try:
        world.run()
    except NotQuietError as error:
        raise BreachError(story(world, scenario.name, [f"law_04_nothing_is_lost: {error}"])) from None
    judge(world, scenario.name)
    return world


def singles(scenario: Scenario, met: Met) -> Iterator[World]:
    """The history without a fault, then one for each fault at each step."""
    calm = run(scenario)
    met.add(calm)
    yield calm
    for plan in extensions((), calm.trace[: scenario.within]):
        world = run(scenario, plan)
        met.add(world)
        yield world


def pairs(scenario: Scenario, met: Met, every: int = 1) -> None:
    """Histories with two faults, the second anywhere after the first, redeliveries and sweeps included.

    With `every` > 1 only each n-th of them, evenly over all first faults.
    """
    number = 0
    for plan in extensions((), run(scenario).trace[: scenario.within]):
        for both in extensions(plan, run(scenario, plan).trace[: scenario.within]):
            number += 1
            if number % every == 0:
                met.add(run(scenario, both))


def story(world: World, name: str, broken: list[str]) -> str:
    """A history for people."""
    plan = [f"step {place}: {fault.name}" for place, fault in world.plan.items()]
    lines = [*broken, f"scenario {name}; plan: {', '.join(plan) or 'no fault'}", "history:"]
    for place, (at, who, what, size, fault) in enumerate(world.history):
        told = f"  <- {fault.value}" if fault else ""
        lines.append(f"  {place:3} +{at - START:8.2f} {who:10} {what} {size or ''}{told}")
    lines += [
        f"  call +{c.at - START:.2f} {c.who.label} {c.job[1]} {c.effect} effective {c.effective}" for c in world.calls
    ]
    rows = sorted(world.sink.unique().values(), key=lambda row: row["at"])
    lines += [f"  told {r['at']} {r['verdict']}/{r['reason']} {r['event_id']} {r['failure_id'][:6]}" for r in rows]
    return "\n".join(lines)
