"""What no single field of a policy shows: parts that contradict each other, and what can be used but was hardly meant.

A warning is given only where it is certain: a rule counts as never reached if one before it asks for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.errors import Fault
from shared.domain.failure import FailureClass
from shared.policy import yamltree
from shared.policy.conditions import PLACES, Match
from shared.policy.match import listed
from shared.policy.model import Cooldown, Policy, Rule
from shared.policy.patterns import excess
from shared.systems import SYSTEMS
from shared.systems.system import System

QUICK_SETTLE_S = 60
"""OpenPBS may go on with a rerun for 45 s after it has answered (its src/server/req_rerun.c)."""
_EVIDENCE = ("exit_code", "signal", "message", "reason")
_LEAST_EVIDENCE = "a condition on exit_code, signal, message or reason"


def repeated_names(root: yamltree.Node) -> Iterator[Fault]:
    """Two rules of one name: outcomes and controls know rules by their names."""
    first: dict[str, int] = {}
    for index, rule in enumerate(_items(_child(root, "rules"))):
        name = _child(rule, "name")
        if not isinstance(name, yamltree.Scalar):
            continue
        if name.text in first:
            yield Fault(
                f"$.rules[{index}].name",
                f"another rule, in line {first[name.text]}, has this name",
                name.line,
            )
        first.setdefault(name.text, name.line)


def inconsistent(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Faults in how parts go together."""
    rules = list(zip(policy.rules, _items(_child(root, "rules")), strict=True))
    yield from _cooldowns(policy, rules, root)
    for index, (rule, node) in enumerate(rules):
        if rule.failure_class is FailureClass.INFRASTRUCTURE and not _has_evidence(rule.match):
            problem = f"ambiguous evidence is never infrastructure: wants {_LEAST_EVIDENCE}"
            yield Fault(f"$.rules[{index}].class", problem, _child(node, "class").line)
    for index, (source, node) in enumerate(zip(policy.sources, _items(_child(root, "sources")), strict=True)):
        if (source.log is None) is (source.event is None):
            yield Fault(f"$.sources[{index}]", "wants exactly one of log and event", node.line)
    too_much = excess([pattern for rule in policy.rules for pattern in listed(rule.match.message)])
    if too_much:
        yield Fault("$.rules", f"too slow to decide by: {too_much}", _child(root, "rules").line)


def _cooldowns(policy: Policy, rules: list[tuple[Rule, yamltree.Node]], root: yamltree.Node) -> Iterator[Fault]:
    places: list[tuple[str, Cooldown, yamltree.Node]] = [("$.cooldown", policy.cooldown, _child(root, "cooldown"))]
    for index, (rule, node) in enumerate(rules):
        if rule.cooldown is not None:
            places.append((f"$.rules[{index}].cooldown", rule.cooldown, _child(node, "cooldown")))
    for path, cooldown, node in places:
        if cooldown.max_s < cooldown.base_s:
            problem = f"max_s ({cooldown.max_s:g}) must not be less than base_s ({cooldown.base_s:g})"
            yield Fault(path, problem, node.line)


def _has_evidence(match: Match) -> bool:
    return any(getattr(match, field) is not None for field in _EVIDENCE)


def odd(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: what can be used but was hardly meant."""
    if policy.timing.settle_s < QUICK_SETTLE_S:
        problem = f"below {QUICK_SETTLE_S} s a rerun may still be on its way when the job is looked at again"
        yield Fault("$.timing.settle_s", problem, _child(_child(root, "timing"), "settle_s").line)
    if not policy.sources:
        problem = "nobody is named: whoever can write a log or send an event may have any job rerun"
        yield Fault("$.sources", problem, _child(root, "sources").line)
    named = {rule.failure_class for rule in policy.rules}
    for failure_class in policy.classes:
        if failure_class not in named:
            line = _child(_child(root, "classes"), failure_class.value).line
            yield Fault(f"$.classes.{failure_class.value}", "no rule names this class: nothing draws from it", line)
    yield from _unreached(policy, _child(root, "rules"))
    yield from _never_fitting(policy, _child(root, "rules"))


def _unreached(policy: Policy, rules: yamltree.Node) -> Iterator[Fault]:
    """Rules below others that match all that they match, and what no rule matches."""
    before: list[Match] = []
    for index, (rule, node) in enumerate(zip(policy.rules, _items(rules), strict=True)):
        if all(any(_includes(wider, rule.match, system) for wider in before) for system in _systems(rule.match)):
            yield Fault(f"$.rules[{index}]", "is never reached: rules before it match all that it matches", node.line)
        before.append(rule.match)
    missing = [system for system in SYSTEMS if not any(_includes(match, Match(), system) for match in before)]
    if missing:
        names = ", ".join(system.name for system in missing)
        problem = f"no last rule matches every failure of {names}: what no rule matches is suppressed (no_rule)"
        yield Fault("$.rules", problem, rules.line)


def _systems(match: Match) -> list[System]:
    return list(SYSTEMS) if match.system is None else [SYSTEMS.named(match.system)]


def _includes(wider: Match, narrower: Match, system: System) -> bool:
    """Whether it is certain that the first matches each failure of the system that the second matches."""
    if wider.system not in {None, system.name}:
        return False
    for field in Match.__struct_fields__:
        asked = getattr(wider, field)
        if field == "system" or asked is None or ("*" in listed(asked) and field in _always_told(system)):
            continue
        other = getattr(narrower, field)
        if other is None or not set(listed(other)) <= set(listed(asked)):
            return False
    return True


def _always_told(system: System) -> set[str]:
    """Conditions on what each failure of the system tells."""
    return {"region", *(part.label for part in system.parts)}


def _of_others(system: System) -> set[str]:
    """Conditions that no failure of the system can meet."""
    return set(PLACES) - _always_told(system)


def _never_fitting(policy: Policy, rules: yamltree.Node) -> Iterator[Fault]:
    for index, (rule, node) in enumerate(zip(policy.rules, _items(rules), strict=True)):
        systems = _systems(rule.match)
        if all(any(getattr(rule.match, field) is not None for field in _of_others(system)) for system in systems):
            owned = (f"a {' or '.join(part.label for part in system.parts)} is {system.title}'s" for system in SYSTEMS)
            problem = f"never matches: {', '.join(owned)}"
            yield Fault(f"$.rules[{index}].match", problem, node.line)


def _child(node: yamltree.Node, key: str) -> yamltree.Node:
    """The value of a key; the node itself where there is none, so that a line is always at hand."""
    entries = node.entries if isinstance(node, yamltree.Mapping) else []
    return next((value for name, value in entries if name.text == key), node)


def _items(node: yamltree.Node) -> list[yamltree.Node]:
    return node.items if isinstance(node, yamltree.Listing) else []
