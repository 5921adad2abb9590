"""The command line of `secondwind setup` and `secondwind doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from shared.systems import SYSTEMS


def register(commands: Any) -> None:
    """Add the commands."""
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
    setup.set_defaults(run=_setup)

    doctor = commands.add_parser(
        "doctor",
        help="look at settings, key, services, index, ledger, policy, functions; change nothing",
        description="One line a check (ok, warn, FAIL, skip) and what to do about it. Calls are made with the key in "
        "the environment and change nothing.",
        epilog="Exit status: 0 no check failed; 1 one failed; 2 it cannot run as asked.",
    )
    doctor.add_argument("--region", default="", metavar="ID", help="default: FC_REGION")
    for system in SYSTEMS:
        flag = system.flag
        doctor.add_argument(flag.option, dest=f"place_{system.name}", default="", metavar=flag.metavar, help=flag.help)
    doctor.add_argument("--source", default="", metavar="PROJECT/LOGSTORE", help="where the Log Service trigger reads")
    doctor.add_argument(
        "--function", action="append", default=[], metavar="NAME", help="deployed name; may be repeated"
    )
    doctor.add_argument("--endpoint", default="", metavar="URL", help="of Function Compute")
    doctor.add_argument("--account", default="", metavar="ID", help="instead of --endpoint; default: FC_ACCOUNT_ID")
    doctor.add_argument("--json", action="store_true", help="for programs: one JSON object")
    doctor.set_defaults(run=_doctor)


def _doctor(chosen: argparse.Namespace) -> int:
    from secondwind.doctor.run import Terms, Wanted, run  # noqa: PLC0415 - settings and SDKs only where they are wanted

    wanted = Wanted(
        region=chosen.region,
        places={system.name: getattr(chosen, f"place_{system.name}") for system in SYSTEMS},
        source=chosen.source,
        functions=tuple(chosen.function),
        endpoint=chosen.endpoint,
        account=chosen.account,
        as_json=chosen.json,
    )
    return run(wanted, Terms(environ=os.environ), sys.stdout, sys.stderr)


def _setup(chosen: argparse.Namespace) -> int:
    from secondwind.setup.run import Terms, Wanted, run  # noqa: PLC0415 - settings and SDKs only where they are wanted

    wanted = Wanted(
        region=chosen.region,
        yes=chosen.yes,
        function_logs=chosen.function_logs,
        logstores=chosen.logstores,
        sweep_function=chosen.sweep_function,
    )
    terms = Terms(environ=os.environ, ask=_ask if sys.stdin.isatty() and sys.stdout.isatty() else None)
    return run(wanted, terms, sys.stdout, sys.stderr)


def _ask(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False
