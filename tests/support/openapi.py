"""A transport that is told what to answer, and a server on loopback that misbehaves on order."""

from __future__ import annotations

import contextlib
import struct
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock

Ending = Reply | CallFailed
Script = Callable[[ApiCall], Ending]
Behaviour = Callable[[BaseHTTPRequestHandler], object]
"""What the server does with a request."""
Listed = Sequence[dict[str, Any]]
"""Jobs as E-HPC lists them."""
Pages = Callable[[Listed, ApiCall], Ending]
"""The page of these jobs that a call asks for."""


class FakeApi:
    """Answers by script, keeps what it was asked, and takes one second of the clock a call."""

    def __init__(self, clock: Clock, script: Script) -> None:
        self.asked: list[ApiCall] = []
        self._clock = clock
        self._script = script

    def call(self, wanted: ApiCall) -> Ending:
        """Answer by the script."""
        self.asked.append(wanted)
        self._clock.moment += 1.0
        return self._script(wanted)

    def parameters(self, action: str) -> list[dict[str, str]]:
        """Of every call of that operation."""
        return [dict(wanted.parameters) for wanted in self.asked if wanted.action == action]


Play = Callable[[Script], FakeApi]
"""Makes a transport that answers by a script."""


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
                wire.requests.append(
                    {
                        "method": self.command,
                        "query": dict(parse_qsl(urlsplit(self.path).query)),
                        "form": dict(parse_qsl(self.rfile.read(length).decode())),
                        "headers": dict(self.headers.items()),
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
