"""What is known of a job's failures, put together from outcomes and ledger records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.doors import DOORS
from shared.sls.outcomes import Row

_TELLERS = frozenset(door.trigger.value for door in DOORS if door.tells)
"""What a telling comes through; the sweep tells nothing."""


class Telling(Struct, frozen=True, kw_only=True):
    """One telling of a failure."""

    at: str
    """RFC 3339, when it was first answered."""
    trigger: str
    event_id: str


class OutcomeStep(Struct, frozen=True, kw_only=True):
    """One outcome in its chain."""

    row: Row
    depth: int
    """How many outcomes it follows up, one after the other; a first telling has 0."""


class FailureStory(Struct, frozen=True, kw_only=True):
    """Everything known of one failure."""

    failure_id: str
    told: tuple[Telling, ...] = ()
    steps: tuple[OutcomeStep, ...] = ()
    case: Case | None = None
    """As the ledger has it."""
    owed: frozenset[str] = frozenset()
    """Ids of outcomes that the Logstore does not have yet."""

    @property
    def decisive(self) -> Row | None:
        """The outcome that says how it stands: the last that is neither a repeat nor a dry run's."""
        real = [step.row for step in self.steps if step.row.get("dry_run") != "true"]
        meant = [row for row in real if row.get("verdict") != "duplicate"]
        rows = meant or real or [step.row for step in self.steps]
        if self.case is not None:
            rows = [row for row in rows if row.get("outcome_id") == self.case.outcome_id] or rows
        return rows[-1] if rows else None

    @property
    def reason(self) -> Reason | None:
        """Why it stands so; None if neither source knows, or it is a reason of another version."""
        row = self.decisive
        if row is not None and row.get("reason") in _REASONS:
            return Reason.named(row["reason"])
        return self.case.reason if self.case else None


_REASONS = frozenset(reason.value for reason in Reason)


def stories(rows: Iterable[Row], records: Sequence[JobRecord]) -> list[FailureStory]:
    """One story a failure, the one told first first."""
    owed = {row.get("outcome_id", ""): row for record in records for row in record.owed}
    merged: dict[str, Row] = {row.get("outcome_id", ""): row for row in rows}
    missing = frozenset(owed.keys() - merged.keys())
    merged = {**owed, **merged}
    by_failure: dict[str, list[Row]] = {}
    for row in merged.values():
        by_failure.setdefault(row.get("failure_id", ""), []).append(row)
    cases = _cases(records)
    made = [
        FailureStory(
            failure_id=failure_id,
            told=_tellings(by_failure.get(failure_id, [])),
            steps=_chain(by_failure.get(failure_id, [])),
            case=cases.get(failure_id),
            owed=missing,
        )
        for failure_id in by_failure.keys() | cases.keys()
    ]
    return sorted(made, key=lambda story: (_first(story), story.failure_id))


def _cases(records: Sequence[JobRecord]) -> dict[str, Case]:
    """The latest word of the ledger on each failure: a case that moved on has left a closed copy behind."""
    found: dict[str, Case] = {}
    for record in records:
        for case in record.cases:
            known = found.get(case.failure_id)
            if known is None or (known.state is CaseState.CLOSED and case.state is not CaseState.CLOSED):
                found[case.failure_id] = case
    return found


def _tellings(rows: Sequence[Row]) -> tuple[Telling, ...]:
    first: dict[str, Telling] = {}
    for row in sorted(rows, key=_at):
        event_id, trigger = row.get("event_id", ""), row.get("trigger", "")
        # What a person decides about it names the event that told it as well, and a dry run only asks.
        asks = row.get("follow_up") or row.get("dry_run") == "true"
        if trigger in _TELLERS and event_id not in first and not asks:
            first[event_id] = Telling(at=row.get("at", ""), trigger=trigger, event_id=event_id)
    return tuple(first.values())


def _chain(rows: Sequence[Row]) -> tuple[OutcomeStep, ...]:
    """In time order, what follows up behind what it follows: clocks of two invocations may differ a little."""
    known = {row.get("outcome_id", "") for row in rows}
    following: dict[str, list[Row]] = {}
    roots: list[Row] = []
    for row in sorted(rows, key=_at):
        before = row.get("follow_up", "")
        (following.setdefault(before, []) if before in known else roots).append(row)
    steps: list[OutcomeStep] = []
    seen: set[str] = set()
    for root in roots:
        _follow(root, following, steps, seen)
    # Rows that follow one another in a circle have no root: a stranger wrote them. They are shown all the same.
    rest = [row for row in sorted(rows, key=_at) if row.get("outcome_id", "") not in seen]
    return (*steps, *(OutcomeStep(row=row, depth=0) for row in rest))


def _follow(root: Row, following: Mapping[str, Sequence[Row]], steps: list[OutcomeStep], seen: set[str]) -> None:
    waiting = [(root, 0)]
    while waiting:
        row, depth = waiting.pop()
        outcome_id = row.get("outcome_id", "")
        seen.add(outcome_id)  # never twice: each follows up one other at the most, and a root follows none
        steps.append(OutcomeStep(row=row, depth=depth))
        waiting += [(after, depth + 1) for after in reversed(following.get(outcome_id, ()))]


def _at(row: Row) -> str:
    return row.get("at", "")


def _first(story: FailureStory) -> str:
    return min((_at(step.row) for step in story.steps), default="9")
