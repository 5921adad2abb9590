"""A clock that stands, a transport that is told what to answer, and a server on loopback that misbehaves on order."""

from __future__ import annotations

import contextlib
import json
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.domain.credentials import Credentials
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx.scope import Group

Ending = Reply | CallFailed
Script = Callable[[ApiCall], Ending]


class StandingClock:
    """Time moves only when a test, or a call of the fake transport, moves it."""

    def __init__(self) -> None:
        self.moment = 1_000.0

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


class FakeApi:
    """Answers by script, keeps what it was asked, and takes one second of the clock a call."""

    def __init__(self, clock: StandingClock, script: Script) -> None:
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


class Wire:
    """A server on loopback; `behave` decides what each request gets. Keeps every request that arrived."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.behave: Callable[[BaseHTTPRequestHandler], None] = lambda handler: say(handler, 200, b"{}")
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


@pytest.fixture
def clock() -> StandingClock:
    """Time stands at 1,000 s."""
    return StandingClock()


@pytest.fixture
def fake_api(clock: StandingClock) -> Callable[[Script], FakeApi]:
    """A transport that answers by a script."""
    return lambda script: FakeApi(clock, script)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def answers() -> Callable[..., Callable[[BaseHTTPRequestHandler], None]]:
    """Behaviour: answer with this status and JSON (or bytes), and these headers."""

    def make(status: int, body: object, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return lambda handler: say(handler, status, raw, **headers)

    return make


@pytest.fixture
def resets() -> Callable[[BaseHTTPRequestHandler], None]:
    """Behaviour: read the request, then reset."""
    return reset


@pytest.fixture
def credentials() -> Credentials:
    """A key of a role, with characters that need encoding."""
    return Credentials(access_key_id="AK-made-up", access_key_secret="SK+made/up=", security_token="STS+token/up=")


@pytest.fixture
def failure() -> Callable[..., Failure]:
    """A failure of this job: `failure("1.scheduler")`, or of another scope, with whatever else."""

    def make(job_id: str, scope: Scope | None = None, **rest: Any) -> Failure:
        return Failure(
            scope=scope or Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-a"),
            job_id=job_id,
            occurred_at=900.0,
            trigger=Trigger.MANUAL,
            event_id="event",
            telling_id="telling",
            **rest,
        )

    return make


@pytest.fixture
def group() -> Group:
    """A SchedulerX group."""
    return Group(region="cn-hangzhou", namespace="space", group_id="app.defaultGroup")


@pytest.fixture
def ok() -> Callable[..., Ending]:
    """A good answer with this body and a request id."""

    def make(**body: Any) -> Ending:
        return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)

    return make


@pytest.fixture
def job_pages() -> Callable[[Sequence[dict[str, Any]], ApiCall], Ending]:
    """The page of these listed E-HPC jobs that a call asks for, its status filter kept."""

    def make(jobs: Sequence[dict[str, Any]], wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        listed = [job for job in jobs if asked["JobStatus"] == "all" or job.get("State", "RUNNING") != "FINISHED"]
        size, number = int(asked["PageSize"]), int(asked["PageNumber"])
        page = listed[(number - 1) * size : number * size]
        body = {"RequestId": "req", "Jobs": page, "PageSize": size, "TotalCount": len(listed)}
        return Reply(body=body, request_id="req", status=200)

    return make
