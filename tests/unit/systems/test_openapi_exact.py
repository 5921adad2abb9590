"""The transport to the letter: what a call is sent with, and when one is not sent, or not sent again."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.network.http_bounds import Bounds
from shared.network.kept_http import NoWholeAnswer, Snag
from shared.systems.openapi import OpenApi, Reply, _sdk
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.results import malformed
from tests.support.http_wire import Behaviour, Wire
from tests.support.make import Make
from tests.unit.systems.failed_calls import CALL, failed

LOOK = replace(CALL, action="ListJobs", mutates=False)


def test_a_call_names_us_and_its_parameters_where_they_belong(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """A POST whose product reads the query has them there, and no form."""
    wire.behave = answers(200, {"RequestId": "r"})
    for method, in_query in (("GET", False), ("POST", True), ("POST", False)):
        api.call(replace(CALL, method=method, in_query=in_query))
    parameters = dict(CALL.parameters)
    assert [seen["query"] for seen in wire.requests] == [parameters, parameters, {}]
    assert [seen["form"] for seen in wire.requests] == [{}, {}, parameters]
    headers = {name.lower(): value for name, value in wire.requests[0]["headers"].items()}
    assert headers["user-agent"].endswith("second-wind")


def test_a_key_without_a_token_sends_none(wire: Wire, answers: Make[Behaviour]) -> None:
    """As a person's own key."""
    wire.behave = answers(200, {"RequestId": "r"})
    key = Credentials(access_key_id="AK-own", access_key_secret="SK-own")
    assert isinstance(OpenApi(key, parse_endpoint(f"http://{wire.host}")).call(CALL), Reply)
    assert "x-acs-security-token" not in {name.lower() for name in wire.requests[0]["headers"]}


def test_time_limits_go_down_in_seconds(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the whole takes no longer than both."""
    told: list[Bounds] = []

    def sent(*asked: Any) -> Any:
        told.append(asked[-1])
        raise NoWholeAnswer(Snag.READ_TIMEOUT)

    monkeypatch.setattr(_sdk, "exchange", sent)
    endpoint = parse_endpoint("http://example.invalid")
    api = OpenApi(credentials, endpoint, connect_timeout_ms=2_000, read_timeout_ms=3_000)
    assert failed(api.call(CALL)).code == "ReadTimeout"
    assert told == [Bounds(connect_s=2.0, read_s=3.0, total_s=5.0, most_bytes=_sdk.MOST_BYTES)]


def test_a_place_is_no_redirect_by_itself(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """What was made may be told with its place; and where none is told nobody is sent elsewhere."""
    wire.behave = answers(201, {"RequestId": "r"}, location="/made")
    assert isinstance(api.call(CALL), Reply)
    wire.behave = answers(302, {"RequestId": "r"})
    assert failed(api.call(CALL)).code == "UnreadableAnswer"


@pytest.mark.parametrize(("left_s", "sent"), [(1.001, 2), (1.0, 2), (0.999, 1)])
def test_a_look_that_broke_is_repeated_only_while_there_is_time(
    wire: Wire, credentials: Credentials, resets: Behaviour, left_s: float, sent: int
) -> None:
    """As long as a first one would be begun."""
    wire.behave = resets
    left = iter([60.0])
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), remaining_s=lambda: next(left, left_s))
    assert failed(api.call(LOOK)).code == "ConnectionBroken"
    assert len(wire.requests) == sent


def test_a_look_leaves_nothing_unless_it_is_told_to(
    wire: Wire, credentials: Credentials, answers: Make[Behaviour]
) -> None:
    """Then it may be begun as late as a call."""
    wire.behave = answers(200, {"RequestId": "r"})
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), remaining_s=lambda: 1.0)
    assert isinstance(api.call(LOOK), Reply)


def test_an_error_of_the_sdks_own_is_no_answer() -> None:
    """It carries no status."""
    assert _sdk.told(AlibabaCloudException(code="InvalidCredentials", message="no"), None) is NoAnswer.OTHER


def test_what_is_wrong_with_an_answer_is_told_in_short() -> None:
    """It may quote the answer."""
    assert malformed(ValueError("x" * 300), 1.0).message == "x" * 256
