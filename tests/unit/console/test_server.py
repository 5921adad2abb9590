"""The loopback server: one-time links, a session, its own address alone, and clients that are slow or strange."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from secondwind.commands.console import server as module
from secondwind.commands.console.server import LoopbackServer
from secondwind.commands.demo.serve import serve_night
from shared.console.http import MAX_FORM_BYTES, WebRequest, WebResponse, text_response
from shared.domain.outcome import rfc3339
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.unit.console.test_tonight import rows
from tests.unit.people.conftest import held, put


@pytest.fixture
def told() -> list[str]:
    """The next links."""
    return []


@pytest.fixture
def server(told: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    """One that answers with what it was asked."""
    monkeypatch.setattr(module._Handler, "timeout", 0.3)

    def answers(request: WebRequest, session: bool) -> WebResponse:  # noqa: FBT001 - as the server calls it
        return text_response(f"{request.method} {request.path} {len(request.body)} {session}")

    with LoopbackServer(0, answers, told.append) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def asked(server: LoopbackServer, path: str, method: str = "GET", body: bytes = b"", **headers: Any) -> HTTPResponse:
    """One request."""
    connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    response.text = response.read().decode()  # type: ignore[attr-defined]  # for the test
    connection.close()
    return response


def session_of(server: LoopbackServer) -> dict[str, str]:
    """The cookie that a one-time link gives."""
    opened = asked(server, server.link.removeprefix(server.url))
    return {"Cookie": (opened.getheader("Set-Cookie") or "").partition(";")[0]}


def test_a_link_opens_one_session(server: LoopbackServer, told: list[str]) -> None:
    """The cookie is kept from scripts and from other sites; the next link is told where the console runs."""
    link = server.link.removeprefix(server.url)
    opened = asked(server, link)
    flags = opened.getheader("Set-Cookie") or ""
    assert (opened.status, opened.getheader("Location")) == (303, "/")
    assert f"_{server.server_address[1]}=" in flags  # of two consoles on one machine each keeps its own
    assert "HttpOnly" in flags
    assert "SameSite=Strict" in flags
    assert asked(server, link).status == 403
    assert told == [server.link]
    assert asked(server, "/held", Cookie=flags.partition(";")[0]).status == 200


def test_without_a_session_there_is_nothing(server: LoopbackServer) -> None:
    """But health, the style sheet and links, which prove themselves."""
    for path, status in (("/", 401), ("/held", 401), ("/metrics", 401), ("/healthz", 200), ("/link?t=x", 200)):
        assert asked(server, path, Cookie=f"{server.cookie}=wrong").status == status
    assert "False" in asked(server, "/link?t=x").text  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", ""])
def test_another_name_for_this_machine_is_not_served(server: LoopbackServer, host: str) -> None:
    """A site that resolves itself to loopback sends its own name."""
    assert asked(server, "/held", Host=host, Cookie=session_of(server)["Cookie"]).status == 421


def test_an_oversized_body_is_not_read_to_its_end(server: LoopbackServer) -> None:
    """One byte more than a form may have, so that it is refused as too large."""
    session = session_of(server)
    response = asked(server, "/held", "POST", b"x" * (MAX_FORM_BYTES + 1), Cookie=session["Cookie"])
    assert f"POST /held {MAX_FORM_BYTES + 1} True" in response.text  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "1e9"])
def test_a_length_that_is_none_is_too_large(server: LoopbackServer, length: str) -> None:
    """And holds nobody up: what does not come in time is given up."""
    session = session_of(server)
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as raw:
        head = (
            f"POST /held HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\nCookie: {session['Cookie']}\r\n\r\n"
        )
        raw.sendall(head.encode())
        assert raw.recv(10) == b""
    assert asked(server, "/healthz").status == 200


def test_slow_clients_hold_up_nobody(server: LoopbackServer) -> None:
    """Half a request each, and then nothing: others are served, and the slow ones are given up."""
    slow = [socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) for _ in range(20)]
    for one in slow:
        one.sendall(b"GET /held HTTP/1.1\r\nHos")
    assert asked(server, "/healthz").status == 200
    assert all(one.recv(10) == b"" for one in slow)
    for one in slow:
        one.close()


def drip(client: socket.socket, times: int) -> None:
    """A byte each tenth of a second."""
    for _ in range(times):
        client.sendall(b"x")
        time.sleep(0.1)


def test_a_client_that_drips_is_given_up(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then, each in time, keeps no place for ever."""
    monkeypatch.setattr(module, "LONGEST_S", 0.4)
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        with pytest.raises(OSError, match=r"Broken pipe|reset by peer"):
            drip(slow, 30)


def test_too_many_at_once_are_turned_away(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """And served again when there is room."""
    monkeypatch.setattr(server, "_room", threading.BoundedSemaphore(1))
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as first:
        first.sendall(b"GET /healthz HTTP/1.1\r\n")
        time.sleep(0.1)
        with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as second:
            assert second.recv(10) == b""
        assert first.recv(10) == b""
    with server._room:  # its thread gives it back a moment after the connection is closed
        pass
    assert asked(server, "/healthz").status == 200


def test_the_demo_ends_with_the_console_over_its_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ledger, its policy and its outcomes; an interrupt ends it and is no error."""
    (tmp_path / "policy.yaml").write_text("version: 1\n", encoding="utf-8")
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), SystemClock())
    now = SystemClock().now()
    put(ledger, held(1, opened_at=now, expires_at=now + 3600))
    ledger.close()
    pages: list[str] = []

    def served(server: LoopbackServer) -> None:
        request = WebRequest(
            method="GET",
            path="/",
            headers={"host": server.url.removeprefix("http://"), "cookie": f"{server.cookie}={server._session}"},
        )
        pages.append(server.answered(request).body.decode())
        raise KeyboardInterrupt

    monkeypatch.setattr(LoopbackServer, "serve_forever", served)
    serve_night(tmp_path, [{**row, "at": rfc3339(now - 60)} for row in rows(2)], opens=False)
    assert "1 held for a yes or no" in pages[0]
    assert "<strong>2</strong> healed" in pages[0]
