"""The transport against servers that refuse, are silent or break off: what is known of the effect."""

from __future__ import annotations

import socket
import threading

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.systems.openapi import OpenApi
from shared.systems.openapi._sdk import chain
from tests.support.http_wire import Behaviour, Wire, say
from tests.support.make import Make
from tests.unit.systems.failed_calls import CALL, failed


def test_refused_connection_is_certainly_not_done(credentials: Credentials) -> None:
    """Nobody listens: nothing was sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = parse_endpoint(f"http://127.0.0.1:{free.getsockname()[1]}")
        reply = failed(OpenApi(credentials, endpoint).call(CALL))
    assert (reply.effect, reply.code, reply.read_again) == (Effect.NOT_DONE_LATER, "ConnectFailed", True)


def test_an_unknown_name_is_certainly_not_done(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """No address: nothing was sent."""

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    reply = failed(OpenApi(credentials, parse_endpoint("http://ehpc.example.invalid")).call(CALL))
    assert (reply.effect, reply.code) == (Effect.NOT_DONE_LATER, "NotResolved")


def test_a_connect_that_times_out_is_certainly_not_done(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handshake never ended: nothing was sent."""

    def too_late(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr("socket.create_connection", too_late)
    reply = failed(OpenApi(credentials, parse_endpoint("http://127.0.0.1:9")).call(CALL))
    assert (reply.effect, reply.code) == (Effect.NOT_DONE_LATER, "ConnectTimeout")


def test_a_silent_server_leaves_the_effect_unknown(wire: Wire, credentials: Credentials) -> None:
    """The request was read and no answer came within the read timeout; it is not sent again."""
    free = threading.Event()
    wire.behave = lambda _: free.wait(5) and None
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), read_timeout_ms=40)
    reply = failed(api.call(CALL))
    free.set()
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "ReadTimeout")
    assert len(wire.requests) == 1


@pytest.mark.parametrize("mutates", [True, False])
def test_an_answer_without_end_leaves_the_effect_unknown(
    wire: Wire, api: OpenApi, monkeypatch: pytest.MonkeyPatch, *, mutates: bool
) -> None:
    """It is cut off where no answer is longer; what only reads is not asked for again in the same breath either."""
    monkeypatch.setattr("shared.systems.openapi._sdk.MOST_BYTES", 1_000)
    wire.behave = lambda handler: say(handler, 200, b'{"a": "' + b"x" * 1_000 + b'"}')
    reply = failed(api.call(replace(CALL, mutates=mutates)))
    assert (reply.effect, reply.code, reply.read_again) == (Effect.UNKNOWN, "AnswerTooLong", True)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("code", "effect"), [("InvalidJobs", Effect.NOT_DONE_USELESS), ("InvalidJobState", Effect.UNKNOWN)]
)
def test_what_the_gateway_finds_invalid_of_the_call_is_certainly_not_done(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], code: str, effect: Effect
) -> None:
    """It names a parameter that the call has; what it does not have, a product speaks of."""
    wire.behave = answers(400, {"Code": code, "Message": "Specified parameter is not valid.", "RequestId": "r"})
    assert failed(api.call(CALL)).effect is effect


def test_a_reset_leaves_the_effect_unknown(wire: Wire, api: OpenApi, resets: Behaviour) -> None:
    """The request was read, then the connection was reset; it is not sent again."""
    wire.behave = resets
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "ConnectionBroken")
    assert len(wire.requests) == 1


def test_a_tls_failure_leaves_the_effect_unknown(wire: Wire, credentials: Credentials) -> None:
    """A plain server behind an HTTPS endpoint: something was sent, and nothing is certain."""
    reply = failed(OpenApi(credentials, parse_endpoint(f"https://{wire.host}")).call(CALL))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "TlsFailure")


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("body", [b"<html>gateway</html>", b"", b"[1]", b'"text"', b"\xff\xfe", b"[" * 200_000])
def test_an_answer_that_is_no_object_leaves_the_effect_unknown(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int, body: bytes
) -> None:
    """HTML, nothing, or JSON of another kind, also with HTTP 200, is no answer."""
    wire.behave = answers(status, body)
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "UnreadableAnswer")
    assert len(wire.requests) == 1


def test_what_an_exception_was_raised_amid_is_part_of_its_story() -> None:
    """Whether it is named as the cause or not; what was being handled before the call is none of it."""
    outer, first, second, last = OSError("outer"), OSError("first"), OSError("second"), OSError("last")
    last.__cause__, second.__context__, first.__context__ = second, first, outer
    assert list(chain(last, outer)) == [last, second, first]
    assert list(chain(first, OSError("another"))) == [first, outer]
