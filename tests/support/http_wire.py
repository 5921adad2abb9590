"""A server on loopback that misbehaves on order."""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Behaviour = Callable[[BaseHTTPRequestHandler], object]
"""What the server does with a request."""


class Wire:
    """A server on loopback; `behave` decides what each request gets. Keeps every request that arrived."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.behave: Behaviour = lambda handler: say(handler, 200, b"{}")
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                wire.requests.append(
                    {
                        "method": self.command,
                        "query": dict(parse_qsl(urlsplit(self.path).query)),
                        "form": dict(parse_qsl(body.decode("latin-1"))),
                        "headers": dict(self.headers.items()),
                        "body": body,
                        "peer": self.client_address,
                    }
                )
                wire.behave(self)

            do_POST = do_GET  # noqa: N815 - as above

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is what some tests want."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer whole."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Close at once with a reset, the request read and not answered."""
    handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


class Dropping:
    """Answers what comes soon on a connection; after a pause it closes the connection on the next request."""

    def __init__(self, wire: Wire, answer: Behaviour, *, pause_s: float) -> None:
        self.unanswered = 0
        self._wire, self._answer, self._pause_s = wire, answer, pause_s
        self._last: dict[Any, float] = {}
        wire.behave = self._behave

    def _behave(self, handler: BaseHTTPRequestHandler) -> None:
        now = time.monotonic()
        last = self._last.get(handler.client_address, now)
        self._last[handler.client_address] = now
        if now - last < self._pause_s:
            self._answer(handler)
            return
        self.unanswered += 1
        handler.close_connection = True

    @property
    def connections(self) -> int:
        """How many brought a request."""
        return len({request["peer"] for request in self._wire.requests})
