"""Whether a cluster or group fits what a policy says of places."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from shared.domain.job import Cluster, Scope, System
from shared.policy.conditions import Globs, listed
from shared.policy.globs import TextTest, glob_test


def place_fits(globs: str | tuple[str, ...] | None, value: str) -> bool:
    """Whether a part of a scope fits a condition on it; without a condition it does."""
    return globs is None or _place_test(globs)(value)


class Places(Protocol):
    """Conditions on places, as sources and blocks have them."""

    @property
    def systems(self) -> tuple[System, ...] | None:
        """Of these job systems."""

    @property
    def clusters(self) -> Globs | None:
        """E-HPC cluster ids."""

    @property
    def namespaces(self) -> Globs | None:
        """SchedulerX namespaces."""

    @property
    def groups(self) -> Globs | None:
        """SchedulerX groups."""


def speaks_for(places: Places, scope: Scope) -> bool:
    """Whether a cluster or group is meant. What only names places of the other system says nothing of this one."""
    if places.systems is not None and scope.system not in places.systems:
        return False
    if isinstance(scope, Cluster):
        names_others = places.namespaces is not None or places.groups is not None
        return place_fits(places.clusters, scope.cluster_id) and (places.clusters is not None or not names_others)
    named = places.namespaces is not None or places.groups is not None
    there = place_fits(places.namespaces, scope.namespace) and place_fits(places.groups, scope.group_id)
    return there and (named or places.clusters is None)


@lru_cache(maxsize=1024)
def _place_test(globs: str | tuple[str, ...]) -> TextTest:
    return glob_test(listed(globs))
