"""Verdicts, reasons and rules that the pages speak of are real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.load import load_policy
from tests.unit.docs.pages import ROOT, lines, pages

_PAGES = [page for page in pages() if page.parent == ROOT / "docs"]
_VERDICTS = "|".join(verdict.value for verdict in Verdict)
_PAIR = re.compile(rf"\b({_VERDICTS})/([a-z_]+)\b")
_TABLE_OF_FAILURES = ROOT / "docs" / "what-heals.md"
_RULE_COLUMN = 4


def _wrong_pairs(text: str) -> set[str]:
    known = {reason.value for reason in Reason}
    found = {(verdict, reason) for verdict, reason in _PAIR.findall(text)}
    return {
        f"{verdict}/{reason}"
        for verdict, reason in found
        if reason not in known or Verdict(verdict) not in Reason.named(reason).verdicts
    }


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.name))
def test_every_verdict_goes_with_its_reason(page: Path) -> None:
    """`verdict/reason` in a page is a pair that an outcome can have."""
    assert _wrong_pairs(page.read_text(encoding="utf-8")) == set()


def test_a_wrong_pair_is_found() -> None:
    """A reason that does not exist, and one of another verdict."""
    text = "`suppressed/no_money` `rerun/cooldown` `deferred/cooldown`"
    assert _wrong_pairs(text) == {"suppressed/no_money", "rerun/cooldown"}


def test_every_rule_of_the_failures_table_is_shipped() -> None:
    """The column "shipped rule says" names rules of policy.yaml, and enough of them to be about it."""
    cells = [line.split("|") for line, _ in lines(_TABLE_OF_FAILURES) if line.startswith("|")]
    said = " ".join(cell[_RULE_COLUMN] for cell in cells if len(cell) > _RULE_COLUMN + 1)
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", said))
    assert (
        named - {rule.name for rule in load_policy((ROOT / "policy.yaml").read_text(encoding="utf-8")).rules} == set()
    )
    assert len(named) > 15
