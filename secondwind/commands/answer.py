"""`secondwind approve ID`, `reject ID`: a person's yes or no to a failure that waits for it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from secondwind import at_ledger
from secondwind.at_ledger import NOT_DONE, CommandResult, Work
from secondwind.terminal import shown
from secondwind.who import add_by, add_why, signed, who
from shared import people
from shared.domain.act import UNSIGNED, Signed
from shared.domain.errors import ActRefused, LedgerUnavailable, SecondWindError
from shared.domain.keys import job_key
from shared.domain.links import answer_id, digest_of, question_of
from shared.domain.outcome import Outcome
from shared.domain.record import CaseState
from shared.people.holds import Hold
from shared.ports import Ledger


def register(commands: Any) -> None:
    """Add the arguments of both commands."""
    for name, says, yes in (("approve", "let a held failure be healed", True), ("reject", "close it", False)):
        command = at_ledger.add_command(commands, name, says)
        command.add_argument(
            "id",
            nargs="+",
            metavar="ID",
            help="of a failure, as `held` shows it: six characters at least, and `.2` if it has that; or of several",
        )
        add_by(command)
        add_why(command)
        command.set_defaults(run=_run, yes=yes)


def _run(chosen: argparse.Namespace) -> int:
    return at_ledger.run(
        chosen, lambda: decide_all(chosen.id, yes=chosen.yes, by=who(chosen.by), beside=signed(chosen))
    )


def decide_all(wanted: Sequence[str], *, yes: bool, by: str, beside: Signed = UNSIGNED) -> Work:
    """Approve or reject each, one after the other: what is wrong with one leaves the others alone."""
    ids = tuple(dict.fromkeys(wanted))
    if len(ids) == 1:
        return decide(ids[0], yes=yes, by=by, beside=beside)

    def work(ledger: Ledger, now: float) -> CommandResult:
        asked = {one: _written(one) for one in ids}
        found = people.find_all(ledger, [written for written, _ in asked.values()])
        done = [
            _tried(_decide(found[written], question, yes=yes, by=by, beside=beside), one, ledger, now)
            for one, (written, question) in asked.items()
        ]
        return CommandResult(
            status=max(one.status for one in done),
            lines=[line for one in done for line in one.lines],
            body={"answers": [one.body for one in done]},
        )

    return work


def _tried(work: Work, wanted: str, ledger: Ledger, now: float) -> CommandResult:
    try:
        return work(ledger, now)
    except LedgerUnavailable:
        raise
    except SecondWindError as error:
        said = shown(str(error), 4096)
        return CommandResult(status=NOT_DONE, lines=[f"{shown(wanted)}: {said}"], body={"id": wanted, "problem": said})


def decide(wanted: str, *, yes: bool, by: str, beside: Signed = UNSIGNED) -> Work:
    """Approve or reject the held failure with that id, or whose id alone begins so."""

    def work(ledger: Ledger, now: float) -> CommandResult:
        written, question = _written(wanted)
        return _decide(people.find(ledger, written), question, yes=yes, by=by, beside=beside)(ledger, now)

    return work


def _written(wanted: str) -> tuple[str, str]:
    """The id as ids are, and which question is answered."""
    written, _, question = wanted.strip().lower().partition(".")
    return written, question or "1"


def _check_shown(hold: Hold, question: str) -> None:
    """Is what it is held for now what `held` has shown with that id? Somebody else may have answered that one."""
    case = hold.case
    if case.state is CaseState.HELD and str(question_of(case)) != question:
        reason = case.reason.value if case.reason else "-"
        asked = f"and is held once more ({reason}); `held` shows it as {answer_id(case)}; nothing was done"
        raise ActRefused(f"failure {case.failure_id} was approved by {case.approved_by} {asked}")


def _decide(hold: Hold | SecondWindError, question: str, *, yes: bool, by: str, beside: Signed) -> Work:
    """Approve or reject it, or say why it was not found."""

    def work(ledger: Ledger, now: float) -> CommandResult:
        if not isinstance(hold, Hold):
            raise hold
        key = job_key(hold.case.failure.scope, hold.case.failure.job_id)
        if yes:
            _check_shown(hold, question)
        seen = digest_of(hold.key, hold.case) if yes else ""
        outcome = people.answer(ledger, hold, yes=yes, by=by, now=now, signed=beside, seen=seen)
        asked = f" ({hold.case.reason.value})" if hold.case.reason else ""
        verb = f"approved{asked}: the sweep asks every gate that is left" if yes else "rejected: nothing follows"
        lines = [f"failure {hold.case.failure_id} of {shown(key)} is {verb}"]
        obstacles = _obstacles(ledger, hold) if yes else []
        return CommandResult(lines=[*lines, *obstacles], body=_body(key, outcome, obstacles))

    return work


def _body(key: str, outcome: Outcome, obstacles: list[str]) -> dict[str, object]:
    return {"job": key, "outcome": outcome.fields(), "notes": obstacles}


def _obstacles(ledger: Ledger, hold: Hold) -> list[str]:
    """What will stop it all the same, and keep it."""
    breaker = people.breaker_of(ledger, hold.case.failure.scope)
    if breaker is not None and breaker.opened_at is None:
        return []
    return [f"note: the breaker of {hold.case.failure.scope.key} is open, so it will wait behind it"]
