"""What no single field of a block or a window shows: parts that contradict each other, and what changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from shared.domain.errors import Fault
from shared.domain.mode import Mode
from shared.policy import yamltree
from shared.policy.blocks import Block
from shared.policy.bounds import DAY_S, BadNodes, Breaker, NodeAction, Rate
from shared.policy.inherit import fewest, longest, tightest
from shared.policy.model import Policy
from shared.policy.people import Deed
from shared.policy.reach import Reach
from shared.policy.windows import Window, WindowAction, once


def faults_of_blocks(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Faults in `by`."""
    for path, block, node in yamltree.each(policy.by, root, "by"):
        if all(getattr(block, field) is None for field in Reach.__struct_fields__):
            yield Fault(
                path, "is for every job: wants a condition such as clusters, groups, owners or queues", node.line
            )
        for setting in ("breaker", "rate"):
            if getattr(block, setting) is not None and block.asks_of_job:
                problem = "is counted for a whole cluster or group: goes with no owners, queues or job_names"
                yield Fault(f"{path}.{setting}", problem, yamltree.child(node, setting).line)
        if block.cooldown is not None and block.cooldown.max_s < block.cooldown.base_s:
            yield Fault(f"{path}.cooldown", "max_s must not be less than base_s", yamltree.child(node, "cooldown").line)


def faults_of_windows(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Faults in `windows`."""
    first: dict[str, int] = {}
    for path, window, node in yamltree.each(policy.windows, root, "windows"):
        if window.name in first:
            yield Fault(f"{path}.name", f"another window, in line {first[window.name]}, has this name", node.line)
        first.setdefault(window.name, node.line)
        problem = _problem_of_times(window)
        if problem:
            yield Fault(path, problem, node.line)


def faults_of_people(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Faults in `people`: further names of several persons would make one the owner of another's jobs."""
    for path, person, node in yamltree.each(policy.people, root, "people"):
        several = isinstance(person.who, tuple) or "*" in person.who or "?" in person.who
        if person.accounts is not None and several:
            problem = "are further names of one person: wants one name in who, and no glob"
            yield Fault(f"{path}.accounts", problem, yamltree.child(node, "accounts").line)


def odd_people(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: what concerns every place is not for whom a place bounds."""
    for path, person, node in yamltree.each(policy.people, root, "people"):
        if Deed.MODE in person.may and not person.everywhere:
            problem = "mode concerns every place: an entry that names places does not give it"
            yield Fault(f"{path}.may", problem, yamltree.child(node, "may").line)


def _problem_of_times(window: Window) -> str:
    once, again = (window.begins, window.ends), (window.cron, window.lasts_s)
    if all(part is not None for part in once) and again == (None, None) and window.until is None:
        return "" if _open_for_s(window) > 0 else "to must be later than from"
    if all(part is not None for part in again) and once == (None, None):
        return ""
    return "wants from and to, or cron and lasts_s (and, if it shall end, until)"


def _open_for_s(window: Window) -> float:
    opens, closes = once(window)
    return closes - opens


def odd_blocks(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: settings of blocks that change nothing, since nothing that they are for is less strict."""
    for path, block, node in yamltree.each(policy.by, root, "by"):
        given = [setting for setting in _SETTINGS if getattr(block, setting) is not None]
        if not given:
            yield Fault(path, "sets nothing", node.line)
        for setting in given:
            if not _tightens(setting, block, policy):
                problem = "changes nothing: a block only tightens, and this is no stricter than what holds anyway"
                yield Fault(f"{path}.{setting}", problem, yamltree.child(node, setting).line)


_SETTINGS = tuple(field for field in Block.__struct_fields__ if field not in {*Reach.__struct_fields__, "name"})


def _tightens(setting: str, block: Block, policy: Policy) -> bool:
    """Whether it is stricter than anything that a job of any rule could have else."""
    if setting == "mode":
        return policy.mode.stricter(cast("Mode", block.mode)) is not policy.mode
    if setting == "attempts":
        budgets = [policy.attempts, *policy.classes.values(), *(rule.attempts for rule in policy.rules)]
        return any(tightest(one, block.attempts) != one for one in budgets if one is not None)
    if setting == "cooldown":
        waits = [policy.cooldown, *(rule.cooldown for rule in policy.rules)]
        return any(longest(one, block.cooldown) != one for one in waits if one is not None)
    if setting == "breaker":
        return fewest(policy.breaker, block.breaker) != policy.breaker
    if setting == "rate":
        return fewest(policy.rate, block.rate) != policy.rate
    own, of_all = getattr(block, setting), getattr(policy, setting)
    others = [of_all, *(found for rule in policy.rules if (found := getattr(rule, setting)) is not None)]
    return any(other is None or own < other for other in others)


def odd_shares(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: a share of each owner that is no less than the whole, in the policy and in its blocks."""
    places: list[tuple[str, Policy | Block, yamltree.Node]] = [
        ("$", policy, root),
        *yamltree.each(policy.by, root, "by"),
    ]
    for path, part, node in places:
        for name in ("breaker", "rate"):
            bound: Breaker | Rate | None = getattr(part, name)
            if bound is None or bound.per_owner is None or bound.per_owner < bound.max_jobs:
                continue
            whole = yamltree.child(node, name)
            there = yamltree.child(whole, "per_owner")
            if there is whole:
                continue  # the policy's, which a block inherits
            problem = f"changes nothing: the whole is {bound.max_jobs}, and one owner never has more of it"
            yield Fault(f"{path}.{name}.per_owner", problem, there.line)


def odd_bad_nodes(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: a wait that nobody waits, and owners that so few jobs cannot have."""
    limit, node = policy.bad_nodes, yamltree.child(root, "bad_nodes")
    if limit is None:
        return
    if limit.action is NodeAction.TELL and limit.max_wait_s != BadNodes().max_wait_s:
        problem = "changes nothing: without action hold nothing waits for a node"
        yield Fault("$.bad_nodes.max_wait_s", problem, yamltree.child(node, "max_wait_s").line)
    if limit.owners > limit.jobs:
        problem = f"{limit.jobs} jobs have at most so many owners: it takes {limit.owners} jobs"
        yield Fault("$.bad_nodes.owners", problem, yamltree.child(node, "owners").line)


def odd_windows(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: what waits longer than a day is given up."""
    for path, window, node in yamltree.each(policy.windows, root, "windows"):
        lasts_s = _open_for_s(window) if window.lasts_s is None else window.lasts_s
        if window.action is WindowAction.DEFER and lasts_s > DAY_S:
            problem = "is open for more than a day: what it defers for so long is given up; hold or ignore it"
            yield Fault(path, problem, node.line)
