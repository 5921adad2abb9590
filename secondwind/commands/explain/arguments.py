"""The arguments of `secondwind explain`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from secondwind import at_ledger
from shared.systems import SYSTEMS


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = at_ledger.add_command(commands, "explain", "why a job was, or was not, rerun")
    parser.epilog = (
        "Exit status: 0 something is known; 1 neither Logstore nor ledger knows the job or failure; 2 it cannot be "
        "asked like that; 3 neither could be asked."
    )
    jobs = " or ".join(f"{system.scope_form}/<{system.job_label}>" for system in SYSTEMS)
    parser.add_argument("--job", metavar="JOB", help=jobs)
    parser.add_argument("--failure", metavar="ID", help="one failure only: its id, or six characters of it at least")
    parser.add_argument("--since", default="24h", metavar="TIME", help="how far back: 90s, 30m, 24h, 7d (default 24h)")
    parser.add_argument("--live", action="store_true", help="also decide it anew on the live job, calling nothing")
    parser.set_defaults(run=_run, usage_error=parser.error)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.explain.run import ExplainRequest, run  # noqa: PLC0415 - the policy only where it is wanted

    if not (chosen.job or chosen.failure):
        chosen.usage_error("explain wants --job, --failure, or both")
    wanted = ExplainRequest(
        job=chosen.job or "",
        failure=chosen.failure or "",
        since=chosen.since,
        live=chosen.live,
        ledger_url=chosen.ledger,
        as_json=chosen.json,
    )
    return run(wanted, sys.stdout, sys.stderr)
