"""What would have to change, for people."""

from __future__ import annotations

from shared.domain.outcome import Outcome
from shared.domain.reasons import Reason
from shared.heal import Report, Result
from shared.result import result_of


def _report() -> Report:
    outcome = Outcome(outcome_id="o", failure_id="f", final="true", at="", verdict="suppressed", reason="no_rule")
    return Report([Result(outcome, None, "")])


def test_outcomes_that_are_not_kept_are_counted() -> None:
    """Of a long range: beside those that are."""
    report = _report()
    report.more = {"suppressed": 7, "rerun": 2}
    counts = result_of(report)["counts"]
    assert (counts["suppressed"], counts["rerun"], counts["held"]) == (8, 2, 0)


def test_a_person_is_told_what_would_have_to_change() -> None:
    """Each outcome of a manual invocation says it; those of the other doors, and of the Logstore, do not."""
    (shown,) = result_of(_report(), gates=True)["outcomes"]
    assert shown["would_change"] == Reason.NO_RULE.would_change
    (plain,) = result_of(_report())["outcomes"]
    assert "would_change" not in plain
