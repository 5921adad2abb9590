"""The transport shows no secret and trusts no place that it was not given."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.network.kept_http import NoWholeAnswer, Snag
from shared.systems.dataworks.wire import rerun
from shared.systems.openapi import ApiCall, CallFailed, OpenApi, Reply
from shared.systems.openapi.results import by_code, by_success
from tests.support.clock import Clock
from tests.support.http_wire import Behaviour, Wire
from tests.support.make import Make
from tests.unit.systems.failed_calls import CALL, failed


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


@pytest.mark.parametrize(("key", "secret"), [("", "s"), ("k", ""), ("", "")])
def test_half_a_key_is_none(wire: Wire, key: str, secret: str) -> None:
    """Nothing is signed with it."""
    half = Credentials(access_key_id=key, access_key_secret=secret, security_token="")
    reply = failed(OpenApi(half, parse_endpoint(f"http://{wire.host}")).call(CALL))
    assert (reply.code, reply.read_again, wire.requests) == ("NoCredentials", True, [])


@pytest.mark.parametrize(
    "quoting",
    [
        {"Success": "SK+made/up="},
        {"Success": False, "Code": {"quoted": "SK+made/up="}, "Message": ["SK+made/up="]},
        {"Success": False, "ErrorCode": "SK+made/up=", "ErrorMessage": "SK+made/up="},
        {"Success": False, "Code": 500, "Message": {"quoted": "SK+made/up="}},
    ],
)
def test_nothing_that_is_made_of_an_answer_shows_a_secret(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], quoting: dict[str, Any]
) -> None:
    """In whatever member a service quotes what it got, and whatever stands in that member's place."""
    wire.behave = answers(200, {"RequestId": "r", **quoting})
    reply = api.call(CALL)
    assert isinstance(reply, Reply)
    for said in (by_code(reply), by_success(reply)):
        assert isinstance(said, CallFailed)
        assert "made" not in f"{said.code} {said.message}"


def test_what_dataworks_says_of_one_instance_shows_no_secret(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """It stands two members deep."""
    info = {"1": {"Success": False, "Message": "for SK+made/up="}, "2": {"Success": False, "Message": {"a": "SK+made"}}}
    wire.behave = answers(200, {"RequestId": "r", "SuccessInfo": info})
    results = rerun(api, Clock(), ["1", "2"])
    assert isinstance(results, dict)
    assert [results[number].message for number in ("1", "2")] == ["for ***", ""]
