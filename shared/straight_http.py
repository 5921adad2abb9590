"""HTTP calls as they are: one request is sent once, over a kept connection, and its end says how far it came.

A connection is kept for seconds (`shared.idle`). No redirect is followed, no proxy of the environment is used, nothing
is repeated and nothing is logged. What the SDKs put between a call and its socket costs more than all else that a
delivery does; tests hold what is sent here against what the official SDKs send. HTTP/1.1 is that of
https://www.rfc-editor.org/rfc/rfc9112, as far as a client needs it that asks for no compression.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from shared.domain.endpoint import Endpoint
from shared.idle import LastUse
from shared.wire_reading import BrokenOff, HttpAnswer, read_response

if TYPE_CHECKING:
    import ssl

MOST_KEPT = 16
"""Idle connections to one endpoint: as many as are used at once."""
_BUFFER_BYTES = 64 * 1024


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


class _Kept(NamedTuple):
    connection: socket.socket
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
) -> HttpAnswer:
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
        ValueError: a header or the target cannot stand on the wire; nothing was sent.
    """
    request = _request(method, target, headers, body)
    connection = _idle_one(to) or _dialled(to, timeouts_s[0])
    used = LastUse()  # the pause counts from the request, which is before its answer
    failed: NoResponse | None = None
    try:
        connection.settimeout(timeouts_s[1])
        connection.sendall(request)
        with connection.makefile("rb", _BUFFER_BYTES) as stream:
            response, stays = read_response(stream)
    except TimeoutError:
        failed = NoResponse.READ_TIMEOUT
    except (OSError, BrokenOff) as error:
        failed = NoResponse.TLS_FAILURE if _is_tls(error) else NoResponse.CONNECTION_BROKEN
    except ValueError:
        failed = NoResponse.UNREADABLE
    kept = _IDLE[to]
    if failed is None and stays and len(kept) < MOST_KEPT:
        kept.append(_Kept(connection, used))
    else:
        connection.close()
    if failed is not None:
        raise HttpFailed(failed)
    return response


def _request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join((*lines, "\r\n"))
    if head.count("\n") != len(lines) + 1 or head.count("\r") != len(lines) + 1 or lines[0].count(" ") != 2:  # noqa: PLR2004 - method, target, version
        raise ValueError("a header or target with a line's end in it")
    return head.encode("latin-1") + body


def _idle_one(to: Endpoint) -> socket.socket | None:
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


def _dialled(to: Endpoint, timeout_s: float) -> socket.socket:
    plain: socket.socket | None = None
    try:
        plain = socket.create_connection((to.host, to.port), timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain if to.scheme == "http" else _tls().wrap_socket(plain, server_hostname=to.host)
    except socket.gaierror:
        failed = NoResponse.NOT_RESOLVED
    except TimeoutError:
        failed = NoResponse.CONNECT_TIMEOUT  # a handshake that takes too long as well: the request was not sent
    except (OSError, ValueError) as error:
        failed = NoResponse.TLS_FAILURE if _is_tls(error) else NoResponse.CONNECT_FAILED
    if plain is not None:
        plain.close()
    raise HttpFailed(failed)


def _is_tls(error: Exception) -> bool:
    import ssl  # noqa: PLC0415 - as below

    return isinstance(error, ssl.SSLError)


@cache
def _tls() -> ssl.SSLContext:
    """Checks names and certificates against the authorities that certifi lists, as the SDKs do."""
    import ssl  # noqa: PLC0415 - only who encrypts needs it

    import certifi  # noqa: PLC0415 - as above

    return ssl.create_default_context(cafile=certifi.where())
