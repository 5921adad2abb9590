"""Outcomes and records put together: chains in order, who told it, how it stands. Pure."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from secondwind.commands.explain.story import stories
from shared.domain.reasons import Reason
from shared.domain.record import CaseState, JobRecord
from shared.people.moves import approve
from tests.support.clock import START
from tests.unit.people.conftest import failure_id, held


def row(number: int, verdict: str, reason: str, follow_up: str = "", **more: str) -> dict[str, str]:
    """One outcome of the first failure, told at second `number`."""
    told = {"outcome_id": f"o{number}", "failure_id": failure_id(1), "at": f"2026-01-01T00:00:{number:02d}.000Z"}
    rest = {"trigger": "event", "event_id": "e1", "dry_run": "false", "follow_up": follow_up}
    return {
        name: value for name, value in {**told, **rest, "verdict": verdict, "reason": reason, **more}.items() if value
    }


CHAIN = [
    row(1, "deferred", "throttled"),
    row(2, "duplicate", "in_hand", event_id="e2"),
    row(3, "deferred", "cooldown", "o1", trigger="sweep"),
    row(4, "rerun", "accepted", "o3", trigger="sweep"),
]


def test_the_order_of_reading_decides_nothing() -> None:
    """Whatever the order of the rows: what follows up stands behind what it follows, and the story is the same."""
    found = {
        tuple((step.row["outcome_id"], step.depth) for step in stories(order, [])[0].steps)
        for order in permutations(CHAIN)
    }
    assert found == {(("o1", 0), ("o3", 1), ("o4", 2), ("o2", 0))}


def test_it_stands_as_its_last_outcome_that_is_no_repeat() -> None:
    """A duplicate told later, and a dry run, change nothing about how it stands."""
    later = [row(8, "duplicate", "already_handled", event_id="e3"), row(9, "would_rerun", "dry_run", dry_run="true")]
    (story,) = stories([*CHAIN, *later], [])
    assert story.reason is Reason.ACCEPTED
    (alone,) = stories([later[0]], [])
    assert alone.reason is Reason.ALREADY_HANDLED


def test_who_told_it() -> None:
    """Each telling once, with its door; neither the sweep, nor a person's word, nor a dry run is one."""
    by_hand = row(5, "deferred", "approved", "o4", trigger="manual")
    asked = row(6, "duplicate", "in_hand", trigger="manual", event_id="e9", dry_run="true")
    again = row(7, "duplicate", "in_hand", event_id="e1")
    (story,) = stories([*CHAIN, by_hand, asked, again], [])
    assert [(told.trigger, told.event_id) for told in story.told] == [("event", "e1"), ("event", "e2")]


def test_what_the_logstore_does_not_have_yet_is_in_the_ledger() -> None:
    """An outcome that the record still owes is part of the chain, marked, and says how it stands."""
    case = replace(held(1), outcome_id="o1")
    record, outcome = approve(JobRecord(cases=(case,)), case, "ann", START + 5)
    (story,) = stories([row(1, "held", "rule_holds")], [record])
    assert [step.row["outcome_id"] for step in story.steps] == ["o1", outcome.outcome_id]
    assert story.owed == {outcome.outcome_id}
    assert story.reason is Reason.APPROVED


def test_a_case_without_any_outcome_is_a_story() -> None:
    """The Logstore is out of reach: the ledger's verdict stands."""
    (story,) = stories([], [JobRecord(cases=(held(1),))])
    assert (story.failure_id, story.reason, story.steps) == (failure_id(1), Reason.RULE_HOLDS, ())


def test_the_open_one_of_two_copies_is_meant() -> None:
    """A case that moved under the live id has left a closed copy: the other one tells how it stands."""
    copy = replace(held(1), state=CaseState.CLOSED, due_at=None)
    for records in ([copy, held(1)], [held(1), copy]):
        (story,) = stories([], [JobRecord(cases=(case,)) for case in records])
        assert story.case is not None
        assert story.case.state is CaseState.HELD


@pytest.mark.parametrize("length", [1, 2, 5])
def test_outcomes_in_a_circle_end(length: int) -> None:
    """Rows that a stranger wrote to follow one another round are each shown once."""
    rows = [row(n, "rerun", "accepted", f"o{(n + 1) % length}") for n in range(length)]
    (story,) = stories(rows, [])
    assert sorted(step.row["outcome_id"] for step in story.steps) == [f"o{n}" for n in range(length)]


def test_a_long_chain_takes_no_stack() -> None:
    """Five thousand outcomes, each following the one before, are one chain."""
    rows = [row(n % 60, "rerun", "accepted", f"x{n - 1}" if n else "", outcome_id=f"x{n}") for n in range(5000)]
    (story,) = stories(rows, [])
    assert [step.depth for step in story.steps] == list(range(5000))


def test_an_unknown_reason_is_no_crash() -> None:
    """A row of another version: its words are kept, no gate is named."""
    (story,) = stories([row(1, "someday", "maybe")], [])
    assert story.reason is None
    assert story.decisive is not None
