"""The arguments of `secondwind cloud`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

PORT_MAX = 65_535


def register(commands: Any) -> None:
    """Add the command's arguments."""
    cloud = commands.add_parser(
        "cloud",
        help="Alibaba Cloud on localhost, until Ctrl-C",
        description="Serves E-HPC, SchedulerX and Log Service on 127.0.0.1 until Ctrl-C; signatures are checked.\n"
        "Exit status: 0 stopped; 1 the port is not free; 2 the scenario has faults.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cloud.add_argument("--port", type=_port, default=0, metavar="N", help="0, the default: any free one")
    cloud.add_argument(
        "--scenario", type=_file, metavar="FILE", help="what there is to begin with (see below); -: standard input"
    )
    cloud.documented_by = "localcloud.scenario"
    cloud.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.commands.cloud.run import run  # noqa: PLC0415 - the local cloud only where it is wanted

    return run(chosen.port, chosen.scenario, sys.stdout, sys.stderr, as_json=chosen.json)


def _file(text: str) -> Path:
    return Path("/dev/stdin" if text == "-" else text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: wanted 0 to {PORT_MAX}")
    return int(text)
