"""Moves of a case before a call: what they keep, what they owe, what stays bounded."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Failure, FailureClass, Trigger
from shared.domain.gate import GateAnswer, Stop
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import BACKLOG_BYTES, LISTED_AT, MAX_CASES, Case, CaseState, JobRecord
from shared.domain.transitions import (
    WATCH_S,
    Reservation,
    closed,
    handed_over,
    not_taken_in,
    outweighed,
    recorded,
    reserved,
    waiting,
)
from shared.domain.verdicts import Verdict
from tests.support.make import Make

ASK = Ask(now=2000.0, trigger=Trigger.EVENT, request_id="r")
TERMS = Reservation(owner="o", may_leave_until=2060.0, settle_s=120.0, cooldown_s=0.0)


def decision(verdict: Verdict, reason: Reason, failure_id: str = "f", **about: Any) -> Decision:
    """A decision about `1.scheduler`."""
    return Decision(verdict=verdict, reason=reason, message="", failure_id=failure_id, job_id="1.scheduler", **about)


STOPPED = decision(Verdict.SUPPRESSED, Reason.BREAKER_OPEN)


def test_an_attempt_remembers_its_class(failure: Make[Failure]) -> None:
    """A class with a budget of its own pays from that, whatever the policy says later."""
    accepted = decision(
        Verdict.RERUN, Reason.ACCEPTED, attempt=1, life=Life.run(5), failure_class=FailureClass.INFRASTRUCTURE
    )
    record = decode_record(encode(reserved(JobRecord(), failure(), None, accepted, ASK, TERMS)))
    assert [mark.failure_class for mark in record.attempts] == [FailureClass.INFRASTRUCTURE]
    assert decode_record(b'{"attempts":[{"number":1,"at":5.0}]}').attempts[0].failure_class is FailureClass.UNKNOWN


@pytest.mark.parametrize("reason", [Reason.BREAKER_OPEN, Reason.LOOK_REFUSED])
def test_what_ends_when_told_is_known_when_told_again(failure: Make[Failure], reason: Reason) -> None:
    """Closed, without an attempt, owing its outcome in the same document; only the breaker's is listed."""
    verdict = Verdict.SUPPRESSED if reason is Reason.BREAKER_OPEN else Verdict.REFUSED
    record, outcome = recorded(JobRecord(), failure(message="m" * 999), decision(verdict, reason), ASK, "1-0")
    (case,) = record.cases
    assert record.case_of_telling("t") == case
    assert (case.state, case.reason, case.attempt, record.owed) == (CaseState.CLOSED, reason, 0, (outcome.fields(),))
    listed = reason is Reason.BREAKER_OPEN
    assert (case.due_at, len(case.failure.message)) == ((LISTED_AT, 999) if listed else (None, 256))


def test_a_second_telling_joins_the_first(failure: Make[Failure]) -> None:
    """One case a failure, both tellings known, whether it is stopped again or acted on."""
    record, _ = recorded(JobRecord(), failure(), STOPPED, ASK, "1-0")
    twice, _ = recorded(record, failure(telling_id="u"), STOPPED, ASK, "1-0")
    accepted = decision(Verdict.RERUN, Reason.ACCEPTED, attempt=1, life=Life.run(5))
    acted = reserved(record, failure(telling_id="u"), None, accepted, ASK, TERMS)
    for found in (twice, acted):
        assert [case.tellings for case in found.cases] == [("t", "u")]
    assert acted.cases[0].due_at == 2060 + 120 + 1


@pytest.mark.parametrize("move", ["waiting", "closed", "reserved"])
def test_a_person_s_yes_outlives_every_move(failure: Make[Failure], case: Make[Case], move: str) -> None:
    """What was approved stays approved while it waits, is called, or ends."""
    approved = case(state=CaseState.DEFERRED, approved_by="ann", attempt=0)
    record = JobRecord(cases=(approved,))
    wait = decision(Verdict.DEFERRED, Reason.COOLDOWN, due_at=2100.0)
    accepted = decision(Verdict.RERUN, Reason.ACCEPTED, attempt=1, life=Life.run(5))
    moved = {
        "waiting": lambda: waiting(record, failure(), approved, wait, ASK, "1-0")[0],
        "closed": lambda: closed(record, approved, STOPPED, ASK, "1-0")[0],
        "reserved": lambda: reserved(record, failure(), approved, accepted, ASK, TERMS),
    }[move]()
    assert moved.cases[0].approved_by == "ann"


def test_the_backlog_of_one_job_is_bounded_in_number(failure: Make[Failure]) -> None:
    """However many failures of it a breaker stops, the oldest go first."""
    record = JobRecord()
    for number in range(MAX_CASES + 10):
        told = decision(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, str(number))
        record, _ = recorded(record, failure(telling_id=str(number)), told, ASK, "1-0")
    assert [case.failure_id for case in record.cases] == [str(number) for number in range(10, MAX_CASES + 10)]


def test_the_backlog_of_one_job_is_bounded_in_size(failure: Make[Failure], case: Make[Case]) -> None:
    """Beyond it the oldest lose their evidence and cannot be resumed; they stay known, and what is open stays whole."""
    waits = case("open", CaseState.DEFERRED, failure=failure(message="m" * 30_000))
    record = JobRecord(cases=(waits,))
    for number in range(40):
        told = decision(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, str(number))
        about = failure(telling_id=str(number), message="m" * 30_000, extra={"k": "v" * 999})
        record, _ = recorded(record, about, told, ASK, "1-0")
    listed = [case for case in record.cases if case.due_at == LISTED_AT]
    assert sum(case.failure.evidence_bytes for case in listed) <= BACKLOG_BYTES
    assert [case.failure_id for case in listed] == [str(number) for number in range(24, 40)]
    assert len(encode(record)) < 1_000_000
    assert record.case_of_telling("0") is not None
    assert record.case("open") == waits


def test_a_backlog_of_just_the_size_stays_whole(failure: Make[Failure]) -> None:
    """A byte more, and the oldest is no longer there to be resumed."""
    least = failure(message="").evidence_bytes
    for more, listed in ((0, ["0", "1"]), (1, ["1"])):
        record = JobRecord()
        for number, size in enumerate((BACKLOG_BYTES // 2, BACKLOG_BYTES // 2 + more)):
            told = decision(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, str(number))
            about = failure(telling_id=str(number), message="m" * (size - least))
            record, _ = recorded(record, about, told, ASK, "1-0")
        assert [case.failure_id for case in record.cases if case.due_at == LISTED_AT] == listed


def test_an_attempt_that_goes_on_is_counted_once(failure: Make[Failure]) -> None:
    """Reserved again after a call that certainly was not made: one mark, which counts from the later call."""
    accepted = decision(Verdict.RERUN, Reason.ACCEPTED, attempt=1)
    first = reserved(JobRecord(), failure(), None, accepted, ASK, TERMS)
    later, terms = replace(ASK, now=2500.0), replace(TERMS, may_leave_until=2560.0, cooldown_s=30.0)
    again = reserved(first, failure(), first.cases[0], accepted, later, terms)
    assert [(mark.number, mark.at, mark.left_by) for mark in first.attempts] == [(1, 2000.0, 2060.0)]
    assert [(mark.number, mark.at, mark.left_by) for mark in again.attempts] == [(1, 2000.0, 2560.0)]
    assert (first.not_before, again.not_before) == (2000.0, 2530.0)


def test_waiting_longer_for_the_same_is_told_to_who_tells_it_and_not_by_the_sweep(
    case: Make[Case], failure: Make[Failure]
) -> None:
    """The sweep only looks once more; a telling at a door has its answer."""
    one = case(state=CaseState.DEFERRED, verdict=Verdict.DEFERRED, reason=Reason.LOOK_FAILED)
    again = decision(Verdict.DEFERRED, Reason.LOOK_FAILED, due_at=2030.0)
    sweep = replace(ASK, trigger=Trigger.SWEEP)
    record, outcome = waiting(JobRecord(cases=(one,)), failure(), one, again, sweep, "p")
    assert (outcome, record.owed, record.cases[0].looks, record.cases[0].due_at) == (None, (), 1, 2030.0)
    record, outcome = waiting(JobRecord(cases=(one,)), failure(), one, again, ASK, "p")
    assert outcome is not None
    assert record.owed == (outcome.fields(),)


@pytest.mark.parametrize(("reason", "looks"), [(Reason.LOOK_FAILED, 4), (Reason.LOOKS_USED_UP, 3)])
def test_only_a_look_that_was_made_lengthens_the_pause(
    case: Make[Case], failure: Make[Failure], reason: Reason, looks: int
) -> None:
    """Who waits in a crowd is not put further back each time that its turn did not come."""
    one = case(state=CaseState.DEFERRED, looks=3)
    record, _ = waiting(JobRecord(), failure(), one, decision(Verdict.DEFERRED, reason, due_at=2030.0), ASK, "p")
    assert record.cases[0].looks == looks


@pytest.mark.parametrize(
    ("before", "reason", "unread", "since"),
    [
        (None, Reason.OUTPUT_UNREAD, True, ASK.now),
        (None, Reason.COOLDOWN, True, 0.0),
        (0.0, Reason.OUTPUT_UNREAD, True, ASK.now),
        (1500.0, Reason.OUTPUT_UNREAD, True, 1500.0),
        (1500.0, Reason.LOOK_FAILED, True, 1500.0),
        (1500.0, Reason.COOLDOWN, False, None),
    ],
)
def test_the_question_outlives_whatever_else_a_failure_waits_for(
    case: Make[Case],
    failure: Make[Failure],
    before: float | None,
    reason: Reason,
    since: float | None,
    *,
    unread: bool,
) -> None:
    """How long it waits counts from when it waits for that alone; once asked, nothing is left of it."""
    one = case(state=CaseState.DEFERRED, unread_since=before)
    told = replace(decision(Verdict.DEFERRED, reason, due_at=2030.0), unread=unread)
    record, _ = waiting(JobRecord(), failure(), one, told, ASK, "p")
    assert record.cases[0].unread_since == since


def test_a_case_in_doubt_ends_by_what_was_seen(case: Make[Case]) -> None:
    """Seen to have been restarted it is watched; else nothing follows."""
    one = case(state=CaseState.UNKNOWN, looks=3)
    seen = decision(Verdict.RERUN, Reason.OBSERVED_RESTART, due_at=2100.0)
    record, outcome = closed(JobRecord(cases=(one,)), one, seen, ASK, "p")
    (moved,) = record.cases
    assert (moved.state, moved.due_at, moved.watch_until, moved.looks) == (CaseState.DONE, 2100.0, 2000.0 + WATCH_S, 0)
    assert outcome.reason == "observed_restart"
    record, _ = closed(JobRecord(cases=(one,)), one, decision(Verdict.UNKNOWN, Reason.NO_EVIDENCE), ASK, "p")
    assert (record.cases[0].state, record.cases[0].due_at) == (CaseState.CLOSED, None)


def test_what_another_record_has_taken_over_is_closed_untold(case: Make[Case]) -> None:
    """It is told where it went."""
    one = case(state=CaseState.DEFERRED, due_at=2000.0)
    record = handed_over(JobRecord(cases=(one,)), one)
    assert (record.cases[0].state, record.cases[0].due_at, record.owed) == (CaseState.CLOSED, None, ())


def test_what_there_is_no_room_to_wait_for_ends_and_says_why() -> None:
    """Suppressed, never due; the reason for which it would have waited stays readable."""
    full = not_taken_in(decision(Verdict.DEFERRED, Reason.RUN_UNCLEAR, due_at=2500.0))
    assert (full.verdict, full.reason, full.due_at) == (Verdict.SUPPRESSED, Reason.TOO_MANY_OPEN, None)
    assert "run_unclear" in full.message
    assert "(run_unclear)" in not_taken_in(decision(Verdict.DEFERRED, Reason.COOLDOWN), Reason.RUN_UNCLEAR).message


def test_a_telling_that_is_outweighed_has_its_end(case: Make[Case], failure: Make[Failure]) -> None:
    """The case goes on as the other one tells it, and the record owes the answer to the first."""
    waits = case("f", state=CaseState.HELD, outcome_id="held", failure=failure(event_id="forged", message="disk"))
    better = failure(event_id="true", message="Xid 79", telling_id="t2")
    accepted = decision(Verdict.RERUN, Reason.ACCEPTED, attempt=1, life=Life.run(5))
    record, taken = outweighed(JobRecord(cases=(waits,)), waits, better, accepted, ASK, "1-0")
    assert (taken.failure, replace(taken, failure=waits.failure)) == (better, waits)
    (owed,) = record.owed
    assert (owed["event_id"], owed["verdict"], owed["reason"]) == ("forged", "duplicate", "outweighed")
    assert (owed["failure_id"], owed["final"], owed["follow_up"], "attempt" in owed) == ("f", "true", "held", False)


@pytest.mark.parametrize("clear", [False, True])
def test_it_is_kept_whether_the_run_was_clear(failure: Make[Failure], *, clear: bool) -> None:
    """Once it was it stays so, whatever a later look could not tell."""
    gate = ("run_clear", GateAnswer("x", "y", None if clear else Stop(Verdict.DEFERRED, Reason.RUN_UNCLEAR, "")))
    told = decision(Verdict.DEFERRED, Reason.COOLDOWN if clear else Reason.RUN_UNCLEAR, asked=(gate,), due_at=9.0)
    record, _ = waiting(JobRecord(), failure(), None, told, ASK, "1-0")
    assert record.cases[0].run_clear is clear
    later = decision(Verdict.DEFERRED, Reason.LOOK_FAILED, due_at=9.0)
    record, _ = waiting(record, failure(), record.cases[0], later, ASK, "1-0")
    assert record.cases[0].run_clear is clear
    stopped = decision(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, asked=(gate,))
    assert recorded(JobRecord(), failure(), stopped, ASK, "1-0")[0].cases[0].run_clear is clear
