"""Opens the ledger that the settings name. Each backend is imported only here, and only when it is the one named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from shared.domain.credentials import Credentials
from shared.ports import Clock, Ledger
from shared.settings import LedgerUrl, RedisLedger, SqliteLedger, TablestoreLedger


@contextmanager
def open_ledger(
    url: LedgerUrl, credentials: Credentials, clock: Clock, remaining_s: Callable[[], float]
) -> Iterator[Ledger]:
    """The ledger at that URL, closed afterwards.

    Args:
        url: as `shared.settings.parse_ledger_url` reads it.
        credentials: of the function's role; only Alibaba Cloud's own services are called with them.
        clock: tells which documents have expired.
        remaining_s: seconds that the invocation has left.

    Raises:
        LedgerUnavailable: it cannot be opened.
    """
    with closing(_connect(url, credentials, clock, remaining_s)) as ledger:
        yield ledger


def _connect(url: LedgerUrl, credentials: Credentials, clock: Clock, remaining_s: Callable[[], float]) -> _Backend:
    raise NotImplementedError
