"""Whether a cluster or group fits what a policy says of places."""

from __future__ import annotations

from functools import lru_cache

from shared.domain.job import Scope
from shared.policy.conditions import PLACES, Globs, Places, listed
from shared.policy.globs import TextTest, glob_test
from shared.systems import SYSTEMS
from shared.systems.system import System


def place_fits(globs: str | tuple[str, ...] | None, value: str) -> bool:
    """Whether a part of a scope fits a condition on it; without a condition it does."""
    return globs is None or _place_test(globs)(value)


def speaks_for(places: Places, scope: Scope) -> bool:
    """Whether a scope is meant. What only names places of other systems says nothing of this one."""
    system = SYSTEMS.named(scope.system)
    asked = _asked(places)
    fits = all(place_fits(asked.get(part.label), getattr(scope, part.field)) for part in system.parts)
    return fits and may_mean(places, system)


def may_mean(places: Places, system: System) -> bool:
    """Whether any scope of the job system can be meant."""
    if places.systems is not None and system.name not in listed(places.systems):
        return False
    asked = _asked(places)
    return not asked or any(part.label in asked for part in system.parts)


def _asked(places: Places) -> dict[str, Globs]:
    return {label: globs for label in PLACES if (globs := getattr(places, f"{label}s")) is not None}


def names_places(places: Places) -> bool:
    """Whether clusters, groups or other places are named at all."""
    return any(getattr(places, f"{label}s") is not None for label in PLACES)


@lru_cache(maxsize=1024)
def _place_test(globs: str | tuple[str, ...]) -> TextTest:
    return glob_test(listed(globs))
