"""Runs histories and judges them: every law on every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.proof.laws import LAWS
from tests.proof.scenarios import Scenario
from tests.proof.seam import Plan, extensions
from tests.proof.world import NotQuietError, World
from tests.support.clock import START


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


def breaches(world: World) -> list[str]:
    """What a history that has come to rest breaks of every law."""
    return [f"{law.__name__}: {breach}" for law in LAWS for breach in law(world)]


def judge(world: World, name: str) -> None:
    """Every law on a history that has come to rest.

    Raises:
        BreachError: with the scenario, the plan and everything that happened.
    """
    broken = breaches(world)
    if broken:
        raise BreachError(story(world, name, broken))


def finish(world: World, name: str) -> World:
    """Let a history come to rest and judge it."""
    try:
        world.run()
    except NotQuietError as error:
        raise BreachError(story(world, name, [f"law_04_nothing_is_lost: {error}"])) from None
    judge(world, name)
    return world


def run(scenario: Scenario, plan: Plan = ()) -> World:
    """One history of a scenario, judged."""
    return finish(scenario.world(plan), scenario.name)


def singles(scenario: Scenario, met: Met) -> Iterator[World]:
    """The history without a fault, then one for each fault at each step."""
    calm = run(scenario)
    met.add(calm)
    yield calm
    for plan in extensions((), calm.trace, scenario.until):
        world = run(scenario, plan)
        met.add(world)
        yield world


def pairs(scenario: Scenario, met: Met) -> Iterator[World]:
    """Histories with two faults, the second anywhere after the first, redeliveries and sweeps included: each run."""
    for plan in extensions((), run(scenario).trace, scenario.until):
        for both in extensions(plan, run(scenario, plan).trace, scenario.until):
            world = run(scenario, both)
            met.add(world)
            yield world


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
    lines += [
        f"  told {r['at']} {r['verdict']}/{r['reason']} {r.get('event_id', '')} {r['failure_id'][:6]}" for r in rows
    ]
    return "\n".join(lines)
