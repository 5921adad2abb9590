"""`secondwind breaker list|open|close`: the emergency stop of one cluster or group."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import Any
from urllib.parse import unquote

from secondwind import at_ledger
from secondwind.at_ledger import NOT_DONE, STATUSES, CommandResult, Work
from secondwind.places import parse_scope
from secondwind.table import table
from secondwind.terminal import count, moment, shown
from secondwind.usage import UnusableError
from secondwind.who import add_by, add_why, bounded, signed, who
from shared import people
from shared.domain.act import MAX_WHY_CHARS, UNSIGNED, Signed
from shared.domain.job import Scope
from shared.domain.limits import SharedLimit
from shared.ports import Ledger
from shared.systems import SYSTEMS

PER_MINUTE = 6
"""Of a resumed backlog. Below the shipped breaker's 100 jobs in 10 minutes, with room for what fails meanwhile."""
PER_MINUTE_MAX = 10_000
CLOSE = 0.8
"""How alike a scope's key must be to be named to who may have meant it."""
_NO_NAME = re.compile(r"[*?]|(?:\A|/)\s|\s(?:/|\Z)")
"""In a scope that no job system has: it was meant as a glob, or copied with a blank."""
OPEN, CLOSED, UNREADABLE = "open", "closed", "unreadable"
"""A breaker's state in lists; nothing is rerun behind an unreadable one."""


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("breaker", help="the emergency stop of a cluster or group", epilog=STATUSES)
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = at_ledger.add_command(actions, "list", "every breaker and what waits behind it")
    listing.set_defaults(run=lambda chosen: at_ledger.run(chosen, lambda: show))
    opening = at_ledger.add_command(actions, "open", "stop a cluster or group now")
    closing = at_ledger.add_command(actions, "close", "let it go on")
    scopes = " or ".join(system.scope_form for system in SYSTEMS)
    for action in (opening, closing):
        action.add_argument("scope", metavar="SCOPE", help=f"as `list` prints it: {scopes}")
        add_by(action)
    opening.add_argument("--why", required=True, metavar="TEXT")
    opening.set_defaults(run=_open)
    add_why(closing)
    closing.add_argument(
        "--backlog",
        required=True,
        choices=("drop", "resume"),
        help="what becomes of the failures that it stopped: nothing, or the sweep takes them up",
    )
    closing.add_argument(
        "--per-minute",
        type=int,
        default=PER_MINUTE,
        metavar="N",
        help="of a resumed backlog, how many are due in each minute (default %(default)s); above what the policy's "
        "breaker allows, it opens again",
    )
    closing.set_defaults(run=_close)


def _open(chosen: argparse.Namespace) -> int:
    return at_ledger.run(chosen, lambda: open_at(chosen.scope, who(chosen.by), signed(chosen)))


def _close(chosen: argparse.Namespace) -> int:
    backlog = people.Backlog(chosen.backlog)
    return at_ledger.run(
        chosen, lambda: close_at(chosen.scope, backlog, who(chosen.by), chosen.per_minute, signed(chosen))
    )


def show(ledger: Ledger, _now: float) -> CommandResult:
    """Every breaker that ever counted a job, open ones first."""
    found = sorted(people.breakers(ledger), key=lambda one: (_word(one.limit) == CLOSED, one.scope))
    rows = [
        (
            one.scope,
            _word(one.limit),
            moment(one.limit.opened_at if one.limit else None),
            str(one.waiting),
            (one.limit.opened_by if one.limit else "") or "-",
            (one.limit.why if one.limit else "") or "-",
        )
        for one in found
    ]
    lines = table(("scope", "breaker", "since", "waiting", "by", "why"), rows) if rows else ["no breaker"]
    body = {"breakers": [{**state_of(one.scope, one.limit), "waiting": one.waiting} for one in found]}
    return CommandResult(lines=lines, body=body)


def open_at(scope: str, by: str, beside: Signed) -> Work:
    """Open one. Raises UnusableError."""
    place, reason = _scope(scope), bounded(beside.why, MAX_WHY_CHARS, "--why")
    if _NO_NAME.search(unquote(scope)):
        raise UnusableError("SCOPE is one cluster or group: no *, no ?, and no blank at the end of a part")

    def work(ledger: Ledger, now: float) -> CommandResult:
        done = people.open_breaker(ledger, place, why=reason, by=by, now=now, signed=beside)
        if done.before.opened_at is not None:
            lines = [f"the breaker of {place.key} is open already, {_since(done.before)}"]
        else:
            lines = [f"the breaker of {place.key} is open: no attempt is reserved there from now on"]
        warnings = _unknown(ledger, place, done.before)
        return CommandResult(lines=lines, body=state_of(place.key, done.after), warnings=warnings)

    return work


def close_at(scope: str, backlog: people.Backlog, by: str, per_minute: int, beside: Signed = UNSIGNED) -> Work:
    """Close one, then decide about what waits behind it. Raises UnusableError."""
    place = _scope(scope)
    if not 1 <= per_minute <= PER_MINUTE_MAX:
        raise UnusableError(f"--per-minute wants 1 to {PER_MINUTE_MAX}")

    def work(ledger: Ledger, now: float) -> CommandResult:
        if backlog is people.Backlog.RESUME:
            people.check_mode(people.read_controls(ledger).at(now))
        waiting = people.waiting_behind(ledger, place)
        done = people.close_breaker(ledger, place, by=by, now=now, signed=beside)
        settled = people.settle(ledger, place, backlog, by=by, now=now, per_minute=per_minute, signed=beside)
        was = "was closed already" if done.before.opened_at is None else f"is closed; it was open {_since(done.before)}"
        lines = [
            f"{count(waiting, 'failure')} waited behind the breaker of {place.key}",
            f"the breaker {was}",
            _said(backlog, settled.changed, per_minute),
        ]
        if settled.left:
            lines.append(f"{count(settled.left, 'failure')} could not be changed, others were: repeat the command")
        body = {
            **state_of(place.key, done.after),
            "waited": waiting,
            "backlog": backlog.value,
            "changed": settled.changed,
            "left": settled.left,
        }
        warnings = [] if waiting else _unknown(ledger, place, done.before)
        return CommandResult(status=NOT_DONE if settled.left else 0, lines=lines, body=body, warnings=warnings)

    return work


def _unknown(ledger: Ledger, scope: Scope, before: SharedLimit) -> list[str]:
    """A warning if the ledger has no job of the cluster or group and its breaker never counted one."""
    known = people.known_scopes(ledger) if before == SharedLimit() else {scope.key: True}
    if known.pop(scope.key, False):
        return []
    close = difflib.get_close_matches(scope.key, known, 1, CLOSE)
    hint = f"; did you mean {close[0]}?" if close else ""
    return [f"the ledger knows no job of {scope.key}: a misspelt breaker stops nothing{hint}"]


def _said(backlog: people.Backlog, changed: int, per_minute: int) -> str:
    if backlog is people.Backlog.DROP:
        return f"dropped {count(changed, 'failure')}: nothing follows for them"
    pace = f", {per_minute} of them due in each minute" if changed > per_minute else ""
    return f"resumed {count(changed, 'failure')}{pace}: the sweep takes them up through every gate"


def _since(limit: SharedLimit) -> str:
    by = f" by {shown(limit.opened_by)}" if limit.opened_by else ""
    return f"since {moment(limit.opened_at)}{by}: {shown(limit.why)}"


def state_of(scope: str, limit: SharedLimit | None) -> dict[str, object]:
    """A breaker for programs."""
    known = limit or SharedLimit()
    return {
        "scope": scope,
        "breaker": _word(limit),
        "since": known.opened_at,
        "by": known.opened_by,
        "why": known.why,
    }


def _word(limit: SharedLimit | None) -> str:
    if limit is None:
        return UNREADABLE
    return CLOSED if limit.opened_at is None else OPEN


def _scope(text: str) -> Scope:
    try:
        return parse_scope(text)
    except ValueError as error:
        raise UnusableError(f"SCOPE {error}") from None
