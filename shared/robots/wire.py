"""The one way out: a POST over TLS (or to this machine), bounded in time and size, without redirects or proxies.

What a broken connection proves is kept apart: before the request has begun to leave nothing was told; after that
nobody knows. Names are looked up by `reach`, and the address that was judged is the one that is written to.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from threading import Timer
from typing import Any

from msgspec import Struct

from shared.domain.address import Address
from shared.domain.call import Effect
from shared.domain.endpoint import Endpoint
from shared.notify.boxes import LetterEnding
from shared.robots.echoes import without_echoes
from shared.robots.reach import AddressRefused, addresses_of

CONNECT_S = 1.5
"""To one address."""
MOST_SILENT = 2
"""So many addresses may say nothing; those that refuse at once cost no time."""
TOTAL_S = 5.0
MAX_ANSWER_BYTES = 64 * 1024
MAX_TEXT = 200
_NOT_NOW = frozenset({408, 425, 429, 503})
_OWN_ERRORS = 500
_TEXT_JSON = "application/json; charset=utf-8"


class Answer(Struct, frozen=True):
    """An HTTP answer, whole."""

    status: int
    body: bytes
    target: str = ""
    """Of the request."""
    sent: str = ""
    """What else it had."""

    def json(self) -> Mapping[str, Any]:
        """The object in it, without what it quotes of the request; empty if there is none."""
        try:
            found = json.loads(self.body)
            return without_echoes(found, self.target, self.sent) if isinstance(found, dict) else {}
        except (ValueError, RecursionError):
            return {}


Post = Callable[[Address, bytes, Mapping[str, str]], "Answer | LetterEnding"]
"""One POST; a LetterEnding where no whole answer came."""


def post(address: Address, body: bytes, headers: Mapping[str, str]) -> Answer | LetterEnding:
    """One POST, over within `TOTAL_S`."""
    line = _Line(address.endpoint)
    watch = Timer(TOTAL_S, line.hang_up)
    watch.daemon = True
    watch.start()
    try:
        return line.exchange(address.target, body, {"Content-Type": _TEXT_JSON, **headers})
    except AddressRefused as refused:
        return LetterEnding(effect=Effect.NOT_DONE_USELESS, code="address_refused", message=str(refused))
    except (OSError, http.client.HTTPException, ValueError) as error:
        effect = Effect.UNKNOWN if line.sending else Effect.NOT_DONE_LATER
        return LetterEnding(
            effect=effect, code=type(error).__name__, message=f"no whole answer from {address.endpoint.netloc}"
        )
    finally:
        watch.cancel()
        line.hang_up()


class _Line:
    """A connection for one exchange. Hanging up ends it wherever it stands: whoever drips bytes holds nobody up."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.sending = False
        """Whether something of the message may have left."""
        self._endpoint = endpoint
        self._socket: socket.socket | None = None
        self._over = False

    def exchange(self, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, at most `MAX_ANSWER_BYTES` of it. Raises OSError, HTTPException."""
        connection = http.client.HTTPConnection(self._endpoint.host, self._endpoint.port, timeout=CONNECT_S)
        connection.sock = self._connected()
        self.sending = True
        connection.request("POST", target, body, dict(headers))
        with connection.getresponse() as answer:
            sent = "\n".join((*headers.values(), body.decode("utf-8", "replace")))
            return Answer(answer.status, answer.read(MAX_ANSWER_BYTES), target, sent)

    def _connected(self) -> socket.socket:
        self._socket = self._reached()
        if self._over:
            raise TimeoutError("too late to begin")
        if self._endpoint.scheme == "https":
            secure = _trust().wrap_socket(
                self._socket, server_hostname=self._endpoint.host, do_handshake_on_connect=False
            )
            self._socket = secure
            secure.do_handshake()
        self._socket.settimeout(TOTAL_S)
        return self._socket

    def _reached(self) -> socket.socket:
        """Connected to the first address that answers."""
        problem: OSError = OSError("no address")
        silent = 0
        for address in addresses_of(self._endpoint.host):
            try:
                return socket.create_connection((address, self._endpoint.port), timeout=CONNECT_S)
            except OSError as error:
                problem = error
                silent += isinstance(error, TimeoutError)
            if silent == MOST_SILENT:
                break
        raise problem

    def hang_up(self) -> None:
        """End it."""
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def target_with(target: str, **query: str) -> str:
    """Path and query with further parameters, which are spelt for a URL already."""
    more = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{target}{'&' if '?' in target else '?'}{more}" if more else target


def by_status(answer: Answer, said: str = "") -> LetterEnding:
    """What an HTTP status alone proves; a server's own error may have come after its work."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - success, by RFC 9110
        return LetterEnding(effect=Effect.DONE)
    effect = Effect.NOT_DONE_USELESS
    if answer.status in _NOT_NOW:
        effect = Effect.NOT_DONE_LATER
    elif answer.status >= _OWN_ERRORS:
        effect = Effect.UNKNOWN
    return LetterEnding(effect=effect, code=str(answer.status), message=shown(said))


class Codes(Struct, frozen=True, kw_only=True):
    """A chat's own error codes that mean "later"; every other refuses the message for good."""

    throttled: frozenset[str]
    throttled_s: float
    """Seconds until it takes messages again."""
    busy: frozenset[str]


def by_errcode(answer: Answer, codes: Codes) -> LetterEnding:
    """What DingTalk's and WeCom's form of an answer proves: `errcode` 0 is done; without any the status speaks."""
    said = answer.json()
    if "errcode" not in said:
        return by_status(answer) if answer.status != 200 else LetterEnding(effect=Effect.UNKNOWN, code="no_errcode")  # noqa: PLR2004
    code = str(said["errcode"])[:32]
    if code == "0":
        return LetterEnding(effect=Effect.DONE)
    text = shown(said.get("errmsg", ""))
    if code in codes.throttled:
        return LetterEnding(effect=Effect.NOT_DONE_LATER, code=code, message=text, wait_s=codes.throttled_s)
    effect = Effect.NOT_DONE_LATER if code in codes.busy else Effect.NOT_DONE_USELESS
    return LetterEnding(effect=effect, code=code, message=text)


def shown(text: Any) -> str:
    """A robot's own words, for people: short, on one line."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text)[:MAX_TEXT])
