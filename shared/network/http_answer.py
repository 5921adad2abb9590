"""One answer of HTTP/1 (https://www.rfc-editor.org/rfc/rfc9112), read as a whole from what comes.

`http.client` reads its head with the parser for mail, which takes longer than signing the request and sending it, and
25 ms of a cold start to load.
Bounds of length and time are those of what is read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from shared.network.http_bounds import Garbled, Incoming, TooLong

MOST_HEADERS = 100
_STATUS = re.compile(r"HTTP/1\.([0-9]) +([1-9][0-9]{2})(?: (.*))?\Z")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z", re.ASCII)
_SHORT_CHARS = 128
"""What is kept of heads for the next answer's: strangers write them."""
_LONGEST_LENGTH = 18
"""Digits of a body's length."""
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\Z")
_INTERIM, _BODILESS = range(100, 200), frozenset({204, 304})


class HttpAnswer(Struct, frozen=True):
    """An answer, whole."""

    status: int
    reason: str
    headers: dict[str, str]
    """By lower-case name; of several of one name the last."""
    body: bytes
    keeps: bool
    """Whether another request may be sent on its connection."""


def read_answer(came: Incoming, most_bytes: int) -> HttpAnswer:
    """The final answer to a request other than HEAD.

    Args:
        came: what comes, from its first byte on.
        most_bytes: of the body.

    Raises:
        TooLong: there is more of it than may come.
        OSError: as the socket says.
        CutShort: it ended early, perhaps before it began.
        Garbled: this is no answer.
    """
    came.more()
    return _at_once(came.here, most_bytes) or _in_parts(came, most_bytes)


def _at_once(here: bytes | bytearray, most_bytes: int) -> HttpAnswer | None:
    """An answer that is all here and plainly written, as nearly all are; else None: read it line by line.

    That gives the same, at several times the cost.
    """
    head, whole, body = here.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    first, *lines = there = text.split("\r\n")
    if not (whole and lines) or there != text.splitlines():  # an end of a line within one, of whatever kind
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, mark, value = line.partition(":")
        headers[_lower_name(name) if mark else ""] = value.strip(" \t")
    if "" in headers or not len(headers) == len(lines) <= MOST_HEADERS:
        return None
    newer, status, reason = _status(first)
    length = len(body)
    if headers.get("content-length") != str(length) or "transfer-encoding" in headers or length > most_bytes:
        return None
    if status in _INTERIM or status in _BODILESS:
        return None
    keeps = _keeps(headers, newer=newer) if "connection" in headers else newer
    return HttpAnswer(status, reason, headers, bytes(body), keeps)


def _in_parts(came: Incoming, most_bytes: int) -> HttpAnswer:
    while True:
        newer, status, reason = _status(came.line().decode("latin-1"))
        headers = _headers(_one_by_one(came))
        if status not in _INTERIM:
            break
    try:
        body = b"" if status in _BODILESS else _body(came, headers, most_bytes)
    except TooLong as error:
        error.headers = headers
        raise
    if body is None:
        return HttpAnswer(status, reason, headers, came.rest(most_bytes), keeps=False)
    return HttpAnswer(status, reason, headers, body, _keeps(headers, newer=newer) and not came.some_left)


def _keeps(headers: dict[str, str], *, newer: bool) -> bool:
    """Whether another request may follow. What is newer than HTTP/1.0 says so if not."""
    said = headers.get("connection", "").lower()
    return "close" not in said if newer else "keep-alive" in said


def _status(line: str) -> tuple[bool, int, str]:
    """Whether it is newer than HTTP/1.0, and what it says."""
    return _short_status(line) if len(line) <= _SHORT_CHARS else _status_of(line)


def _status_of(line: str) -> tuple[bool, int, str]:
    found = _STATUS.match(line)
    if found is None:
        raise Garbled("no answer of HTTP/1")
    return found[1] != "0", int(found[2]), (found[3] or "").strip()


_short_status = lru_cache(maxsize=64)(_status_of)


def _headers(lines: Iterable[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for place, line in enumerate(lines):
        if place == MOST_HEADERS:
            raise Garbled("too many headers")
        if name and line.startswith((" ", "\t")):  # the one before goes on, as old proxies write it
            headers[name] = f"{headers[name]} {line.strip()}".strip()
            continue
        name, mark, value = line.partition(":")
        name, value = _lower_name(name), value.strip(" \t")
        if not mark or not name or (name == "content-length" and headers.get(name, value) != value):
            raise Garbled("no header, or one that takes another back")
        headers[name] = value
    return headers


def _lower_name(name: str) -> str:
    """Of a header, in small letters; empty if it is none."""
    return _short_lower_name(name) if len(name) <= _SHORT_CHARS else _lower_name_of(name)


def _lower_name_of(name: str) -> str:
    return name.lower() if _NAME.match(name) else ""


_short_lower_name = lru_cache(maxsize=256)(_lower_name_of)


def _one_by_one(came: Incoming) -> Iterator[str]:
    while line := came.line():
        yield line.decode("latin-1")


def _body(came: Incoming, headers: dict[str, str], most_bytes: int) -> bytes | None:
    """None: only the end of the connection ends it."""
    if "transfer-encoding" in headers:
        coding = headers["transfer-encoding"].lower()
        if coding == "chunked":
            return _pieces(came, most_bytes)
        if coding not in {"", "identity"}:
            raise Garbled("a coding that nobody asked for")
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()) or len(length) > _LONGEST_LENGTH:
        return None
    return _exactly(came, int(length), most_bytes)


def _exactly(came: Incoming, length: int, most_bytes: int) -> bytes:
    if length > most_bytes:
        raise TooLong
    return came.exactly(length)


def _pieces(came: Incoming, most_bytes: int) -> bytes:
    """A body that comes in pieces, each with its size before it; headers after the last one are passed over."""
    whole = bytearray()  # a list of pieces of a byte or two takes ten times their memory
    while size := _size(came.line()):
        whole += _exactly(came, size, most_bytes - len(whole))
        if came.line():
            raise Garbled("no end of a piece")
    _headers(_one_by_one(came))
    return bytes(whole)


def _size(line: bytes | bytearray) -> int:
    found = _SIZE.match(line)
    if found is None:
        raise Garbled("no size of a piece")
    return int(found[1], 16)
