"""Reads one HTTP/1.1 answer from a stream, whole and bounded (https://www.rfc-editor.org/rfc/rfc9112)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

MOST_BYTES = 64 << 20
"""Of an answer; more is no answer. Log Service's largest has 10 MB before it is compressed."""
MOST_LINES = 200
MOST_LINE_BYTES = 64 * 1024
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: |\r?\n)")
_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n")
_FIRST_FINAL = 200
_WITHOUT_BODY = frozenset({204, 304})


class ByteStream(Protocol):
    """What is read from: bytes, buffered."""

    def readline(self, size: int = ..., /) -> bytes:
        """Up to and with the next line feed, at most so many bytes."""
        ...

    def read(self, size: int = ..., /) -> bytes:
        """So many bytes; fewer at the end."""
        ...


class HttpAnswer(NamedTuple):
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class BrokenOff(Exception):  # noqa: N818 - never leaves the adapters
    """The stream ended before the answer did, or what came is no HTTP."""


def read_response(stream: ByteStream) -> tuple[HttpAnswer, bool]:
    """The answer, and whether the connection stays.

    Raises:
        BrokenOff: it ended early, or is no HTTP.
        ValueError: it is larger than any answer is.
        OSError: as the stream.
    """
    status, minor = _status(stream)
    headers = _headers(stream)
    while status < _FIRST_FINAL:  # something that comes before the answer
        status, minor = _status(stream)
        headers = _headers(stream)
    named = headers.get("connection", "").lower()
    stays = named != "close" if minor else named == "keep-alive"
    if status in _WITHOUT_BODY:
        return HttpAnswer(status, headers, b""), stays
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise BrokenOff
        return HttpAnswer(status, headers, _chunks(stream)), stays
    length = headers.get("content-length")
    if length is None:
        return HttpAnswer(status, headers, _bounded(stream.read(MOST_BYTES + 1))), False
    if _LENGTH.fullmatch(length) is None:
        raise BrokenOff
    return HttpAnswer(status, headers, _exactly(stream, int(length))), stays


def _status(stream: ByteStream) -> tuple[int, bool]:
    """The status, and whether it is HTTP/1.1."""
    found = _STATUS.match(stream.readline(MOST_LINE_BYTES))
    if found is None:
        raise BrokenOff
    return int(found[2]), found[1] == b"1"


def _headers(stream: ByteStream) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(MOST_LINES):
        line = stream.readline(MOST_LINE_BYTES)
        if line in {b"\r\n", b"\n"}:
            return found
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not line.endswith(b"\n"):
            raise BrokenOff
        found[name.lower()] = value.strip()
    raise BrokenOff


def _chunks(stream: ByteStream) -> bytes:
    whole = bytearray()
    while True:
        found = _CHUNK.fullmatch(stream.readline(MOST_LINE_BYTES))
        if found is None:
            raise BrokenOff
        size = int(found[1], 16)
        if size == 0:
            _headers(stream)  # trailers, which nobody wants
            return bytes(whole)
        if len(whole) + size > MOST_BYTES:
            raise ValueError("the answer is larger than any answer is")
        whole += _exactly(stream, size)
        if stream.readline(MOST_LINE_BYTES) not in {b"\r\n", b"\n"}:
            raise BrokenOff


def _exactly(stream: ByteStream, size: int) -> bytes:
    if size > MOST_BYTES:
        raise ValueError("the answer is larger than any answer is")
    found = stream.read(size)
    if len(found) < size:
        raise BrokenOff
    return found


def _bounded(body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise ValueError("the answer is larger than any answer is")
    return body
