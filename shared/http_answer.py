"""One answer of HTTP/1 (https://www.rfc-editor.org/rfc/rfc9112), read as a whole from what comes.

`http.client` reads its head with the parser for mail, which takes longer than signing the request and sending it, and
25 ms of a cold start to load.
Bounds of length and time are those of what is read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from shared.http_bounds import Garbled, Incoming, TooLong

MOST_HEADERS = 100
_STATUS = re.compile(r"HTTP/1\.([0-9]) +([1-9][0-9]{2})(?: (.*))?\Z")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
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
    while True:
        lines = came.lines()
        newer, status, reason = _status(came.line().decode("latin-1") if lines is None else lines.pop(0))
        headers = _plain_headers(lines) if lines else {}
        if not headers:
            headers = _headers(_one_by_one(came) if lines is None else lines)
        if status not in _INTERIM:
            break
    said = headers.get("connection", "").lower()
    keeps = "close" not in said if newer else "keep-alive" in said
    try:
        body = b"" if status in _BODILESS else _body(came, headers, most_bytes)
    except TooLong as error:
        error.headers = headers
        raise
    if body is None:
        return HttpAnswer(status, reason, headers, came.rest(most_bytes), keeps=False)
    return HttpAnswer(status, reason, headers, body, keeps and not came.some_left)


@lru_cache(maxsize=64)
def _status(line: str) -> tuple[bool, int, str]:
    """Whether it is newer than HTTP/1.0, and what it says."""
    found = _STATUS.match(line)
    if found is None:
        raise Garbled("no answer of HTTP/1")
    return found[1] != "0", int(found[2]), (found[3] or "").strip()


def _plain_headers(lines: Sequence[str]) -> dict[str, str]:
    """As `_headers`, in fewer steps, where each line is a header with a name of its own; nothing where one is not."""
    parts = [line.partition(":") for line in lines]
    names = _plain_names(tuple([name for name, _, _ in parts]))
    if not names or "" in [mark for _, mark, _ in parts]:
        return {}
    return dict(zip(names, [value.strip(" \t") for _, _, value in parts], strict=True))


@lru_cache(maxsize=256)
def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of all headers of an answer, in small letters: most answers of a service have the same. Empty if any is odd."""
    lowers = tuple(map(_lower_name, names))
    return lowers if all(lowers) and len(set(lowers)) == len(lowers) <= MOST_HEADERS else ()


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


@lru_cache(maxsize=256)
def _lower_name(name: str) -> str:
    """Of a header, in small letters; empty if it is none."""
    return name.lower() if _NAME.match(name) else ""


def _one_by_one(came: Incoming) -> Iterator[str]:
    while line := came.line():
        yield line.decode("latin-1")


def _body(came: Incoming, headers: dict[str, str], most_bytes: int) -> bytes | None:
    """None: only the end of the connection ends it."""
    coding, length = headers.get("transfer-encoding", "").lower(), headers.get("content-length", "")
    if coding == "chunked":
        return _pieces(came, most_bytes)
    if coding not in {"", "identity"}:
        raise Garbled("a coding that nobody asked for")
    if not _LENGTH.match(length):
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


def _size(line: bytearray) -> int:
    found = _SIZE.match(line)
    if found is None:
        raise Garbled("no size of a piece")
    return int(found[1], 16)
