"""The arguments of `secondwind doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from shared.systems import SYSTEMS


def register(commands: Any) -> None:
    """Add the command's arguments."""
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
    doctor.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.doctor.run import DoctorRequest, DoctorTerms, run  # noqa: PLC0415 - SDKs only where wanted

    wanted = DoctorRequest(
        region=chosen.region,
        places={system.name: getattr(chosen, f"place_{system.name}") for system in SYSTEMS},
        source=chosen.source,
        functions=tuple(chosen.function),
        endpoint=chosen.endpoint,
        account=chosen.account,
        as_json=chosen.json,
        quiet=chosen.quiet,
    )
    return run(wanted, DoctorTerms(environ=os.environ), sys.stdout, sys.stderr)
