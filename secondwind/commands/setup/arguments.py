"""The arguments of `secondwind setup`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any


def register(commands: Any) -> None:
    """Add the command's arguments."""
    setup = commands.add_parser(
        "setup",
        help="make what is missing in the account: Logstores, index, dashboard, alerts, ledger table",
        description="Shows what is missing for the settings in the environment, and makes it with --yes, or when asked "
        "and answered. What others added to an index, a dashboard or an alert rule stays.",
        epilog="Exit status: 0 nothing to do, or done; 1 something failed; 2 cannot run as asked; 3 something to do.",
    )
    setup.add_argument("--yes", action="store_true", help="do it without asking")
    setup.add_argument("--region", default="", metavar="ID", help="default: FC_REGION")
    setup.add_argument(
        "--function-logs",
        default="",
        metavar="LOGSTORE",
        help="has the functions' logs: alert when the sweep is silent",
    )
    setup.add_argument(
        "--logstores",
        action="store_true",
        help="also the Logstores of s.yaml: failures and both kinds of logs, named by SW_SOURCE_PROJECT, SW_SOURCE, "
        "SW_FUNCTION_LOGS, SW_TRIGGER_LOGS or its defaults; unasked where one of its variables is set",
    )
    setup.add_argument("--sweep-function", default="secondwind-sweep", metavar="NAME", help="its deployed name")
    setup.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.setup.run import SetupRequest, SetupTerms, run  # noqa: PLC0415 - SDKs only where wanted

    wanted = SetupRequest(
        region=chosen.region,
        yes=chosen.yes,
        function_logs=chosen.function_logs,
        logstores=chosen.logstores,
        sweep_function=chosen.sweep_function,
        as_json=chosen.json,
    )
    terms = SetupTerms(
        environ=os.environ, ask=_ask if sys.stdin.isatty() and sys.stdout.isatty() and not chosen.json else None
    )
    return run(wanted, terms, sys.stdout, sys.stderr)


def _ask(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False
