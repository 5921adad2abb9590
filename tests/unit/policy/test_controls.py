"""Modes that people set by hand, laid over the policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.mode import Controls, Mode, ModeSet
from shared.policy.controls import tightened
from shared.policy.model import Action, Match, Policy, Rule

RULES = (
    Rule(name="a", match=Match(message="x"), action=Action.RERUN),
    Rule(name="b", match=Match(), action=Action.RERUN, mode=Mode.OBSERVE),
)
POLICY = Policy(version=1, rules=RULES)


def by_hand(mode: Mode) -> ModeSet:
    """Set by a person."""
    return ModeSet(mode=mode, by="ann", at=1.0)


MODES = st.sampled_from(list(Mode))
SET = st.none() | st.builds(by_hand, MODES)


@given(
    of_file=MODES,
    of_rules=st.tuples(st.none() | MODES, st.none() | MODES),
    everything=SET,
    rules=st.dictionaries(st.sampled_from(["a", "b", "unknown"]), st.builds(by_hand, MODES)),
)
def test_the_strictest_holds(
    of_file: Mode, of_rules: tuple[Mode | None, Mode | None], everything: ModeSet | None, rules: dict[str, ModeSet]
) -> None:
    """Each mode is the stricter of the file's and the one set by hand; nothing is ever loosened."""
    policy = replace(
        POLICY,
        mode=of_file,
        rules=tuple(replace(rule, mode=mode) for rule, mode in zip(RULES, of_rules, strict=True)),
    )
    tight = tightened(policy, Controls(everything=everything, rules=rules))
    assert tight.mode is (of_file.stricter(everything.mode) if everything else of_file)
    for rule, before in zip(tight.rules, policy.rules, strict=True):
        set_by_hand = rules[rule.name].mode if rule.name in rules else Mode.AUTO
        assert (rule.mode or Mode.AUTO) is (before.mode or Mode.AUTO).stricter(set_by_hand)
        assert replace(rule, mode=before.mode) == before
    loosened = replace(tight, mode=policy.mode, rules=policy.rules)
    assert all(getattr(loosened, name) == getattr(policy, name) for name in Policy.__struct_fields__)


@pytest.mark.parametrize(
    "controls",
    [
        Controls(),
        Controls(everything=by_hand(Mode.AUTO)),
        Controls(rules={"b": by_hand(Mode.OBSERVE), "a": by_hand(Mode.AUTO), "gone": by_hand(Mode.OFF)}),
    ],
)
def test_what_tightens_nothing_leaves_the_policy_as_it_is(controls: Controls) -> None:
    """The same object comes back, so that what is made ready for it is not made again."""
    assert tightened(POLICY, controls) is POLICY


def test_a_mode_set_by_hand_is_no_other_policy() -> None:
    """Outcomes name the version of the file, whatever is set by hand."""
    tight = tightened(POLICY, Controls(everything=by_hand(Mode.OFF), rules={"a": by_hand(Mode.OBSERVE)}))
    assert (tight.mode, tight.rules[0].mode) == (Mode.OFF, Mode.OBSERVE)
    assert tight.policy_version == POLICY.policy_version
    assert replace(POLICY, mode=Mode.OFF).policy_version != POLICY.policy_version


@pytest.mark.parametrize(
    ("rules", "modes"),
    [
        ({"a": Mode.OFF}, [Mode.OFF, Mode.OBSERVE]),
        ({"b": Mode.OFF}, [None, Mode.OFF]),
        ({"b": Mode.AUTO, "unknown": Mode.OFF}, None),
    ],
)
def test_one_rule_can_be_switched_off(rules: dict[str, Mode], modes: list[Mode | None] | None) -> None:
    """The others stay as they are; what is no stricter leaves the policy the same one."""
    found = tightened(POLICY, Controls(rules={name: by_hand(mode) for name, mode in rules.items()}))
    assert (found is POLICY) is (modes is None)
    assert [rule.mode for rule in found.rules] == (modes or [rule.mode for rule in RULES])
