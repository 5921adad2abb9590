"""The console over HTTP on loopback: one-time links, a session, and nothing that a slow client can hold up."""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.console.http import MAX_FORM_BYTES, WebRequest, WebResponse, query_of, text_response

HOST = "127.0.0.1"
COOKIE = "secondwind_session"
"""And the port: browsers send a host's cookies to each of its ports, where another console may be."""
SLOW_S = 10.0
"""Between two bytes of a request."""
LONGEST_S = 60.0
"""For a request and its answer, however its bytes drip."""
MOST_AT_ONCE = 32
"""Requests under way; who comes beyond is turned away."""
_OPEN = frozenset({"/healthz", "/style.css", "/link"})
"""What needs no session: a link proves itself."""

Answers = Callable[[WebRequest, bool], WebResponse]
"""The request, and whether it has a session."""


class LoopbackServer(ThreadingHTTPServer):
    """Serves pages to whoever had a one-time link."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, answers: Answers, used: Callable[[str], None]) -> None:
        """Bind.

        Args:
            port: 0: any.
            answers: gives the pages; called by one thread at a time.
            used: told the next link when one was used.
        """
        super().__init__((HOST, port), _Handler)
        self._answers, self._used = answers, used
        self._session = secrets.token_urlsafe(32)
        self._once = secrets.token_urlsafe(32)
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{HOST}:{self.server_address[1]}"

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return f"{COOKIE}_{self.server_address[1]}"

    @property
    def link(self) -> str:
        """The link that opens a session, once."""
        return f"{self.url}/?token={self._once}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, if there is room."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the base class, and the room is given back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no error of ours."""

    def answered(self, request: WebRequest) -> WebResponse:
        """The response. A page of another site that has itself resolved to loopback has another Host."""
        if request.headers.get("host") not in {
            f"{HOST}:{self.server_address[1]}",
            f"localhost:{self.server_address[1]}",
        }:
            return text_response("This address is not served here.\n", status=421)
        if request.path == "/" and "token" in request.query and request.method == "GET":
            return self._opened(request.asked("token"))
        session = hmac.compare_digest(request.cookie(self.cookie).encode(), self._session.encode())
        if not session and request.path not in _OPEN:
            return text_response("Open the link that `secondwind console` printed.\n", status=401)
        with self._turn:
            return self._answers(request, session)

    def _opened(self, token: str) -> WebResponse:
        with self._turn:
            if not hmac.compare_digest(token.encode(), self._once.encode()):
                return text_response(
                    "This link was used, or is none of ours: see where the console runs.\n", status=403
                )
            self._once = secrets.token_urlsafe(32)
        self._used(self.link)
        flags = "Path=/; HttpOnly; SameSite=Strict"
        return WebResponse(
            status=303, headers={"Location": "/", "Set-Cookie": f"{self.cookie}={self._session}; {flags}"}
        )


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    timeout = SLOW_S
    protocol_version = "HTTP/1.0"
    server_version = "secondwind"
    sys_version = ""

    def handle(self) -> None:
        """As the base class, and not for ever."""
        watch = threading.Timer(LONGEST_S, self._hang_up)
        watch.daemon = True
        watch.start()
        try:
            super().handle()
        finally:
            watch.cancel()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _do(self) -> None:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdecimal() and len(length) < 10 else MAX_FORM_BYTES + 1  # noqa: PLR2004 - digits
        # One byte more than is taken, so that what is too large is told as such.
        body = self.rfile.read(min(size, MAX_FORM_BYTES + 1)) if self.command == "POST" else b""
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        source = str(self.client_address[0])
        request = WebRequest(
            method=self.command, path=path, query=query_of(query), headers=headers, body=body, source=source
        )
        self._send(self.server.answered(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _do  # noqa: N815 - as the base class calls them

    def _send(self, made: WebResponse) -> None:
        self.send_response(made.status)
        for name, value in made.all_headers().items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(made.body)))
        self.end_headers()
        self.wfile.write(made.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base class has it
        """Addresses have tokens in them: none is written anywhere."""
