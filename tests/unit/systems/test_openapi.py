"""The transport against a real socket: one call is one request, and each ending proves what it proves."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from darabonba.core import DaraCore
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.systems.openapi import ApiCall, OpenApi, Reply, _sdk, bounded, client
from tests.support.http_wire import Behaviour, Wire
from tests.support.make import Make
from tests.unit.systems.failed_calls import CALL, failed


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
    monkeypatch.setattr(client, "put_off", lambda *names: put.extend(names))
    monkeypatch.setattr(client, "_SDK", "not.loaded.yet")
    client._loaded.cache_clear()  # as in a process that has called nobody yet
    wire.behave = answers(200, {"RequestId": "r-1"})
    assert isinstance(api.call(CALL), Reply)
    assert tuple(put) == client.NEVER_USED


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


@pytest.mark.parametrize(
    ("told", "request_id"),
    [({}, ""), ({"RequestId": None}, ""), ({"RequestId": 7}, "7"), ({"RequestId": "r" * 129}, "r" * 128)],
)
def test_an_answer_without_a_request_id_has_none(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], told: dict[str, object], request_id: str
) -> None:
    """Nobody would find it at the service."""
    wire.behave = answers(200, told)
    assert api.call(CALL) == Reply(body=told, request_id=request_id, status=200)


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
    """By that `doctor` knows that nobody is there; the text names the operation and the host."""
    reply = failed(OpenApi(credentials, parse_endpoint("http://127.0.0.1:9")).call(CALL))
    assert reply.http_status is None
    assert reply.message == "RerunJobs: no answer that could be read from 127.0.0.1:9"


def test_the_least_time_is_enough(wire: Wire, credentials: Credentials, answers: Make[Behaviour]) -> None:
    """One second to the millisecond; half of it for the connection."""
    wire.behave = answers(200, {"RequestId": "r"})
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), remaining_s=lambda: 1.0)
    assert isinstance(api.call(CALL), Reply)
    assert api._timeouts_ms(1.0) == (500, 500)
    assert api._timeouts_ms(0.999) == (499, 500)


def test_what_others_ask_of_the_sdk_goes_its_usual_way(api: OpenApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only calls of ours leave through our transport; after one it is as it was before."""
    api.call(CALL)
    asked: list[tuple[object, object]] = []
    monkeypatch.setattr(_sdk, "_usual", lambda request, runtime: asked.append((request, runtime)))
    DaraCore.do_action("theirs", {"a": 1})
    assert asked == [("theirs", {"a": 1})]
