"""A reservation and what its call did to the case say all that is known: whole documents compared."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict, replace

from shared.domain.call import ActionApi, CallResult, Effect
from shared.domain.failure import FailureClass
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, CaseState, JobRecord
from shared.domain.settlement import settled, unsent, watched
from shared.domain.transitions import Reservation, outcome_of, reserved
from shared.domain.verdicts import Verdict
from tests.unit.domain.moves import ACCEPTED, ASK, BEFORE, FORCED, NOW, RECORD, SWEEP, TOLD, decided

TERMS = Reservation(
    owner="mine",
    may_leave_until=2060.0,
    settle_s=120.0,
    cooldown_s=30.0,
    known_reruns=(9,),
    fingerprint="q",
)


def test_a_reservation_of_a_case_that_goes_on() -> None:
    """A new attempt at the life seen; what it was in doubt about before was in vain if the call was its own."""
    one = replace(BEFORE, most_a_call=1, attempt=0)
    record = reserved(replace(RECORD, cases=(one,)), TOLD, one, ACCEPTED, ASK, TERMS)
    taken = replace(
        one,
        failure=replace(one.failure, job_id="1.scheduler"),
        state=CaseState.RESERVED,
        due_at=2181.0,
        life=Life.run(600),
        attempt=2,
        owner="mine",
        reserved_at=NOW,
        may_leave_until=2060.0,
        action_api=ActionApi.BACKFILL,
        calls_in_vain=2,
        known_reruns=(9,),
        fingerprint="q",
        tellings=("old", "new"),
    )
    mark = AttemptMark(2, NOW, FailureClass.CAPACITY, left_by=2060.0, failure_id="f")
    assert record == replace(
        RECORD, cases=(taken,), attempts=(*RECORD.attempts, mark), not_before=NOW + TERMS.cooldown_s
    )


def test_a_reservation_has_the_failure_that_was_decided() -> None:
    """What waited before its run was known goes on under the id of that run's failure."""
    one = replace(BEFORE, failure_id="unseen", attempt=0)
    record = reserved(replace(RECORD, cases=(one,)), TOLD, one, ACCEPTED, ASK, TERMS)
    assert record.cases[-1].failure_id == ACCEPTED.failure_id != "unseen"


def test_a_reservation_by_force_remembers_who_and_why() -> None:
    """Of what was just told; nothing is owed before the call."""
    record = reserved(JobRecord(), TOLD, None, replace(ACCEPTED, **FORCED), ASK, TERMS)
    (case,) = record.cases
    assert (case.forced, case.forced_by, case.forced_why) == (True, "ben", "now")
    assert (case.opened_at, case.failure.job_id, case.failure.message, record.owed) == (
        NOW,
        "1.scheduler",
        "m" * 300,
        (),
    )
    again = reserved(record, TOLD, case, ACCEPTED, SWEEP, TERMS)
    assert again.cases[0].forced_by == "ben", "the sweep goes on as it was begun"


def test_reserved_once_more_it_is_the_same_attempt_and_the_oldest_beyond_twenty_are_forgotten() -> None:
    """Its mark keeps its moment and its class, and says when the call may leave now. Of each class twenty stay."""
    other = AttemptMark(9, 1.0, FailureClass.USER, failure_id="other")
    marks = (other, *(AttemptMark(number, float(number), failure_id=f"{number}") for number in range(1, 23)))
    mine = AttemptMark(3, 1500.0, FailureClass.CAPACITY, left_by=1510.0, failure_id="f")
    record = replace(RECORD, attempts=(*marks, mine), forgotten=4, cases=(replace(BEFORE, attempt=3),))
    after = reserved(record, TOLD, record.cases[0], replace(ACCEPTED, attempt=3), ASK, TERMS)
    assert after.attempts == (other, *marks[3:], replace(mine, left_by=2060.0))
    assert after.forgotten == 6


@pytest.mark.parametrize(
    ("batch", "most", "effect", "after"),
    [
        (5, 0, Effect.UNKNOWN, 3),
        (2, 0, Effect.UNKNOWN, 1),
        (1, 4, Effect.UNKNOWN, 4),
        (5, 4, Effect.DONE, 4),
        (5, 4, Effect.NOT_DONE_LATER, 4),
    ],
)
def test_how_many_the_next_call_may_name(batch: int, most: int, effect: Effect, after: int) -> None:
    """Half of one that left several in doubt; any other answer changes nothing."""
    one = replace(BEFORE, state=CaseState.RESERVED, most_a_call=most)
    call = CallResult(effect=effect, api="a", left_at=1990.0)
    record, _ = settled(
        replace(RECORD, cases=(one,)), one, ACCEPTED, call, ASK, policy_version="v", settle_s=120.0, batch=batch
    )
    assert record.cases[0].most_a_call == after


def test_a_result_is_told_with_its_call_and_the_attempt_counts_from_when_it_left() -> None:
    """As the sequel of what was told; nothing else of the record changes."""
    one = replace(BEFORE, state=CaseState.RESERVED)
    call = CallResult(effect=Effect.UNKNOWN, api="RerunJobs", code="Timeout", request_id="q", left_at=1990.0)
    record, outcome = settled(
        replace(RECORD, cases=(one,)), one, ACCEPTED, call, ASK, policy_version="v", settle_s=120.0
    )
    told = replace(ACCEPTED, verdict=Verdict.UNKNOWN, reason=Reason.ANSWER_LOST)
    assert outcome == outcome_of(one.failure, told, ASK, policy_version="v", follow_up="last", call=call)
    moved = replace(
        one,
        state=CaseState.UNKNOWN,
        due_at=2111.0,
        watch_until=0.0,
        may_leave_until=1990.0,
        looks=0,
        verdict=Verdict.UNKNOWN,
        reason=Reason.ANSWER_LOST,
        outcome_id=outcome.outcome_id,
    )
    marks = (replace(RECORD.attempts[0], left_by=1990.0),)
    assert record == replace(RECORD, cases=(moved,), attempts=marks, owed=(outcome.fields(),), owed_at=NOW)


def test_a_call_that_was_not_made_changes_nothing_else() -> None:
    """Due at once; it cannot have left later than now."""
    record, outcome = unsent(RECORD, BEFORE, replace(ACCEPTED, due_at=5.0), Reason.DEADLINE, ASK, "v")
    (case,) = record.cases
    kept = {name: value for name, value in asdict(case).items() if name not in _TOLD_BY}
    expected = replace(BEFORE, state=CaseState.DEFERRED, due_at=NOW, may_leave_until=NOW)
    assert kept == {name: value for name, value in asdict(expected).items() if name not in _TOLD_BY}
    assert (case.verdict, case.reason, case.outcome_id) == (Verdict.DEFERRED, Reason.DEADLINE, outcome.outcome_id)
    assert (outcome.follow_up, outcome.policy_version, outcome.attempt) == ("last", "v", "2")
    assert record.attempts[0].left_by == NOW


_TOLD_BY = {"verdict", "reason", "outcome_id"}


@pytest.mark.parametrize(
    ("verdict", "due_at", "state", "attempt", "due_after"),
    [
        (Verdict.RERUN, 2500.0, CaseState.DONE, 1, 2500.0),
        (Verdict.RERUN, 9000.0, CaseState.DONE, 1, 9000.0),
        (Verdict.RERUN, 9000.5, CaseState.DONE, 1, None),
        (Verdict.RERUN, None, CaseState.DONE, 1, None),
        (Verdict.UNKNOWN, 2500.0, CaseState.DEFERRED, 0, 2500.0),
        (Verdict.UNKNOWN, 9000.5, CaseState.DEFERRED, 0, 9000.5),
    ],
)
def test_a_watch_goes_on_to_its_end_and_an_attempt_in_vain_begins_anew(
    verdict: Verdict, due_at: float | None, state: CaseState, attempt: int, due_after: float | None
) -> None:
    """The end of the watch included; what did not take place goes on whenever it is due."""
    done = replace(BEFORE, state=CaseState.DONE)
    record, outcome = watched(
        replace(RECORD, cases=(done,)), done, decided(verdict, Reason.SEEN_RESTARTED, due_at=due_at), ASK, "v"
    )
    (case,) = record.cases
    assert (case.state, case.attempt, case.due_at, case.looks) == (state, attempt, due_after, 3)
    assert outcome is not None
    assert (outcome.follow_up, outcome.policy_version, case.outcome_id) == ("last", "v", outcome.outcome_id)


def test_a_look_without_news_owes_nothing() -> None:
    """Both verdict and reason are as told before."""
    done = replace(BEFORE, state=CaseState.DONE, verdict=Verdict.RERUN, reason=Reason.ACCEPTED)
    record = replace(RECORD, cases=(done,))
    for verdict, reason, news in (
        (Verdict.RERUN, Reason.ACCEPTED, False),
        (Verdict.RERUN, Reason.SEEN_ENDED, True),
        (Verdict.DEFERRED, Reason.ACCEPTED, True),
    ):
        after, outcome = watched(record, done, decided(verdict, reason, due_at=2500.0), ASK, "v")
        assert (outcome is not None, bool(after.owed), after.cases[0].looks) == (news, news, 3)
