"""`secondwind held`, `approve ID`, `reject ID`: failures that wait for a person's yes or no."""

from __future__ import annotations

from secondwind.by_hand.at_ledger import Answer, Work
from secondwind.plain import duration, moment, shown, table
from shared import people
from shared.domain.keys import job_key
from shared.domain.mode import Mode
from shared.domain.outcome import Outcome
from shared.people.holds import Hold
from shared.ports import Ledger

SHOWN_ID_CHARS = 12


def show(ledger: Ledger, now: float) -> Answer:
    """Every held failure, the one that expires first first."""
    found = people.holds(ledger)
    rows = [
        (
            hold.case.failure_id[:SHOWN_ID_CHARS],
            _job(hold),
            moment(hold.case.opened_at),
            _left(hold, now),
            hold.case.reason.value if hold.case.reason else "-",
            _run_length(hold, now),
        )
        for hold in found
    ]
    head = ("id", "job", "held since", "expires in", "reason", "run takes")
    lines = table(head, rows) if rows else ["nothing is held"]
    return Answer(lines=lines, body={"held": [_body(hold, now) for hold in found]})


def decide(wanted: str, *, yes: bool, by: str) -> Work:
    """Approve or reject the held failure with that id, or whose id alone begins so."""

    def work(ledger: Ledger, now: float) -> Answer:
        hold = people.find(ledger, wanted.strip().lower())
        outcome = people.answer(ledger, hold, yes=yes, by=by, now=now)
        verb = "approved: the sweep asks every gate that is left" if yes else "rejected: nothing follows"
        lines = [f"failure {hold.case.failure_id} of {shown(_job(hold))} is {verb}"]
        obstacles = _obstacles(ledger, hold) if yes else []
        return Answer(lines=[*lines, *obstacles], body=_answered(hold, outcome, obstacles))

    return work


def _answered(hold: Hold, outcome: Outcome, obstacles: list[str]) -> dict[str, object]:
    return {"job": _job(hold), "outcome": outcome.fields(), "notes": obstacles}


def _obstacles(ledger: Ledger, hold: Hold) -> list[str]:
    """What a person set that will stop it all the same."""
    notes: list[str] = []
    controls = people.read_controls(ledger)
    everything = controls.everything
    if everything is not None and everything.mode is not Mode.AUTO:
        notes.append(f"note: mode {everything.mode.value} is set by {shown(everything.by)}, so it will not be rerun")
    breaker = people.breaker_of(ledger, hold.case.failure.scope)
    if breaker is None or breaker.opened_at is not None:
        notes.append(f"note: the breaker of {hold.case.failure.scope.key} is open, so it will wait behind it")
    return notes


def _job(hold: Hold) -> str:
    return job_key(hold.case.failure.scope, hold.case.failure.job_id)


def _left(hold: Hold, now: float) -> str:
    due_at = hold.case.due_at
    if due_at is None:
        return "-"
    return "expired" if due_at <= now else duration(due_at - now)


def _began(hold: Hold) -> float | None:
    """When the held run began: as it was seen, else as it was told; of an instance only as told."""
    life = hold.case.held_life
    return float(life.began) if life is not None and life.began is not None else hold.case.failure.started_at


def _run_length(hold: Hold, now: float) -> str:
    began = _began(hold)
    return "-" if began is None else duration(now - began)


def _body(hold: Hold, now: float) -> dict[str, object]:
    case, began = hold.case, _began(hold)
    return {
        "failure_id": case.failure_id,
        "job": _job(hold),
        "held_since": case.opened_at,
        "expires_at": case.due_at,
        "reason": case.reason.value if case.reason else "",
        "run_s": None if began is None else max(0.0, now - began),
        "message": case.failure.message[:1024],
    }
