"""The Log Service SDK itself (aliyun-log-python-sdk 0.9.52), tamed: one try, no redirect, no proxy, bounded time.

For what sets an account up; the functions pull and put by `wire`, and do not load it.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aliyun.log import LogClient, LogException
from requests.exceptions import RequestException

from shared.kept_http import keep_briefly
from shared.sls import Access, LogCallFailed

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
_OK = 200
_REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
_SERVER_FAILED = 500
_WORTH_REPEATING = (
    "WriteQuotaExceed",
    "ReadQuotaExceed",
    "ShardWriteQuotaExceed",
    "ShardReadQuotaExceed",
    "ServerBusy",
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_T = TypeVar("_T")


_Sdk: Any = LogClient  # the SDK's own stubs lack what is used here


class _OneTry(_Sdk):  # type: ignore[misc]  # untyped on purpose, see above
    """The SDK's client, whose own loop (ten tries, a second apart) never sees a failure that it would repeat."""

    def _getHttpResponse(self, method: str, url: str, params: Any, body: Any, headers: Any) -> tuple[int, bytes, Any]:  # noqa: N802 - the SDK's name
        headers["User-Agent"] = self._user_agent
        try:
            answer = self._session.request(
                method,
                url,
                params=params,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except RequestException as error:
            raise LogCallFailed(type(error).__name__, worth_repeating=True) from error
        if answer.status_code >= _SERVER_FAILED:
            raise LogCallFailed(f"HTTP {answer.status_code}", worth_repeating=True)
        if answer.status_code == _OK and not answer.headers.get(_REQUEST_ID):
            raise LogCallFailed("NotLogService", worth_repeating=True)  # a proxy's or a portal's yes is none
        if _OK < answer.status_code < 400:  # noqa: PLR2004 - HTTP's redirects: credentials go nowhere else
            raise LogCallFailed(f"HTTP {answer.status_code}", worth_repeating=False)
        return answer.status_code, answer.content, answer.headers


class Client:
    """Calls to one endpoint."""

    def __init__(self, access: Access, endpoint: str) -> None:
        keys = access.credentials
        self._access = access
        # `source` is given, or the SDK would look its own address up through DNS.
        self._sdk = _OneTry(
            endpoint,
            keys.access_key_id,
            keys.access_key_secret,
            securityToken=keys.security_token or None,
            source="secondwind",
        )
        self._sdk._session.trust_env = False  # noqa: SLF001 - the SDK has no other way to leave proxies and netrc alone
        keep_briefly(self._sdk._session)  # noqa: SLF001 - as above
        if _is_address(endpoint):
            # With a port it does not see that no project can stand before an address (docs/facts/log-service.md#sdk).
            self._sdk._isRowIp = True  # noqa: SLF001 - no public switch

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """A method of the SDK by its name: for what sets an account up. Raises LogCallFailed."""
        return self._tamed(lambda: getattr(self._sdk, method)(*arguments, **options))

    def _tamed(self, work: Callable[[], _T]) -> _T:
        """What the work comes to, within the time left. Of whatever the SDK raises a bare code is left."""
        left_s = self._access.remaining_s()
        self._sdk.timeout = (
            (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
            if math.isinf(left_s)
            else (min(CONNECT_TIMEOUT_S, left_s / 2), min(READ_TIMEOUT_S, left_s))
        )
        try:
            return work()
        except LogCallFailed as error:
            code, again = error.code, error.worth_repeating
        except Exception as error:  # noqa: BLE001 - its own decoding lets through whatever protobuf and lz4 raise
            code = str(error.get_error_code()) if isinstance(error, LogException) else ""
            code = code if _CODE.fullmatch(code) else "UnreadableAnswer"
            again = code.startswith(_WORTH_REPEATING)
        # Here, so that the SDK's text, which quotes what it got, is no part of it.
        raise LogCallFailed(code, worth_repeating=again)


def _is_address(endpoint: str) -> bool:
    host = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
