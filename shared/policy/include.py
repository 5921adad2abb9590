"""A policy together with the packs that it includes: whose rules are asked when."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from shared.policy.model import Policy
from shared.policy.packs import Packs, chosen
from shared.policy.rule import Rule, Tells


def with_packs(policy: Policy, packs: Packs) -> Policy:
    """The policy with the rules of its packs, in the order asked; the same object if it includes none.

    Its own rules come first, then all causes of the packs, then all effects, then its own rules with an empty match.
    An own rule with the name of a pack's stands in that one's place.
    """
    included = tuple(chosen(policy.include, packs))
    if not included:
        return policy
    theirs = [rule.unpacked(pack, policy.attempts, policy.cooldown) for pack in included for rule in pack.rules]
    own = {rule.name: rule for rule in policy.rules}
    placed: list[tuple[Tells, Rule]] = [(rule.tells, own.get(rule.name, rule)) for rule in theirs]
    named = {rule.name for rule in theirs}
    rest = [rule for rule in policy.rules if rule.name not in named]
    return replace(
        policy,
        include=tuple(pack.id for pack in included),
        ignore_lines=_distinct(
            [*policy.ignore_lines, *(line for pack in packs.values() for line in pack.ignore_lines)]
        ),
        faint_lines=_distinct([*policy.faint_lines, *(line for pack in packs.values() for line in pack.faint_lines)]),
        rules=(
            *(rule for rule in rest if not rule.match.empty),
            *(rule for tells, rule in placed if tells is Tells.CAUSE),
            *(rule for tells, rule in placed if tells is Tells.EFFECT),
            *(rule for rule in rest if rule.match.empty),
        ),
    )


def _distinct(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(patterns))
