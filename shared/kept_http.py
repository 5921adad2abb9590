"""HTTP connections of the process, kept between requests for a few seconds: how every SDK's requests leave.

What an SDK has signed is sent as it is: once, to the host that it names, past every proxy, and no redirect is followed.
A connection that was idle for `shared.idle.IDLE_S`, or whose end has been told, is not used again. What a failure says
of the request is kept apart by `Snag`: before a connection stands nothing has left. TLS is verified as the SDKs do it,
against the system's authorities and certifi's; the context is made once, as it takes longer than a call.

No peer is trusted with our memory or time: an answer has a length at most, and question and answer together a time,
however little comes at once. What is cut off so may have arrived, as any request without an answer.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from io import BufferedReader, RawIOBase
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from shared.idle import LastUse

MOST_KEPT = 16
"""Idle connections to one place."""
_HEAD_BYTES = 65_536
"""What an answer may have beside its body: its head, and the marks of its pieces."""
_PART_BYTES = 16_384
"""What is sent or read at once: a record of TLS."""
_TARGET = re.compile(r"/[!-~]*", re.ASCII)
_PORTS = {"http": 80, "https": 443}
_HUNG_UP = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class HttpAnswer(Struct, frozen=True):
    """An answer, whole."""

    status: int
    reason: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    keeps: bool
    """Whether another request may be sent on its connection."""


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

    def __init__(self, snag: Snag) -> None:
        self.snag = snag
        super().__init__(snag.value)


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    connect_s: float,
    read_s: float,
    total_s: float,
    most_bytes: int,
    now: Callable[[], float] = time.monotonic,
) -> HttpAnswer:
    """Send one request once, and read its answer.

    Args:
        method: in capitals.
        url: absolute, as it goes out: nothing is quoted here.
        headers: as they go out; the length is added if it is not there.
        body: may be empty.
        connect_s: for the connection, TLS included, to each address that the host has.
        read_s: for each part of the answer.
        total_s: for everything, from now on.
        most_bytes: of the answer's body.
        now: seconds of a steady clock.

    Raises:
        NoWholeAnswer: there is no answer, or not all of it.
        ValueError: this is no request: nothing was sent.
    """
    bounds = _Bounds(now, now() + total_s, read_s, most_bytes)
    place, target = _split(url)
    line = _taken(place) or _Line(place, min(connect_s, total_s))
    try:
        answer = line.exchange(method, target, headers, body, bounds)
    except BaseException:
        line.close()
        raise
    _given(place, line, keep=answer.keeps)
    return answer


def drop_connections() -> None:
    """Keep none of those that are idle now: where one broke, its neighbours may be gone as well."""
    with _LOCK:
        lines = [line for some in _KEPT.values() for line in some]
        _KEPT.clear()
    for line in lines:
        line.close()


Place = tuple[str, str, int]
"""Scheme, host, port."""


def _split(url: str) -> tuple[Place, str]:
    scheme, mark, rest = url.partition("://")
    netloc, _, target = rest.partition("/")
    if not mark or not _TARGET.fullmatch(f"/{target}"):
        raise ValueError("this URL cannot be sent as it is")
    return _place(scheme.lower(), netloc), f"/{target}"


@lru_cache(maxsize=64)
def _place(scheme: str, netloc: str) -> Place:
    parts = urlsplit(f"{scheme}://{netloc}")
    if scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("no host, or no HTTP")
    return scheme, parts.hostname, parts.port or _PORTS[scheme]


class _TooLong(Exception):  # noqa: N818 - says what came
    """More than may come."""


class _Bounds:
    """What one question and its answer may take."""

    def __init__(self, now: Callable[[], float], until: float, read_s: float, most_bytes: int) -> None:
        self._now, self._until, self._read_s = now, until, read_s
        self.most_bytes = most_bytes

    def wait_s(self) -> float:
        """How long the next part may take. Raises TimeoutError if nothing is left."""
        left_s = self._until - self._now()
        if left_s <= 0:
            raise TimeoutError
        return min(left_s, self._read_s)


class _Incoming(RawIOBase):
    """What comes on a socket, within the bounds; stands where `http.client` makes a file of the socket."""

    def __init__(self, sock: Any, bounds: _Bounds) -> None:
        super().__init__()
        self._sock, self._bounds = sock, bounds
        self._left = bounds.most_bytes + _HEAD_BYTES
        self._file = sock.makefile("rb", buffering=0)  # a file of its own: it outlives the connection's close

    def makefile(self, _mode: str) -> BufferedReader:
        """As a socket's."""
        return BufferedReader(self)

    def readable(self) -> bool:
        """As a file's."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As a file's. Raises TimeoutError and _TooLong."""
        self._sock.settimeout(self._bounds.wait_s())
        count: int | None = self._file.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise _TooLong
        return count

    def close(self) -> None:
        """As a file's."""
        self._file.close()
        super().close()


class _Line:
    """A connection."""

    def __init__(self, place: Place, connect_s: float) -> None:
        scheme, host, port = place
        self._connection = (
            HTTPSConnection(host, port, timeout=connect_s, context=_trust())
            if scheme == "https"
            else HTTPConnection(host, port, timeout=connect_s)
        )
        self._last_use = LastUse()
        snag = _snag_of(self._connection.connect, _WHILE_DIALLING)
        if snag is not None:
            self.close()
            raise NoWholeAnswer(snag)

    @property
    def stale(self) -> bool:
        """Whether it was idle for too long."""
        return self._last_use.stale

    @property
    def usable(self) -> bool:
        """Whether it may be used again: not idle for long, and nothing came on it, be it only its end."""
        if self.stale or self._connection.sock is None:
            return False
        with suppress(OSError, ValueError):
            watch = select.poll()
            watch.register(self._connection.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
            return not watch.poll(0)
        return False

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, bounds: _Bounds
    ) -> HttpAnswer:
        """One request, one answer. Raises NoWholeAnswer."""
        self._last_use.touch()
        found: list[HttpAnswer] = []
        sock = self._connection.sock

        def reader(_sock: Any, method: str) -> HTTPResponse:
            return HTTPResponse(_Incoming(sock, bounds), method=method)  # type: ignore[arg-type] # has what it asks for

        def parts() -> Iterator[bytes]:
            for start in range(0, len(body), _PART_BYTES):
                sock.settimeout(bounds.wait_s())
                yield body[start : start + _PART_BYTES]

        def talk() -> None:
            sock.settimeout(bounds.wait_s())
            self._connection.response_class = reader  # type: ignore[assignment] # is called as a class would be
            with suppress(*_HUNG_UP):  # a refusal may have been sent before all was read
                self._connection.request(method, target, parts() if body else None, _measured(headers, body))
            with self._connection.getresponse() as came:
                named = {name.lower(): value for name, value in came.getheaders()}
                whole = _body_of(came, bounds.most_bytes)
                found.append(HttpAnswer(came.status, came.reason, named, whole, not came.will_close))

        snag = _snag_of(talk, _WHILE_TALKING)
        if snag is not None:
            raise NoWholeAnswer(snag)
        return found[0]

    def close(self) -> None:
        """Let it go."""
        self._connection.close()


def _measured(headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
    """With the length of the body, as what comes in parts shows none."""
    if not body or any(name.lower() == "content-length" for name in headers):
        return headers
    return {**headers, "Content-Length": str(len(body))}


def _body_of(came: HTTPResponse, most_bytes: int) -> bytes:
    """All of it. Nothing is kept ready for more than may come, whatever the answer says of its length."""
    if came.length is not None:
        if came.length > most_bytes:
            raise _TooLong
        return came.read()
    parts: list[bytes] = []
    while part := came.read(_PART_BYTES):
        parts.append(part)
        most_bytes -= len(part)
        if most_bytes < 0:
            raise _TooLong
    return b"".join(parts)


def _snag_of(work: Callable[[], None], meanings: Mapping[type[Exception], Snag]) -> Snag | None:
    """What went wrong, if anything did; what it said is no part of anything."""
    try:
        work()
    except tuple(meanings) as error:
        return next(snag for kind, snag in meanings.items() if isinstance(error, kind))
    return None


_WHILE_DIALLING: Mapping[type[Exception], Snag] = {
    TimeoutError: Snag.CONNECT_TIMEOUT,
    socket.gaierror: Snag.NOT_RESOLVED,
    UnicodeError: Snag.NOT_RESOLVED,
    ssl.SSLError: Snag.TLS_FAILED,
    OSError: Snag.NOT_CONNECTED,
}
_WHILE_TALKING: Mapping[type[Exception], Snag] = {
    _TooLong: Snag.TOO_LONG,
    TimeoutError: Snag.READ_TIMEOUT,
    ssl.SSLError: Snag.TLS_FAILED,
    IncompleteRead: Snag.BROKEN,
    OSError: Snag.BROKEN,  # also what says that the peer hung up without an answer
    HTTPException: Snag.GARBLED,
}
"""In the order in which they are asked."""


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    import certifi  # noqa: PLC0415 - only where TLS is spoken

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


_KEPT: defaultdict[Place, list[_Line]] = defaultdict(list)
_LOCK = Lock()


def _taken(place: Place) -> _Line | None:
    """A kept connection that may be used again, the last used first; those that may not are closed on the way."""
    while True:
        with _LOCK:
            line = _KEPT[place].pop() if _KEPT.get(place) else None
            over = _stale_ones() if line is None else []
        for one in over:
            one.close()
        if line is None or line.usable:
            return line
        line.close()


def _stale_ones() -> list[_Line]:
    """Taken out of what is kept, to whatever place."""
    found = []
    for place, lines in list(_KEPT.items()):
        fresh = [line for line in lines if not line.stale]
        found += [line for line in lines if line not in fresh]
        if fresh:
            _KEPT[place] = fresh
        else:
            del _KEPT[place]
    return found


def _given(place: Place, line: _Line, *, keep: bool) -> None:
    with _LOCK:
        kept = _KEPT[place]
        over = [] if keep else [line]
        if keep:
            kept.append(line)
            over += [kept.pop(0) for _ in range(len(kept) - MOST_KEPT)]
    for one in over:
        one.close()
