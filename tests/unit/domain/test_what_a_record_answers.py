"""What a record says of itself when the corridor asks: which case, which attempt counts, when it is due."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, MAX_CASES, MAX_OPEN, AttemptMark, Case, CaseState, JobRecord, trimmed
from shared.domain.verdicts import Verdict
from tests.support.make import Make
from tests.unit.domain.conftest import make_failure


@pytest.mark.parametrize(("due_at", "due"), [(None, False), (99.9, True), (100.0, True), (100.1, False)])
def test_a_case_is_due_from_its_moment_on(case: Make[Case], due_at: float | None, *, due: bool) -> None:
    """The moment itself included; without one it never is."""
    assert case(due_at=due_at).due(100.0) is due


@pytest.mark.parametrize(
    ("state", "verdict", "undone"),
    [
        (CaseState.CLOSED, Verdict.SUPPRESSED, True),
        (CaseState.CLOSED, Verdict.REFUSED, True),
        (CaseState.CLOSED, Verdict.DUPLICATE, False),
        (CaseState.CLOSED, None, False),
        (CaseState.REFUSED, None, True),
        (CaseState.DONE, Verdict.REFUSED, False),
        (CaseState.DEFERRED, Verdict.SUPPRESSED, False),
    ],
)
def test_what_is_over_without_anything_done(
    case: Make[Case], state: CaseState, verdict: Verdict | None, *, undone: bool
) -> None:
    """A call that was refused, or a no; what goes on may yet be done."""
    assert case(state=state, verdict=verdict).undone is undone


def test_what_outlives_others_had_a_try_or_a_persons_no(case: Make[Case]) -> None:
    """Either is enough."""
    assert case(life=500).outlives
    assert case(life=None, reason=Reason.REJECTED).outlives
    assert not case(life=None, reason=Reason.NO_RULE).outlives


@pytest.mark.parametrize(
    ("state", "most", "vain"),
    [(CaseState.UNKNOWN, 0, 3), (CaseState.RESERVED, 1, 3), (CaseState.UNKNOWN, 2, 2), (CaseState.DEFERRED, 0, 2)],
)
def test_a_call_in_doubt_that_was_the_jobs_own_is_in_vain(
    case: Make[Case], state: CaseState, most: int, vain: int
) -> None:
    """One that is still parted in halves is not, nor one that was answered."""
    assert case(state=state, most_a_call=most, calls_in_vain=2).vain_by_now == vain


def test_the_case_of_a_life_is_the_accepted_one_else_the_latest(case: Make[Case]) -> None:
    """However many were told of that life."""
    accepted, refused = case("a", CaseState.DONE), case("b", CaseState.REFUSED)
    assert JobRecord(cases=(accepted, refused)).case_of_life(Life.run(500)) == accepted
    assert JobRecord(cases=(refused, accepted)).case_of_life(Life.run(500)) == accepted
    assert JobRecord(cases=(case("c", CaseState.CLOSED), refused)).case_of_life(Life.run(500)) == refused
    assert JobRecord(cases=(accepted, case("n", life=None))).case_of_life(Life.run(501)) is None


def test_the_case_of_a_failure_and_of_a_telling(case: Make[Case]) -> None:
    """By its id, among others."""
    one, other = case("a", tellings=("t",)), case("b", tellings=("u", "v"))
    record = JobRecord(cases=(one, other))
    assert (record.case("a"), record.case("b"), record.case("c")) == (one, other, None)
    assert (record.case_of_telling("t"), record.case_of_telling("v")) == (one, other)


@pytest.mark.parametrize(
    ("marks", "attempt", "found"),
    [
        ([(1, "f"), (2, "f")], 1, 0),
        ([(1, "f"), (2, "f")], 2, 1),
        ([(1, "f"), (1, "f")], 1, 1),
        ([(1, ""), (2, "g")], 1, 0),
        ([(1, "g")], 1, None),
        ([(1, "f")], 2, None),
        ([(1, "f")], 0, None),
    ],
)
def test_the_mark_of_an_attempt(
    case: Make[Case], marks: list[tuple[int, str]], attempt: int, found: int | None
) -> None:
    """Its own number, of that failure or of one before failures were kept with it; the latest."""
    known = tuple(AttemptMark(number, 1.0 + place, failure_id=of) for place, (number, of) in enumerate(marks))
    record, one = JobRecord(attempts=known), case(attempt=attempt)
    assert record.mark_of(one) is (None if found is None else known[found])
    left = record.left_by(one, 77.0).attempts
    assert [mark.left_by for mark in left] == [77.0 if place == found else 0.0 for place in range(len(known))]


def test_an_attempt_counts_within_the_window_and_while_its_call_may_leave(case: Make[Case]) -> None:
    """After the moment, not at it; an open case's attempt counts however long it waits, another's of long ago not."""
    marks = tuple(AttemptMark(number, at, failure_id=of) for number, at, of in ((1, 99.0, "f"), (2, 100.0, "g")))
    later = AttemptMark(3, 100.1, failure_id="h")
    throttled = AttemptMark(4, 5.0, left_by=100.1, failure_id="i")
    record = JobRecord(attempts=(*marks, later, throttled))
    assert record.counted(100.0) == (later, throttled)
    waits = replace(record, cases=(case("f", CaseState.DEFERRED), case("g", CaseState.DONE)))
    assert waits.counted(100.0) == (marks[0], later, throttled)
    untried = replace(record, cases=(case("f", CaseState.DEFERRED, attempt=0),))
    assert untried.counted(100.0) == (later, throttled)


def test_as_many_may_wait(case: Make[Case]) -> None:
    """Open ones alone are counted."""
    waiting = tuple(case(str(number), CaseState.HELD) for number in range(MAX_OPEN - 1))
    assert JobRecord(cases=(*waiting, case("over", CaseState.DONE))).takes_in
    assert not JobRecord(cases=(*waiting, case("one", CaseState.DEFERRED))).takes_in


def test_what_is_owed_first_says_since_when() -> None:
    """What comes later, and what is paid, changes nothing of it; what is put off does."""
    record = JobRecord().owing({"outcome_id": "a"}, 10.0).owing({"outcome_id": "b"}, 20.0)
    assert (record.owed_at, [one["outcome_id"] for one in record.owed]) == (10.0, ["a", "b"])
    assert record.put_off(30.0) == replace(record, owed_at=30.0)
    assert record.paid(["b", "x"]).owed == ({"outcome_id": "a"},)
    assert record.paid(["a", "b"]).owing({"outcome_id": "c"}, 40.0).owed_at == 40.0
    assert JobRecord().put_off(30.0).owed_at == 0.0


def test_a_full_record_forgets_as_many_as_are_too_many(case: Make[Case]) -> None:
    """Of those that nobody waits for and nothing was tried for, the oldest; never the one that comes."""
    over = [case(f"{number}", CaseState.CLOSED, life=None) for number in range(MAX_CASES)]
    record = JobRecord(cases=tuple(over)).with_case(case("new", CaseState.CLOSED, life=None))
    assert [one.failure_id for one in record.cases] == [*(str(number) for number in range(1, MAX_CASES)), "new"]
    again = record.with_case(case("7", CaseState.DONE))
    assert again.cases[0].failure_id == "1"
    assert len(again.cases) == MAX_CASES
    listed = [replace(over[0], due_at=LISTED_AT), *over[1:]]
    kept = JobRecord(cases=tuple(listed)).with_case(case("new", CaseState.CLOSED, life=None))
    assert [one.failure_id for one in kept.cases][:2] == ["0", "2"]


def test_what_only_a_decision_would_need_goes_and_the_rest_stays(case: Make[Case]) -> None:
    """A quarter of a kilobyte of the message is kept for people."""
    told = make_failure(message="m" * 300, extra={"k": "v"}, node="n1", owner="o")
    one = case(failure=told, looks=3)
    assert trimmed(one) == replace(one, failure=replace(told, message="m" * 256, extra={}))
