"""Arguments of `secondwind console`."""

from __future__ import annotations

import argparse
from typing import Any

from secondwind import at_ledger
from secondwind.who import add_by

MOST = 65_535


def register(commands: Any) -> None:
    """Add the command's arguments."""
    command = at_ledger.add_command(
        commands, "console", "what waits, what happened and the switches, as pages on loopback"
    )
    command.epilog = (
        "Exit status: 0 ended by Ctrl-C; 2 it cannot be asked like that (usage, settings, no such ledger, a port that "
        "is taken); 3 the ledger is out of reach."
    )
    command.add_argument("--port", type=_port, default=0, metavar="N", help="default: any that is free")
    command.add_argument("--open", action="store_true", help="open the link in your browser")
    command.add_argument("--region", default="", metavar="REGION", help="of the outcome Logstore; default FC_REGION")
    add_by(command)
    command.set_defaults(run=_run)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"wants a port from 0 to {MOST}")
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.console.run import run  # noqa: PLC0415 - templates and policy only for this command

    return run(chosen)
