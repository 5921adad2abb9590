"""What every command that works on the ledger has in common: which ledger, who acts, how it ends.

Exit statuses: 0 done; 1 not done, and the text says why (no such failure, somebody was first, others keep changing it);
2 it cannot be asked like that (usage, settings, no such ledger); 3 the ledger is out of reach, or it is not known
whether it saved: the command may be repeated. Standard error names the ledger that was asked: a kill switch that is set
in the wrong one stops nothing.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

from msgspec import Struct

from secondwind.plain import shown
from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable, SecondWindError, SettingsError
from shared.open_ledger import OpenLedger, check_client, open_ledger
from shared.ports import Clock, Ledger
from shared.reality import SystemClock
from shared.settings import LedgerUrl, RedisLedger, SqliteLedger, parse_ledger_url, read_credentials

DONE, NOT_DONE, UNUSABLE, OUT_OF_REACH = 0, 1, 2, 3
"""Exit statuses."""
TIME_S = 600.0
"""A command may take this long; an invocation has less."""
MAX_NAME_CHARS = 128
MAX_WHY_CHARS = 256


class Answer(Struct, kw_only=True):
    """What a command has to say."""

    status: int = DONE
    lines: Sequence[str] = ()
    """For a person; strangers' words in it are escaped already."""
    body: Any = None
    """The same for a program, as JSON values."""


class Terms(Struct, frozen=True, kw_only=True):
    """Under which a command runs."""

    ledger_url: str = ""
    """As the option says; empty: SECONDWIND_LEDGER_URL, else the file that `invoke --local` uses."""
    as_json: bool = False
    environ: Mapping[str, str] = os.environ
    clock: Clock = SystemClock()


Work = Callable[[Ledger, float], Answer]
"""A command: the ledger and the time (unix seconds) in, what it has to say out."""


def run(work: Work, terms: Terms, out: TextIO, err: TextIO) -> int:
    """Open the ledger, do the work, say what came of it; the exit status."""
    try:
        with ledger_of(terms) as (ledger, name):
            err.write(f"ledger: {shown(name)}\n")
            answer = work(ledger, terms.clock.now())
    except UnusableError as error:
        err.write(f"{error}\n")
        return UNUSABLE
    except LedgerUnavailable as error:
        err.write(f"{shown(str(error))}\nIt may be repeated.\n")
        return OUT_OF_REACH
    except SecondWindError as error:
        err.write(f"{shown(str(error), 4096)}\n")
        return NOT_DONE
    return tell(answer, out, as_json=terms.as_json)


def tell(answer: Answer, out: TextIO, *, as_json: bool) -> int:
    """Write the answer; its exit status. JSON is written in ASCII: escapes stay escapes on every terminal."""
    if as_json:
        out.write(json.dumps(answer.body, indent=2) + "\n")
    else:
        out.writelines(f"{line}\n" for line in answer.lines)
    return answer.status


@contextmanager
def ledger_of(terms: Terms) -> Iterator[tuple[OpenLedger, str]]:
    """The ledger and what to call it.

    Raises:
        UnusableError: there is no such ledger, or its settings are unusable.
        LedgerUnavailable: it is out of reach.
    """
    url = _url(terms)
    try:
        check_client(url)
    except SettingsError as error:
        raise UnusableError(str(error)) from None
    if isinstance(url, SqliteLedger) and not Path(url.path).is_file():
        raise UnusableError(f"there is no ledger at {shown(url.path)}: the first invocation makes one; see --ledger")
    until = terms.clock.now() + TIME_S
    with closing(
        open_ledger(url, _credentials(url, terms.environ), terms.clock, lambda: until - terms.clock.now())
    ) as ledger:
        yield ledger, _name(url)


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


def ledger_url(terms: Terms) -> str:
    """The URL that is meant, unchecked: the option's, else the environment's, else the local file's."""
    given = terms.ledger_url.strip() or terms.environ.get("SECONDWIND_LEDGER_URL", "").strip()
    return given or f"sqlite://{_default_file(terms.environ)}"


def _url(terms: Terms) -> LedgerUrl:
    try:
        return parse_ledger_url(ledger_url(terms))
    except ValueError as error:
        named = "--ledger" if terms.ledger_url.strip() else "SECONDWIND_LEDGER_URL"
        raise UnusableError(f"{named}: {error}") from None


def _default_file(environ: Mapping[str, str]) -> Path:
    """Where `invoke --local` keeps its ledger."""
    base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base.resolve() / "secondwind" / "ledger.db"


def _credentials(url: LedgerUrl, environ: Mapping[str, str]) -> Credentials:
    """Only Alibaba Cloud's own store is called with a key."""
    if isinstance(url, SqliteLedger | RedisLedger):
        return Credentials(access_key_id="", access_key_secret="")
    try:
        return read_credentials(None, environ)
    except SettingsError as error:
        raise UnusableError(str(error)) from None


def _name(url: LedgerUrl) -> str:
    if isinstance(url, SqliteLedger):
        return f"{url.path} (SQLite, on this machine)"
    if isinstance(url, RedisLedger):
        return f"{url.host}:{url.port}/{url.database} (Redis)"
    return f"{url.instance}/{url.table} (Tablestore)"
