"""Opens the ledger that the settings name. A backend is imported when it is named: an SDK costs a cold start.

Redis alone needs a client, and a package for Function Compute has it if it was made so (`make bundle LEDGER=redis`);
whether it is there can be told without importing it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, SettingsError
from shared.ledger.several import OpenLedger, SeveralLedgers
from shared.ports import Clock
from shared.settings import LedgerUrl, RedisUrl, SqliteUrl, TablestoreUrl

if TYPE_CHECKING:
    from shared.ledger.redis_link import RedisLink
    from shared.ledger.sqlite import SqliteLedger
    from shared.ledger.tablestore import Place, TablestoreLedger

__all__ = ["OpenLedger", "at_risk", "check_client", "open_ledger"]


def check_client(url: LedgerUrl) -> None:
    """Whether what the ledger needs is installed. Nothing is imported.

    Raises:
        SettingsError: it is not.
    """
    if not isinstance(url, RedisUrl):
        return
    try:
        there = find_spec("redis") is not None
    except (ImportError, ValueError):  # a finder that refuses, a stand-in without a spec
        there = False
    if not there:
        problem = "this package has no client for Redis: `make bundle LEDGER=redis` makes one that has"
        raise SettingsError([Fault("SECONDWIND_LEDGER_URL", problem)])


def open_ledger(
    url: LedgerUrl,
    credentials: Credentials,
    clock: Clock,
    remaining_s: Callable[[], float],
    *,
    keeps: bool = False,
) -> OpenLedger:
    """The ledger at that URL, for any thread; to be closed.

    Args:
        url: as `shared.settings.parse_ledger_url` reads it.
        credentials: of the function's role; only Alibaba Cloud's own store is called with them.
        clock: tells which documents have expired.
        remaining_s: seconds that the invocation has left.
        keeps: whether a file stays open when its ledger is closed. Connections stay open for a moment anyway.

    Raises:
        LedgerUnavailable: it cannot be opened.
        SettingsError: as `check_client`.
    """
    check_client(url)
    return SeveralLedgers(lambda: _open_one(url, credentials, clock, remaining_s, keeps=keeps))


def _open_one(
    url: LedgerUrl, credentials: Credentials, clock: Clock, remaining_s: Callable[[], float], *, keeps: bool
) -> OpenLedger:
    if isinstance(url, SqliteUrl):
        return _sqlite()(url.path, clock, keeps=keeps)
    if isinstance(url, TablestoreUrl):
        place_of, ledger_of = _tablestore()
        place = place_of(endpoint=url.endpoint.url, instance=url.instance, table=url.table)
        return ledger_of(place, credentials, clock, remaining_s)
    return _redis()[1](_link_to(url, remaining_s), clock)


def at_risk(url: LedgerUrl, clock: Clock, remaining_s: Callable[[], float]) -> list[str]:
    """Of a Redis what is set so that it may forget, a sentence each; of another ledger nothing.

    Raises:
        LedgerUnavailable: it does not say.
    """
    if not isinstance(url, RedisUrl):
        return []
    from shared.ledger.redis import RedisLedger  # noqa: PLC0415 - the module's docstring says why

    with closing(RedisLedger(_link_to(url, remaining_s), clock)) as ledger:
        return list(ledger.at_risk())


def _link_to(url: RedisUrl, remaining_s: Callable[[], float]) -> RedisLink:
    return _redis()[0](
        host=url.host,
        port=url.port,
        tls=url.tls,
        database=url.database,
        user=url.user,
        password=url.password,
        remaining_s=remaining_s,
    )


# Kept: on a machine that has just slept even to import what is loaded takes as long as to sign a request.


@cache
def _sqlite() -> type[SqliteLedger]:
    from shared.ledger.sqlite import SqliteLedger  # noqa: PLC0415 - the module's docstring says why

    return SqliteLedger


@cache
def _tablestore() -> tuple[type[Place], type[TablestoreLedger]]:
    from shared.ledger.tablestore import Place, TablestoreLedger  # noqa: PLC0415 - as above

    return Place, TablestoreLedger


@cache
def _redis() -> tuple[type[RedisLink], Callable[[RedisLink, Clock], OpenLedger]]:
    from shared.ledger.redis import open_redis  # noqa: PLC0415 - as above
    from shared.ledger.redis_link import RedisLink  # noqa: PLC0415 - as above

    return RedisLink, open_redis
