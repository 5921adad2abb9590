"""Whom sources, blocks, windows and people are for: what they ask that no job of any job system can have."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.errors import Fault
from shared.policy import yamltree
from shared.policy.conditions import Places, Source
from shared.policy.model import Policy
from shared.policy.places import may_mean
from shared.systems import SYSTEMS

_BOUND = ("sources", "by", "windows", "people")


def odd_reach(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: it fits nothing, and whoever wrote it believes that something is bound by it."""
    for name in _BOUND:
        parts: tuple[Places, ...] = getattr(policy, name)
        for path, part, node in yamltree.each(parts, root, name):
            meant = [system for system in SYSTEMS if may_mean(part, system)]
            if not meant:
                yield Fault(path, f"never fits: {whose_places()}", node.line)
            elif isinstance(part, Source) and part.owners is not None and not any(one.tells_owners for one in meant):
                names = " and ".join(system.title for system in meant)
                problem = f"never fits: {names} names no owner of a job, and one that is told does not count"
                yield Fault(f"{path}.owners", problem, yamltree.child(node, "owners").line)


def whose_places() -> str:
    """Which names of places are which job system's."""
    return ", ".join(f"a {' or '.join(part.label for part in system.parts)} is {system.title}'s" for system in SYSTEMS)
