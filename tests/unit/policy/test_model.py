"""The policy's types."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from shared.domain.mode import Mode
from shared.policy.load import load_policy
from shared.policy.model import Action, Attempts, Breaker, Match, Policy, Rule


@pytest.mark.parametrize(
    ("one", "other", "stricter"),
    [
        (Mode.AUTO, Mode.AUTO, Mode.AUTO),
        (Mode.AUTO, Mode.OBSERVE, Mode.OBSERVE),
        (Mode.AUTO, Mode.OFF, Mode.OFF),
        (Mode.OBSERVE, Mode.OFF, Mode.OFF),
    ],
)
def test_stricter_mode_wins_whichever_is_asked(one: Mode, other: Mode, stricter: Mode) -> None:
    """Of two modes the one that allows less wins, in either order."""
    assert one.stricter(other) is stricter
    assert other.stricter(one) is stricter


def test_policy_version_ignores_layout() -> None:
    """Comments, order of keys and written-out defaults do not change the version."""
    short = load_policy("version: 1\n")
    long = load_policy(
        "# a comment\nbreaker: {window_s: 600, max_jobs: 100}\ntiming: {settle_s: 120}\nmode: 'auto'\n"
        "version: 1\ncooldown: {base_s: 60, factor: 2, max_s: 3600}\nattempts: {max: 3, window_s: 86400}\n"
    )
    assert short.policy_version == long.policy_version
    assert re.fullmatch(r"1-[0-9a-f]{12}", short.policy_version)


def test_policy_version_tells_policies_apart() -> None:
    """Any change of meaning changes the version, also through `replace` after the version was asked."""
    base = Policy(version=1)
    rule = Rule(name="a", match=Match(), action=Action.RERUN)
    changed = [
        replace(base, mode=Mode.OFF),
        replace(base, breaker=None),
        replace(base, breaker=Breaker(max_jobs=99)),
        replace(base, attempts=Attempts(max=4)),
        replace(base, regions=("cn-beijing",)),
        replace(base, rules=(rule,)),
        replace(base, rules=(replace(rule, beside_live=True),)),
    ]
    versions = {policy.policy_version for policy in [base, *changed]}
    assert len(versions) == len(changed) + 1
    assert replace(base, mode=Mode.OFF).policy_version != base.policy_version
