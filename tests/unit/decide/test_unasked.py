"""What a rule settles of that which a person would have to weigh, and what a person's yes does."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.record import Case
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.model import Action
from shared.policy.rule import Unasked
from shared.systems.schedulerx.snapshot import Instance
from tests.support.make import Make


@pytest.mark.parametrize(
    ("seen", "unasked", "action", "reason"),
    [
        ({"workflow": True}, (), Action.RERUN, "workflow"),
        ({"workflow": True}, (Unasked.WORKFLOW,), Action.RERUN, "accepted"),
        ({"workflow": True}, (Unasked.WORKFLOW,), Action.HOLD, "rule_holds"),
        ({"workflow": True}, (Unasked.DEV_ENVIRONMENT,), Action.RERUN, "workflow"),
        ({"workflow": True, "trigger_type": 3}, (Unasked.WORKFLOW,), Action.RERUN, "triggered_by_api"),
    ],
)
def test_a_rule_settles_what_it_names_and_nothing_else(
    schedulerx_facts: Make[Facts],
    instance: Make[Instance],
    seen: dict[str, Any],
    unasked: tuple[Unasked, ...],
    action: Action,
    reason: str,
) -> None:
    """Each question by its name; a rule that holds goes on asking."""
    policy = schedulerx_facts().policy
    rules = tuple(replace(rule, unasked=unasked, action=action) for rule in policy.rules)
    found = schedulerx_facts(look={"instance": instance(**seen)}, policy=replace(policy, rules=rules))
    assert decide(found).reason.value == reason


def test_no_rule_settles_parameters_of_its_own() -> None:
    """A run without them is another run than the one that failed."""
    assert {one.value for one in Unasked} == {"dev_environment", "workflow"}


@pytest.mark.parametrize(
    ("action", "held_rule", "approved_rule", "reason"),
    [
        (Action.HOLD, "", "", "accepted"),
        (Action.HOLD, "the-rest", "", "accepted"),
        (Action.HOLD, "another", "", "rule_holds"),
        (Action.HOLD, "another", "the-rest", "accepted"),
        (Action.HOLD, "the-rest", "another", "rule_holds"),
        (Action.RERUN, "another", "another", "accepted"),
    ],
)
def test_a_yes_to_a_rule_is_no_yes_to_another(
    schedulerx_facts: Make[Facts], case: Make[Case], action: Action, held_rule: str, approved_rule: str, reason: str
) -> None:
    """A yes to what the instance asks is none to the rule that it fell under then; old documents name no rule."""
    found = schedulerx_facts()
    policy = replace(found.policy, rules=tuple(replace(rule, action=action) for rule in found.policy.rules))
    said = case(failure=found.failure, approved_by="ann", held_rule=held_rule, approved_rule=approved_rule)
    look = {"own_parameters": action is Action.RERUN}
    assert decide(schedulerx_facts(policy=policy, case=said, look=look)).reason.value == reason
