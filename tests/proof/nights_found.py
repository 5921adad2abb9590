"""Nights in which nodes are remembered, and in which a discovery finds what nobody tells: builders of worlds."""

from __future__ import annotations

from shared.domain.failure import Trigger
from tests.proof.cast import hung, job, send
from tests.proof.found import each_period
from tests.proof.world import World


def bad_node(world: World) -> None:
    """Two jobs fail on one node, a third later."""
    send(world, *(hung(world, job(world, number), node="n1") for number in (1, 2)))
    send(world, hung(world, job(world, 3), node="n1"), after_s=8.0)


def found_alone(world: World) -> None:
    """A job hangs and nobody tells; another is healthy."""
    job(world)
    job(world, 2).hanging = 0
    each_period(world)


def found_and_told(world: World) -> None:
    """What is found is told through a door as well, a moment before and a moment after."""
    one, two = job(world), job(world, 2)
    send(world, hung(world, one))
    each_period(world, first_s=5.0)
    send(world, hung(world, two, door=Trigger.LOG), after_s=10.0)
