"""The command line. Each command imports what it needs when it is called: `policy check` starts without the cloud."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from secondwind.cli import by_hand, invoke, operate, policy

PORT_MAX = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Usage errors leave through SystemExit with status 2."""
    parser = command_parser()
    chosen = parser.parse_args(arguments)
    status: int = chosen.run(chosen)
    return status


class _Parser(argparse.ArgumentParser):
    """Can show a module's documentation below its help, and imports the module only then."""

    documented_by = ""

    def format_help(self) -> str:
        """The help, with that documentation."""
        if self.documented_by:
            self.epilog = importlib.import_module(self.documented_by).__doc__
        return super().format_help()


def command_parser() -> argparse.ArgumentParser:
    """Every command with its options; nothing that a command needs is imported for it."""
    parser = _Parser(prog="secondwind", description="Self-healing for batch jobs on Alibaba Cloud.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    demo = commands.add_parser("demo", help="some forty jobs, a failure of every kind, healed on this machine")
    demo.set_defaults(run=_demo)

    cloud = commands.add_parser(
        "cloud",
        help="Alibaba Cloud on localhost, until Ctrl-C",
        description="Serves E-HPC, SchedulerX and Log Service on 127.0.0.1 until Ctrl-C; signatures are checked.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cloud.add_argument("--port", type=_port, default=0, metavar="N", help="0, the default: any free one")
    cloud.add_argument("--scenario", type=Path, metavar="FILE", help="what there is to begin with (see below)")
    cloud.documented_by = "localcloud.scenario"
    cloud.set_defaults(run=_cloud)

    invoke.register(commands)
    by_hand.register(commands)
    operate.register(commands)
    policy.register(commands)
    return parser


def _demo(_chosen: argparse.Namespace) -> int:
    from secondwind.demo.run import run  # noqa: PLC0415 - the local cloud only where it is wanted

    return run(sys.stdout)


def _cloud(chosen: argparse.Namespace) -> int:
    from secondwind import serve  # noqa: PLC0415 - as above

    return serve.run(chosen.port, chosen.scenario, sys.stdout, sys.stderr)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: wanted 0 to {PORT_MAX}")
    return int(text)
