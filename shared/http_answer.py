"""Reading one HTTP/1.x answer from a connection: bounded, and strict where it matters. It is whole or there is none.

Written out because `http.client` makes a mail message of every answer's headers, which costs more than all the rest.
https://www.rfc-editor.org/rfc/rfc9112.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

HEAD_BYTES = 64 * 1024
"""Of status line and headers together; also of each line of a body in chunks."""
BODY_BYTES = 256 * 1024 * 1024
_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5]\d\d)(?: (.*))?", re.ASCII)
_HEX = re.compile(rb"[0-9A-Fa-f]{1,8}")
_NO_BODY = frozenset({204, 304})
_SWITCHING = 101


class Garbled(Exception):  # noqa: N818 - says what came
    """What came is no HTTP answer, or too large for one."""


class CutOff(Exception):  # noqa: N818 - as above
    """The connection ended before the answer did."""


class HttpAnswer(Struct, frozen=True):
    """An answer, whole."""

    status: int
    reason: str
    headers: dict[str, str]
    """By lower-case name; several of one name are joined by commas."""
    body: bytes
    keeps: bool
    """Whether another request may be sent on its connection."""


def read_answer(receive: Callable[[], bytes], *, head_only: bool = False) -> HttpAnswer:
    """The answer to the one request that was sent; interim ones are passed over.

    Args:
        receive: the next bytes, none at the end of the connection.
        head_only: it has no body whatever its headers say, as one to HEAD.

    Raises:
        Garbled: it cannot be read.
        CutOff: it ended too early.
    """
    inflow = _Inflow(receive)
    while True:
        minor, status, reason = _status_line(inflow.line())
        headers = _headers(inflow)
        if status >= 200:  # noqa: PLR2004 - below are interim answers
            break
        if status == _SWITCHING:
            raise Garbled("another protocol")
    body, ends_with_connection = b"", False
    if not head_only and status not in _NO_BODY:
        body, ends_with_connection = _body(inflow, headers)
    wishes = {one.strip() for one in headers.get("connection", "").lower().split(",")}
    keeps = "close" not in wishes if minor else "keep-alive" in wishes
    return HttpAnswer(status, reason, headers, body, keeps and not ends_with_connection and not inflow.left)


def _status_line(line: str) -> tuple[int, int, str]:
    found = _STATUS.fullmatch(line)
    if found is None:
        raise Garbled("no status line")
    return int(found[1]), int(found[2]), (found[3] or "").strip()


def _headers(inflow: _Inflow) -> dict[str, str]:
    found: dict[str, str] = {}
    name, room = "", HEAD_BYTES
    while line := inflow.line():
        room -= len(line)
        if room < 0:
            raise Garbled("more headers than anybody sends")
        if line[0] in " \t" and name:  # an old way to go on with the line before
            found[name] = f"{found[name]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Garbled("no header")
        name, value = name.lower(), value.strip()
        if name in found and name == "content-length" and found[name] != value:
            raise Garbled("two lengths")
        found[name] = f"{found[name]}, {value}" if name in found and name != "content-length" else value
    return found


def _body(inflow: _Inflow, headers: dict[str, str]) -> tuple[bytes, bool]:
    """The body, and whether it is the connection's end that ends it."""
    coding = headers.get("transfer-encoding", "").strip().lower()
    if coding == "chunked":
        return _chunks(inflow), False
    if coding:
        raise Garbled("an unknown coding")
    length = headers.get("content-length")
    if length is None:
        return inflow.rest(), True
    if not (length.isascii() and length.isdigit() and len(length) <= 10 and int(length) <= BODY_BYTES):  # noqa: PLR2004
        raise Garbled("no length, or too long")
    return inflow.exactly(int(length)), False


def _chunks(inflow: _Inflow) -> bytes:
    whole = bytearray()
    while True:
        size = _HEX.match(inflow.line().encode("latin-1"))
        if size is None or (length := int(size[0], 16)) + len(whole) > BODY_BYTES:
            raise Garbled("no chunk, or too much of them")
        if not length:
            break
        whole += inflow.exactly(length)
        if inflow.line():
            raise Garbled("a chunk is longer than it says")
    _headers(inflow)  # trailers
    return bytes(whole)


class _Inflow:
    """What has come and is not read yet."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._held = b""
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether more came than was read."""
        return self._at < len(self._held)

    def line(self) -> str:
        """Up to the next end of a line, without it."""
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) - self._at > HEAD_BYTES:
                raise Garbled("a line without end")
            self._more()
        line = self._held[self._at : end]
        self._at = end + 1
        if len(line) > HEAD_BYTES:
            raise Garbled("a line without end")
        return line.removesuffix(b"\r").decode("latin-1")

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        end = self._at + length
        if len(self._held) < end:
            parts, lacking = [self._held[self._at :]], end - len(self._held)
            while lacking > 0:
                part = self._next()
                parts.append(part)
                lacking -= len(part)
            self._held, self._at, end = b"".join(parts), 0, length
        found = self._held[self._at : end]
        self._at = end
        return found

    def rest(self) -> bytes:
        """Everything up to the connection's end."""
        parts, size = [self._held[self._at :]], len(self._held) - self._at
        self._held, self._at = b"", 0
        while part := self._receive():
            parts.append(part)
            size += len(part)
            if size > BODY_BYTES:
                raise Garbled("a body without end")
        return b"".join(parts)

    def _more(self) -> None:
        self._held, self._at = self._held[self._at :] + self._next(), 0

    def _next(self) -> bytes:
        part = self._receive()
        if not part:
            raise CutOff
        return part
