"""`SECONDWIND_LEDGER_URL` in its three forms."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

from shared.domain.endpoint import Endpoint, parse_endpoint

_SQLITE = "wants sqlite:// and an absolute path, as sqlite:///var/lib/secondwind.db"
_TABLESTORE = "wants tablestore://<instance>/<table>?endpoint=<url>"
_REDIS = "wants redis:// or rediss:// with [user:password@]host[:port][/database number]"
_FORMS = "wants a URL that begins with sqlite://, tablestore://, redis:// or rediss://"
_INSTANCE = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
# Of 255; the names of its indexes are longer. https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits
_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,239}\Z")
_REDIS_PORT = 6379


class SqliteUrl(Struct, frozen=True):
    """A file on this machine."""

    path: str
    """Absolute."""


class TablestoreUrl(Struct, frozen=True):
    """A table of Alibaba Cloud Tablestore."""

    instance: str
    table: str
    endpoint: Endpoint


class RedisUrl(Struct, frozen=True, kw_only=True):
    """A Redis or Tair database. Its repr has no password."""

    tls: bool
    host: str
    port: int
    database: int = 0
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        scheme = "rediss" if self.tls else "redis"
        return f"RedisUrl({scheme}://{self.host}:{self.port}/{self.database})"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What rich shows, in place of every field."""
        return [("host", self.host), ("port", self.port), ("database", self.database)]


LedgerUrl = SqliteUrl | TablestoreUrl | RedisUrl


def parse_ledger_url(text: str) -> LedgerUrl:
    """Where the ledger is. Raises ValueError, whose text does not repeat the value."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise ValueError(_FORMS)
    if scheme == "sqlite":
        return _sqlite(rest)
    if scheme not in {"tablestore", "redis", "rediss"}:
        raise ValueError(_FORMS)
    wanted = _TABLESTORE if scheme == "tablestore" else _REDIS
    try:
        parts = urlsplit(text)
        ledger = _tablestore(parts) if scheme == "tablestore" else _redis(parts)
    except ValueError:
        raise ValueError(wanted) from None  # what urllib says may repeat the value
    return ledger


def _sqlite(path: str) -> SqliteUrl:
    if not path.startswith("/") or path.endswith("/") or not path.isprintable():
        raise ValueError(_SQLITE)
    return SqliteUrl(path)


def _tablestore(parts: SplitResult) -> TablestoreUrl:
    table, query = parts.path.removeprefix("/"), parse_qsl(parts.query, strict_parsing=True)
    named = _INSTANCE.match(parts.netloc) and _TABLE.match(table)
    if parts.fragment or [name for name, _ in query] != ["endpoint"] or not named:
        raise ValueError(_TABLESTORE)
    return TablestoreUrl(parts.netloc, table, parse_endpoint(query[0][1]))


def _redis(parts: SplitResult) -> RedisUrl:
    database = parts.path.removeprefix("/") or "0"
    port = _REDIS_PORT if parts.port is None else parts.port
    if parts.query or parts.fragment or not port or not re.match(r"[0-9]{1,4}\Z", database):
        raise ValueError(_REDIS)
    host = parse_endpoint(parts.hostname or "").host
    return RedisUrl(
        tls=parts.scheme == "rediss",
        host=host,
        port=port,
        database=int(database),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
