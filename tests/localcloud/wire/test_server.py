"""The HTTP server and the gateway's own answers, by plain HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from localcloud.cloud import LocalCloud
from localcloud.ehpc.service import Ehpc
from localcloud.wire import server as server_module
from localcloud.wire.http import Request, Response, json_response
from localcloud.wire.server import HttpServer


class Echo:
    """Answers what it was asked."""

    def handle(self, request: Request) -> Response:
        """Method, path, query, one header and the body, as they came."""
        if request.path == "/close":
            return Response(close=True)
        if request.path == "/fail":
            raise ZeroDivisionError
        body = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "header": request.headers.get("x-case", ""),
            "body": request.body.decode("latin-1"),
        }
        return json_response(body, 200, {"x-answer": "yes"})


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """Echoes everything but what lies under /none."""
    made = HttpServer()
    made.mount(lambda request: not request.path.startswith("/none"), Echo())
    with made:
        yield made


def talk(port: int, sent: bytes) -> bytes:
    """Everything that comes back for these bytes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_request_arrives_whole_and_raw(server: HttpServer) -> None:
    """Method, percent-encoded path, raw query, headers in lower case and the body come through unchanged."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("PUT", "/a%2Fb?x=1+2&y=%20", body=b"\x00\xff", headers={"X-CASE": "Kept"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("x-answer")) == (200, "yes")
    assert json.loads(answer.read()) == {
        "method": "PUT",
        "path": "/a%2Fb",
        "query": "x=1+2&y=%20",
        "header": "Kept",
        "body": "\x00\xff",
    }
    connection.close()


def test_connection_is_kept_alive(server: HttpServer) -> None:
    """Many requests go over one connection."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.connect()
    first = connection.sock
    for number in range(20):
        connection.request("GET", f"/{number}")
        assert json.loads(connection.getresponse().read())["path"] == f"/{number}"
    assert connection.sock is first
    connection.close()


def test_chunked_body_is_put_together(server: HttpServer) -> None:
    """Chunks, extensions and trailers are read; the next request on the connection is not disturbed."""
    chunked = (
        b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"4;ext=1\r\nwiki\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
    )
    answer = talk(server.port, chunked + b"GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b'"body":"wiki0123456789"' in answer
    assert b'"path":"/next"' in answer


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (b"Content-Length: 33554433", b"", b"413"),
        (b"Content-Length: 99999999999999999999", b"", b"413"),
        (b"Content-Length: -1", b"", b"400"),
        (b"Content-Length: ten", b"", b"400"),
        (b"Content-Length: 5", b"abc", b"400"),
        (b"Transfer-Encoding: gzip", b"", b"400"),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"zz\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"-5\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"2000001\r\n", b"413"),
    ],
)
def test_unclear_or_huge_bodies_are_refused(server: HttpServer, headers: bytes, body: bytes, status: bytes) -> None:
    """A body that is too long or not clearly bounded is refused, and the connection closed."""
    answer = talk(server.port, b"POST / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in answer


def test_close_gives_no_answer(server: HttpServer) -> None:
    """A service may drop the connection as a dying server does."""
    assert talk(server.port, b"GET /close HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_failing_service_is_told_and_kept(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    """A service that raises is a 500 without the details, kept in `errors`, and the server goes on."""
    answer = talk(server.port, b"GET /fail HTTP/1.1\r\nHost: x\r\n\r\nGET /on HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"ZeroDivision" not in answer
    assert b'"path":"/on"' in answer
    assert [type(error) for error in server.errors] == [ZeroDivisionError]
    assert "the local service failed" in caplog.text


def test_what_nobody_takes_is_404(server: HttpServer) -> None:
    """Without a service for it, a request is 404 and never a redirect."""
    assert talk(server.port, b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 404")


def test_head_has_no_body(server: HttpServer) -> None:
    """HEAD gets the head alone."""
    answer = talk(server.port, b"HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")


def test_many_clients_at_once(server: HttpServer) -> None:
    """Forty clients get their own answers."""

    def ask(number: int) -> bytes:
        return talk(server.port, f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert all(f'"path":"/{number}"'.encode() in answer for number, answer in enumerate(answers))


def test_stop_does_not_wait_for_idle_clients() -> None:
    """Stopping drops connections that clients keep open, and frees the port at once; twice is once."""
    server = HttpServer()
    server.mount(lambda _: True, Echo())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        port = server.port
        server.stop()
        server.stop()
        assert idle.recv(65536) == b""
    with HttpServer(port) as again:
        assert again.port == port


def test_idle_limit_is_set() -> None:
    """A client that says nothing does not hold a thread for ever."""
    assert server_module._Connection.timeout == server_module.IDLE_S


def ask_gateway(cloud: LocalCloud, method: str, **headers: str) -> tuple[int, dict[str, str]]:
    """An unsigned call."""
    connection = HTTPConnection("127.0.0.1", cloud.server.port, timeout=5)
    connection.request(method, "/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


@pytest.mark.parametrize(
    ("method", "action", "version", "status", "code"),
    [
        ("GET", "DropTables", "2018-04-12", 404, "InvalidAction.NotFound"),
        ("GET", "RerunJobs", "2019-04-30", 404, "InvalidAction.NotFound"),
        ("POST", "RerunJobs", "2018-04-12", 400, "UnsupportedHTTPMethod"),
        ("GET", "RerunJob", "2019-04-30", 400, "UnsupportedHTTPMethod"),
        ("GET", "RerunJobs", "2018-04-12", 400, "MissingAccessKeyId"),
    ],
)
def test_gateway_refusals(cloud: LocalCloud, method: str, action: str, version: str, status: int, code: str) -> None:
    """Unknown operation, wrong version, wrong method, no signature: an error body with a RequestId, and a record."""
    got, body = ask_gateway(cloud, method, x_acs_action=action, x_acs_version=version)
    assert (got, body["Code"]) == (status, code)
    assert set(body) == {"Code", "Message", "RequestId", "HostId"}
    assert body["HostId"] == cloud.host
    assert [(call.code, call.request_id) for call in cloud.openapi.calls] == [(code, body["RequestId"])]


def test_other_services_can_be_mounted(cloud: LocalCloud) -> None:
    """A mounted service gets the requests that its predicate wants; operations stay with the gateway."""
    cloud.mount(lambda request: "x-log-apiversion" in request.headers, Echo())
    assert ask_gateway(cloud, "GET", x_log_apiversion="0.6.0", x_case="log")[1]["header"] == "log"
    assert ask_gateway(cloud, "GET", x_acs_action="Other")[1]["Code"] == "InvalidAction.NotFound"
    assert cloud.endpoint == f"http://127.0.0.1:{cloud.server.port}"


def test_two_clouds_live_side_by_side() -> None:
    """Each cloud has a port and a world of its own."""
    with LocalCloud() as one, LocalCloud() as other:
        assert one.endpoint != other.endpoint
        one[Ehpc].cluster("c")
        assert other[Ehpc].clusters == {}
