"""What a peer may take of our memory and time with one answer: a length at most, and a time for everything.

A time-out of a socket is for one read, and whoever drips starts it anew with each byte; a length that an answer claims
is anything. Both are bounded here, below `http.client`: it reads the head, the pieces and the body from `Incoming`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any

from msgspec import Struct

HEAD_BYTES = 65_536
"""What an answer may have beside its body: its head, and the marks of its pieces."""
PART_BYTES = 16_384
"""What is sent or read at once: a record of TLS."""


class Bounds(Struct, frozen=True, kw_only=True):
    """What one question and its answer may take."""

    connect_s: float
    """For the connection, TLS included, to each address that the host has."""
    read_s: float
    """For each part that is sent or comes."""
    total_s: float
    """For everything."""
    most_bytes: int
    """Of the answer's body."""
    now: Callable[[], float] = time.monotonic
    """Seconds of a steady clock."""


class TooLong(Exception):  # noqa: N818 - says what came
    """More than may come."""


class Bounded:
    """The bounds of a question that begins now."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._until = bounds.now() + bounds.total_s
        self.most_bytes = bounds.most_bytes

    def wait_s(self) -> float:
        """How long the next part may take. Raises TimeoutError if nothing is left."""
        left_s = self._until - self._bounds.now()
        if left_s <= 0:
            raise TimeoutError
        return min(left_s, self._bounds.read_s)


class Incoming(RawIOBase):
    """What comes on a socket, within the bounds; stands where `http.client` makes a file of the socket."""

    def __init__(self, sock: Any, bounded: Bounded) -> None:
        super().__init__()
        self._sock, self._bounded = sock, bounded
        self._left = bounded.most_bytes + HEAD_BYTES
        self._file = sock.makefile("rb", buffering=0)  # a file of its own: it outlives the connection's close

    def makefile(self, _mode: str) -> BufferedReader:
        """As a socket's."""
        return BufferedReader(self)

    def readable(self) -> bool:
        """As a file's."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As a file's. Raises TimeoutError and TooLong."""
        self._sock.settimeout(self._bounded.wait_s())
        count: int | None = self._file.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLong
        return count

    def close(self) -> None:
        """As a file's."""
        self._file.close()
        super().close()


def body_of(came: HTTPResponse, most_bytes: int) -> bytes:
    """All of it. Nothing is kept ready for more than may come, whatever the answer says of its length."""
    if came.length is not None:
        if came.length > most_bytes:
            raise TooLong
        return came.read()
    parts: list[bytes] = []
    while part := came.read(PART_BYTES):
        parts.append(part)
        most_bytes -= len(part)
        if most_bytes < 0:
            raise TooLong
    return b"".join(parts)
