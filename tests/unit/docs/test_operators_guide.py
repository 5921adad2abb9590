"""Whoever is woken by an alert finds what to do."""

from __future__ import annotations

import pytest

from secondwind.commands.setup.wanted import Json, OutcomePlace, alerts
from tests.unit.docs.pages import ROOT, headings

_GUIDE = ROOT / "docs" / "operators-guide.md"
_ALERTS = alerts(OutcomePlace(project="p", logstore="outcomes", region="cn-hangzhou", function_logs="function-logs"))
_PREFIX = "secondwind-"


def _section(heading: str) -> str:
    _, found, rest = _GUIDE.read_text(encoding="utf-8").partition(f"\n### {heading}\n")
    return rest.partition("\n### ")[0].partition("\n## ")[0] if found else ""


@pytest.mark.parametrize("alert", _ALERTS, ids=lambda alert: str(alert["name"]))
def test_every_alert_has_its_section(alert: Json) -> None:
    """A section with the rule's name, the words that its notification has, and a command."""
    section = _section(str(alert["name"]).removeprefix(_PREFIX))
    assert alert["displayName"] in section
    assert "secondwind " in section
    assert "When to worry" in section


def test_every_section_is_of_an_alert_that_there_is() -> None:
    """No section below "Alerts" is about a rule that setup no longer makes."""
    below, found = False, set()
    for level, text in headings(_GUIDE):
        if level <= 2:
            below = text == "Alerts"
        elif below:
            found.add(_PREFIX + text)
    assert found == {str(alert["name"]) for alert in _ALERTS}
