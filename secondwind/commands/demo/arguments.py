"""The arguments of `secondwind demo`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(commands: Any) -> None:
    """Add the command."""
    demo = commands.add_parser(
        "demo",
        help="some forty jobs, a failure of every kind, healed on this machine",
        description="On a terminal it then serves the console over this night, until Ctrl-C.",
        epilog="Exit status: 0 all ended as expected; 1 something did not.",
    )
    demo.add_argument(
        "--open",
        action="store_true",
        help="also open that console in your browser, and serve it without a terminal too",
    )
    demo.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.demo.run import run  # noqa: PLC0415 - the local cloud only where it is wanted

    return run(sys.stdout, quiet=chosen.quiet, as_json=chosen.json, opens=chosen.open)
