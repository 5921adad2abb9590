"""What a call's answer, a call that was not made, and a later look make of a case; pure."""

from __future__ import annotations

import pytest

from shared.domain.call import CallResult, Effect
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Trigger
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.settlement import THROTTLE_WAIT_S, settled, unsent, watched
from shared.domain.transitions import WATCH_S
from shared.domain.verdicts import Verdict
from tests.support.make import Make

NOW, LEFT_AT, SETTLE_S = 2000.0, 1990.0, 120.0
ASK = Ask(now=NOW, trigger=Trigger.SWEEP, request_id="r")
ACCEPTED = Decision(
    verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="as decided", failure_id="f", job_id="1.scheduler"
)


def settle(one: Case, effect: Effect, batch: int = 1, **about: str | float) -> tuple[Case, tuple[str, str, str]]:
    """The case after a call with this answer, and what was told: verdict, reason, message."""
    call = CallResult(effect=effect, api="RerunJobs", left_at=LEFT_AT, **about)  # type: ignore[arg-type]  # a test's own answer
    before = JobRecord(cases=(one,))
    record, outcome = settled(before, one, ACCEPTED, call, ASK, policy_version="p", settle_s=SETTLE_S, batch=batch)
    (moved,) = record.cases
    assert record.owed == (outcome.fields(),)
    assert (moved.outcome_id, moved.may_leave_until) == (outcome.outcome_id, LEFT_AT)
    return moved, (outcome.verdict, outcome.reason, outcome.message)


@pytest.mark.parametrize(
    ("effect", "code", "state", "told"),
    [
        (Effect.DONE, "", CaseState.DONE, ("rerun", "accepted")),
        (Effect.NOT_DONE_USELESS, "InvalidParams", CaseState.REFUSED, ("refused", "api_refused")),
        (Effect.NOT_DONE_LATER, "Throttling.User", CaseState.DEFERRED, ("deferred", "throttled")),
        (Effect.NOT_DONE_LATER, "ServiceBusy", CaseState.DEFERRED, ("deferred", "retryable_refusal")),
        (Effect.UNKNOWN, "ReadTimeout", CaseState.UNKNOWN, ("unknown", "answer_lost")),
        (Effect.UNKNOWN, "PartFailure", CaseState.UNKNOWN, ("unknown", "part_failure")),
    ],
)
def test_an_answer_means_one_thing(
    case: Make[Case], effect: Effect, code: str, state: CaseState, told: tuple[str, str]
) -> None:
    """Four effects, and the reason by the code; the service's words are told, else the decision's."""
    moved, (verdict, reason, message) = settle(case(state=CaseState.RESERVED), effect, code=code)
    assert (moved.state, (verdict, reason), message) == (state, told, "as decided")
    assert settle(case(state=CaseState.RESERVED), effect, code=code, message="sorry")[1][2] == "sorry"


def test_when_it_goes_on(case: Make[Case]) -> None:
    """Throttled: when the service says, else a minute. In doubt: once an effect would show. Refused: never."""
    reserved = case(state=CaseState.RESERVED)
    assert settle(reserved, Effect.NOT_DONE_LATER)[0].due_at == NOW + THROTTLE_WAIT_S
    assert settle(reserved, Effect.NOT_DONE_LATER, retry_after_s=7.0)[0].due_at == NOW + 7
    assert settle(reserved, Effect.UNKNOWN)[0].due_at == LEFT_AT + SETTLE_S + 1
    assert settle(reserved, Effect.NOT_DONE_USELESS)[0].due_at is None


@pytest.mark.parametrize("life", [None, Life.run(500)])
def test_an_accepted_rerun_is_looked_at_once_more(case: Make[Case], life: Life | None) -> None:
    """For a day, from when an effect would show."""
    moved, _ = settle(case(state=CaseState.RESERVED, life=life), Effect.DONE)
    assert (moved.due_at, moved.watch_until) == (LEFT_AT + SETTLE_S + 1, NOW + WATCH_S)


def test_a_rerun_of_a_queued_job_leaves_nothing_to_look_for(case: Make[Case]) -> None:
    """Two waits cannot be told apart."""
    moved, _ = settle(case(state=CaseState.RESERVED, life=Life.queued()), Effect.DONE)
    assert (moved.due_at, moved.watch_until) == (None, 0.0)


def test_looks_are_counted_from_the_call_on(case: Make[Case]) -> None:
    """Those of an earlier wait would make the pauses of this one longer."""
    assert settle(case(state=CaseState.RESERVED, looks=7), Effect.UNKNOWN)[0].looks == 0


def test_a_call_of_several_in_doubt_is_halved_next_time(case: Make[Case]) -> None:
    """A call of one stays as it was."""
    assert settle(case(state=CaseState.RESERVED), Effect.UNKNOWN, batch=5)[0].most_a_call == 3
    assert settle(case(state=CaseState.RESERVED, most_a_call=3), Effect.UNKNOWN)[0].most_a_call == 3


@pytest.mark.parametrize(
    ("reason", "said"),
    [(Reason.DEADLINE, "time was used up"), (Reason.LOOK_TOO_OLD, "too old"), (Reason.PACE, "as decided")],
)
def test_a_call_that_was_not_made_is_due_at_once(case: Make[Case], reason: Reason, said: str) -> None:
    """It keeps its attempt: nothing has left."""
    one = case(state=CaseState.RESERVED)
    record, outcome = unsent(JobRecord(cases=(one,)), one, ACCEPTED, reason, ASK, "p")
    (moved,) = record.cases
    assert (moved.state, moved.due_at, moved.attempt, moved.may_leave_until) == (CaseState.DEFERRED, NOW, 1, NOW)
    assert moved.most_a_call == one.most_a_call
    halved, _ = unsent(JobRecord(cases=(one,)), one, ACCEPTED, reason, ASK, "p", batch=4)
    assert halved.cases[0].most_a_call == 4
    assert (outcome.verdict, outcome.reason, said in outcome.message) == ("deferred", reason.value, True)


def look(one: Case, verdict: Verdict, reason: Reason, due_at: float | None) -> tuple[Case, str | None]:
    """The case after a look at its accepted rerun, and the reason told."""
    decision = Decision(verdict=verdict, reason=reason, message="", failure_id="f", due_at=due_at)
    record, outcome = watched(JobRecord(cases=(one,)), one, decision, ASK, "p")
    return record.cases[0], outcome.reason if outcome else None


def test_what_became_of_a_rerun_is_told_when_it_is_new(case: Make[Case]) -> None:
    """Nothing new: no outcome, and one look more; the watch goes on until its end."""
    one = case(state=CaseState.DONE, verdict=Verdict.RERUN, reason=Reason.ACCEPTED, watch_until=NOW + 100)
    moved, told = look(one, Verdict.RERUN, Reason.ACCEPTED, NOW + 30)
    assert (moved.state, moved.due_at, moved.looks, told) == (CaseState.DONE, NOW + 30, 1, None)
    moved, told = look(one, Verdict.RERUN, Reason.SEEN_RESTARTED, NOW + 101)
    assert (moved.state, moved.due_at, told) == (CaseState.DONE, None, "seen_restarted")
    moved, told = look(one, Verdict.RERUN, Reason.SEEN_ENDED, None)
    assert (moved.due_at, told) == (None, "seen_ended")


def test_a_rerun_that_did_not_take_place_is_open_again(case: Make[Case]) -> None:
    """Its next attempt is a new one."""
    one = case(state=CaseState.DONE, verdict=Verdict.RERUN, reason=Reason.ACCEPTED, watch_until=NOW + 100)
    moved, told = look(one, Verdict.UNKNOWN, Reason.NOT_RESTARTED, NOW)
    assert (moved.state, moved.attempt, moved.due_at, told) == (CaseState.DEFERRED, 0, NOW, "not_restarted")


def test_refused_credentials_are_waited_for_and_named(case: Make[Case]) -> None:
    """Nothing was done, and a person has to know: it does not go on by itself."""
    moved, told = settle(
        case(state=CaseState.RESERVED), Effect.NOT_DONE_LATER, code="InvalidAccessKeyId", credentials=True
    )
    assert (moved.state, told[:2]) == (CaseState.DEFERRED, ("deferred", "credentials_refused"))
