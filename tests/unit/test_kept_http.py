"""Connections on which every SDK's requests leave: kept for a moment, for one request at a time."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from shared.network import idle, kept_http
from shared.network.http_answer import read_answer
from shared.network.http_bounds import Bounded, Bounds, Incoming
from shared.network.kept_http import NoWholeAnswer, Snag, drop_connections, exchange
from tests.support.http_wire import Wire, say

BOUNDS = Bounds(connect_s=2, read_s=2, total_s=10, most_bytes=1_000)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


def asked(wire: Wire, target: str = "/", **headers: str) -> int:
    """The status of one request."""
    return exchange("GET", f"http://{wire.host}{target}", headers, b"", BOUNDS).status


def peers(wire: Wire) -> int:
    """How many connections brought requests."""
    return len({request["peer"] for request in wire.requests})


def test_one_connection_serves_one_request_after_the_other(wire: Wire) -> None:
    """Until they are dropped, or the server wants to close, or they stood idle."""
    assert [asked(wire), asked(wire), peers(wire)] == [200, 200, 1]
    drop_connections()
    assert [asked(wire), peers(wire)] == [200, 2]
    wire.behave = lambda handler: say(handler, 200, b"", connection="close")
    assert [asked(wire), asked(wire), peers(wire)] == [200, 200, 3]


def test_what_stood_idle_is_closed_whoever_asks_next(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance keeps no connections to places that it does not call any more."""
    assert asked(wire) == 200
    (line,) = next(iter(kept_http._KEPT.values()))
    monkeypatch.setattr(idle, "IDLE_S", -1.0)
    with pytest.raises(NoWholeAnswer):
        exchange("GET", "http://127.0.0.1:9/", {}, b"", BOUNDS)
    assert (line._sock, len(kept_http._KEPT)) == (None, 0)


def test_requests_at_once_have_a_connection_each(wire: Wire) -> None:
    """Whatever threads there are."""
    both = threading.Barrier(2)

    def behave(handler: object) -> None:
        both.wait(5)
        say(handler, 200, b"")  # type: ignore[arg-type] # the server's own

    wire.behave = behave
    threads = [threading.Thread(target=asked, args=(wire,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert peers(wire) == 2


def test_a_connection_on_which_something_came_unasked_is_not_used(wire: Wire) -> None:
    """Its end, or an answer to nobody: the next answer there would be another's."""

    def behave(handler: object) -> None:
        say(handler, 200, b"")  # type: ignore[arg-type] # as above
        time.sleep(0.1)  # else it is read with the answer, and seen there
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")  # type: ignore[attr-defined] # as above

    wire.behave = behave
    assert asked(wire) == 200
    time.sleep(0.3)
    wire.behave = lambda handler: say(handler, 404, b"")
    assert asked(wire) == 404


def test_what_tls_has_already_unpacked_is_seen_as_well(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of a record waits in the library, where nobody who watches the socket sees it."""
    drop_connections()
    assert asked(wire) == 200
    (line,) = next(iter(kept_http._KEPT.values()))
    assert line.usable
    assert line._sock is not None
    fileno = line._sock.fileno()
    unpacked = SimpleNamespace(fileno=lambda: fileno, pending=lambda: 17)
    monkeypatch.setattr(line, "_sock", unpacked)
    assert not line.usable


@pytest.mark.parametrize(
    ("sent", "snag"),
    [
        (b"SSH-2.0-OpenSSH\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Snag.BROKEN),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", Snag.BROKEN),
        (b"", Snag.BROKEN),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\nno-header\r\nContent-Length: 0\r\n\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\n goes on\r\n\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\n" + b"".join(b"h%d:\r\n" % n for n in range(101)) + b"\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", Snag.GARBLED),
    ],
)
def test_what_is_no_whole_answer_is_none(wire: Wire, sent: bytes, snag: Snag) -> None:
    """Half of a list says of no job that it is not there."""

    def behave(handler: object) -> None:
        handler.wfile.write(sent)  # type: ignore[attr-defined] # as above
        handler.close_connection = True  # type: ignore[attr-defined] # as above

    wire.behave = behave
    with pytest.raises(NoWholeAnswer) as caught:
        asked(wire)
    assert (caught.value.snag, caught.value.snag.never_left) == (snag, False)


_IN_TWO_PIECES = b"2;a=b\r\nab\r\n1\r\nc\r\n0\r\nX-B: c\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "body", "keeps"),
    [
        (b"HTTP/1.1 200 OK\r\nX-A:  b \r\nContent-Length: 2\r\n\r\nab", b"ab", True),
        (b"HTTP/1.1 200 OK\nx-a: b\ncontent-length: 2\n\nab", b"ab", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nX-A: b\r\nContent-Length: 0\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nX-A: b\nContent-Length: 6\n\nab\r\n\r\n", b"ab\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\r\nContent-Length: 1\r\n\r\na", b"a", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-A: b\r\r\n\r\na", b"a", True),
        (b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nX-A: a\r\nx-a:b \r\nContent-Length: 1\r\n\r\na", b"a", True),
        (b"HTTP/1.1 204 No Content\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nX-A:\r\n\t b \r\nContent-Length: 1\r\n\r\na", b"a", True),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 1\r\nConnection: Close\r\n\r\na", b"a", False),
        (b"HTTP/1.0 200 OK\r\nX-A: b\r\nContent-Length: 1\r\n\r\na", b"a", False),
        (b"HTTP/1.0 200 OK\r\nX-A: b\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na", b"a", True),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n", b"a", False),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: many\r\n\r\nall", b"all", False),
        (
            b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n" + _IN_TWO_PIECES,
            b"abc",
            True,
        ),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_an_answer_is_read_as_http_says(sent: bytes, body: bytes, *, keeps: bool, at_once: bool) -> None:
    """Whether its connection is kept as well, and in whatever parts it comes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        byte_by_byte = SimpleNamespace(
            gettimeout=ours.gettimeout, settimeout=ours.settimeout, recv=lambda _: ours.recv(1)
        )
        found = read_answer(Incoming(ours if at_once else byte_by_byte, Bounded(BOUNDS)), BOUNDS.most_bytes)
    assert (found.body, found.headers["x-a"]) == (body, "b")
    assert found.keeps == keeps or not at_once


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {}),
        ("/ä", {}),
        ("/a\r\nX: y", {}),
        ("/", {"a": "b\r\nc: d"}),
        ("/", {"a": "b\nc"}),
        ("/", {"a b": "c"}),
    ],
)
def test_what_would_be_another_request_is_not_sent(wire: Wire, target: str, headers: dict[str, str]) -> None:
    """An end of line in a target or a header."""
    with pytest.raises(ValueError, match=r"cannot be sent|Invalid header"):
        asked(wire, target, **headers)
    assert wire.requests == []


@pytest.mark.parametrize("url", ["ftp://h/", "http:///", "http://user@h/", "http://h:x/", "h/", "http://h:70000/"])
def test_where_nothing_can_be_sent_nothing_is(url: str) -> None:
    """No host, or none that HTTP knows."""
    with pytest.raises(ValueError, match=r"cannot be sent|no host|[Pp]ort"):
        exchange("GET", url, {}, b"", BOUNDS)


def test_a_handshake_that_takes_too_long_has_sent_nothing() -> None:
    """Whoever accepts and says nothing: the request has not left."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NoWholeAnswer) as caught:
            exchange("POST", url, {}, b"{}", replace(BOUNDS, connect_s=0.1))
    assert caught.value.snag.never_left


def test_a_child_shares_no_connection_with_its_parent(wire: Wire) -> None:
    """What comes on one that both have may be the other's answer."""
    assert asked(wire) == 200
    child = os.fork()
    if not child:
        ok = not kept_http._KEPT and not kept_http._LOCK.locked()
        os._exit(0 if ok and asked(wire) == 200 else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (asked(wire), peers(wire)) == (200, 2), "the parent goes on with its own"


def raw(*pieces: bytes) -> Callable[[Any], None]:
    """An answer as it is written, and then the end."""

    def behave(handler: Any) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = True

    return behave


_HEAD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "length"),
    [
        (_HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1_000, 1_000),
        (_HEAD + b"Content-Length: 1001\r\n\r\n" + b"x" * 1_001, None),
        (_HEAD + b"Content-Length: 99999999999999\r\n\r\nx", None),
        (_CHUNKED + b"3e8\r\n" + b"x" * 1_000 + b"\r\n0\r\n\r\n", 1_000),
        (_CHUNKED + b"3e9\r\n" + b"x" * 1_001 + b"\r\n0\r\n\r\n", None),
        (_CHUNKED + b"1;" + b"e" * 60_000 + b"\r\nx\r\n" + b"1;" + b"e" * 60_000 + b"\r\nx\r\n0\r\n\r\n", None),
        (b"HTTP/1.1 200 " + b"O" * 66_000, None),
        (_HEAD + b"\r\n" + b"x" * 1_000, 1_000),
        (_HEAD + b"\r\n" + b"x" * 1_001, None),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000 + _HEAD + b"Content-Length: 0\r\n\r\n", None),
        (_HEAD + b"".join(b"h%d: %b\r\n" % (n, b"v" * 60_000) for n in range(90)) + b"\r\n", None),
    ],
)
def test_an_answer_has_a_length_at_most(wire: Wire, sent: bytes, length: int | None) -> None:
    """However its length is said, or not; also of what stands around the body."""
    wire.behave = raw(sent)
    if length is not None:
        assert len(exchange("GET", f"http://{wire.host}/", {}, b"", BOUNDS).body) == length
        return
    with pytest.raises(NoWholeAnswer) as caught:
        exchange("POST", f"http://{wire.host}/", {}, b"{}", BOUNDS)
    assert (caught.value.snag, caught.value.snag.never_left, len(wire.requests)) == (Snag.TOO_LONG, False, 1)


@pytest.mark.parametrize("before", [b"HTTP/1.1 200 OK\r\nh: ", _CHUNKED + b"3e8\r\n", _CHUNKED + b"1;", b""])
def test_who_drips_is_cut_off_after_a_time_in_all(wire: Wire, before: bytes) -> None:
    """Each byte comes within the time of a read: in the head, in the body, in the marks between its pieces."""
    clock = iter(range(10_000))

    def behave(handler: Any) -> None:
        handler.wfile.write(before)
        for _ in range(300):
            time.sleep(0.001)
            handler.wfile.write(b"x")

    wire.behave = behave
    with pytest.raises(NoWholeAnswer) as caught:
        exchange("POST", f"http://{wire.host}/", {}, b"{}", replace(BOUNDS, now=lambda: float(next(clock))))
    assert (caught.value.snag, len(wire.requests)) == (Snag.READ_TIMEOUT, 1)
    assert next(clock) == 11, "asked before each read, and nothing was read after the time"


def test_a_body_arrives_whole_in_whatever_parts(wire: Wire) -> None:
    """With one length, which is its own."""
    body = bytes(range(256)) * 300
    for headers in ({}, {"content-length": str(len(body))}):
        exchange("POST", f"http://{wire.host}/", headers, body, BOUNDS)
        assert wire.requests[-1]["body"] == body
    lengths = [name for name in wire.requests[0]["headers"] if name.lower() == "content-length"]
    assert (len(lengths), "Transfer-Encoding" in wire.requests[0]["headers"]) == (1, False)


def test_what_is_sent_in_dribs_is_cut_off_as_well(wire: Wire) -> None:
    """The time is used up before all of the body has left."""
    clock = iter([0.0] * 7 + [11.0])
    with pytest.raises(NoWholeAnswer) as caught:
        exchange("POST", f"http://{wire.host}/", {}, b"x" * 100_000, replace(BOUNDS, now=lambda: next(clock)))
    assert caught.value.snag is Snag.READ_TIMEOUT
