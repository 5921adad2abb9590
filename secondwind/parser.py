"""The parser, made from the list of commands."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn

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
from secondwind.machine import write_json

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


def release() -> str:
    """`secondwind` and its version."""
    try:
        return f"secondwind {version('second-wind')}"
    except PackageNotFoundError:
        return "secondwind, not installed: no version"


class _Parser(argparse.ArgumentParser):
    """Can show a module's documentation below its help, imported only then; each command judges its own options."""

    documented_by = ""
    for_programs = False

    def format_help(self) -> str:
        """The help, with that documentation."""
        if self.documented_by:
            self.epilog = importlib.import_module(self.documented_by).__doc__
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, but what this command does not know is an error of this command, with its usage."""
        self.for_programs = "--json" in (sys.argv[1:] if args is None else args)
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """The usage and what is wrong, with `--json` for programs as well; status 2."""
        if self.for_programs:
            write_json({"problem": f"{self.prog}: {message}", "exit_status": 2}, sys.stdout)
        super().error(message)


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
    _add_common(parser, default=False)
    for leaf in leaves(parser):
        _add_common(
            leaf, default=argparse.SUPPRESS
        )  # where it is not said again, what was said before the command holds
    return parser


def _add_common(parser: argparse.ArgumentParser, *, default: Any) -> None:
    """What every command has, and may stand before it as well as behind it."""
    every = parser.add_argument_group("for every command")
    say = "for programs: one JSON object on standard output"
    every.add_argument("--json", action="store_true", default=default, help=say)
    loudness = every.add_mutually_exclusive_group()
    say = "beside the result only what went wrong"
    loudness.add_argument("-q", "--quiet", action="store_true", default=default, help=say)
    say = "also version, exit status and duration"
    loudness.add_argument("-v", "--verbose", action="store_true", default=default, help=say)
