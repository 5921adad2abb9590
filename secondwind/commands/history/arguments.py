"""The arguments of `secondwind history`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from secondwind.commands.history.bounds import LIMIT, LIMIT_MAX
from shared.systems import SYSTEMS

FILTERS = {
    "cluster": ("SCOPE", "only this cluster, group or workspace: its id, or as `breaker list` has it"),
    "owner": ("NAME", "only jobs of this owner"),
    "rule": ("NAME", "only outcomes under this rule"),
    "verdict": ("VERDICT", "only this verdict"),
    "reason": ("REASON", "only this reason"),
    "failure": ("ID", "only this failure: its id, or at least six characters of it"),
    "actor": ("NAME", "only acts of this person"),
}


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "history",
        help="outcomes one by one, the latest first",
        epilog="Exit status: 0 shown; 2 it cannot be asked like that; 3 the Logstore could not be read.",
    )
    parser.add_argument("--since", default="24h", metavar="TIME", help="how far back: 90s, 30m, 24h, 7d (default 24h)")
    jobs = " or ".join(f"{system.scope_form}/<{system.job_label}>" for system in SYSTEMS)
    parser.add_argument("--job", default="", metavar="JOB", help=f"only this job: {jobs}")
    for name, (metavar, says) in FILTERS.items():
        parser.add_argument(f"--{name}", default="", metavar=metavar, help=says)
    parser.add_argument(
        "--limit",
        type=int,
        default=LIMIT,
        metavar="N",
        help=f"a page's outcomes (default %(default)s, {LIMIT_MAX} most)",
    )
    parser.add_argument("--page", default="", metavar="TOKEN", help="the page after one that named it")
    parser.add_argument("--follow", action="store_true", help="then wait for what comes, until interrupted")
    parser.add_argument(
        "--region", default="", metavar="REGION", help="where the Logstore is, unless SECONDWIND_SLS_ENDPOINT says it"
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.history.run import HistoryRequest, run  # noqa: PLC0415 - only where it is wanted

    wanted = HistoryRequest(
        since=chosen.since,
        job=chosen.job,
        filters={name: value for name in FILTERS if (value := getattr(chosen, name))},
        limit=chosen.limit,
        page=chosen.page,
        follow=chosen.follow,
        region=chosen.region,
        as_json=chosen.json,
        quiet=chosen.quiet,
    )
    return run(wanted, sys.stdout, sys.stderr)
