"""The transport against a real socket: one call is one request, and each ending proves what the table says."""

from __future__ import annotations

import logging
import math
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from darabonba.core import DaraCore
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.kept_http import NoWholeAnswer, Snag
from shared.systems import openapi
from shared.systems.openapi import ApiCall, CallFailed, OpenApi, Reply, _sdk, bounded
from tests.support.http_wire import Behaviour, Wire, say
from tests.support.make import Make

CALL = ApiCall(action="RerunJobs", version="2018-04-12", parameters={"ClusterId": "c", "Jobs": '[{"Id":"1[2].s"}]'})


@pytest.fixture
def api(wire: Wire, credentials: Credentials) -> OpenApi:
    """Calls to the server on loopback."""
    return OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), connect_timeout_ms=2_000, read_timeout_ms=2_000)


def failed(reply: Reply | CallFailed) -> CallFailed:
    """The call failed."""
    assert isinstance(reply, CallFailed)
    return reply


def test_a_get_carries_its_parameters_in_the_query_and_is_signed(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """What goes out is RPC style with ACS3-HMAC-SHA256, the token, and the host without a scheme."""
    wire.behave = answers(200, {"RequestId": "r-1"})
    reply = api.call(CALL)
    assert reply == Reply(body={"RequestId": "r-1"}, request_id="r-1", status=200)
    (seen,) = wire.requests
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (seen["method"], seen["query"], seen["form"]) == ("GET", dict(CALL.parameters), {})
    assert headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=AK-made-up,SignedHeaders=")
    assert headers["host"] == wire.host
    assert (headers["x-acs-action"], headers["x-acs-version"]) == ("RerunJobs", "2018-04-12")
    assert headers["x-acs-security-token"] == "STS+token/up="


def test_parts_of_the_sdk_that_no_call_uses_are_put_off_before_it_is_loaded(
    api: OpenApi, wire: Wire, answers: Make[Behaviour], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would take a fifth of a second of a cold start."""
    put: list[str] = []
    monkeypatch.setattr(openapi, "put_off", lambda *names: put.extend(names))
    monkeypatch.setattr(openapi, "_SDK", "not.loaded.yet")
    wire.behave = answers(200, {"RequestId": "r-1"})
    assert isinstance(api.call(CALL), Reply)
    assert tuple(put) == openapi.NEVER_USED


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NaN", "nan"),
        ("1e999", "inf"),
        (r'"\ud83d"', "'\\ud83d'"),
        ("12345678901234567890123", "12345678901234567890123"),
    ],
)
def test_an_answer_that_is_not_strictly_json_is_read_as_the_sdk_does(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], written: str, read: str
) -> None:
    """A name that a Java program cut in half must not hide what else the list says."""
    wire.behave = answers(200, f'{{"RequestId": "r-1", "Name": {written}}}'.encode())
    reply = api.call(CALL)
    assert isinstance(reply, Reply)
    assert repr(reply.body["Name"]) == read


def test_a_post_carries_its_parameters_in_a_form(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """RerunJob's parameters stand in the body and nowhere else."""
    wire.behave = answers(200, {"RequestId": "r-1"})
    wanted = ApiCall(action="RerunJob", version="2019-04-30", method="POST", parameters={"DataTime": "10:00:00"})
    assert isinstance(api.call(wanted), Reply)
    (seen,) = wire.requests
    assert (seen["method"], seen["query"], seen["form"]) == ("POST", {}, {"DataTime": "10:00:00"})


@pytest.mark.parametrize(
    ("status", "code", "effect"),
    [
        (400, "Throttling.User", Effect.NOT_DONE_LATER),
        (403, "ConflictOpt", Effect.NOT_DONE_LATER),
        (404, "ClusterNotFound", Effect.NOT_DONE_USELESS),
        (406, "AgentResponseTimeout", Effect.UNKNOWN),
        (409, "PartFailure", Effect.UNKNOWN),
        (400, "NeverHeardOf", Effect.UNKNOWN),
        (503, "ServiceUnavailable", Effect.UNKNOWN),
    ],
)
def test_an_error_answer_is_judged_by_its_code(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int, code: str, effect: Effect
) -> None:
    """Code, bare text, request id and status come through; one failure is one request on the wire."""
    wire.behave = answers(status, {"Code": code, "Message": "because", "RequestId": "r-2", "HostId": "h"})
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code, reply.message) == (effect, code, "because")
    assert (reply.request_id, reply.http_status) == ("r-2", status)
    assert len(wire.requests) == 1


def test_a_wait_that_the_service_names_is_kept(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """`x-acs-retry-after` counts milliseconds."""
    body = {"Code": "Throttling", "Message": "m", "RequestId": "r"}
    wire.behave = answers(400, body, x_acs_retry_after="1500")
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.retry_after_s) == (Effect.NOT_DONE_LATER, 1.5)


def test_an_error_without_a_code_proves_nothing(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """A gateway's own 502 in JSON has no row."""
    wire.behave = answers(502, {"error": "upstream"})
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "Http502")


def test_a_number_as_code_comes_through_as_its_text(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """SchedulerX's business error with HTTP 400 is a refusal like one with HTTP 200."""
    wire.behave = answers(400, {"Code": 400, "Success": False, "Message": "jobId=1 is not existed"})
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code) == (Effect.NOT_DONE_USELESS, "400")


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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [b"", b'{"RequestId": "looks-done"}'])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int, body: bytes, method: Any
) -> None:
    """A mutating call is not sent again, and the credentials reach no other place; the effect is unknown."""
    wire.behave = answers(status, body, location=f"http://{wire.host}/elsewhere")
    wanted = ApiCall(action="RerunJobs", version="2018-04-12", method=method, parameters={"ClusterId": "c"})
    reply = failed(api.call(wanted))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "Redirected")
    assert len(wire.requests) == 1


def test_a_proxy_of_the_environment_is_not_used(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy could re-send the call and would see it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    wire.behave = answers(200, {"RequestId": "r"})
    assert isinstance(api.call(CALL), Reply)


def test_debug_sdk_prints_nothing(
    wire: Wire,
    api: OpenApi,
    answers: Make[Behaviour],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The SDK's debug mode would print the token; even then no header is written or logged."""
    monkeypatch.setenv("DEBUG", "sdk")
    wire.behave = answers(200, {"RequestId": "r"})
    caplog.set_level(logging.DEBUG)
    assert isinstance(api.call(CALL), Reply)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert "STS+token" not in caplog.text
    assert "Signature=" not in caplog.text


def test_what_the_service_quotes_of_the_key_is_hidden(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """A refusal, or a business error, that repeats id, secret or token shows none of them."""
    quoted = "key AK-made-up secret SK+made/up= token STS+token/up= STS%2Btoken%2Fup%3D"
    for status in (400, 200):
        wire.behave = answers(status, {"Code": "Odd", "Message": quoted, "RequestId": "r"})
        reply = api.call(CALL)
        message = reply.message if isinstance(reply, CallFailed) else reply.body["Message"]
        assert message == "key *** secret *** token *** ***"


def test_an_error_that_the_caller_handles_is_no_part_of_the_story(
    wire: Wire, api: OpenApi, resets: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called while a refused connection is being handled, a lost answer is still unknown, never not done."""

    def older() -> None:
        raise NoWholeAnswer(Snag.NOT_CONNECTED)

    def nameless(*_: object) -> None:
        raise KeyError("nobody foresaw this")

    wire.behave = resets
    try:
        older()
    except NoWholeAnswer:
        lost = failed(api.call(CALL))
        monkeypatch.setattr("shared.systems.openapi._sdk.send", nameless)
        odd = failed(api.call(CALL))
    assert (lost.effect, lost.code) == (Effect.UNKNOWN, "ConnectionBroken")
    assert (odd.effect, odd.code) == (Effect.UNKNOWN, "TransportFailure")


@pytest.mark.parametrize("status", [300, 304])
def test_a_status_that_is_neither_yes_nor_an_error_proves_nothing(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int
) -> None:
    """Without a place to go it is no redirect, and with a request id it is still no acceptance."""
    wire.behave = answers(status, {} if status == 304 else {"RequestId": "looks-done"})
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "UnreadableAnswer")


def test_connections_outlive_the_client(wire: Wire, credentials: Credentials, answers: Make[Behaviour]) -> None:
    """A fresh client an invocation uses the connection of the one before."""
    wire.behave = answers(200, {"RequestId": "r"})
    for _ in range(3):
        assert isinstance(OpenApi(credentials, parse_endpoint(f"http://{wire.host}")).call(CALL), Reply)
    assert len({request["peer"] for request in wire.requests}) == 1


def test_without_time_nothing_is_sent(wire: Wire, credentials: Credentials) -> None:
    """A call that would end as unknown for lack of time is not begun."""
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), remaining_s=lambda: 0.9)
    reply = failed(api.call(CALL))
    assert (reply.effect, reply.code, wire.requests) == (Effect.NOT_DONE_LATER, "Deadline", [])


def test_a_look_leaves_time_to_write_down_that_there_was_none(wire: Wire, credentials: Credentials) -> None:
    """A reading call ends earlier than one that reruns may."""
    endpoint = parse_endpoint(f"http://{wire.host}")
    api = OpenApi(credentials, endpoint, remaining_s=lambda: 2.9, reads_leave_s=2.0)
    assert failed(api.call(replace(CALL, mutates=False))).code == "Deadline"
    assert wire.requests == []
    assert isinstance(api.call(CALL), Reply)


def test_timeouts_fit_into_what_is_left(credentials: Credentials) -> None:
    """Both together never exceed the time left, and never the settings."""
    api = OpenApi(credentials, parse_endpoint("https://example.invalid"))
    assert api._timeouts_ms(math.inf) == (5_000, 10_000)
    assert api._timeouts_ms(60.0) == (5_000, 10_000)
    assert api._timeouts_ms(8.0) == (4_000, 4_000)
    assert api._timeouts_ms(12.0) == (5_000, 7_000)


def test_an_empty_key_sends_nothing(wire: Wire) -> None:
    """The SDK would look for a key elsewhere; here that is a refused key."""
    empty = Credentials(access_key_id="", access_key_secret="", security_token="")
    reply = failed(OpenApi(empty, parse_endpoint(f"http://{wire.host}")).call(CALL))
    assert (reply.effect, reply.credentials, wire.requests) == (Effect.NOT_DONE_LATER, True, [])


@pytest.mark.parametrize("status", [200, 400])
def test_no_member_of_an_answer_shows_a_secret(wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int) -> None:
    """A service that quotes what it got in its code, message or request id, encoded as it likes."""
    quoted = {"Code": "Bad.SK%2bmade%2Fup=", "Message": "STS%252Btoken%252Fup%253D", "RequestId": "SK+made/up="}
    wire.behave = answers(status, quoted)
    reply = api.call(CALL)
    shown = (
        [reply.code, reply.message] if isinstance(reply, CallFailed) else [reply.body["Code"], reply.body["Message"]]
    )
    assert [*shown, reply.request_id] == ["Bad.***", "***", "***"]


def test_texts_are_bounded(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """A message of any length is at most 1 KiB of UTF-8, cut between characters."""
    wire.behave = answers(400, {"Code": "c" * 9_999, "Message": "太" * 9_999, "RequestId": "r" * 9_999})
    reply = failed(api.call(CALL))
    assert (len(reply.code), len(reply.message.encode()), len(reply.request_id)) == (128, 1023, 128)
    assert bounded("\ud800x") == "?x"


def test_importing_the_adapters_loads_no_sdk() -> None:
    """Half a second that only a call pays."""
    code = (
        "import sys, shared.systems.ehpc, shared.systems.schedulerx, shared.systems.openapi\n"
        "sdk = ('alibabacloud_tea_openapi', 'darabonba', 'Tea', 'requests', 'urllib3')\n"
        "print([name for name in sdk if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_error_s_members_may_be_spelled_small(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """Some products do; what is absent is empty, and a code that is empty is none."""
    wire.behave = answers(404, {"code": "NotFound", "message": "gone", "requestId": "r-3"})
    reply = failed(api.call(CALL))
    assert (reply.code, reply.message, reply.request_id, reply.http_status) == ("NotFound", "gone", "r-3", 404)
    wire.behave = answers(404, {"Code": "", "Message": None})
    reply = failed(api.call(CALL))
    assert (reply.code, reply.message, reply.request_id) == ("Http404", "", "")


@pytest.mark.parametrize(("written", "wait_s"), [("0", None), ("-5", None), ("soon", None), ("1", 0.001)])
def test_a_wait_that_is_none_is_not_kept(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], written: str, wait_s: float | None
) -> None:
    """Only one that lies ahead."""
    wire.behave = answers(400, {"Code": "Throttling", "Message": "m"}, x_acs_retry_after=written)
    assert failed(api.call(CALL)).retry_after_s == wait_s


@pytest.mark.parametrize(("status", "good"), [(200, True), (299, True), (300, False)])
def test_which_status_is_a_yes(wire: Wire, api: OpenApi, answers: Make[Behaviour], status: int, *, good: bool) -> None:
    """Below 300; what was answered at all says with which status."""
    wire.behave = answers(status, {"RequestId": "r"})
    reply = api.call(CALL)
    if good:
        assert reply == Reply(body={"RequestId": "r"}, request_id="r", status=status)
    else:
        assert (failed(reply).code, failed(reply).http_status) == ("UnreadableAnswer", status)


def test_what_was_never_answered_has_no_status(credentials: Credentials) -> None:
    """By that `doctor` knows that nobody is there; the text names the operation."""
    reply = failed(OpenApi(credentials, parse_endpoint("http://127.0.0.1:9")).call(CALL))
    assert reply.http_status is None
    assert reply.message == "RerunJobs: no answer that could be read"


@pytest.mark.parametrize(("key", "secret"), [("", "s"), ("k", ""), ("", "")])
def test_half_a_key_is_none(wire: Wire, key: str, secret: str) -> None:
    """Nothing is signed with it."""
    half = Credentials(access_key_id=key, access_key_secret=secret, security_token="")
    reply = failed(OpenApi(half, parse_endpoint(f"http://{wire.host}")).call(CALL))
    assert (reply.code, reply.read_again, wire.requests) == ("NoCredentials", True, [])


def test_the_least_time_is_enough(wire: Wire, credentials: Credentials, answers: Make[Behaviour]) -> None:
    """One second to the millisecond; half of it for the connection."""
    wire.behave = answers(200, {"RequestId": "r"})
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), remaining_s=lambda: 1.0)
    assert isinstance(api.call(CALL), Reply)
    assert api._timeouts_ms(1.0) == (500, 500)
    assert api._timeouts_ms(0.999) == (499, 500)


def test_what_others_ask_of_the_sdk_goes_its_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only calls of ours leave through our transport."""
    asked: list[tuple[object, object]] = []
    monkeypatch.setattr(_sdk, "_usual", lambda request, runtime: asked.append((request, runtime)))
    DaraCore.do_action("theirs", {"a": 1})
    assert asked == [("theirs", {"a": 1})]
