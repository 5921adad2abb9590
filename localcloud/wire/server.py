"""A small HTTP/1.1 server on 127.0.0.1 that hands whole requests to services.

It keeps connections alive, reads bodies by Content-Length or chunked, at most 32 MB, never redirects, and
looks into nothing: a request goes to the handler mounted last of those whose predicates want it.
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Protocol, final

from localcloud.wire.http import Request, Response, json_response

BODY_MOST = 32 * 1024 * 1024
IDLE_S = 60.0
"""A connection on which nothing comes for that long is closed."""
ERRORS_KEPT = 100
_CHUNK_HEAD_MOST = 4096
_log = logging.getLogger(__name__)


class Handler(Protocol):
    """Whoever answers requests. Called from many threads at once."""

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        ...


Predicate = Callable[[Request], bool]
Route = tuple[Predicate, Handler]
"""Which requests go to whom."""


class BadBodyError(Exception):
    """A request whose body cannot be read as announced, with the HTTP status that says so."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


@final
class HttpServer:
    """Serves until it is stopped; a context manager. `errors` keeps what handlers raised (also logged)."""

    def __init__(self, port: int = 0) -> None:
        self.errors: deque[Exception] = deque(maxlen=ERRORS_KEPT)
        self._routes: list[Route] = []
        self._listener = _Listener(("127.0.0.1", port), self.answer)
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port, chosen by the system if 0 was asked for."""
        return int(self._listener.server_address[1])

    def mount(self, predicate: Predicate, handler: Handler) -> None:
        """Give that handler the requests that the predicate wants, also those that an earlier one took."""
        self._routes.insert(0, (predicate, handler))

    def start(self) -> None:
        """Begin to serve, in a thread of its own."""
        self._thread = Thread(target=self._listener.serve_forever, args=(0.02,), name="localcloud")
        self._thread.start()

    def stop(self) -> None:
        """Stop, drop every connection, and wait for the threads. A second time does nothing."""
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.drop_connections()
        self._listener.server_close()

    def __enter__(self) -> HttpServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Response:
        """Route one request; a handler that raises is a 500, kept and logged."""
        handler = next((handler for wants, handler in self._routes if wants(request)), None)
        if handler is None:
            return json_response({"Code": "NotFound", "Message": "no local service takes this request"}, 404)
        try:
            return handler.handle(request)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is kept, logged and answered
            _log.exception("the local service failed")
            self.errors.append(error)
            return json_response({"Code": "InternalError", "Message": "the local service failed, see its log"}, 500)


class _Listener(ThreadingMixIn, TCPServer):
    """Knows its open connections, so that stopping need not wait for clients to close them."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__(address, _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """As the base class, and remember the connection."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """As the base class, and forget the connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """Wake every thread that waits for a client."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # noqa: PERF203 - one client that has gone must not keep the others open
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our errors: say so in the log, at the lowest level."""
        _log.debug("connection from %s ended: %s", client_address, request, exc_info=True)


class _Connection(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024  # head and body leave together

    def _serve(self) -> None:
        try:
            body = self._body()
        except BadBodyError as error:
            self.close_connection = True
            self._send(json_response({"Code": "BadRequest", "Message": str(error)}, error.status))
            return
        path, _, query = _origin_form(self.path).partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        self._send(self.server.answer(Request(self.command, path, query, headers, body)))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _serve  # noqa: N815 - the base class's names

    def _send(self, response: Response) -> None:
        if response.close:
            self.close_connection = True
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length")
        coding = self.headers.get("Transfer-Encoding", "")
        if coding:
            if coding.lower() != "chunked" or length is not None:
                raise BadBodyError(400, "the length of the body is not clear")
            return self._chunks()
        if length is None:
            return b""
        if not (length.isascii() and length.isdigit()):
            raise BadBodyError(400, "Content-Length is not a number")
        return self._exactly(_within(int(length[:12])))

    def _chunks(self) -> bytes:
        whole = bytearray()
        while True:
            head = self.rfile.readline(_CHUNK_HEAD_MOST).partition(b";")[0].strip()
            try:
                size = int(head, 16)
            except ValueError:
                raise BadBodyError(400, "a chunk has no size") from None
            if size < 0:
                raise BadBodyError(400, "a chunk has a negative size")
            _within(len(whole) + size)
            whole += self._exactly(size)
            while True:  # after the last chunk there may be trailers, then an empty line
                line = self.rfile.readline(_CHUNK_HEAD_MOST)
                if line in {b"\r\n", b"\n", b""} or size:
                    break
            if size == 0:
                return bytes(whole)

    def _exactly(self, length: int) -> bytes:
        data = self.rfile.read(length)
        if len(data) < length:
            raise BadBodyError(400, "the body ended early")
        return data

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet: services keep their own records."""
        _log.debug(format, *args)


def _origin_form(target: str) -> str:
    """A request's target without scheme and host, which a client writes that takes this server for its proxy.

    https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2: every server accepts it; the host is in `Host` as well.
    """
    return f"/{target[7:].partition('/')[2]}" if target[:7].lower() == "http://" else target


def _within(length: int) -> int:
    if length > BODY_MOST:
        raise BadBodyError(413, f"a body may have {BODY_MOST} bytes at most")
    return length
