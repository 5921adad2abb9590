"""What a delivery held: a flood of bad records is counted, not kept."""

from __future__ import annotations

import pytest

from shared.domain.errors import Fault
from shared.domain.failure import MAX_KINDS, MAX_WHOLE, Failure, Intake, Trigger, Unreadable
from tests.support.make import Make


def bad(path: str = "$[7].job_id", problem: str = "is 'x'; wanted text") -> Unreadable:
    """A record with one fault."""
    return Unreadable(faults=(Fault(path, problem),), raw="{}", trigger=Trigger.EVENT, event_id="e")


@pytest.mark.parametrize("earlier", [0, 30])
def test_the_first_of_a_delivery_are_kept_whole_and_the_rest_is_counted(earlier: int) -> None:
    """Whatever came in earlier slices counts; the places and what strangers wrote are no part of a kind."""
    intake = Intake(told_whole=earlier)
    for place in range(MAX_WHOLE + 5):
        intake.reject(bad(f"$[{place}].job_id", f"is '{place}'; wanted text"))
    assert len(intake.unreadable) == MAX_WHOLE - earlier
    assert intake.more == {"$[].job_id: is": 5 + earlier}
    assert intake.more_until == "e"


def test_kinds_are_bounded_and_none_is_lost() -> None:
    """What no kind is left for counts among the others."""
    intake = Intake(told_whole=MAX_WHOLE)
    for place in range(MAX_KINDS + 10):
        intake.reject(bad(f"$.field{place}"))
        intake.reject(bad("$.field0"))
    assert len(intake.more) == MAX_KINDS
    assert (intake.more["others"], intake.more["$.field0: is"]) == (11, MAX_KINDS + 11)


def test_what_there_is_to_do(failure: Make[Failure]) -> None:
    """Nothing to handle and nothing to count is empty."""
    assert (Intake().empty, Intake(passed_over=1).empty, Intake(more={"k": 1}).empty) == (True, False, False)
    both = Intake(failures=[failure()], unreadable=[bad()])
    assert (both.kept, both.empty) == (2, False)


def test_a_slice_that_was_handled_is_let_go(failure: Make[Failure]) -> None:
    """What was told whole still counts, so that the delivery's bound holds for all its slices."""
    intake = Intake(failures=[failure()], unreadable=[bad(), bad()], passed_over=3, more={"k": 1}, told_whole=4)
    intake.more_until = "e"
    intake.let_go()
    assert intake == Intake(told_whole=6)
