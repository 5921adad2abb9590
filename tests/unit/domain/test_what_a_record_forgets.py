"""What a full record lets go of: first what nothing was tried for, then a backlog, last what was attempted."""

from __future__ import annotations

from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, MAX_CASES, MAX_OPEN, Case, CaseState, JobRecord
from tests.support.make import Make

ENDED = {"state": CaseState.CLOSED, "life": "", "attempt": 0, "due_at": None}


def test_attempted_lives_outlast_any_number_of_others(case: Make[Case]) -> None:
    """Older than all of them, and still known: the job system may list that life yet."""
    record = JobRecord().with_case(case("tried", **{**ENDED, "life": "run:500", "attempt": 1}))
    record = record.with_case(case("given up after a try", **{**ENDED, "life": "run:600"}))
    for number in range(2 * MAX_CASES):
        record = record.with_case(case(str(number), **ENDED))
    assert len(record.cases) == MAX_CASES
    assert [one.failure_id for one in record.cases[:2]] == ["tried", "given up after a try"]


def test_a_persons_no_outlasts_any_number_of_others(case: Make[Case]) -> None:
    """As what was attempted does: otherwise a flood takes it back."""
    record = JobRecord().with_case(case("rejected", **{**ENDED, "reason": Reason.REJECTED}))
    for number in range(2 * MAX_CASES):
        record = record.with_case(case(str(number), **ENDED))
    assert record.cases[0].failure_id == "rejected"


def test_of_attempted_ones_the_oldest_go(case: Make[Case]) -> None:
    """Not even those without bound: a life is no longer listed when 256 later ones were rerun."""
    record = JobRecord()
    for number in range(MAX_CASES + 5):
        record = record.with_case(case(str(number), **{**ENDED, "life": f"run:{number}", "attempt": 1}))
    assert [one.failure_id for one in record.cases] == [str(number) for number in range(5, MAX_CASES + 5)]


def test_a_backlog_outlasts_what_nobody_waits_for(case: Make[Case]) -> None:
    """What an open breaker stopped is there to be resumed as long as something else can go."""
    record = JobRecord().with_case(case("stopped", **{**ENDED, "due_at": LISTED_AT}))
    for number in range(2 * MAX_CASES):
        record = record.with_case(case(str(number), **ENDED))
    assert record.cases[0].failure_id == "stopped"


def test_so_many_may_wait(case: Make[Case]) -> None:
    """One more is not taken in; one that is over makes room."""
    record = JobRecord()
    for number in range(MAX_OPEN):
        assert record.takes_in
        record = record.with_case(case(str(number), state=CaseState.DEFERRED, reason=Reason.RATE))
    assert not record.takes_in
    assert record.with_case(case("0", **{**ENDED, "reason": Reason.RATE})).takes_in
