"""`secondwind held`: failures that wait for a person's yes or no."""

from __future__ import annotations

from typing import Any

from secondwind import at_ledger
from secondwind.at_ledger import CommandResult
from secondwind.table import table
from secondwind.terminal import duration, moment, shown
from shared import people
from shared.domain.failure import Trigger
from shared.domain.keys import job_key
from shared.domain.links import answer_id
from shared.people.holds import Hold
from shared.ports import Ledger

MAX_MESSAGE_CHARS = 400


def register(commands: Any) -> None:
    """Add the command's arguments."""
    command = at_ledger.add_command(commands, "held", "failures that wait for your yes or no")
    command.set_defaults(run=lambda chosen: at_ledger.run(chosen, lambda: show))


def show(ledger: Ledger, now: float) -> CommandResult:
    """Every held failure, the one that expires first first."""
    found = people.holds(ledger)
    rows = [
        (
            answer_id(hold.case),
            _job(hold),
            moment(hold.case.opened_at),
            _left(hold, now),
            hold.case.reason.value if hold.case.reason else "-",
            _run_length(hold, now),
        )
        for hold in found
    ]
    head = ("id", "job", "held since", "expires in", "reason", "run takes")
    lines = table(head, rows, below=[_about(hold) for hold in found]) if rows else ["nothing is held"]
    return CommandResult(lines=lines, body={"held": [_body(hold, now) for hold in found]})


def _about(hold: Hold) -> list[str]:
    """What a person has to know before they answer, a line each."""
    case = hold.case
    said = (
        ("rule", case.held_rule or "none"),
        ("told by", _speaker(hold)),
        ("run began", moment(_began(hold)) if _began(hold) is not None else "no run was seen"),
        ("message", case.failure.message[:MAX_MESSAGE_CHARS] or "none"),
    )
    return [f"  {label}: {shown(text, MAX_MESSAGE_CHARS)}" for label, text in said]


def _speaker(hold: Hold) -> str:
    failure = hold.case.failure
    return "a person, by hand" if failure.trigger is Trigger.MANUAL else failure.speaker.called


def _job(hold: Hold) -> str:
    return job_key(hold.case.failure.scope, hold.case.failure.job_id)


def _left(hold: Hold, now: float) -> str:
    due_at = hold.case.due_at
    if due_at is None:
        return "-"
    return "expired" if due_at <= now else duration(due_at - now)


def _began(hold: Hold) -> float | None:
    """When the live run began, as it was seen when a person was asked; what is told of it counts for nothing."""
    life = hold.case.held_life
    if hold.case.held_since is None and life is not None and life.began is not None:
        return float(life.began)  # of a document written before the start itself was kept
    return hold.case.held_since


def _run_length(hold: Hold, now: float) -> str:
    began = _began(hold)
    return "-" if began is None else duration(now - began)


def _body(hold: Hold, now: float) -> dict[str, object]:
    case, began = hold.case, _began(hold)
    return {
        "id": answer_id(hold.case),
        "failure_id": case.failure_id,
        "job": _job(hold),
        "held_since": case.opened_at,
        "expires_at": case.due_at,
        "reason": case.reason.value if case.reason else "",
        "rule": case.held_rule,
        "told_by": _speaker(hold),
        "run_began_at": began,
        "run_s": None if began is None else max(0.0, now - began),
        "message": case.failure.message[:1024],
    }
