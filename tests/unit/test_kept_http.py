"""Connections on which every SDK's requests leave: kept for a moment, for one request at a time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from shared import idle, kept_http
from shared.kept_http import NoWholeAnswer, Snag, drop_connections, exchange
from tests.support.http_wire import Wire, say


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


def asked(wire: Wire, target: str = "/", **headers: str) -> int:
    """The status of one request."""
    return exchange("GET", f"http://{wire.host}{target}", headers, connect_s=2, read_s=2).status


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
        exchange("GET", "http://127.0.0.1:9/", {}, connect_s=1, read_s=1)
    assert (line._connection.sock, len(kept_http._KEPT)) == (None, 0)


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
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")  # type: ignore[attr-defined] # as above

    wire.behave = behave
    assert asked(wire) == 200
    time.sleep(0.05)
    wire.behave = lambda handler: say(handler, 404, b"")
    assert asked(wire) == 404


@pytest.mark.parametrize(
    ("sent", "snag"),
    [
        (b"SSH-2.0-OpenSSH\r\n", Snag.GARBLED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Snag.BROKEN),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", Snag.BROKEN),
        (b"", Snag.BROKEN),
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


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {}),
        ("/ä", {}),
        ("/a\r\nX: y", {}),
        ("/", {"a": "b\r\nc: d"}),
        ("/", {"a": "b\nc"}),
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
        exchange("GET", url, {}, connect_s=1, read_s=1)


def test_a_handshake_that_takes_too_long_has_sent_nothing() -> None:
    """Whoever accepts and says nothing: the request has not left."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NoWholeAnswer) as caught:
            exchange("POST", url, {}, b"{}", connect_s=0.1, read_s=5)
    assert caught.value.snag.never_left
