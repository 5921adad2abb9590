"""The one way out: a POST over TLS (or to this machine), bounded in time and size, without redirects or proxies.

What a broken connection proves is kept apart: before the request has begun to leave nothing was told; after that
nobody knows.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from shared.domain.address import Address
from shared.domain.call import Effect
from shared.notify.boxes import Ending
from shared.ports import Clock

CONNECT_S = 2.5
TOTAL_S = 5.0
MAX_ANSWER_BYTES = 64 * 1024
MAX_TEXT = 200
_NOT_NOW = frozenset({408, 425, 429, 503})
_OWN_ERRORS = 500
_TEXT_JSON = "application/json; charset=utf-8"


_Bound = Callable[[http.client.HTTPConnection], None]


class Answer(Struct, frozen=True):
    """An HTTP answer, whole."""

    status: int
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """The object in it; empty if there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


Post = Callable[[Address, bytes, Mapping[str, str]], "Answer | Ending"]
"""One POST; an Ending where no whole answer came."""


def by_clock(clock: Clock) -> Post:
    """The way out, by that clock."""
    return lambda address, body, headers: _post(clock, address, body, headers)


def _post(clock: Clock, address: Address, body: bytes, headers: Mapping[str, str]) -> Answer | Ending:
    deadline = clock.now() + TOTAL_S

    def bound(connection: http.client.HTTPConnection) -> None:
        left = deadline - clock.now()
        if left <= 0 or connection.sock is None:
            raise TimeoutError("the time is over")
        connection.sock.settimeout(left)

    try:
        connection = _connected(address)
    except (OSError, http.client.HTTPException) as error:
        return Ending(effect=Effect.NOT_DONE_LATER, code=type(error).__name__, message="no connection")
    try:
        bound(connection)
        connection.request("POST", address.target, body, {"Content-Type": _TEXT_JSON, **headers})
        answer = connection.getresponse()
        return Answer(answer.status, _read(connection, answer, bound))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Ending(effect=Effect.UNKNOWN, code=type(error).__name__, message="no whole answer")
    finally:
        connection.close()


def target_with(target: str, **query: str) -> str:
    """Path and query with further parameters, which are spelt for a URL already."""
    more = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{target}{'&' if '?' in target else '?'}{more}" if more else target


def by_status(answer: Answer, said: str = "") -> Ending:
    """What an HTTP status alone proves; a server's own error may have come after its work."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - success, by RFC 9110
        return Ending(effect=Effect.DONE)
    effect = Effect.NOT_DONE_USELESS
    if answer.status in _NOT_NOW:
        effect = Effect.NOT_DONE_LATER
    elif answer.status >= _OWN_ERRORS:
        effect = Effect.UNKNOWN
    return Ending(effect=effect, code=str(answer.status), message=shown(said))


def shown(text: Any) -> str:
    """A robot's own words, for people: short, on one line."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text)[:MAX_TEXT])


def _connected(address: Address) -> http.client.HTTPConnection:
    endpoint = address.endpoint
    if endpoint.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            endpoint.host, endpoint.port, timeout=CONNECT_S, context=_trust()
        )
    else:
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=CONNECT_S)
    connection.connect()
    return connection


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, bound: _Bound) -> bytes:
    """At most the bound, at most until the deadline: whoever answers a byte at a time holds nobody up."""
    whole = b""
    while len(whole) < MAX_ANSWER_BYTES:
        if connection.sock is not None:
            bound(connection)
        part = answer.read1(MAX_ANSWER_BYTES - len(whole))
        if not part:
            break
        whole += part
    return whole
