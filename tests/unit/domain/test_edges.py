"""The edges of what is counted and compared, met exactly."""

from __future__ import annotations

import pytest

from shared.domain.decision import Ask, Decision
from shared.domain.errors import Fault
from shared.domain.failure import MAX_KINDS, MAX_WHOLE, Failure, Intake, Trigger, Unreadable
from shared.domain.job import State
from shared.domain.limits import MAX_DIGITS, SharedLimit, _count
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.runs import START_TOLERANCE_S, by_start, rerun_since
from shared.domain.transitions import Reservation, reserved
from shared.domain.verdicts import Verdict
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.make import Make

ASK = Ask(now=2000.0, trigger=Trigger.SWEEP, request_id="r")


@pytest.mark.parametrize(
    ("told", "run"),
    [
        (100.0, Run.THIS),
        (100.0 + START_TOLERANCE_S, Run.THIS),
        (100.0 - START_TOLERANCE_S, Run.THIS),
        (101.5, Run.UNCLEAR),
        (98.5, Run.EARLIER),
    ],
)
def test_a_start_within_a_second_is_the_same_start(told: float, run: Run) -> None:
    """The second itself included; what lies beyond is an older run, or a list that lags."""
    assert by_start(told, 100.0) is run


@pytest.mark.parametrize(("reserved_at", "found"), [(1000.0, True), (999.5, False)])
def test_a_rerun_at_the_moment_of_the_failure_came_after_it(
    failure: Make[Failure], ehpc: Make[EhpcSnapshot], case: Make[Case], reserved_at: float, *, found: bool
) -> None:
    """It can only have failed before it was rerun."""
    record = JobRecord(cases=(case(state=CaseState.DONE, reserved_at=reserved_at),))
    assert (rerun_since(failure(occurred_at=1000.0), ehpc(State.RUNNING, 990), record) is not None) is found


def test_what_is_reserved_is_the_live_job(failure: Make[Failure]) -> None:
    """Told `1`, listed `1.scheduler`: from the reservation on the case names the job as it is listed."""
    decision = Decision(
        verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="", failure_id="f", job_id="1.scheduler", attempt=1
    )
    terms = Reservation(owner="o", may_leave_until=2060.0, settle_s=120.0, cooldown_s=30.0)
    record = reserved(JobRecord(), failure(job_id="1"), None, decision, ASK, terms)
    (case,) = record.cases
    assert (case.failure.job_id, case.due_at, case.may_leave_until) == ("1.scheduler", 2181.0, 2060.0)
    assert (record.not_before, record.attempts[0].left_by) == (2030.0, 2060.0)


def test_an_attempt_of_before_left_when_it_was_reserved() -> None:
    """A mark that does not say when its call may have left says nothing of it: 0."""
    assert AttemptMark(1, 5.0).left_by == 0.0


def bad(number: int) -> Unreadable:
    """A record with a fault of its own kind."""
    return Unreadable(
        faults=(Fault(f"$.field_{number}", "is wrong"),), raw="{}", trigger=Trigger.LOG, event_id=f"e{number}"
    )


def test_of_a_flood_a_hundred_are_kept_and_twenty_kinds_counted() -> None:
    """Neither one more nor one less; kinds beyond are others, and every record is counted."""
    intake = Intake()
    for number in range(MAX_WHOLE + 3 * MAX_KINDS):
        intake.reject(bad(number))
    assert (Intake().told_whole, Intake().passed_over) == (0, 0)
    assert len(intake.unreadable) == MAX_WHOLE
    assert len(intake.more) == MAX_KINDS
    assert sum(intake.more.values()) == 3 * MAX_KINDS
    assert intake.more["others"] == 2 * MAX_KINDS + 1
    later = Intake(told_whole=MAX_WHOLE - 1)
    later.reject(bad(1))
    later.reject(bad(2))
    assert (len(later.unreadable), later.kept, later.empty) == (1, 1, False)


def test_what_was_passed_over_is_something() -> None:
    """It is counted in the answer."""
    assert Intake().empty
    assert not Intake(passed_over=1).empty
    assert not Intake(more={"a": 1}).empty


@pytest.mark.parametrize(("digits", "counted"), [(MAX_DIGITS - 1, True), (MAX_DIGITS, False)])
def test_a_count_of_absurd_length_is_one(digits: int, *, counted: bool) -> None:
    """Text of twenty digits and more is not made a number."""
    text = "9" * digits
    assert _count(text) == (int(text) if counted else 1)
    assert _count("abc") == 1
    assert SharedLimit().owed == ()
