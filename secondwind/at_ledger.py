"""What every command that works on the ledger has in common: its options, how it is run and how it ends.

Exit statuses: 0 done; 1 not done, and the text says why (no such failure, somebody was first, others keep changing it);
2 it cannot be asked like that (usage, settings, no such ledger); 3 the ledger is out of reach, or it is not known
whether it saved: the command may be repeated. Standard error names the ledger that was asked: a kill switch that is set
in the wrong one stops nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from msgspec import Struct

from secondwind.machine import failed, write_json
from secondwind.terminal import shown
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import LedgerTerms, ledger_of
from shared.domain.errors import LedgerUnavailable, SecondWindError
from shared.ports import Ledger

DONE, NOT_DONE, OUT_OF_REACH = 0, 1, 3
"""Exit statuses beside UNUSABLE."""
STATUSES = (
    "Exit status: 0 done; 1 not done, the text says why; 2 it cannot be asked like that (usage, settings, no such "
    "ledger); 3 the ledger is out of reach, or it is not known whether it saved: repeat it."
)


class CommandResult(Struct, kw_only=True):
    """What a command has to say."""

    status: int = DONE
    lines: Sequence[str] = ()
    """For a person; strangers' words in it are escaped already."""
    body: Any = None
    """The same for a program, as JSON values."""
    warnings: Sequence[str] = ()
    """What must not be missed: on standard error, whatever else is printed, and in the body."""


Work = Callable[[Ledger, float], CommandResult]
"""A command: the ledger and the time (unix seconds) in, what it has to say out."""


def add_command(commands: Any, name: str, says: str) -> argparse.ArgumentParser:
    """A command with the options of all that work on the ledger."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=says, epilog=STATUSES)
    parser.add_argument(
        "--ledger",
        default="",
        metavar="URL",
        help="default SECONDWIND_LEDGER_URL, else the file that `invoke --local` uses",
    )
    return parser


def run(chosen: argparse.Namespace, make: Callable[[], Work]) -> int:
    """Make the work of the options and do it; the exit status. What is wrong with an option is said as the rest is."""
    try:
        work = make()
    except UnusableError as error:
        return failed(str(error), UNUSABLE, sys.stdout, sys.stderr, as_json=chosen.json)
    return do(
        work, LedgerTerms(ledger_url=chosen.ledger, as_json=chosen.json, quiet=chosen.quiet), sys.stdout, sys.stderr
    )


def do(work: Work, terms: LedgerTerms, out: TextIO, err: TextIO) -> int:
    """Open the ledger, do the work, say what came of it; the exit status."""
    try:
        with ledger_of(terms) as (ledger, name):
            if not terms.quiet:
                err.write(f"ledger: {shown(name)}\n")
            result = work(ledger, terms.clock.now())
            warn(result.warnings, err)
    except UnusableError as error:
        return failed(str(error), UNUSABLE, out, err, as_json=terms.as_json)
    except LedgerUnavailable as error:
        return failed(f"{shown(str(error))}\nIt may be repeated.", OUT_OF_REACH, out, err, as_json=terms.as_json)
    except SecondWindError as error:
        return failed(shown(str(error), 4096), NOT_DONE, out, err, as_json=terms.as_json)
    return tell(result, out, as_json=terms.as_json)


def warn(warnings: Sequence[str], err: TextIO) -> None:
    """On standard error, whatever stands on the other."""
    err.writelines(f"WARNING: {shown(warning, 1024)}\n" for warning in warnings)


def tell(result: CommandResult, out: TextIO, *, as_json: bool) -> int:
    """Write the result; its exit status."""
    if as_json:
        warned = {"warnings": list(result.warnings)} if result.warnings else {}
        ended = {"exit_status": result.status} if result.status != DONE else {}
        write_json({**result.body, **warned, **ended}, out)
    else:
        out.writelines(f"{line}\n" for line in result.lines)
    return result.status
