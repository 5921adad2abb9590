"""HTTP answers as servers, proxies and broken ones write them; what cannot stand on the wire never leaves."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from shared.domain.endpoint import parse_endpoint
from shared.straight_http import HttpFailed, NoResponse, send
from shared.wire_reading import MOST_LINES, BrokenOff, HttpAnswer, read_response
from tests.support.http_wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


GOOD = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n\r\nhi": (b"hi", True),
    b"HTTP/1.1 200 \r\ncontent-length:2\r\n\r\nhi": (b"hi", True),
    b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n": (b"", True),
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi": (b"hi", False),
    b"HTTP/1.1 200 OK\r\n\r\nuntil the end": (b"until the end", False),
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi": (b"hi", False),
    b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi": (b"hi", True),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\nh\r\nA\r\ni123456789\r\n0\r\nTrailer: t\r\n\r\n": (
        b"hi123456789",
        True,
    ),
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi": (b"hi", True),
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n": (b"", True),
    b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi": (b"hi", True),
}
BROKEN = (
    b"",
    b"<html>",
    b"HTTP/2 200 OK\r\n\r\n",
    b"HTTP/1.1 99 X\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhi",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * (MOST_LINES + 1) + b"\r\n",
    b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000 + b"\r\n\r\n",
)


@pytest.mark.parametrize(("sent", "wanted"), GOOD.items())
def test_an_answer_is_read_to_its_end(sent: bytes, wanted: tuple[bytes, bool]) -> None:
    """And not beyond: what follows belongs to the next one."""
    response, stays = read_response(io.BytesIO(sent))
    assert (response.body, stays) == wanted


@pytest.mark.parametrize("sent", BROKEN)
def test_what_breaks_off_or_is_no_http_is_no_answer(sent: bytes) -> None:
    """No half of a body is ever taken for the whole."""
    with pytest.raises(BrokenOff):
        read_response(io.BytesIO(sent))


@pytest.mark.parametrize("size", [b"Content-Length: 99999999999", b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF"])
def test_an_answer_has_a_bound(size: bytes) -> None:
    """Nothing of that size is waited for."""
    with pytest.raises(ValueError, match="larger"):
        read_response(io.BytesIO(b"HTTP/1.1 200 OK\r\n" + size + b"\r\n\r\n"))


def test_headers_come_in_lower_case() -> None:
    """Whatever their case on the wire."""
    response, _ = read_response(io.BytesIO(b"HTTP/1.1 404 X\r\nX-Log-RequestID:  a:b \r\nContent-Length: 0\r\n\r\n"))
    assert response == HttpAnswer(404, {"x-log-requestid": "a:b", "content-length": "0"}, b"")


@pytest.mark.parametrize("bad", ["x\r\nInjected: 1", "x\n", "x\r"])
def test_nothing_with_a_line_end_leaves(wire: Wire, bad: str) -> None:
    """Neither in a header nor in the target: nobody smuggles a second request."""
    to = parse_endpoint(f"http://{wire.host}")
    for target, headers in ((f"/{bad}", {}), ("/", {"X": bad}), ("/a b", {})):
        with pytest.raises(ValueError, match="line's end"):
            send(to, "GET", target, headers, timeouts_s=(1.0, 1.0))
    assert wire.requests == []


def test_a_server_that_speaks_no_http_is_no_answer(wire: Wire) -> None:
    """And its connection is not used again."""
    wire.behave = lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n")
    with pytest.raises(HttpFailed) as raised:
        send(parse_endpoint(f"http://{wire.host}"), "GET", "/", {"Host": "x"}, timeouts_s=(1.0, 1.0))
    assert raised.value.how is NoResponse.CONNECTION_BROKEN
