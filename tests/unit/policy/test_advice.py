"""What would have to change, for people."""

from __future__ import annotations

import pytest

from shared.domain.outcome import Outcome
from shared.domain.reasons import Reason
from shared.heal import Report, Result
from shared.policy.advice import WOULD_CHANGE, would_change
from shared.result import result_of


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_advice(reason: Reason) -> None:
    """A reason without a sentence is found here before somebody meets it."""
    advice = would_change(reason)
    assert advice[0].isupper()
    assert advice.endswith(".")
    assert advice.isprintable()


def test_a_failure_that_goes_on_after_its_breaker_needs_nothing() -> None:
    """What was resumed with the breaker's backlog goes on by itself, and that is said."""
    assert "it goes on by itself" in would_change(Reason.BREAKER_CLOSED)


def test_there_is_no_advice_for_reasons_that_are_gone() -> None:
    """The table and the reasons are the same set."""
    assert set(WOULD_CHANGE) == set(Reason)


def _report() -> Report:
    outcome = Outcome(outcome_id="o", failure_id="f", final="true", at="", verdict="suppressed", reason="no_rule")
    return Report([Result(outcome, None, "")])


def test_a_person_is_told_what_would_have_to_change() -> None:
    """Each outcome of a manual invocation says it; those of the other doors, and of the Logstore, do not."""
    (shown,) = result_of(_report(), gates=True)["outcomes"]
    assert shown["would_change"] == would_change(Reason.NO_RULE)
    (plain,) = result_of(_report())["outcomes"]
    assert "would_change" not in plain
