"""One HTTP connection: dialled, asked one request after the other, let go. Who keeps it is in `kept_http`.

What a failure says of the request is kept apart by `Snag`: before a connection stands nothing has left. TLS is verified
as the SDKs do it, against the system's authorities and certifi's; the context is made once, as it takes longer than a
call.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from shared.network.http_answer import HttpAnswer, read_answer
from shared.network.http_bounds import PART_BYTES, Bounded, CutShort, Garbled, Incoming, TooLong
from shared.network.idle import LastUse

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z", re.ASCII)
_WITH_BODY = frozenset({"PATCH", "POST", "PUT"})
"""What has a length even if it has nothing."""
PORTS = {"http": 80, "https": 443}
_HUNG_UP = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


Place = tuple[str, str, int]  # scheme, host, port


class Snag(str, Enum):
    """Why there is no whole answer."""

    NOT_RESOLVED = "NotResolved"
    NOT_CONNECTED = "ConnectFailed"
    CONNECT_TIMEOUT = "ConnectTimeout"
    TLS_FAILED = "TlsFailure"
    READ_TIMEOUT = "ReadTimeout"
    TOO_LONG = "AnswerTooLong"
    BROKEN = "ConnectionBroken"
    GARBLED = "UnreadableAnswer"

    @property
    def never_left(self) -> bool:
        """Whether nothing of the request can have left."""
        return self in {Snag.NOT_RESOLVED, Snag.NOT_CONNECTED, Snag.CONNECT_TIMEOUT}


class NoWholeAnswer(Exception):  # noqa: N818 - says what there is
    """A request that was not answered as a whole."""

    def __init__(self, snag: Snag, headers: Mapping[str, str] | None = None) -> None:
        self.snag = snag
        self.headers = headers or {}
        """Of an answer whose body alone is too long; by lower-case name."""
        super().__init__(snag.value)


class HttpLine:
    """A connection."""

    _sock: socket.socket | None = None

    def __init__(self, place: Place, connect_s: float) -> None:
        self._host = _host_of(place)
        self._last_use = LastUse()
        self._watch = select.poll()
        try:
            sock = self._dial(place, connect_s)
        except tuple(_WHILE_DIALLING) as error:
            snag = _snag_of(error, _WHILE_DIALLING)
        else:
            self._watch.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
            return
        self.close()
        raise NoWholeAnswer(snag)  # here, so that what it said is no part of it

    def _dial(self, place: Place, connect_s: float) -> socket.socket:
        scheme, host, port = place
        name: Any = host.encode() if host.isascii() else host  # text may be of any language: a millisecond to load
        self._sock = sock = socket.create_connection((name, port), connect_s)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            self._sock = sock = _trust().wrap_socket(sock, server_hostname=host)
        return sock

    @property
    def stale(self) -> bool:
        """Whether it was idle for too long."""
        return self._last_use.stale

    @property
    def usable(self) -> bool:
        """Whether it may be used again: not idle for long, and nothing came on it, be it only its end."""
        # What TLS has unpacked no poll sees.
        if self._last_use.stale or (sock := self._sock) is None or getattr(sock, "pending", int)():
            return False
        try:
            return not self._watch.poll(0)
        except (OSError, ValueError):
            return False

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes, bounded: Bounded) -> None:
        """One request. Raises NoWholeAnswer; ValueError before anything is sent."""
        self._last_use.touch()
        sock = self._sock
        if sock is None:
            raise NoWholeAnswer(Snag.BROKEN)
        request = _head(method, target, self._host, headers, body) + body
        try:
            for start in range(0, len(request), PART_BYTES):
                bounded.give(sock)
                sock.sendall(request[start : start + PART_BYTES])
        except _HUNG_UP:
            return  # a refusal may have been sent before all was read
        except tuple(_WHILE_TALKING) as error:
            snag = _snag_of(error, _WHILE_TALKING)
        else:
            return
        raise NoWholeAnswer(snag)  # here, so that what it said is no part of it

    def receive(self, bounded: Bounded) -> HttpAnswer:
        """The answer to the request that was sent. Raises NoWholeAnswer."""
        if self._sock is None:
            raise NoWholeAnswer(Snag.BROKEN)
        try:
            answer = read_answer(Incoming(self._sock, bounded), bounded.most_bytes)
        except tuple(_WHILE_TALKING) as error:
            snag, head = _snag_of(error, _WHILE_TALKING), error.headers if isinstance(error, TooLong) else None
        else:
            self._last_use.touch()  # it may have been asked long ago
            return answer
        raise NoWholeAnswer(snag, head)  # as above

    def close(self) -> None:
        """Let it go."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


def _head(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """What goes before the body. Raises ValueError where a header would be more than that."""
    there = _lower_names(tuple(headers))
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in there:
        lines.append(f"Host: {host}")
    if "accept-encoding" not in there:
        lines.append("Accept-Encoding: identity")
    lines += map(": ".join, headers.items())
    if "content-length" not in there and (body or method in _WITH_BODY):
        lines.append(f"Content-Length: {len(body)}")
    text, ends = "\r\n".join(lines), len(lines) - 1
    if not text.count("\r") == text.count("\n") == ends or "\0" in text:
        raise ValueError("Invalid header")
    return f"{text}\r\n\r\n".encode("latin-1")


@lru_cache(maxsize=256)
def _lower_names(names: tuple[str, ...]) -> frozenset[str]:
    """Of headers, in small letters; most requests have the same. Raises ValueError if one is none."""
    if not all(map(_NAME.match, names)):
        raise ValueError("Invalid header")
    return frozenset(map(str.lower, names))


def _host_of(place: Place) -> str:
    scheme, host, port = place
    host = f"[{host}]" if ":" in host else host
    return host if port == PORTS[scheme] else f"{host}:{port}"


def _snag_of(error: Exception, meanings: Mapping[type[Exception], Snag]) -> Snag:
    return next(snag for kind, snag in meanings.items() if isinstance(error, kind))


_WHILE_DIALLING: Mapping[type[Exception], Snag] = {
    TimeoutError: Snag.CONNECT_TIMEOUT,
    socket.gaierror: Snag.NOT_RESOLVED,
    UnicodeError: Snag.NOT_RESOLVED,
    ssl.SSLError: Snag.TLS_FAILED,
    OSError: Snag.NOT_CONNECTED,
}
_WHILE_TALKING: Mapping[type[Exception], Snag] = {
    TooLong: Snag.TOO_LONG,
    TimeoutError: Snag.READ_TIMEOUT,
    ssl.SSLError: Snag.TLS_FAILED,
    CutShort: Snag.BROKEN,
    OSError: Snag.BROKEN,  # also what says that the peer hung up without an answer
    Garbled: Snag.GARBLED,
}
"""In the order in which they are asked."""


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    import certifi  # noqa: PLC0415 - only where TLS is spoken

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
