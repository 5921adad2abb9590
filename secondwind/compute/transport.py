"""What a failed call without an answer proves, for the clients of `--via` and the doctor."""

from __future__ import annotations

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


def why_no_answer(error: Exception) -> NoAnswer:
    """What an exception of requests, urllib3 or the OpenAPI SDK means."""
    links = list(chain(error, None))
    for kinds, meaning in _MEANINGS:
        if any(isinstance(link, kinds) for link in links):
            return meaning
    return NoAnswer.OTHER
