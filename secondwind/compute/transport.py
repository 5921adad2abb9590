"""What a failed call without an answer proves, for the clients of `--via` and the doctor.

Importing this module also tames the core of the OpenAPI SDK for the process, as far as calls go its usual way: it
follows no redirect, uses no proxy of the environment, and stays silent under `DEBUG=sdk`, where it would print every
header, the security token among them.
"""

from __future__ import annotations

import logging
from typing import Any

from darabonba.core import DaraCore
from requests.exceptions import ReadTimeout, SSLError, TooManyRedirects
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as PoolSslError

from shared.systems.openapi._sdk import chain
from shared.systems.openapi.classify import NoAnswer

NOTHING_RAN = frozenset({NoAnswer.NOT_RESOLVED, NoAnswer.CONNECT_FAILED, NoAnswer.CONNECT_TIMEOUT, NoAnswer.REDIRECTED})
"""With these the service certainly got nothing, or sent the caller elsewhere."""
# What may have been sent is asked for first: only without any of it a failed connect proves that nothing left.
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


class _OneRequestSessions(dict[str, Any]):
    """The SDK's sessions by its own key. Each that it stores sends one request a call."""

    def __setitem__(self, key: str, session: Any) -> None:
        send = session.send

        def send_once(request: Any, **settings: Any) -> Any:
            response = send(request, **{**settings, "allow_redirects": False, "proxies": {}})
            if response.is_redirect:
                raise TooManyRedirects("the endpoint answered with a redirect", response=response)
            return response

        session.send = send_once
        super().__setitem__(key, session)


# Both are state of the SDK's modules, so this is done once, when this module is loaded.
DaraCore._sessions = _OneRequestSessions()  # noqa: SLF001 - the SDK passes no redirect setting on; tests watch the wire
# With DEBUG=sdk this logger writes the authorization and the token to standard error. A filter outlives dictConfig.
logging.getLogger("darabonba-core").addFilter(lambda _: False)


def why_no_answer(error: Exception) -> NoAnswer:
    """What an exception of requests, urllib3 or the OpenAPI SDK means."""
    links = list(chain(error, None))
    for kinds, meaning in _MEANINGS:
        if any(isinstance(link, kinds) for link in links):
            return meaning
    return NoAnswer.OTHER
