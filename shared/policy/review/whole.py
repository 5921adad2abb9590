"""What no single field of a policy shows: parts that contradict each other, and what can be used but was hardly meant.

A warning is given only where it is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.domain.errors import Fault
from shared.domain.failure import FailureClass
from shared.policy import yamltree
from shared.policy.conditions import EVIDENCE, EventPlace, Match, listed, patterns_of
from shared.policy.matching.patterns import excess
from shared.policy.model import Action, CauseLine, Cooldown, PackRule, Policy, Rule, Tells
from shared.policy.review.blocks import (
    faults_of_blocks,
    faults_of_people,
    faults_of_windows,
    odd_bad_nodes,
    odd_blocks,
    odd_people,
    odd_shares,
    odd_windows,
)
from shared.policy.review.globs import faults_of_globs, odd_globs
from shared.policy.review.noise import odd_noise, odd_patterns
from shared.policy.review.notify import faults_of_notify, odd_notify
from shared.policy.review.reach import odd_reach, whose_places
from shared.policy.review.regions import odd_regions
from shared.policy.review.shadow import includes, of_others, systems_of, takers_of
from shared.systems import SYSTEMS

QUICK_SETTLE_S = 60
"""OpenPBS may go on with a rerun for 45 s after it has answered (its src/server/req_rerun.c)."""
_LEAST_EVIDENCE = "a condition on exit_code, signal, message or reason"


def repeated_names(root: yamltree.Node) -> Iterator[Fault]:
    """Two rules of one name: outcomes and controls know rules by their names."""
    first: dict[str, int] = {}
    for index, rule in enumerate(yamltree.items(yamltree.child(root, "rules"))):
        name = yamltree.child(rule, "name")
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
    """Faults in how parts of a policy as it is written go together; packs are weighed when they are made."""
    yield from _cooldowns(policy, root)
    for here, rule, node in yamltree.each(policy.rules, root, "rules"):
        if rule.failure_class is FailureClass.INFRASTRUCTURE and not has_evidence(rule.match):
            problem = f"ambiguous evidence is never infrastructure: wants {_LEAST_EVIDENCE}"
            yield Fault(f"{here}.class", problem, yamltree.child(node, "class").line)
        if rule.cause is CauseLine.FIRST and (rule.match.message is None or rule.tells is Tells.EFFECT):
            problem = "first is said of the line that the message of a cause hits"
            yield Fault(f"{here}.cause", problem, yamltree.child(node, "cause").line)
        if rule.match.not_near is not None and rule.match.message is None:
            problem = "is said of the lines that message hits"
            line = yamltree.child(yamltree.child(node, "match"), "not_near").line
            yield Fault(f"{here}.match.not_near", problem, line)
    for here, source, node in yamltree.each(policy.sources, root, "sources"):
        if (source.log is None) is (source.event is None):
            yield Fault(here, "wants exactly one of log and event", node.line)
        if source.event == EventPlace():
            yield Fault(f"{here}.event", "wants one of source, bus and account", node.line)
    yield from faults_of_globs(policy, root)
    yield from faults_of_blocks(policy, root)
    yield from faults_of_windows(policy, root)
    yield from faults_of_notify(policy, root)
    yield from faults_of_people(policy, root)
    too_much = excess([pattern for rule in policy.rules for pattern in patterns_of(rule.match)])
    if too_much:
        yield Fault("$.rules", f"too slow to decide by: {too_much}", yamltree.child(root, "rules").line)


def _cooldowns(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    of_policy = yamltree.child(root, "cooldown")
    places: list[tuple[str, Cooldown, yamltree.Node]] = [("$.cooldown", policy.cooldown, of_policy)]
    for here, rule, node in yamltree.each(policy.rules, root, "rules"):
        if rule.cooldown is not None:
            places.append((f"{here}.cooldown", rule.cooldown, yamltree.child(node, "cooldown")))
    for path, cooldown, node in places:
        if cooldown.max_s < cooldown.base_s:
            problem = f"max_s ({cooldown.max_s:g}) must not be less than base_s ({cooldown.base_s:g})"
            yield Fault(path, problem, node.line)


def has_evidence(match: Match) -> bool:
    """Whether it asks for something that can prove a cause."""
    return any(getattr(match, field) is not None for field in EVIDENCE)


def odd(written: Policy, policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: what can be used but was hardly meant, of a policy as it is written and with its packs."""
    if policy.timing.settle_s < QUICK_SETTLE_S:
        problem = f"below {QUICK_SETTLE_S} s a rerun may still be on its way when the job is looked at again"
        yield Fault("$.timing.settle_s", problem, yamltree.child(yamltree.child(root, "timing"), "settle_s").line)
    if not policy.sources:
        problem = "nobody is named: whoever can write a log or send an event may have any job rerun"
        yield Fault("$.sources", problem, yamltree.child(root, "sources").line)
    yield from odd_globs(written, root)
    yield from odd_regions(written, root)
    yield from odd_reach(policy, root)
    named = {rule.failure_class for rule in policy.rules}
    for failure_class in policy.classes:
        if failure_class not in named:
            line = yamltree.child(yamltree.child(root, "classes"), failure_class.value).line
            yield Fault(f"$.classes.{failure_class.value}", "no rule names this class: nothing draws from it", line)
    yield from odd_shares(policy, root)
    yield from odd_bad_nodes(policy, root)
    yield from odd_blocks(policy, root)
    yield from odd_windows(policy, root)
    yield from odd_notify(policy, root)
    yield from odd_people(policy, root)
    yield from odd_noise(written, policy, root)
    yield from odd_patterns(written, root)
    yield from _idle_settings(written, root)
    yield from _unreached(policy, written, root)
    yield from _never_fitting(written, root)


def _unreached(policy: Policy, written: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Own rules below others that match all that they match, packs of which that is true, and what no rule matches."""
    places = {rule.name: (path, node.line) for path, rule, node in yamltree.each(written.rules, root, "rules")}
    before: list[Rule] = []
    of_packs: dict[str, list[str]] = {}
    for rule in policy.rules:
        if isinstance(rule, PackRule):
            own = [one for one in before if not isinstance(one, PackRule)]
            of_packs.setdefault(rule.pack, []).append(_shadow(rule, own))
        elif shadow := _shadow(rule, before):
            path, line = places[rule.name]
            yield Fault(path, f"is never reached: {shadow}", line)
        before.append(rule)
    idle = [pack for pack, shadows in of_packs.items() if all(shadows)]
    if idle:
        whose = "an included pack" if len(idle) == len(of_packs) else ", ".join(idle)
        problem = f"no rule of {whose} is ever reached: {of_packs[idle[0]][0]}"
        yield Fault("$.include", problem, yamltree.child(root, "include").line)
    missing = [system for system in SYSTEMS if not any(includes(rule.match, Match(), system) for rule in before)]
    if missing:
        names = ", ".join(system.name for system in missing)
        problem = f"no last rule matches every failure of {names}: what no rule matches is suppressed (no_rule)"
        yield Fault("$.rules", problem, yamltree.child(root, "rules").line)


def _shadow(rule: Rule, before: Sequence[Rule]) -> str:
    """Which rules take all that the rule matches; empty if that is not certain."""
    takers = takers_of(rule, before)
    names = (f"{one.name} of {one.pack}" if isinstance(one, PackRule) else one.name for one in takers)
    verb = "match" if len(takers) > 1 else "matches"
    return f"{' and '.join(names)}, before it, {verb} all that it matches" if takers else ""


def _idle_settings(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Settings of own rules that bound reruns where nothing is rerun; whoever forces one passes these, too."""
    for path, rule, node in yamltree.each(policy.rules, root, "rules"):
        if rule.action is Action.IGNORE:
            for setting in ("delay_s", "same_text", "max_lost_h"):
                if getattr(rule, setting):
                    problem = "changes nothing: what the rule ignores is not rerun"
                    yield Fault(f"{path}.{setting}", problem, yamltree.child(node, setting).line)


def _never_fitting(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    for path, rule, node in yamltree.each(policy.rules, root, "rules"):
        systems = systems_of(rule.match)
        if all(any(getattr(rule.match, field) is not None for field in of_others(system)) for system in systems):
            problem = f"never matches: {whose_places()}"
            yield Fault(f"{path}.match", problem, node.line)
        if _contradicts_itself(rule.match):
            yield Fault(f"{path}.match", "never matches: it refuses what it asks for", node.line)


def _contradicts_itself(match: Match) -> bool:
    refused = set(listed(match.not_message))
    choices = [set(listed(some)) for some in (match.message, match.any_of) if some is not None]
    own = set(listed(match.message))
    nowhere = bool(own) and own <= refused | set(listed(match.not_near))
    return nowhere or bool(refused & set(listed(match.all_of))) or any(choice <= refused for choice in choices)
