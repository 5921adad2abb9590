"""Settings and credentials of one process: what the environment and the FC context say, checked once.

`read_settings` reads the variables of `variables.py`; `read_credentials` is called at every invocation.
"""

from shared.domain.endpoint import Endpoint
from shared.settings.credentials import read_credentials
from shared.settings.environment import LOGSTORE_NAME, PROJECT_NAME, Settings, read_settings
from shared.settings.ledger_url import (
    LedgerUrl,
    RedisUrl,
    SqliteUrl,
    TablestoreUrl,
    parse_ledger_url,
)
from shared.settings.spelling import Unknown, unknown_names

__all__ = [
    "LOGSTORE_NAME",
    "PROJECT_NAME",
    "Endpoint",
    "LedgerUrl",
    "RedisUrl",
    "Settings",
    "SqliteUrl",
    "TablestoreUrl",
    "Unknown",
    "parse_ledger_url",
    "read_credentials",
    "read_settings",
    "unknown_names",
]
