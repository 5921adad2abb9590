"""A Log Service behind a real socket, and the official SDK pointed at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from secondwind.localcloud.clock import SystemClock
from secondwind.localcloud.sls import LogService
from secondwind.localcloud.sls_auth import AccessKey
from secondwind.localcloud.wire import Request

KEYS = {"AKlocal": AccessKey("local-secret"), "STS.local": AccessKey("sts-secret", "sts-token")}


@pytest.fixture
def service() -> LogService:
    """A Log Service with one Logstore of two shards."""
    made = LogService(SystemClock(), KEYS, region="cn-hangzhou")
    made.create_logstore("sw-project", "outcomes", shards=2)
    return made


@pytest.fixture
def port(service: LogService) -> Iterator[int]:
    """The port at which that service listens."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = service.handle(Request(self.command, path, query, headers, body))
            if response.close:
                self.close_connection = True
                return
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Tests read the service's `calls` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def connect(port: int) -> Iterator[Callable[..., Any]]:
    """Make an official client; keyword arguments are the SDK's."""
    from aliyun.log import LogClient

    made: list[Any] = []

    def client(key_id: str = "AKlocal", secret: str = "local-secret", **options: Any) -> Any:
        new = LogClient(f"http://127.0.0.1:{port}", key_id, secret, source="test", **options)
        new._isRowIp = True  # keeps the project out of the host name that is looked up
        new.timeout = 5
        made.append(new)
        return new

    yield client
    for each in made:
        each._session.close()
