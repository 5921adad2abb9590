"""The arguments of `secondwind report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from secondwind import at_ledger


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = at_ledger.add_command(
        commands, "report", "what the night was: one page of what failed and what became of it"
    )
    parser.epilog = (
        "Exit status: 0 reported; 2 it cannot be asked like that (usage, settings, no such policy); 3 the Logstore "
        "could not be read. A ledger that cannot be asked is said, and the report is made without it."
    )
    parser.add_argument("--since", default="24h", metavar="TIME", help="how far back: 90s, 30m, 24h, 7d (default 24h)")
    parser.add_argument(
        "--cluster",
        default="",
        metavar="SCOPE",
        help="only this cluster, group or workspace: its id, or as `breaker list` has it",
    )
    parser.add_argument("--system", default="", metavar="NAME", help="only this job system")
    parser.add_argument("--owner", default="", metavar="NAME", help="only jobs of this owner")
    parser.add_argument("--class", default="", dest="failure_class", metavar="CLASS", help="only this failure class")
    parser.add_argument("--rule", default="", metavar="NAME", help="only failures under this rule")
    parser.add_argument(
        "--morning",
        default="09:00",
        metavar="HH:MM",
        help="when somebody would look into what failed over night (default %(default)s), in SECONDWIND_TIME_ZONE",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="whose prices hold; default SECONDWIND_POLICY_FILE, else policy.yaml",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write it as one page that needs nothing else; - is standard output"
    )
    parser.add_argument(
        "--region", default="", metavar="REGION", help="where the Logstore is, unless SECONDWIND_SLS_ENDPOINT says it"
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.report.run import ReportRequest, run  # noqa: PLC0415 - the policy only where it is wanted

    only = {
        "scope": chosen.cluster,
        "system": chosen.system,
        "owner": chosen.owner,
        "failure_class": chosen.failure_class,
        "rule": chosen.rule,
    }
    wanted = ReportRequest(
        since=chosen.since,
        only={name: value for name, value in only.items() if value},
        morning=chosen.morning,
        policy=chosen.policy,
        html=chosen.html,
        region=chosen.region,
        ledger_url=chosen.ledger,
        as_json=chosen.json,
        quiet=chosen.quiet,
    )
    return run(wanted, sys.stdout, sys.stderr)
