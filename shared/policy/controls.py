"""What people have set by hand, laid over the policy: it only ever tightens."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.mode import Controls, Mode, ModeSet
from shared.policy.model import Policy, Rule


class _Tightened(Policy, frozen=True, kw_only=True):
    """A policy under modes set by hand."""

    written: str

    @property
    def policy_version(self) -> str:
        """That of the file."""
        return self.written


def tightened(policy: Policy, controls: Controls) -> Policy:
    """The policy with the modes set by hand where they are stricter; the same object if none is.

    Its `policy_version` stays that of the file: a mode set by hand is no other policy. Rules are known by name; a name
    that no rule has changes nothing.
    """
    mode = _stricter(policy.mode, controls.everything)
    rules = tuple(_rule(rule, controls.rules.get(rule.name)) for rule in policy.rules)
    if mode is policy.mode and all(new is old for new, old in zip(rules, policy.rules, strict=True)):
        return policy
    as_written = {name: getattr(policy, name) for name in Policy.__struct_fields__}
    return _Tightened(**{**as_written, "mode": mode, "rules": rules}, written=policy.policy_version)


def _rule(rule: Rule, by_hand: ModeSet | None) -> Rule:
    mode = _stricter(rule.mode or Mode.AUTO, by_hand)
    return rule if mode is (rule.mode or Mode.AUTO) else replace(rule, mode=mode)


def _stricter(mode: Mode, by_hand: ModeSet | None) -> Mode:
    return mode.stricter(by_hand.mode) if by_hand else mode
