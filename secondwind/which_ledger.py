"""Which ledger a command works on: as its option says, else the environment, else the file on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from secondwind.terminal import shown
from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.openers.ledger import OpenLedger, check_client, open_ledger
from shared.ports import Clock
from shared.reality import MachineClock
from shared.settings import LedgerUrl, RedisUrl, SqliteUrl, parse_ledger_url, read_credentials
from shared.settings.plaintext import checked

TIME_S = 600.0
"""A command may take this long; an invocation has less."""


class LedgerTerms(Struct, frozen=True, kw_only=True):
    """Under which a command works on the ledger."""

    ledger_url: str = ""
    """As the option says; empty: SECONDWIND_LEDGER_URL, else the local file."""
    as_json: bool = False
    quiet: bool = False
    """Say only what went wrong beside the result."""
    environ: Mapping[str, str] = os.environ
    clock: Clock = MachineClock()


def local_file(environ: Mapping[str, str]) -> Path:
    """Where a ledger lives on this machine between calls of `invoke --local`, which makes it."""
    base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base.resolve() / "secondwind" / "ledger.db"


def ledger_url(terms: LedgerTerms) -> str:
    """The URL that is meant, unchecked: the option's, else the environment's, else the local file's."""
    given = terms.ledger_url.strip() or terms.environ.get("SECONDWIND_LEDGER_URL", "").strip()
    return given or f"sqlite://{local_file(terms.environ)}"


@contextmanager
def ledger_of(terms: LedgerTerms) -> Iterator[tuple[OpenLedger, str]]:
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
    if isinstance(url, SqliteUrl) and not Path(url.path).is_file():
        none_yet = "the first invocation that uses it makes one (a cloud of `invoke --local`'s own forgets its ledger)"
        raise UnusableError(f"there is no ledger at {shown(url.path)}: {none_yet}; see --ledger")
    until = terms.clock.now() + TIME_S
    with closing(
        open_ledger(url, _credentials(url, terms.environ), terms.clock, lambda: until - terms.clock.now())
    ) as ledger:
        yield ledger, name_of(url)


def _url(terms: LedgerTerms) -> LedgerUrl:
    try:
        return checked(parse_ledger_url(ledger_url(terms)), terms.environ)
    except ValueError as error:
        named = "--ledger" if terms.ledger_url.strip() else "SECONDWIND_LEDGER_URL"
        raise UnusableError(f"{named}: {error}") from None


def _credentials(url: LedgerUrl, environ: Mapping[str, str]) -> Credentials:
    """Only Alibaba Cloud's own store is called with a key."""
    if isinstance(url, SqliteUrl | RedisUrl):
        return Credentials(access_key_id="", access_key_secret="")
    try:
        return read_credentials(None, environ)
    except SettingsError as error:
        raise UnusableError(str(error)) from None


def name_of(url: LedgerUrl) -> str:
    """What to call a ledger; without its password."""
    if isinstance(url, SqliteUrl):
        return f"{url.path} (SQLite, on this machine)"
    if isinstance(url, RedisUrl):
        return f"{url.host}:{url.port}/{url.database} (Redis)"
    return f"{url.instance}/{url.table} (Tablestore)"
