"""Who acts, and why: what a person leaves in the ledger beside a decision."""

from __future__ import annotations

import argparse
import getpass

from secondwind.usage import UnusableError

MAX_NAME_CHARS = 128
MAX_WHY_CHARS = 256


def add_by(parser: argparse.ArgumentParser) -> None:
    """The option `--by`."""
    parser.add_argument("--by", metavar="NAME", help="who acts; default: your name on this system")


def who(given: str | None) -> str:
    """Who acts: as given, else the operating system's name of the user.

    Raises:
        UnusableError: no name, a longer one than 128 characters, or one that does not print.
    """
    try:
        name = getpass.getuser() if given is None else given
    except (OSError, KeyError):
        raise UnusableError("this system does not know your name: give one with --by") from None
    return bounded(name, MAX_NAME_CHARS, "--by")


def bounded(text: str, limit: int, option: str) -> str:
    """The text without blanks at its ends. Raises UnusableError if it is empty, too long or does not print."""
    text = text.strip()
    if not text or len(text) > limit or not text.isprintable():
        raise UnusableError(f"{option} wants 1 to {limit} printable characters")
    return text
