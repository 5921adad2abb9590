"""HTTP connections that are kept between requests, for a few seconds: sessions of `requests` that an SDK makes."""

from __future__ import annotations

from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from shared.idle import LastUse


class _KeptBriefly:
    """Mixed into a connection of urllib3, which asks a kept one whether it `is_connected`, and dials if it is not."""

    _last_use: LastUse | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it may be used as it is."""
        return bool(super().is_connected) and self._last_use is not None and not self._last_use.stale  # type: ignore[misc] # of the connection beside it

    def request(self, *arguments: Any, **options: Any) -> None:
        """As the connection's own; the pause counts from the last request, which is before its answer."""
        self._last_use = LastUse()
        super().request(*arguments, **options)  # type: ignore[misc] # as above


class _Connection(_KeptBriefly, HTTPConnection):  # type: ignore[misc] # urllib3 is not followed here
    """Over plain HTTP."""


class _TlsConnection(_KeptBriefly, HTTPSConnection):  # type: ignore[misc] # urllib3 is not followed here
    """Over TLS."""


class _Pool(HTTPConnectionPool):  # type: ignore[misc] # urllib3 is not followed here
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):  # type: ignore[misc] # urllib3 is not followed here
    ConnectionCls = _TlsConnection


def keep_briefly(session: Session) -> None:
    """Have the session use no connection again that has been idle for `shared.idle.IDLE_S`."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
