"""The arguments of `secondwind demo`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(commands: Any) -> None:
    """Add the command."""
    demo = commands.add_parser("demo", help="some forty jobs, a failure of every kind, healed on this machine")
    demo.add_argument(
        "--open", action="store_true", help="open the console over this night in your browser, until Ctrl-C"
    )
    demo.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.demo.run import run  # noqa: PLC0415 - the local cloud only where it is wanted

    return run(sys.stdout, quiet=chosen.quiet, as_json=chosen.json, opens=chosen.open)
