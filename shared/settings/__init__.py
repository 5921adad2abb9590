"""Settings and credentials of one process: what the environment and the FC context say, checked once.

`read_settings` reads the table "Settings" of contract.md; `read_credentials` is called at every invocation.
"""

from shared.domain.endpoint import Endpoint
from shared.settings.credentials import read_credentials
from shared.settings.environment import Settings, read_settings
from shared.settings.ledger_url import (
    LedgerUrl,
    RedisLedger,
    SqliteLedger,
    TablestoreLedger,
    parse_ledger_url,
)

__all__ = [
    "Endpoint",
    "LedgerUrl",
    "RedisLedger",
    "Settings",
    "SqliteLedger",
    "TablestoreLedger",
    "parse_ledger_url",
    "read_credentials",
    "read_settings",
]
