"""Lists of patterns that the rules of all packs name: what they stand for, and names that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from secondwind.commands.policy.pack_files import FaultyPacks
from tests.unit.policy.test_include import ALPHA, BETA, packs_of

LISTS = "lists:\n  - {name: elsewhere, patterns: ['lost', 'far']}\n"


def test_rules_of_all_packs_name_lists(tmp_path: Path) -> None:
    """`(?&name)` stands for the patterns of a list of any pack, each once; what is shipped has the patterns."""
    packs = packs_of(
        tmp_path,
        alpha=ALPHA.replace("rules:", f"{LISTS}rules:").replace("'waiting for'", "['waiting for', '(?&elsewhere)']"),
        beta=BETA.replace("not_message: 'alpha'", "not_message: ['far', '(?&elsewhere)', 'alpha']"),
    )
    assert packs["alpha"].rules[1].match.message == ("waiting for", "lost", "far")
    assert packs["beta"].rules[0].match.not_message == ("far", "lost", "alpha")


@pytest.mark.parametrize(
    ("lists", "named", "told"),
    [
        (LISTS, "'(?&nowhere)'", "alpha.yaml:18: $.rules[1].match.message: knows no list nowhere"),
        (LISTS, "'(?&elsewhere'", "alpha.yaml:20: $.rules[1].match.message: RE2 cannot use it"),
        (LISTS.replace("'far'", "'(?&elsewhere)'"), "'x'", "alpha.yaml:6: $.lists[0]: has patterns alone, no lists"),
        (LISTS.replace("elsewhere", "Else"), "'x'", "$.lists[0].name: wants a name of 1 to 32 small letters"),
        (
            LISTS.replace("'far'", ", ".join(f"p{number}" for number in range(63))),
            "['(?&elsewhere)', 'x']",
            "$.rules[1].match.message: has more than 64 patterns with those of its lists",
        ),
    ],
)
def test_lists_that_cannot_be_named_are_faults(tmp_path: Path, lists: str, named: str, told: str) -> None:
    """A list that is not there, a list within a list, a name that is none, more patterns than a rule may have."""
    with pytest.raises(FaultyPacks) as error:
        packs_of(tmp_path, alpha=ALPHA.replace("rules:", f"{lists}rules:").replace("'waiting for'", named))
    assert any(told in line for line in error.value.lines), error.value.lines
