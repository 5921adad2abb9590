"""HTTP calls as they are: one request is sent once, over a connection kept for seconds, and its end says how far it came.

No redirect is followed, no proxy of the environment is used, nothing is repeated and nothing is logged. What the SDKs
put between a call and its socket costs more than all else that a delivery does; tests hold what is sent here against
what the official SDKs send.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from enum import Enum
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import gaierror
from typing import NamedTuple

from shared.domain.endpoint import Endpoint
from shared.idle import LastUse

MOST_KEPT = 16
"""Idle connections to one endpoint: as many as are used at once."""
MOST_BYTES = 64 << 20
"""Of an answer; more is no answer. Log Service's largest has 10 MB before it is compressed."""


class NoResponse(str, Enum):
    """How far a request came that was not answered."""

    NOT_RESOLVED = "NotResolved"
    CONNECT_FAILED = "ConnectFailed"
    CONNECT_TIMEOUT = "ConnectTimeout"
    TLS_FAILURE = "TlsFailure"
    """While connecting: bytes have left, though hardly the request."""
    READ_TIMEOUT = "ReadTimeout"
    """From here on it may have arrived."""
    CONNECTION_BROKEN = "ConnectionBroken"
    UNREADABLE = "UnreadableAnswer"


class HttpFailed(Exception):  # noqa: N818 - never leaves the adapters
    """There is no answer. Has no text: what went wrong may quote what was sent."""

    def __init__(self, how: NoResponse) -> None:
        self.how = how
        super().__init__(how.value)


class Response(NamedTuple):
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class _Kept(NamedTuple):
    connection: HTTPConnection
    last_use: LastUse


_IDLE: dict[Endpoint, list[_Kept]] = {}
"""Appending and popping are atomic, so that threads may call at once."""


def drop_idle() -> None:
    """Use none of the connections that are idle now: where one broke, its neighbours may be gone as well."""
    for kept in list(_IDLE.values()):
        while kept:
            kept.pop().connection.close()


def send(
    to: Endpoint,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    timeouts_s: tuple[float, float],
) -> Response:
    """Send it once.

    Args:
        to: scheme, host and port, which need not be the name in the header `Host`.
        method: `GET`, `POST`.
        target: path and query as they stand on the wire.
        headers: all but the length of the body.
        body: bytes.
        timeouts_s: for the connection, and for each wait for the answer.

    Raises:
        HttpFailed: there is no answer.
    """
    connection = _idle_one(to) or _dialled(to, timeouts_s[0])
    used = LastUse()  # the pause counts from the request, which is before its answer
    failed: NoResponse | None = None
    try:
        response, closes = _exchanged(connection, method, target, headers, body, timeouts_s[1])
    except TimeoutError:
        failed = NoResponse.READ_TIMEOUT
    except ssl.SSLError:
        failed = NoResponse.TLS_FAILURE
    except (OSError, HTTPException):
        failed = NoResponse.CONNECTION_BROKEN
    except ValueError:
        failed = NoResponse.UNREADABLE
    kept = _IDLE[to]
    if failed is not None or closes or connection.sock is None or len(kept) >= MOST_KEPT:
        connection.close()
    else:
        kept.append(_Kept(connection, used))
    if failed is not None:
        raise HttpFailed(failed)
    return response


def _idle_one(to: Endpoint) -> HTTPConnection | None:
    kept = _IDLE.setdefault(to, [])
    while kept:
        try:
            one = kept.pop()
        except IndexError:  # another thread was faster
            return None
        if not one.last_use.stale:
            return one.connection
        one.connection.close()
    return None


def _dialled(to: Endpoint, timeout_s: float) -> HTTPConnection:
    made = (
        HTTPSConnection(to.host, to.port, timeout=timeout_s, context=_tls())
        if to.scheme == "https"
        else HTTPConnection(to.host, to.port, timeout=timeout_s)
    )
    try:
        made.connect()
    except gaierror:
        failed = NoResponse.NOT_RESOLVED
    except ssl.SSLError:
        failed = NoResponse.TLS_FAILURE
    except TimeoutError:
        failed = NoResponse.CONNECT_TIMEOUT  # a handshake that takes too long as well: the request was not sent
    except (OSError, UnicodeError):
        failed = NoResponse.CONNECT_FAILED
    else:
        return made
    made.close()
    raise HttpFailed(failed)


def _exchanged(
    connection: HTTPConnection, method: str, target: str, headers: Mapping[str, str], body: bytes, timeout_s: float
) -> tuple[Response, bool]:
    """The answer, and whether the connection ends with it."""
    if connection.sock is not None:
        connection.sock.settimeout(timeout_s)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body or method == "POST":
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("the answer is larger than any answer is")
    shown = {name.lower(): value for name, value in answer.getheaders()}
    return Response(answer.status, shown, content), answer.will_close


@cache
def _tls() -> ssl.SSLContext:
    """Checks names and certificates against the authorities that certifi lists, as the SDKs do."""
    import certifi  # noqa: PLC0415 - only who encrypts needs it

    return ssl.create_default_context(cafile=certifi.where())
