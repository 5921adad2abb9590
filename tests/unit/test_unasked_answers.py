"""What a peer sends unasked after an answer is taken by no service for the answer to its next question."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.ledger._tablestore_link import Link, Place
from shared.ledger.redis_link import RedisLink
from shared.network.http_bounds import Bounds
from shared.network.kept_http import drop_connections, exchange
from shared.sls import Access, SlsSink
from shared.systems.openapi import ApiCall, CallFailed, OpenApi, Reply
from tests.support.clock import Clock
from tests.support.http_wire import Wire, say

KEYS = Credentials(access_key_id="AK-made-up", access_key_secret="SK-made-up", security_token="")
LATER_S = 0.1
"""In a segment of its own: what comes with the answer itself is seen as it is read."""
LOOK = ApiCall(action="ListJobsWithFilters", version="2018-04-12", parameters={}, mutates=False)
RERUN = ApiCall(action="RerunJobs", version="2018-04-12", parameters={"Jobs": "[]"})


@pytest.fixture(name="wire")
def _wire() -> Iterator[Wire]:
    """The first question is answered twice with yes, each further one with no."""
    drop_connections()
    wire = Wire()

    def yes(handler: BaseHTTPRequestHandler) -> None:
        say(handler, 200, b'{"RequestId":"r"}', x_log_requestid="r")

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if len(wire.requests) > 1:
            say(
                handler,
                403,
                b'{"Code":"NoPermission","errorCode":"Unauthorized","errorMessage":"no"}',
                x_log_requestid="r",
            )
            return
        yes(handler)
        time.sleep(LATER_S)
        yes(handler)

    wire.behave = behave
    yield wire
    wire.close()
    drop_connections()


def test_a_rerun_was_not_done_because_a_look_was_answered_twice(wire: Wire) -> None:
    """Of every system with an OpenAPI: the restart would be told, and the failure stay."""
    api = OpenApi(KEYS, parse_endpoint(f"http://{wire.host}"))
    assert isinstance(api.call(LOOK), Reply)
    time.sleep(2 * LATER_S)
    assert isinstance(api.call(RERUN), CallFailed)
    assert len(wire.requests) == 2


def test_outcomes_were_not_taken_because_others_were_answered_twice(wire: Wire) -> None:
    """They would be struck from the documents that owe them."""
    access = Access(credentials=KEYS, remaining_s=lambda: 60.0)
    sink = SlsSink(access, f"http://{wire.host}", "project", "outcomes", Clock())
    sink.put([{"a": "1"}])
    time.sleep(2 * LATER_S)
    with pytest.raises(SinkUnavailable, match="Unauthorized"):
        sink.put([{"a": "2"}])


def test_no_row_was_written_because_another_was_answered_twice(wire: Wire) -> None:
    """An attempt that nobody has kept would be made."""
    place = Place(endpoint=f"http://{wire.host}", instance="sw", table="ledger")
    link = Link(place, KEYS, lambda: 60.0, lambda _: None)
    assert link._sent("BatchWriteRow", b"1").answer().status == 200
    time.sleep(2 * LATER_S)
    assert link._sent("BatchWriteRow", b"2").answer().status == 403


def test_no_message_was_taken_because_another_was_answered_twice(wire: Wire) -> None:
    """Robots have the same connections, and so has whatever comes to use them."""
    bounds = Bounds(connect_s=1.0, read_s=5.0, total_s=5.0, most_bytes=1_000)
    assert exchange("POST", f"http://{wire.host}/", {}, b"1", bounds).status == 200
    time.sleep(2 * LATER_S)
    assert exchange("POST", f"http://{wire.host}/", {}, b"2", bounds).status == 403


@pytest.mark.parametrize("later_s", [0.0, LATER_S], ids=["at once", "later"])
def test_nothing_was_saved_in_redis_because_a_question_was_answered_twice(later_s: float) -> None:
    """Also where both came at once, and the client has read the second already."""
    asked: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while came := self.request.recv(1 << 16):
                asked.append(came)
                if b"PING" not in came:
                    self.request.sendall(b"-MISCONF no\r\n")
                    continue
                for part in [b"+PONG\r\n:1\r\n"] if not later_s else [b"+PONG\r\n", b":1\r\n"]:
                    self.request.sendall(part)
                    time.sleep(later_s)

    with _serving(Handler) as port:
        link = RedisLink(
            host="127.0.0.1", port=port, tls=False, database=0, user="", password="", remaining_s=lambda: 60.0
        )
        assert link.ask("PING") == b"PONG"
        time.sleep(2 * LATER_S)
        with pytest.raises(LedgerUnavailable, match="MISCONF"):
            link.ask("SET", "a", "1")
        link.close()
    assert len(asked) == 2


class _serving:  # noqa: N801 - reads as a statement
    """A server of such connections, each in a thread of its own; its port."""

    def __init__(self, handler: Callable[..., socketserver.BaseRequestHandler]) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
