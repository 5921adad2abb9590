"""The command line: a parser made from the list of commands, and the one that was chosen."""

from __future__ import annotations

import argparse
import importlib
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from secondwind.commands import answer, breaker, completion, held, mode, nodes
from secondwind.commands.cloud import arguments as cloud
from secondwind.commands.console import arguments as console
from secondwind.commands.demo import arguments as demo
from secondwind.commands.doctor import arguments as doctor
from secondwind.commands.explain import arguments as explain
from secondwind.commands.history import arguments as history
from secondwind.commands.invoke import arguments as invoke
from secondwind.commands.notify import arguments as notify
from secondwind.commands.policy import arguments as policy
from secondwind.commands.report import arguments as report
from secondwind.commands.setup import arguments as setup
from secondwind.process import lived

COMMANDS = (
    demo,
    cloud,
    invoke,
    breaker,
    mode,
    held,
    answer,
    nodes,
    console,
    explain,
    report,
    history,
    notify,
    setup,
    doctor,
    policy,
    completion,
)
"""In the order of the help. Each adds its arguments, and what to run with them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Usage errors leave through SystemExit with status 2."""
    return lived(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    chosen = command_parser().parse_args(arguments)
    began = time.monotonic()
    status: int = chosen.run(chosen)
    if chosen.verbose:
        sys.stdout.flush()
        ran = f"{release()}, Python {platform.python_version()}"
        sys.stderr.write(f"{ran}: exit status {status} after {time.monotonic() - began:.1f} s\n")
    return status


def release() -> str:
    """`secondwind` and its version."""
    try:
        return f"secondwind {version('second-wind')}"
    except PackageNotFoundError:
        return "secondwind, not installed: no version"


class _Parser(argparse.ArgumentParser):
    """Can show a module's documentation below its help, imported only then; each command judges its own options."""

    documented_by = ""

    def format_help(self) -> str:
        """The help, with that documentation."""
        if self.documented_by:
            self.epilog = importlib.import_module(self.documented_by).__doc__
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, but what this command does not know is an error of this command, with its usage."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


class _Version(argparse.Action):
    """Says the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any, **_more: Any) -> None:
        sys.stdout.write(f"{release()}\n")
        parser.exit()


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every parser that runs something."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no public way to list its commands
    if not inner:
        yield parser
    for action in inner:
        for command in dict.fromkeys(action.choices.values()):
            yield from leaves(command)


def command_parser() -> argparse.ArgumentParser:
    """Every command with its options; nothing that only some commands need is imported for it."""
    parser = _Parser(prog="secondwind", description="Self-healing for batch jobs on Alibaba Cloud.")
    parser.set_defaults(whole=parser)  # for what is made from all commands
    parser.add_argument("--version", action=_Version, nargs=0, help="say the version and end")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands)
    for leaf in leaves(parser):
        every = leaf.add_argument_group("for every command")
        every.add_argument("--json", action="store_true", help="for programs: one JSON object on standard output")
        loudness = every.add_mutually_exclusive_group()
        loudness.add_argument("-q", "--quiet", action="store_true", help="beside the result only what went wrong")
        loudness.add_argument("-v", "--verbose", action="store_true", help="also version, exit status and duration")
    return parser
