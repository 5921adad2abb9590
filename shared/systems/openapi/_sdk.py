"""The SDK itself (alibabacloud-tea-openapi 0.4.6), loaded with the first call: tamed and asked here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.core import DaraCore
from darabonba.runtime import RuntimeOptions
from requests.exceptions import ReadTimeout, SSLError, TooManyRedirects
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as PoolSslError

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.kept_http import keep_briefly
from shared.systems.openapi import ApiCall, Refusal
from shared.systems.openapi.classify import NoAnswer

# What may have been sent is asked for first: only without any of it a failed connect proves that nothing
# left.
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], NoAnswer], ...] = (
    ((TooManyRedirects,), NoAnswer.REDIRECTED),
    ((ReadTimeout, ReadTimeoutError), NoAnswer.READ_TIMEOUT),
    ((SSLError, PoolSslError), NoAnswer.TLS_FAILURE),
    ((ProtocolError,), NoAnswer.CONNECTION_BROKEN),
    ((NameResolutionError,), NoAnswer.NOT_RESOLVED),
    ((NewConnectionError,), NoAnswer.CONNECT_FAILED),  # some versions make it a kind of the next
    ((ConnectTimeoutError,), NoAnswer.CONNECT_TIMEOUT),
    ((ValueError, RuntimeError, TypeError, AttributeError), NoAnswer.UNREADABLE_ANSWER),
)
_CHAIN_LIMIT = 32


class _OneRequestSessions(dict[str, Any]):
    """The SDK's sessions by its own key. Each that it stores sends one request a call, on no idle connection."""

    def __setitem__(self, key: str, session: Any) -> None:
        send = session.send

        def send_once(request: Any, **settings: Any) -> Any:
            response = send(request, **{**settings, "allow_redirects": False, "proxies": {}})
            if response.is_redirect:
                raise TooManyRedirects("the endpoint answered with a redirect", response=response)
            return response

        session.send = send_once
        keep_briefly(session)
        super().__setitem__(key, session)


# Both are state of the SDK's modules, so this is done once, when this module is loaded.
DaraCore._sessions = _OneRequestSessions()  # noqa: SLF001 - the SDK passes no redirect setting on; tests watch the wire
# With DEBUG=sdk this logger writes the authorization and the token to standard error. A filter outlives dictConfig.
logging.getLogger("darabonba-core").addFilter(lambda _: False)


class _Given:
    """What the SDK asks of a credential, from a key that is at hand: its own class loads what finds keys elsewhere."""

    type = "access_key"
    provider_name = None

    def __init__(self, credentials: Credentials) -> None:
        self.access_key_id = credentials.access_key_id
        self.access_key_secret = credentials.access_key_secret
        self.security_token = credentials.security_token or None

    def get_credential(self) -> _Given:
        """The SDK asks once a call."""
        return self


def client(credentials: Credentials, endpoint: Endpoint) -> Any:
    """A client for these credentials. The SDK's retry is off unless `retry_options` are given: none are."""
    return Client(
        Config(
            credential=_Given(credentials),
            protocol=endpoint.scheme,
            endpoint=endpoint.netloc,
            user_agent="second-wind",
        )
    )


def drop_connections() -> None:
    """Keep none of the connections that are idle now: where one broke, its neighbours may be gone as well."""
    for session in list(DaraCore._sessions.values()):  # noqa: SLF001 - as above
        session.close()


def send(client: Any, wanted: ApiCall, connect_timeout_ms: int, read_timeout_ms: int) -> Any:
    """Send it. Returns `{"statusCode", "headers", "body"}`, the JSON parsed; raises what the SDK raises."""
    parameters = dict(wanted.parameters)
    form = wanted.method == "POST" and not wanted.in_query
    params = Params(
        action=wanted.action,
        version=wanted.version,
        protocol="HTTPS",  # the client's own protocol has precedence
        pathname="/",
        method=wanted.method,
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    request = OpenApiRequest(body=parameters) if form else OpenApiRequest(query=parameters)
    runtime = RuntimeOptions(connect_timeout=connect_timeout_ms, read_timeout=read_timeout_ms)
    return client.call_api(params, request, runtime)


def told(error: Exception, outer: BaseException | None) -> NoAnswer | Refusal:
    """What the exception tells. `outer` was being handled before the call: no part of its story."""
    if isinstance(error, AlibabaCloudException) and isinstance(error.status_code, int):
        return _refusal(error)
    chain = list(_chain(error, outer))
    for kinds, meaning in _MEANINGS:
        if any(isinstance(link, kinds) for link in chain):
            return meaning
    return NoAnswer.OTHER


def _refusal(error: Any) -> Refusal:
    data = error.data if isinstance(error.data, dict) else {}
    code = data.get("Code", data.get("code"))
    wait_ms = error.retry_after
    return Refusal(
        code=f"Http{error.status_code}" if code in (None, "") else str(code),
        message=str(data.get("Message", data.get("message")) or ""),
        request_id=str(data.get("RequestId", data.get("requestId")) or ""),
        http_status=error.status_code,
        retry_after_s=wait_ms / 1000 if isinstance(wait_ms, int) and wait_ms > 0 else None,
    )


def _chain(error: BaseException, outer: BaseException | None) -> Iterator[BaseException]:
    """The exception and all that led to it, from the outside in."""
    link: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if link is None or link is outer:
            return
        yield link
        link = getattr(link, "inner_exception", None) or link.__cause__ or link.__context__
