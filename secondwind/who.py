"""Who acts, and why: what a person leaves in the ledger beside a decision."""

from __future__ import annotations

import argparse
import os
import pwd
import sys
from collections.abc import Mapping

from secondwind.usage import UnusableError
from secondwind.which_ledger import LedgerTerms, ledger_url
from shared.domain.act import MAX_WHO_CHARS, MAX_WHY_CHARS, Signed, Way
from shared.domain.errors import SettingsError
from shared.settings import read_credentials


def add_by(parser: argparse.ArgumentParser) -> None:
    """The option `--by`."""
    parser.add_argument("--by", metavar="NAME", help="who acts; default: your name on this system")


def add_why(parser: argparse.ArgumentParser) -> None:
    """The option `--why`, of acts that may be done without a reason: the outcome then says that none was given."""
    parser.add_argument("--why", metavar="TEXT", help="told with it in the outcome; on a terminal you are asked for it")


def who(given: str | None) -> str:
    """Who acts: as given, else the operating system's name of the user.

    Raises:
        UnusableError: no name, a longer one than 128 characters, or one that does not print.
    """
    name = system_user() if given is None else given
    if not name:
        raise UnusableError("this system does not know your name: give one with --by")
    return bounded(name, MAX_WHO_CHARS, "--by")


def signed(chosen: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Signed:
    """What stands beside the name, which is anybody's word.

    The operating system's user, RAM's identity where the ledger is reached with a key, and why.

    Raises:
        UnusableError: the reason is too long or does not print.
    """
    given = _asked(chosen) if chosen.why is None else chosen.why
    why = bounded(given, MAX_WHY_CHARS, "--why") if given else ""
    known_as = identity(who(chosen.by), _ram(chosen.ledger, environ))
    return Signed(identity=known_as, way=Way.COMMAND_LINE, why=why)


def _asked(chosen: argparse.Namespace) -> str:
    """Whoever reads it later was not there. Scripts and `--json` are not asked."""
    if chosen.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    sys.stderr.write("why (Enter: no reason given)? ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def identity(name: str, ram: str) -> str:
    """As whom machine and RAM know who goes by that name."""
    user = system_user()
    return ", ".join(one for one in (f"system user {user}" if user and user != name else "", ram) if one)


def _ram(ledger: str, environ: Mapping[str, str]) -> str:
    from secondwind.ram_identity import is_alibaba_cloud, ram_identity  # noqa: PLC0415 - only where a key is used

    if not is_alibaba_cloud(ledger_url(LedgerTerms(ledger_url=ledger, environ=environ))):
        return ""
    try:
        return ram_identity(read_credentials(None, environ))
    except SettingsError:
        return ""  # the command says so itself, where it opens the ledger


def system_user() -> str:
    """The system's name of the user as whom this process runs, whatever the environment says; else the number.

    Empty: the name does not print.
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container
        name = f"uid {os.getuid()}"
    return name[:MAX_WHO_CHARS] if name.isprintable() else ""


def bounded(text: str, limit: int, option: str) -> str:
    """The text without blanks at its ends. Raises UnusableError if it is empty, too long or does not print."""
    text = text.strip()
    if not text or len(text) > limit or not text.isprintable():
        raise UnusableError(f"{option} wants 1 to {limit} printable characters")
    return text
