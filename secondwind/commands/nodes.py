"""`secondwind nodes list|clear`: nodes on which jobs fail."""

from __future__ import annotations

import argparse
from typing import Any

from secondwind import at_ledger
from secondwind.at_ledger import STATUSES, CommandResult, Work
from secondwind.places import parse_scope
from secondwind.table import table
from secondwind.terminal import count, moment, shown
from secondwind.usage import UnusableError
from secondwind.who import add_by, add_why, signed, who
from shared import people
from shared.domain.act import Signed
from shared.domain.errors import ActRefused
from shared.domain.hosts import host_of
from shared.ports import Ledger
from shared.systems import SYSTEMS

UNREADABLE = "unreadable"
"""In place of a node's name: the document of its cluster or group is malformed."""


class NotSuspected(ActRefused):
    """There is nothing to clear."""


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("nodes", help="nodes on which jobs fail", epilog=STATUSES)
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = at_ledger.add_command(
        actions, "list", "every suspected node, the jobs that failed there, how to drain it"
    )
    listing.set_defaults(run=lambda chosen: at_ledger.run(chosen, lambda: show))
    clearing = at_ledger.add_command(actions, "clear", "it is well: what failed there counts no more")
    scopes = " or ".join(system.scope_form for system in SYSTEMS)
    clearing.add_argument("scope", metavar="SCOPE", help=f"as `list` prints it: {scopes}")
    clearing.add_argument("node", metavar="NODE", help="as `list` prints it")
    add_by(clearing)
    add_why(clearing)
    clearing.set_defaults(run=_clear)


def _clear(chosen: argparse.Namespace) -> int:
    return at_ledger.run(chosen, lambda: clear_at(chosen.scope, chosen.node, who(chosen.by), signed(chosen)))


def show(ledger: Ledger, now: float) -> CommandResult:
    """Every suspected node with its evidence."""
    found = people.suspected_nodes(ledger, now)
    rows = [
        (
            one.scope,
            one.node or UNREADABLE,
            moment(one.since or None),
            moment(one.until or None),
            str(len(one.jobs)),
            ", ".join(one.owners) or "-",
            ", ".join(one.classes) or "-",
        )
        for one in found
    ]
    head = ("scope", "node", "since", "until", "jobs", "owners", "classes")
    lines = table(head, rows) if rows else ["no node is suspected"]
    for one in found:
        lines += ["", *_evidence(one)] if one.node else []
    return CommandResult(lines=lines, body={"nodes": [state_of(one) for one in found]})


def _evidence(one: people.SuspectSeen) -> list[str]:
    jobs = [
        f"  {moment(job.at)}  {shown(job.job_id)}  {shown(job.owner) or '-'}  {job.failure_class}" for job in one.jobs
    ]
    return [f"{one.node} of {shown(one.scope)}:", *jobs, *(f"  drain: {order}" for order in one.drain)]


def clear_at(scope: str, node: str, by: str, beside: Signed) -> Work:
    """Clear one. Raises UnusableError."""
    try:
        place = parse_scope(scope)
    except ValueError as error:
        raise UnusableError(f"SCOPE {error}") from None
    if not host_of(node):
        raise UnusableError("NODE wants a node's name, as `nodes list` prints it")

    def work(ledger: Ledger, now: float) -> CommandResult:
        was = people.clear_node(ledger, place, node, by=by, now=now, signed=beside)
        if was is None:
            raise NotSuspected(f"{host_of(node)} of {place.key} is not suspected")
        jobs = count(len(was.jobs), "job")
        lines = [
            f"{was.node} of {place.key} is cleared: it was suspected since {moment(was.since)} for {jobs}",
            "what waits for it is taken up within five minutes",
        ]
        return CommandResult(lines=lines, body={**state_of(was), "cleared": True})

    return work


def state_of(one: people.SuspectSeen) -> dict[str, object]:
    """A suspected node for programs."""
    return {
        "scope": one.scope,
        "node": one.node or None,
        "since": one.since or None,
        "until": one.until or None,
        "jobs": [
            {"job_id": job.job_id, "owner": job.owner, "class": job.failure_class, "failed_at": job.at}
            for job in one.jobs
        ],
        "drain": list(one.drain),
    }
