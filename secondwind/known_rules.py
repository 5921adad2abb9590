"""Whether a rule is in the policy that this machine has: a switch for one that is not there stops nothing."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from secondwind.text_file import CannotRead, read_text
from shared.settings.environment import BUNDLE_ROOT


class RuleCheck(Struct, frozen=True, kw_only=True):
    """What came of looking for a rule."""

    problem: str = ""
    """For people; empty: it is there."""
    certain: bool = True
    """The policy was read. If not, the rule may well be there."""


def check_rule(name: str, environ: Mapping[str, str] = os.environ) -> RuleCheck:
    """Look for the rule in `SECONDWIND_POLICY_FILE`, else in the `policy.yaml` beside `functions/`."""
    from shared.policy.load import MAX_TEXT_BYTES, usable_policy  # noqa: PLC0415 - the policy's engine only where it is asked

    file: Path = BUNDLE_ROOT / (environ.get("SECONDWIND_POLICY_FILE", "").strip() or "policy.yaml")
    try:
        policy = usable_policy(read_text(file, MAX_TEXT_BYTES))
    except CannotRead as error:
        return RuleCheck(problem=f"whether there is a rule {name} was not checked: {error}", certain=False)
    if policy is None:
        problem = f"whether there is a rule {name} was not checked: {file} is no usable policy"
        return RuleCheck(problem=problem, certain=False)
    names = [rule.name for rule in policy.rules]
    if name in names:
        return RuleCheck()
    close = difflib.get_close_matches(name, names, 1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return RuleCheck(problem=f"no rule of {file} is called {name}{hint}")
