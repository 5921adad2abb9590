"""Regions that a policy misspells: what is said of them is said of no job, and looks as if it were."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.errors import Fault
from shared.domain.regions import unheard_of
from shared.policy import yamltree
from shared.policy.conditions import listed
from shared.policy.discover import watched
from shared.policy.model import Policy
from shared.policy.people import Person
from shared.policy.reach import Reach
from shared.policy.yamltree import Node

_WILD = frozenset("*?")


def odd_regions(policy: Policy, root: Node) -> Iterator[Fault]:
    """A warning for each name that no known region bears, wherever the policy itself writes one."""
    for path, text, line in (*_conditions(policy, root), *_listed(policy, root)):
        if not _WILD & set(text) and (problem := unheard_of(text)):
            yield Fault(path, problem, line)


def _conditions(policy: Policy, root: Node) -> Iterator[tuple[str, str, int]]:
    for path, rule, node in yamltree.each(policy.rules, root, "rules"):
        for text in listed(rule.match.region):
            yield f"{path}.match.region", text, yamltree.child(yamltree.child(node, "match"), "region").line
    parts: list[tuple[str, Reach | Person, Node]] = [*yamltree.each(policy.by, root, "by")]
    parts += [*yamltree.each(policy.windows, root, "windows")]
    parts += [*yamltree.each(policy.people, root, "people")]
    if policy.prices is not None:
        parts += [*yamltree.each(policy.prices.by, root, "prices", "by")]
    for path, part, node in parts:
        for text in listed(part.regions):
            yield f"{path}.regions", text, yamltree.child(node, "regions").line


def _listed(policy: Policy, root: Node) -> Iterator[tuple[str, str, int]]:
    """Where credentials may be sent, and where is looked."""
    for path, text, node in yamltree.each(policy.regions, root, "regions"):
        yield path, text, node.line
    for name in dict.fromkeys(name for name, _ in watched(policy.discover)):
        for path, entry, node in yamltree.each(getattr(policy.discover, name), root, "discover", name):
            if entry.region:
                yield f"{path}.region", entry.region, yamltree.child(node, "region").line
