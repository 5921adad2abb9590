"""One connection to a Redis server: a command out, its answer in.

Spoken is version 2 of its protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/): the newer one
begins with a command that Redis before 6 does not know. Nothing is said that nobody asked for, nothing is repeated;
what an answer may take of our memory and time is bounded.
"""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Sequence
from typing import Any

from shared.http_bounds import Bounded, Bounds, Garbled, Incoming

MOST_BYTES = 1024 * 1024 * 1024
"""Of an answer: two values as long as a server takes."""
MOST_DEPTH = 4
"""Of lists in lists; ours have one."""
_NUMBER = re.compile(rb"-?[0-9]{1,18}\Z")
_CODE = re.compile(rb"[A-Z]{2,20}\b")
_END = b"\r\n"

Argument = str | bytes | float


class ServerRefused(Exception):  # noqa: N818 - says what there is
    """An error for an answer. Has its code and no text: a server may repeat the words of a command, a password too."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Wire:
    """A connected socket, for one thread at a time."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._watch = select.poll()
        self._watch.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        self._clean = True

    @property
    def silent(self) -> bool:
        """Whether nothing came on it unasked, be it only its end: what is sent after that never arrives."""
        if not self._clean or getattr(self._sock, "pending", int)():  # what TLS has unpacked no poll sees
            return False
        try:
            return not self._watch.poll(0)
        except (OSError, ValueError):
            return False

    def ask(self, command: Sequence[Argument], wait_s: float) -> Any:
        """The answer to one command, sent once: bytes, a number, a list of such, or None.

        Raises:
            ServerRefused: it is an error.
            OSError: as the socket says, TimeoutError after that many seconds.
            CutShort: it ended early, perhaps before it began.
            Garbled, TooLong: this is no answer.
        """
        bounded = Bounded(Bounds(connect_s=wait_s, read_s=wait_s, total_s=wait_s, most_bytes=MOST_BYTES))
        bounded.give(self._sock)
        self._sock.sendall(packed(command))
        came = Incoming(self._sock, bounded)
        try:
            return answer_in(came)
        finally:
            self._clean = not came.some_left

    def close(self) -> None:
        """Let it go."""
        self._sock.close()


def dial(host: str, port: int, *, tls: bool, wait_s: float) -> Wire:
    """A new connection; with TLS its certificate and name are checked against the machine's authorities.

    Raises OSError, UnicodeError for a host that can have no address.
    """
    name: Any = host.encode() if host.isascii() else host  # text may be of any language: a millisecond to load
    sock = socket.create_connection((name, port), wait_s)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            import ssl  # noqa: PLC0415 - only where it is spoken

            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        return Wire(sock)
    except BaseException:
        sock.close()
        raise


def packed(command: Sequence[Argument]) -> bytes:
    """A command as it is sent."""
    parts = [b"*%d\r\n" % len(command)]
    for one in command:
        told = one if isinstance(one, bytes) else (one if isinstance(one, str) else repr(one)).encode()
        parts += b"$%d\r\n" % len(told), told, _END
    return b"".join(parts)


def answer_in(came: Incoming, depth: int = 0) -> Any:
    """The next answer in what comes. Raises as `Wire.ask`."""
    line = bytes(came.line())
    kind, told = line[:1], line[1:]
    if kind == b"$":
        return _bulk(came, _number(told))
    if kind == b"*":
        count = _number(told)
        if depth == MOST_DEPTH:
            raise Garbled("lists in lists in lists")
        return None if count < 0 else [answer_in(came, depth + 1) for _ in range(count)]
    if kind == b":":
        return _number(told)
    if kind == b"+":
        return told
    if kind == b"-" and not depth:  # within a list of answers it would leave the others behind
        code = _CODE.match(told)
        raise ServerRefused(code[0].decode() if code else "error")
    raise Garbled("no answer of Redis")


def _bulk(came: Incoming, length: int) -> bytes | None:
    if length < 0:
        return None
    whole = came.exactly(length)
    if came.exactly(len(_END)) != _END:
        raise Garbled("bytes of another length")
    return whole


def _number(told: bytes) -> int:
    if not _NUMBER.match(told):
        raise Garbled("no number")
    return int(told)
