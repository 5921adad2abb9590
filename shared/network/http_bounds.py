"""What a peer may take of our memory and time with one answer: a length at most, and a time for everything.

A time-out of a socket is for one read, and whoever drips starts it anew with each byte; a length that an answer claims
is anything. Both are bounded here: head, pieces and body of an answer are read from `Incoming`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

HEAD_BYTES = 65_536
"""What an answer may have beside its body: its head, and the marks of its pieces."""
PART_BYTES = 16_384
"""What is sent or read at once: a record of TLS."""
LARGE_BYTES = 262_144
"""What is read at once of a body that is known to have as much."""


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

    headers: Mapping[str, str] = {}
    """What came before it, where only the body is too long; by lower-case name."""


class CutShort(Exception):  # noqa: N818 - as above
    """It ended before its end."""


class Garbled(Exception):  # noqa: N818 - as above
    """What is no answer of HTTP/1."""


class Bounded:
    """The bounds of a question that begins now."""

    def __init__(self, bounds: Bounds) -> None:
        self._now, self._read_s = bounds.now, bounds.read_s
        self._until = bounds.now() + bounds.total_s
        self.most_bytes = bounds.most_bytes

    def give(self, sock: Any) -> None:
        """Give the next part its time; a socket that has it is left alone. Raises TimeoutError if nothing is left."""
        left_s = self._until - self._now()
        if left_s <= 0:
            raise TimeoutError
        wait_s = min(self._read_s, left_s)
        if sock.gettimeout() != wait_s:
            sock.settimeout(wait_s)


class Incoming:
    """What comes on a socket, within the bounds."""

    def __init__(self, sock: Any, bounded: Bounded) -> None:
        self._sock, self._bounded = sock, bounded
        self._left = bounded.most_bytes + HEAD_BYTES
        self.here: bytes | bytearray = b""
        """What has come. Most answers come as one part, which is left as it is."""
        self._at = 0
        """How much of it was taken."""

    @property
    def some_left(self) -> bool:
        """Whether more has come than was asked for."""
        return len(self.here) > self._at

    def line(self) -> bytes | bytearray:
        """The next one without its end, as long as a whole head may be. Raises as `more`."""
        looked_at = self._at
        while (end := self.here.find(b"\n", looked_at)) < 0:
            looked_at = len(self.here)
            if looked_at - self._at > HEAD_BYTES:
                raise TooLong
            if not self.more():
                raise CutShort
        begin, self._at = self._at, end + 1
        return self.here[begin:end].rstrip(b"\r")

    def exactly(self, length: int) -> bytes:
        """So many bytes. Raises as `more`."""
        begin = self._at
        end = begin + length
        while (missing := end - len(self.here)) > 0:
            if not self.more(min(max(missing, PART_BYTES), LARGE_BYTES)):
                raise CutShort
        self._at, here = end, self.here
        return here[begin:end] if isinstance(here, bytes) else bytes(memoryview(here)[begin:end])

    def rest(self, most_bytes: int) -> bytes:
        """All until the peer hangs up. Raises as `more`."""
        while len(self.here) - self._at <= most_bytes:
            if not self.more():
                return bytes(memoryview(self.here)[self._at :])
        raise TooLong

    def more(self, most: int = PART_BYTES) -> bool:
        """Wait for some; False: there is no more. Raises TimeoutError, TooLong and what a socket raises."""
        self._bounded.give(self._sock)
        part = self._sock.recv(most)
        self._left -= len(part)
        if self._left < 0:
            raise TooLong
        if not self.here:
            self.here = part
        elif part:
            if isinstance(self.here, bytes):
                self.here = bytearray(self.here)
            self.here += part
        return bool(part)
