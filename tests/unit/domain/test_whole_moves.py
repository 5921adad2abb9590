"""Each move of a case says all that it knows and changes nothing else: whole outcomes, whole cases, whole records."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict, replace

from shared.domain.act import Way
from shared.domain.call import ActionApi, CallResult, Effect
from shared.domain.decision import Ask, Decision
from shared.domain.evidence import Known
from shared.domain.failure import FailureClass, Trigger
from shared.domain.gate import GateAnswer
from shared.domain.life import Life
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord, trimmed
from shared.domain.settlement import settled, unsent, watched
from shared.domain.transitions import (
    MAX_TELLINGS,
    WATCH_S,
    Reservation,
    also_told,
    closed,
    handed_over,
    new_case,
    outcome_of,
    outweighed,
    recorded,
    reserved,
    waiting,
)
from shared.domain.verdicts import Verdict
from tests.support.systems import CLUSTER
from tests.unit.domain.conftest import make_failure

NOW = 2000.0
ASK = Ask(now=NOW, trigger=Trigger.EVENT, request_id="r")
SWEEP = replace(ASK, trigger=Trigger.SWEEP)
CLEAR = (("run_clear", GateAnswer("this", "this")),)
TOLD = make_failure(telling_id="new", message="m" * 300, extra={"k": "v"}, job_id="1")
BEFORE = Case(
    failure=make_failure(telling_id="old", message="n" * 300),
    failure_id="f",
    state=CaseState.UNKNOWN,
    opened_at=1400.0,
    due_at=1950.0,
    life=Life.run(500),
    attempt=1,
    owner="before",
    reserved_at=1500.0,
    may_leave_until=1510.0,
    fingerprint="p",
    known_reruns=(7,),
    looks=2,
    watch_until=9000.0,
    most_a_call=4,
    calls_in_vain=1,
    verdict=Verdict.UNKNOWN,
    reason=Reason.ANSWER_LOST,
    outcome_id="last",
    approved_by="ann",
    run_clear=False,
    tellings=("old",),
)
RECORD = JobRecord(cases=(BEFORE,), attempts=(AttemptMark(1, 1500.0, failure_id="f"),), not_before=1600.0)
FORCED: dict[str, Any] = {"forced": True, "actor": "ben", "why": "now"}


def decided(verdict: Verdict, reason: Reason, **more: Any) -> Decision:
    """A decision about `1.scheduler`."""
    return replace(Decision(verdict=verdict, reason=reason, message="m", failure_id="f", job_id="1.scheduler"), **more)


WAITS = decided(Verdict.DEFERRED, Reason.COOLDOWN, due_at=2100.0, asked=CLEAR)
HELD = decided(
    Verdict.HELD, Reason.RULE_HOLDS, due_at=9100.0, rule="gpu", life=Life.run(7), owner="o", running_since=7.0
)
GONE = decided(Verdict.INELIGIBLE, Reason.JOB_FINISHED, asked=CLEAR)


# Outcomes.


def test_an_outcome_says_all_that_was_decided_and_what_the_call_answered() -> None:
    """Every field; nothing is left out and nothing is said besides."""
    decision = decided(
        Verdict.RERUN,
        Reason.ACCEPTED,
        state="RUNNING",
        rule="gpu",
        attempt=2,
        max_attempts=3,
        job_instance_id=0,
        data_time="2026-01-01 10:00:00",
        forced=True,
        actor="ann",
        way=Way.CONSOLE,
        why="tested",
        known=Known(evidence="Xid 79", node="n1", occurred_at="then", started_at="before"),
    )
    call = CallResult(effect=Effect.DONE, api="RerunJobs", code="c", request_id="q", left_at=1.0)
    told = outcome_of(TOLD, decision, ASK, policy_version="1-a", follow_up="last", call=call).fields()
    assert told == {
        "schema": "secondwind-outcome/1",
        "outcome_id": stable_id("outcome", "f", "rerun", "accepted", 2, "last", "e", ASK.dry_run),
        "failure_id": "f",
        "final": "true",
        "follow_up": "last",
        "at": "1970-01-01T00:33:20.000Z",
        "verdict": "rerun",
        "reason": "accepted",
        "message": "m",
        "trigger": "event",
        "event_id": "e",
        **CLUSTER.place,
        "job_id": "1.scheduler",
        "job_instance_id": "0",
        "data_time": "2026-01-01 10:00:00",
        "state": "RUNNING",
        "rule": "gpu",
        "policy_version": "1-a",
        "attempt": "2",
        "max_attempts": "3",
        "api": "RerunJobs",
        "api_request_id": "q",
        "api_code": "c",
        "request_id": "r",
        "dry_run": "false",
        "actor": "ann",
        "way": "console",
        "why": "tested",
        "forced": "true",
        "evidence": "Xid 79",
        "node": "n1",
        "occurred_at": "then",
        "started_at": "before",
    }


def test_what_was_not_known_is_not_said() -> None:
    """Neither zeros nor empty words; a dry run says that it is one, and is another outcome."""
    dry = replace(ASK, dry_run=True)
    told, again = (outcome_of(TOLD, GONE, ask, policy_version="1-a").fields() for ask in (dry, ASK))
    for absent in ("attempt", "max_attempts", "job_instance_id", "api", "forced", "way", "follow_up", "data_time"):
        assert absent not in told
    assert (told["dry_run"], again["dry_run"], told["final"]) == ("true", "false", "true")
    assert told["outcome_id"] != again["outcome_id"]
    assert outcome_of(TOLD, WAITS, ASK, policy_version="1-a").final == "false"


# Before a call.


TERMS = Reservation(
    owner="mine",
    may_leave_until=2060.0,
    settle_s=120.0,
    cooldown_s=30.0,
    attempts_kept_s=600.0,
    known_reruns=(9,),
    fingerprint="q",
)
ACCEPTED = decided(
    Verdict.RERUN,
    Reason.ACCEPTED,
    attempt=2,
    life=Life.run(600),
    failure_class=FailureClass.CAPACITY,
    action_api=ActionApi.BACKFILL,
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


def test_reserved_once_more_it_is_the_same_attempt_and_old_ones_are_forgotten() -> None:
    """Its mark keeps its moment and its class, and says when the call may leave now."""
    marks = (
        AttemptMark(1, NOW - 600.0, failure_id="old"),
        AttemptMark(2, NOW - 599.0, failure_id="young"),
        AttemptMark(3, 1500.0, FailureClass.CAPACITY, left_by=1510.0, failure_id="f"),
    )
    record = replace(RECORD, attempts=marks, cases=(replace(BEFORE, attempt=3),))
    after = reserved(record, TOLD, record.cases[0], replace(ACCEPTED, attempt=3), ASK, TERMS)
    assert after.attempts == (marks[1], replace(marks[2], left_by=2060.0))


def test_a_case_that_waits_on() -> None:
    """Once more looked at, due as decided, and what is new is told as the sequel of what was told before."""
    record, outcome = waiting(RECORD, TOLD, BEFORE, WAITS, ASK, "v")
    assert outcome == outcome_of(TOLD, WAITS, ASK, policy_version="v", follow_up="last")
    assert record.cases == (
        replace(
            BEFORE,
            state=CaseState.DEFERRED,
            due_at=2100.0,
            looks=3,
            calls_in_vain=BEFORE.vain_by_now,
            run_clear=True,
            tellings=("old", "new"),
            verdict=Verdict.DEFERRED,
            reason=Reason.COOLDOWN,
            outcome_id=outcome.outcome_id,
        ),
    )
    assert (record.owed, record.owed_at, record.attempts) == ((outcome.fields(),), NOW, RECORD.attempts)


def test_what_waits_for_a_person_keeps_what_they_are_shown() -> None:
    """The life, the start and the owner seen, and the rule; anything else that waits does not."""
    record, _ = waiting(JobRecord(), TOLD, None, replace(HELD, **FORCED), ASK, "v")
    (case,) = record.cases
    assert (case.state, case.due_at, case.looks, case.failure) == (CaseState.HELD, 9100.0, 1, TOLD)
    assert (case.held_life, case.held_since, case.held_rule, case.held_owner) == (Life.run(7), 7.0, "gpu", "o")
    assert (case.forced, case.forced_by, case.forced_why, case.run_clear) == (True, "ben", "now", False)
    other, _ = waiting(JobRecord(), TOLD, None, replace(HELD, verdict=Verdict.DEFERRED), ASK, "v")
    assert (other.cases[0].held_life, other.cases[0].held_rule) == (None, "")
    doubt, _ = waiting(RECORD, TOLD, BEFORE, replace(HELD, verdict=Verdict.UNKNOWN), ASK, "v")
    assert (doubt.cases[0].state, doubt.cases[0].calls_in_vain) == (CaseState.UNKNOWN, BEFORE.calls_in_vain)


@pytest.mark.parametrize(
    ("ask", "decision", "told"),
    [
        (SWEEP, decided(Verdict.UNKNOWN, Reason.ANSWER_LOST), False),
        (ASK, decided(Verdict.UNKNOWN, Reason.ANSWER_LOST), True),
        (SWEEP, decided(Verdict.UNKNOWN, Reason.PART_FAILURE), True),
        (SWEEP, decided(Verdict.DEFERRED, Reason.ANSWER_LOST), True),
    ],
)
def test_the_sweep_says_nothing_twice(ask: Ask, decision: Decision, *, told: bool) -> None:
    """The same verdict for the same reason is no news; whoever tells it gets an answer all the same."""
    record, outcome = waiting(RECORD, TOLD, BEFORE, decision, ask, "v")
    assert (outcome is not None, bool(record.owed), record.cases[0].looks) == (told, told, 3)


def test_a_case_that_ends() -> None:
    """By what was seen: closed, not due, without what only a decision would need; its outcome is a sequel."""
    record, outcome = closed(RECORD, BEFORE, GONE, ASK, "v")
    assert outcome == outcome_of(BEFORE.failure, GONE, ASK, policy_version="v", follow_up="last")
    ended = replace(
        BEFORE,
        state=CaseState.CLOSED,
        due_at=None,
        verdict=Verdict.INELIGIBLE,
        reason=Reason.JOB_FINISHED,
        outcome_id=outcome.outcome_id,
    )
    assert record == replace(RECORD, cases=(trimmed(ended),), owed=(outcome.fields(),), owed_at=NOW)


def test_a_case_that_ends_restarted_is_watched_on() -> None:
    """For a day, its looks counted anew."""
    record, _ = closed(RECORD, BEFORE, decided(Verdict.RERUN, Reason.OBSERVED_RESTART, due_at=2500.0), ASK, "v")
    (case,) = record.cases
    assert (case.state, case.due_at, case.watch_until, case.looks) == (CaseState.DONE, 2500.0, NOW + WATCH_S, 0)


def test_a_failure_that_ends_as_it_is_told() -> None:
    """It is known from now on, with whether its run was clear."""
    record, outcome = recorded(JobRecord(), TOLD, GONE, ASK, "v")
    assert outcome == outcome_of(TOLD, GONE, ASK, policy_version="v")
    (case,) = record.cases
    assert (case.state, case.due_at, case.run_clear, case.tellings) == (CaseState.CLOSED, None, True, ("new",))
    assert (case.verdict, case.reason, case.outcome_id) == (GONE.verdict, GONE.reason, outcome.outcome_id)
    assert record.owed == (outcome.fields(),)


def test_a_case_that_another_record_has_is_over_here() -> None:
    """And owes nothing."""
    assert handed_over(RECORD, BEFORE) == replace(RECORD, cases=(replace(BEFORE, state=CaseState.CLOSED, due_at=None),))


def test_a_telling_that_is_outweighed_is_answered_as_a_duplicate() -> None:
    """Without attempt and due time; the case goes on with the better one."""
    better = decided(Verdict.RERUN, Reason.ACCEPTED, attempt=2, due_at=2100.0, rule="gpu")
    record, case = outweighed(RECORD, BEFORE, TOLD, better, ASK, "v")
    (owed,) = record.owed
    assert case == replace(BEFORE, failure=TOLD)
    assert (owed["verdict"], owed["reason"], owed["rule"], owed["follow_up"], owed["policy_version"]) == (
        "duplicate",
        "outweighed",
        "gpu",
        "last",
        "v",
    )
    assert "attempt" not in owed
    assert (owed["event_id"], record.owed_at, record.cases) == (BEFORE.failure.event_id, NOW, RECORD.cases)


def test_tellings_are_remembered_once_and_the_latest() -> None:
    """The one told again comes last."""
    case = replace(BEFORE, tellings=tuple(str(number) for number in range(MAX_TELLINGS)))
    assert also_told(case, "3").tellings == (*(str(n) for n in range(MAX_TELLINGS) if n != 3), "3")
    assert also_told(case, "x").tellings == (*(str(n) for n in range(1, MAX_TELLINGS)), "x")
    begun = new_case(replace(RECORD, cases=(case,)), TOLD, WAITS, ASK)
    assert (begun.tellings, begun.opened_at, begun.attempt, begun.life) == (case.tellings, NOW, 0, None)


# After a call.


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
