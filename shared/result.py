"""What a function answers (`secondwind-result/1`): counts of all, outcomes as far as they fit."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.heal import Report, Result

SCHEMA = "secondwind-result/1"
_NONE = {verdict.value: 0 for verdict in Verdict}
MAX_OUTCOMES = 50
"""The Logstore has them all; a Log Service trigger keeps the answer in its own log."""


def result_of(report: Report, *, gates: bool = False) -> dict[str, Any]:
    """The answer as plain JSON values.

    Args:
        report: what became of the delivery.
        gates: a person asks: all outcomes, each with every gate that was asked and what would have to change.
    """
    counts = {**_NONE, **report.more}
    for result in report.results:
        counts[result.outcome.verdict] += 1
    shown = report.results if gates else report.results[:MAX_OUTCOMES]
    return {
        "schema": SCHEMA,
        "counts": {**counts, "folded": report.folded, "passed_over": report.passed_over},
        "outcomes": [_outcome(result, gates=gates) for result in shown],
    }


def _outcome(result: Result, *, gates: bool) -> dict[str, Any]:
    fields: dict[str, Any] = dict(result.outcome.fields())
    if gates:
        asked = result.decision.gates if result.decision else ()
        fields["gates"] = [asdict(gate) for gate in asked]
        fields["would_change"] = Reason.named(result.outcome.reason).would_change
    return fields
