"""What goes out is what the official SDK would send: it is the judge of the form, and of the signature."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal

import pytest
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.systems.openapi import ApiCall, OpenApi, Reply
from shared.systems.openapi._wire import ALGORITHM, signed
from tests.support.http_wire import Behaviour, Wire
from tests.support.make import Make

PARAMETERS = {
    "ClusterId": "ehpc-hz-1",
    "Jobs": '[{"Id":"1[2].scheduler"},{"Id":"3"}]',
    "Odd": "a b+c/d~e*f'g(h)!%20&=?#;:@,é任务\n\t\"\\",
    "Zone": "Asia/Shanghai",
    "a": "lower case comes last",
}
OWN = {"authorization", "user-agent", "x-acs-date", "x-acs-signature-nonce", "accept-encoding"}
"""What differs: moment, chance, who it is, and what follows from them."""
SDK_ONLY = {"x-acs-credentials-provider", "x-acs-accesskey-id"}
"""What the SDK says of itself: where it had the key from."""
Form = tuple[Literal["GET", "POST"], bool]
FORMS: list[Form] = [("GET", False), ("POST", False), ("POST", True)]


def by_sdk(wire: Wire, keys: Credentials, call: ApiCall) -> None:
    """The same call through the SDK."""
    config = Config(
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=keys.security_token or None,
        protocol="http",
        endpoint=wire.host,
    )
    params = Params(
        action=call.action,
        version=call.version,
        protocol="HTTPS",
        pathname="/",
        method=call.method,
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    form = call.method == "POST" and not call.in_query
    told = dict(call.parameters)
    request = OpenApiRequest(body=told) if form else OpenApiRequest(query=told)
    Client(config).call_api(params, request, RuntimeOptions())


@pytest.mark.parametrize("token", ["", "STS+token/up="])
@pytest.mark.parametrize(("method", "in_query"), FORMS)
def test_a_call_has_the_sdks_form(
    wire: Wire, answers: Make[Behaviour], method: Literal["GET", "POST"], token: str, *, in_query: bool
) -> None:
    """Method, parameters, body and every header that is not the SDK's own affair."""
    wire.behave = answers(200, {"RequestId": "r"})
    keys = Credentials(access_key_id="AK", access_key_secret="SK", security_token=token)
    call = ApiCall(action="RerunJobs", version="2018-04-12", method=method, in_query=in_query, parameters=PARAMETERS)
    assert isinstance(OpenApi(keys, parse_endpoint(f"http://{wire.host}")).call(call), Reply)
    by_sdk(wire, keys, call)
    ours, theirs = wire.requests
    assert [ours[part] for part in ("method", "query", "body")] == [
        theirs[part] for part in ("method", "query", "body")
    ]
    assert _headers(ours) == _headers(theirs)


def _headers(seen: dict[str, Any]) -> dict[str, str]:
    named = {name.lower(): value for name, value in seen["headers"].items()}
    return {name: value for name, value in named.items() if name not in OWN | SDK_ONLY}


@pytest.mark.parametrize("token", ["", "STS+token/up="])
@pytest.mark.parametrize(("method", "in_query"), FORMS)
def test_a_call_is_signed_as_the_sdk_signs_it(method: Literal["GET", "POST"], token: str, *, in_query: bool) -> None:
    """The SDK's own signature of the very headers and parameters that go out."""
    keys = Credentials(access_key_id="AK", access_key_secret="SK", security_token=token)
    call = ApiCall(action="RerunJobs", version="2018-04-12", method=method, in_query=in_query, parameters=PARAMETERS)
    headers, query, _ = signed(keys, parse_endpoint("http://ehpc.example.com"), call, "2026-01-01T00:00:00Z", "nonce")
    told = {name: value for name, value in headers.items() if name != "authorization"}
    request = SimpleNamespace(pathname="/", method=method, query=PARAMETERS if query else {}, headers=told)
    content = headers["x-acs-content-sha256"]
    assert headers["authorization"] == Utils.get_authorization(request, ALGORITHM, content, "AK", "SK")


def test_no_nonce_comes_twice(wire: Wire, answers: Make[Behaviour]) -> None:
    """A call with the nonce of another is refused as its twin."""
    wire.behave = answers(200, {"RequestId": "r"})
    keys = Credentials(access_key_id="AK", access_key_secret="SK", security_token="")
    api = OpenApi(keys, parse_endpoint(f"http://{wire.host}"))
    for _ in range(20):
        api.call(ApiCall(action="ListJobs", version="2018-04-12", parameters={}))
    assert len({request["headers"]["x-acs-signature-nonce"] for request in wire.requests}) == 20
