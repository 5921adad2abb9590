"""The parser, made from the list of commands."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn

from secondwind.machine import write_json

COMMANDS = {
    "demo": "demo.arguments",
    "cloud": "cloud.arguments",
    "invoke": "invoke.arguments",
    "breaker": "breaker",
    "mode": "mode",
    "held": "held",
    "approve": "answer",
    "reject": "answer",
    "nodes": "nodes",
    "console": "console.arguments",
    "explain": "explain.arguments",
    "report": "report.arguments",
    "history": "history.arguments",
    "notify": "notify.arguments",
    "setup": "setup.arguments",
    "doctor": "doctor.arguments",
    "policy": "policy.arguments",
    "completion": "completion",
}
"""Each command, in the order of the help, and the module that adds its arguments and what to run with them."""


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
    """Somebody said `--json`, before the command or behind it."""

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

    def error(self, message: str) -> NoReturn:
        """The usage and what is wrong, with `--json` for programs as well; status 2."""
        if self.for_programs:
            write_json({"problem": f"{self.prog}: {message}", "exit_status": 2}, sys.stdout)
        super().error(message)


class _Version(argparse.Action):
    """Says the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any, **_more: Any) -> None:
        if getattr(parser, "for_programs", False):
            write_json({"version": release().partition(" ")[2]}, sys.stdout)
        else:
            sys.stdout.write(f"{release()}\n")
        parser.exit()


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every parser that runs something."""
    if not _inner(parser):
        yield parser
    for command in _below(parser):
        yield from leaves(command)


def _inner(parser: argparse.ArgumentParser) -> list[Any]:
    """What takes the next word as a command: of the root also where no command is registered."""
    return [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no public way to list its commands


def _below(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [command for action in _inner(parser) for command in dict.fromkeys(action.choices.values())]


def _tell_programs(parser: argparse.ArgumentParser) -> None:
    """A command's own parser never sees what stands before the command."""
    if isinstance(parser, _Parser):
        parser.for_programs = True
    for command in _below(parser):
        _tell_programs(command)


def command_parser(arguments: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Every command with its options, or, for these arguments, the one that they name: others are not imported."""
    parser = _Parser(prog="secondwind", description="Self-healing for batch jobs on Alibaba Cloud.")
    parser.add_argument("--version", action=_Version, nargs=0, help="say the version and end")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in dict.fromkeys(_asked_for(arguments or ())):
        importlib.import_module(f"secondwind.commands.{module}").register(commands)
    _add_common(parser, default=False)
    for leaf in leaves(parser):
        _add_common(
            leaf, default=argparse.SUPPRESS
        )  # where it is not said again, what was said before the command holds
    if "--json" in (arguments or ()):
        _tell_programs(parser)
    return parser


def _asked_for(arguments: Sequence[str]) -> Iterable[str]:
    """No option before a command takes a value, so the first word is the command."""
    named = next((word for word in arguments if not word.startswith("-")), "")
    if not named and "--version" in arguments:
        return ()
    return [COMMANDS[named]] if named in COMMANDS else COMMANDS.values()


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
