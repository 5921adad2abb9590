"""Policy text → Policy, or every fault in it with path and line. Pure: the caller reads the file.

What a rule's own `attempts` or `cooldown` leaves out is the policy's.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shared.domain.errors import Fault, PolicyError
from shared.domain.job import System
from shared.policy import yamltree
from shared.policy.match import PatternError, compile_pattern
from shared.policy.model import PATTERN_FORMAT, Attempts, Cooldown, Policy
from shared.policy.reader import Reader, excerpt

MAX_TEXT_BYTES = 256 * 1024
MAX_FAULTS = 200
"""A report shows so many and says how many more there are."""
QUICK_SETTLE_S = 60
"""OpenPBS may go on with a rerun for 45 s after it has answered (its src/server/req_rerun.c)."""


class Report(Struct, frozen=True, kw_only=True):
    """What a policy text is worth."""

    policy: Policy | None
    """There exactly if there are no faults."""
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    """It can be used, but probably does not say what was meant. Only looked for when there are no faults."""


def load_policy(text: str) -> Policy:
    """The policy. Raises PolicyError with every fault."""
    report = check_policy(text)
    if report.policy is None:
        raise PolicyError(report.faults)
    return report.policy


def check_policy(text: str) -> Report:
    """Everything that is wrong or odd about a policy text. Never raises, whatever the text."""
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return _faulty([Fault("$", f"is larger than {MAX_TEXT_BYTES // 1024} KiB", 1)])
    root, faults = yamltree.parse(text)
    if root is None:
        return _faulty(faults or [Fault("$", "the file says nothing; it wants at least version: 1", 1)])
    policy, found = _read(root)
    faults += found
    faults += _repeated_names(root)
    if policy is None or faults:
        return _faulty(faults)
    faults += _inconsistent(policy, root)
    if faults:
        return _faulty(faults)
    return Report(policy=policy, warnings=tuple(sorted(_odd(policy, root), key=_place)))


def _read(root: yamltree.Node) -> tuple[Policy | None, list[Fault]]:
    formats = {PATTERN_FORMAT: _pattern_problem}
    reader = Reader(formats=formats)
    policy = reader.read(Policy, root)
    if policy is not None:  # once more, now that it is known what rules take from the policy
        bases: dict[type[Struct], Struct] = {Attempts: policy.attempts, Cooldown: policy.cooldown}
        policy = Reader(formats=formats, bases=bases).read(Policy, root)
    return policy, reader.faults


def _faulty(faults: list[Fault]) -> Report:
    ordered = sorted(faults, key=_place)
    if len(ordered) > MAX_FAULTS:
        more = Fault("$", f"and {len(ordered) - MAX_FAULTS} more faults", ordered[MAX_FAULTS].line)
        ordered = [*ordered[:MAX_FAULTS], more]
    return Report(policy=None, faults=tuple(ordered))


def _place(fault: Fault) -> tuple[int, str]:
    return fault.line or 0, fault.path


def _pattern_problem(pattern: str) -> str | None:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        return f"RE2 cannot use it: {excerpt(str(error))}"
    return None


def _repeated_names(root: yamltree.Node) -> Iterator[Fault]:
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


def _inconsistent(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """What no single field shows."""
    places: list[tuple[str, Cooldown, yamltree.Node]] = [("$.cooldown", policy.cooldown, _child(root, "cooldown"))]
    for index, (rule, node) in enumerate(zip(policy.rules, _items(_child(root, "rules")), strict=True)):
        if rule.cooldown is not None:
            places.append((f"$.rules[{index}].cooldown", rule.cooldown, _child(node, "cooldown")))
    for path, cooldown, node in places:
        if cooldown.max_s < cooldown.base_s:
            problem = f"max_s ({cooldown.max_s:g}) must not be less than base_s ({cooldown.base_s:g})"
            yield Fault(path, problem, node.line)


def _odd(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """What can be used but was hardly meant."""
    if policy.timing.settle_s < QUICK_SETTLE_S:
        problem = f"below {QUICK_SETTLE_S} s a rerun may still be on its way when the job is looked at again"
        yield Fault("$.timing.settle_s", problem, _child(_child(root, "timing"), "settle_s").line)
    rules = _child(root, "rules")
    caught: set[System] = set()
    seen: set[tuple[System, str | None]] = set()
    for index, (rule, node) in enumerate(zip(policy.rules, _items(rules), strict=True)):
        systems = set(System) if rule.match.system is None else {rule.match.system}
        same = {(system, rule.match.message) for system in systems}
        if all(system in caught or (system, rule.match.message) in seen for system in systems):
            yield Fault(f"$.rules[{index}]", "is never reached: rules before it match all that it matches", node.line)
        seen |= same
        if rule.match.message is None:
            caught |= systems
    if caught != set(System):
        missing = ", ".join(system.value for system in System if system not in caught)
        problem = f"no last rule matches every failure of {missing}: what no rule matches is suppressed (no_rule)"
        yield Fault("$.rules", problem, rules.line)


def _child(node: yamltree.Node, key: str) -> yamltree.Node:
    """The value of a key; the node itself where there is none, so that a line is always at hand."""
    entries = node.entries if isinstance(node, yamltree.Mapping) else []
    return next((value for name, value in entries if name.text == key), node)


def _items(node: yamltree.Node) -> list[yamltree.Node]:
    return node.items if isinstance(node, yamltree.Listing) else []
