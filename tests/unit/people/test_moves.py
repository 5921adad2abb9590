"""The pure moves: what a person's word makes of a case, and when it comes too late."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.people.moves import (
    HoldStanding,
    NotHeld,
    approve,
    backlog,
    drop,
    reject,
    resume,
    standing_of,
    waits_behind_breaker,
)
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, failure_id, held, stopped

NOW = START + 60


def test_an_approved_case_is_due_now_and_owes_its_outcome() -> None:
    """Approve: deferred, due at once, the name kept, a follow-up `deferred/approved` owed and due to be written."""
    case = held(1)
    record, outcome = approve(JobRecord(cases=(case,)), case, "ann", NOW)
    going = record.case(failure_id(1))
    assert going is not None
    assert (going.state, going.due_at, going.approved_by) == (CaseState.DEFERRED, NOW, "ann")
    assert (outcome.verdict, outcome.reason, outcome.final) == ("deferred", "approved", "false")
    assert outcome.follow_up == case.outcome_id
    assert going.outcome_id == outcome.outcome_id
    assert record.owed == (outcome.fields(),)
    assert record.due_at is not None
    assert record.due_at <= NOW
    assert "ann" in outcome.message


def test_the_day_until_it_is_given_up_begins_with_the_approval() -> None:
    """A case held for almost a day is not given up a minute after somebody said yes."""
    case = held(1, opened_at=START - 86_000)
    record, _ = approve(JobRecord(cases=(case,)), case, "ann", NOW)
    assert (record.cases[0].opened_at, record.cases[0].first_told_at) == (NOW, START - 86_000)


def test_a_rejected_case_is_closed_and_owes_its_final_outcome() -> None:
    """Reject: closed, never due, final `suppressed/rejected` owed in the same record, due to be written now."""
    case = held(1)
    record, outcome = reject(JobRecord(cases=(case,)), case, "ann", NOW)
    assert (record.cases[0].state, record.cases[0].due_at) == (CaseState.CLOSED, None)
    assert (outcome.verdict, outcome.reason, outcome.final) == ("suppressed", "rejected", "true")
    assert record.owed == (outcome.fields(),)
    assert record.due_at == NOW
    assert standing_of(record.cases[0], NOW) is HoldStanding.REJECTED


@pytest.mark.parametrize("decide", [approve, reject])
@pytest.mark.parametrize("state", [state for state in CaseState if state is not CaseState.HELD])
def test_only_what_is_held_can_be_answered(decide: object, state: CaseState) -> None:
    """In every other state the answer is refused and says so."""
    case = replace(held(1), state=state)
    with pytest.raises(NotHeld) as refused:
        decide(JobRecord(cases=(case,)), case, "ann", NOW)  # type: ignore[operator]  # one of the two moves
    assert refused.value.standing is HoldStanding.NEVER_ASKED
    assert state.value in str(refused.value)


def test_a_second_answer_tells_who_was_first() -> None:
    """After ann's yes, bob's yes and bob's no are refused with ann's name."""
    case = held(1)
    record, _ = approve(JobRecord(cases=(case,)), case, "ann", NOW)
    for decide in (approve, reject):
        with pytest.raises(NotHeld, match="approved by ann") as refused:
            decide(record, record.cases[0], "bob", NOW)
        assert refused.value.standing is HoldStanding.APPROVED


def test_a_second_answer_tells_who_said_no() -> None:
    """After ann's no, bob's answers are refused with her name, also read back; a no without a name stays readable."""
    case = held(1)
    record, _ = reject(JobRecord(cases=(case,)), case, "ann", NOW)
    kept = decode_record(encode(record)).cases[0]
    assert (kept.rejected_by, kept.approved_by) == ("ann", "")
    for decide in (approve, reject):
        with pytest.raises(NotHeld, match="was rejected by ann already") as refused:
            decide(record, kept, "bob", NOW)
        assert refused.value.standing is HoldStanding.REJECTED
        with pytest.raises(NotHeld, match="was rejected already"):
            decide(record, replace(kept, rejected_by=""), "bob", NOW)


def test_a_hold_that_is_over_is_over() -> None:
    """At the moment at which the hold expires an answer comes too late, whether or not the sweep has come by."""
    case = held(1, expires_at=NOW)
    for decide in (approve, reject):
        with pytest.raises(NotHeld, match="expired") as refused:
            decide(JobRecord(cases=(case,)), case, "ann", NOW)
        assert refused.value.standing is HoldStanding.EXPIRED
    approve(JobRecord(cases=(case,)), case, "ann", NOW - 0.001)


def test_the_backlog_is_what_the_breaker_stopped_and_nothing_else() -> None:
    """Only closed cases of that cluster, with that reason, that are still listed."""
    record = JobRecord(
        cases=(
            stopped(1),
            stopped(2, OTHER),
            replace(stopped(3), due_at=None),
            replace(stopped(4), reason=Reason.REJECTED),
            replace(stopped(5), state=CaseState.DEFERRED),
            held(6),
        )
    )
    assert [case.failure_id for case in backlog(record, CLUSTER)] == [failure_id(1)]


def test_a_resumed_case_is_open_again_at_its_turn() -> None:
    """Resume: deferred, due at its turn, nobody's approval, a day from then on, and a follow-up owed at once."""
    case = stopped(1)
    record, outcome = resume(JobRecord(cases=(case,)), case, "ann", NOW, NOW + 120)
    going = record.cases[0]
    assert (going.state, going.due_at, going.opened_at, going.approved_by) == (
        CaseState.DEFERRED,
        NOW + 120,
        NOW + 120,
        "",
    )
    assert (outcome.verdict, outcome.reason, outcome.final) == ("deferred", "breaker_closed", "false")
    assert outcome.follow_up == case.outcome_id
    assert going.first_told_at == case.opened_at
    assert going.failure.extra == {"note": "kept"}, "the rules shall judge on the evidence that was told"
    assert record.due_at == NOW
    assert not waits_behind_breaker(going)


def test_a_dropped_case_is_never_listed_again() -> None:
    """Drop: no due time, no new outcome; its last word stays."""
    record = drop(JobRecord(cases=(stopped(1),)), stopped(1))
    assert record.due_at is None
    assert record.owed == ()
    assert (record.cases[0].verdict, record.cases[0].reason) == (Verdict.SUPPRESSED, Reason.BREAKER_OPEN)
    assert stopped(1).due_at == LISTED_AT
