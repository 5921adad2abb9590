"""What is told or decided of a case says all that is known and changes nothing else: whole documents compared."""

from __future__ import annotations

import pytest
from msgspec.structs import astuple, replace

from shared.domain.act import Way
from shared.domain.call import CallResult, Effect
from shared.domain.decision import Ask, Decision
from shared.domain.evidence import Known
from shared.domain.life import Life
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import CaseState, JobRecord, trimmed
from shared.domain.transitions import (
    MAX_TELLINGS,
    WATCH_S,
    also_told,
    closed,
    handed_over,
    new_case,
    outcome_of,
    outweighed,
    recorded,
    waiting,
)
from shared.domain.verdicts import Verdict
from tests.support.systems import CLUSTER
from tests.unit.domain.moves import ASK, BEFORE, FORCED, GONE, HELD, NOW, RECORD, SWEEP, TOLD, WAITS, decided


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
    bare = outcome_of(TOLD, WAITS, ASK, policy_version="1-a")
    assert bare.final == "false"
    values = [*bare.place.values(), *astuple(replace(bare, place={}))]
    assert {type(value) for value in values if value != {}} == {str}, "a Logstore keeps texts alone"


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
    assert "another telling" in owed["message"]
    assert (owed["event_id"], record.owed_at, record.cases) == (BEFORE.failure.event_id, NOW, RECORD.cases)


def test_tellings_are_remembered_once_and_the_latest() -> None:
    """The one told again comes last."""
    case = replace(BEFORE, tellings=tuple(str(number) for number in range(MAX_TELLINGS)))
    assert also_told(case, "3").tellings == (*(str(n) for n in range(MAX_TELLINGS) if n != 3), "3")
    assert also_told(case, "x").tellings == (*(str(n) for n in range(1, MAX_TELLINGS)), "x")
    begun = new_case(replace(RECORD, cases=(case,)), TOLD, WAITS, ASK)
    assert (begun.tellings, begun.opened_at, begun.attempt, begun.life) == (case.tellings, NOW, 0, None)
