"""The report's page in a real Chromium: on a telephone, in the dark, without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from secondwind.commands.report.made import MadeReport
from secondwind.commands.report.page import page_of
from shared.domain.outcome import rfc3339
from shared.report import ReportTerms, report_of
from tests.support.injections import INJECTIONS

NIGHT = 1_767_571_200.0
STORIES = (("rerun", "accepted"), ("held", "rule_holds"), ("suppressed", "no_rule"), ("suppressed", "rejected"))


def page() -> str:
    """A night in which everything was said that logs can say."""
    rows = []
    for number in range(400):
        text = INJECTIONS[number % len(INJECTIONS)]
        verdict, reason = STORIES[number % 4]
        at = NIGHT + number * 200
        rows.append(
            {
                **dict.fromkeys(("owner", "rule", "node", "evidence", "message", "why", "actor"), text),
                "schema": "secondwind-outcome/1",
                "outcome_id": f"o{number}",
                "failure_id": f"{number:032x}",
                "system": "ehpc",
                "region": "cn-hangzhou",
                "cluster_id": f"ehpc-hz-{number % 9}",
                "job_id": f"{number}.scheduler",
                "verdict": verdict,
                "reason": reason,
                "at": rfc3339(at),
                "final": "false" if verdict == "held" else "true",
                "attempt": "1",
                "fingerprint": f"{number:016x}",
            }
        )
    report = report_of(rows, ReportTerms(since_at=NIGHT, until_at=NIGHT + 86_400))
    return page_of(MadeReport(report=report, logstore="p/l", ledger="", ledger_problem="none here"))


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1024, False)])
def test_the_page_fits_and_runs_nothing(tmp_path: Path, people: Callable[..., Any], width: int, *, dark: bool) -> None:
    """Nothing stands out of the view, nothing in it was run, and text stands off its ground in the dark as well."""
    file = tmp_path / "night.html"
    file.write_text(page(), encoding="utf-8")
    browser = people(width=width, dark=dark)
    said = browser.go(file.as_uri())
    browser.shot(f"report-{width}{'-dark' if dark else ''}")
    asks = browser.driver.execute_script
    assert "The night: 2026-01-05" in said
    assert asks("return document.documentElement.scrollWidth <= window.innerWidth")
    assert asks("return document.scripts.length") == 0
    assert asks("return document.querySelectorAll('[onload],[onerror],iframe,form,base').length") == 0
    assert asks("return performance.getEntriesByType('resource').length") == 0
    ink, paper = asks("const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]")
    assert (brightness(ink) > brightness(paper)) is dark
    assert abs(brightness(ink) - brightness(paper)) > 150


def brightness(colour: str) -> float:
    """0 to 255, of `rgb(1, 2, 3)`."""
    return sum(float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]) / 3
