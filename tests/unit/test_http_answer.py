"""An HTTP answer is read whole or not at all, however it is cut into pieces and whatever a stranger sends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import http_answer
from shared.http_answer import CutOff, Garbled, HttpAnswer, read_answer

WHOLE = {
    "with a length": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: a\r\nx-one: b\r\n\r\nhello", b"hello", True),
    "in chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n",
        b"hello",
        True,
    ),
    "to the end": (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello", False),
    "of an old server": (b"HTTP/1.0 200 OK\nContent-Length: 5\n\nhello", b"hello", False),
    "of an old server that keeps": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
        b"hello",
        True,
    ),
    "after an interim one": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n",
        b"",
        False,
    ),
    "without a body": (b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", b"", True),
    "with more behind it": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", b"hello", False),
}


def read(parts: Iterable[bytes], *, head_only: bool = False) -> HttpAnswer:
    """The answer in these pieces, after which the connection ends."""
    left = iter(parts)
    return read_answer(lambda: next(left, b""), head_only=head_only)


@pytest.mark.parametrize("what", WHOLE)
@given(size=st.integers(1, 40))
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(what: str, size: int) -> None:
    """Length, chunks or the connection's end: the body, and whether its connection may be used again."""
    sent, body, keeps = WHOLE[what]
    found = read(sent[start : start + size] for start in range(0, len(sent), size))
    assert found.body == body
    # What lies behind an answer is seen if it came with the answer; a connection is looked at before it is used again.
    assert found.keeps is keeps or what == "with more behind it"


def test_headers_are_found_by_their_name_in_small_letters() -> None:
    """Several of one name are one, and a line that goes on is one line."""
    found = read([WHOLE["with a length"][0]])
    assert (found.status, found.reason, found.headers["x-one"]) == (200, "OK", "a, b")
    assert read([b"HTTP/1.1 404 \r\nA: b\r\n  c\r\nContent-Length: 0\r\n\r\n"]).headers["a"] == "b c"


@pytest.mark.parametrize("what", ["with a length", "in chunks", "after an interim one"])
def test_an_answer_that_is_cut_off_is_none(what: str) -> None:
    """Wherever it is cut: what is not whole may not be taken for an answer."""
    sent = WHOLE[what][0]
    for end in range(len(sent)):
        with pytest.raises(CutOff):
            read([sent[:end]])


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 999 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nName : value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000,
    ],
)
def test_what_is_no_answer_is_told(sent: bytes) -> None:
    """Nothing is guessed: two lengths, an unknown coding, chunks that do not add up, headers without end."""
    with pytest.raises(Garbled):
        read([sent])


def test_a_body_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one whose length nobody said, and of one in chunks, no more is kept than is ever needed."""
    monkeypatch.setattr(http_answer, "BODY_BYTES", 10)
    for head in (b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\n"):
        with pytest.raises(Garbled):
            read([b"HTTP/1.1 200 OK\r\n" + head, *[b"abcdef"] * 3])


def test_an_answer_to_head_has_no_body() -> None:
    """Its length is that of another answer."""
    assert read([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], head_only=True).body == b""
