"""HTTP connections of the process, kept between requests for a few seconds: how every SDK's requests leave.

What an SDK has signed is sent as it is: once, to the host that it names, past every proxy, and no redirect is followed.
A connection that was idle for `shared.idle.IDLE_S`, or whose end has been told, is not used again. What a failure says
of the request is kept apart by `Snag`: before a connection stands nothing has left. TLS is verified as the SDKs do it,
against the system's authorities and certifi's; the context is made once, as it takes longer than a call.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from threading import Lock

from shared.http_answer import CutOff, Garbled, HttpAnswer, read_answer
from shared.idle import LastUse

MOST_KEPT = 16
"""Idle connections to one place."""
LONGEST_READS = 3
"""An answer may take this many read timeouts altogether: whoever drips bytes holds nobody up."""
_CHUNK = 256 * 1024
_TARGET = re.compile(r"/[!-~]*", re.ASCII)
_NETLOC = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]]+)(?::(\d{1,5}))?")
_PORTS = {"http": 80, "https": 443}
_HUNG_UP = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Snag(str, Enum):
    """Why there is no whole answer."""

    NOT_RESOLVED = "NotResolved"
    NOT_CONNECTED = "ConnectFailed"
    CONNECT_TIMEOUT = "ConnectTimeout"
    TLS_FAILED = "TlsFailure"
    READ_TIMEOUT = "ReadTimeout"
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
) -> HttpAnswer:
    """Send one request once, and read its answer.

    Args:
        method: in capitals.
        url: absolute, as it goes out: nothing is quoted here.
        headers: as they go out; the length is added, and what an answer may be coded as, if nothing is said of it.
        body: may be empty.
        connect_s: for the connection, TLS included.
        read_s: for each part of the answer; `LONGEST_READS` of it for all.

    Raises:
        NoWholeAnswer: there is no answer, or not all of it.
        ValueError: this is no request: nothing was sent.
    """
    place, target = _split(url)
    sent = _written(method, target, {"host": _netloc(place), **headers}, body)
    line = _taken(place) or _Line(place, connect_s)
    try:
        answer = line.exchange(sent, read_s, head_only=method == "HEAD")
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
    found = _NETLOC.fullmatch(netloc)
    if found is None or scheme not in _PORTS:
        raise ValueError("no host, or no HTTP")
    port = int(found[2] or _PORTS[scheme])
    if port > 65_535:  # noqa: PLR2004 - the last one that there is
        raise ValueError("no such port")
    return scheme, found[1].strip("[]"), port


def _netloc(place: Place) -> str:
    scheme, host, port = place
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _PORTS[scheme] else f"{shown}:{port}"


def _written(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    named = {name.lower(): f"{name}: {value}" for name, value in headers.items()}
    named.setdefault("accept-encoding", "accept-encoding: identity")
    if body or method not in {"GET", "HEAD"}:
        named["content-length"] = f"content-length: {len(body)}"
    lines = [f"{method} {target} HTTP/1.1", *named.values()]
    if any(sign in line for line in lines for sign in "\r\n\0"):
        raise ValueError("a header with an end of line in it")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class _Line:
    """A connection."""

    def __init__(self, place: Place, connect_s: float) -> None:
        self._socket = _dialled(place, connect_s)
        self._last_use = LastUse()

    @property
    def stale(self) -> bool:
        """Whether it was idle for too long."""
        return self._last_use.stale

    @property
    def usable(self) -> bool:
        """Whether it may be used again: not idle for long, and nothing came on it, be it only its end."""
        if self.stale or (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
            return False
        with suppress(OSError, ValueError):
            watch = select.poll()
            watch.register(self._socket, select.POLLIN | select.POLLHUP | select.POLLERR)
            return not watch.poll(0)
        return False

    def exchange(self, sent: bytes, read_s: float, *, head_only: bool) -> HttpAnswer:
        """One request, one answer. Raises NoWholeAnswer."""
        self._last_use.touch()
        ends = time.monotonic() + read_s * LONGEST_READS

        def receive() -> bytes:
            if time.monotonic() > ends:
                raise TimeoutError
            return self._socket.recv(_CHUNK)

        try:
            self._socket.settimeout(read_s)
            with suppress(*_HUNG_UP):  # a refusal may have been sent before all was read
                self._socket.sendall(sent)
            return read_answer(receive, head_only=head_only)
        except TimeoutError:
            snag = Snag.READ_TIMEOUT
        except ssl.SSLError:
            snag = Snag.TLS_FAILED
        except Garbled:
            snag = Snag.GARBLED
        except (OSError, CutOff):
            snag = Snag.BROKEN
        raise NoWholeAnswer(snag)

    def close(self) -> None:
        """Let it go."""
        with suppress(OSError):
            self._socket.close()


def _dialled(place: Place, connect_s: float) -> socket.socket:
    scheme, host, port = place
    dialled: socket.socket | None = None
    try:
        dialled = socket.create_connection((host, port), timeout=connect_s)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _trust().wrap_socket(dialled, server_hostname=host) if scheme == "https" else dialled
    except TimeoutError:
        snag = Snag.CONNECT_TIMEOUT
    except (socket.gaierror, UnicodeError):
        snag = Snag.NOT_RESOLVED
    except ssl.SSLError:
        snag = Snag.TLS_FAILED
    except OSError:
        snag = Snag.NOT_CONNECTED if dialled is None else Snag.TLS_FAILED
    if dialled is not None:
        dialled.close()
    raise NoWholeAnswer(snag)


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
