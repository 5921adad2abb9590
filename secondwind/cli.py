"""The command line: a parser made from the list of commands, and the one that was chosen."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from secondwind.commands import answer, breaker, held, mode
from secondwind.commands.cloud import arguments as cloud
from secondwind.commands.demo import arguments as demo
from secondwind.commands.doctor import arguments as doctor
from secondwind.commands.explain import arguments as explain
from secondwind.commands.invoke import arguments as invoke
from secondwind.commands.policy import arguments as policy
from secondwind.commands.setup import arguments as setup

COMMANDS = (demo, cloud, invoke, breaker, mode, held, answer, explain, setup, doctor, policy)
"""In the order of the help. Each adds its arguments, and what to run with them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Usage errors leave through SystemExit with status 2."""
    chosen = command_parser().parse_args(arguments)
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
    """Every command with its options; nothing that only some commands need is imported for it."""
    parser = _Parser(prog="secondwind", description="Self-healing for batch jobs on Alibaba Cloud.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands)
    return parser
