"""The HTTP doors of the local Function Compute: what they refuse, and what they show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.fc.answers import FunctionDesk
from localcloud.fc.fc2_wire import Fc2Door, signed_text
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.fc.instance.in_process import InProcessFunction
from localcloud.wire.http import Request, Response
from localcloud.wire.signing import LOCAL_CREDENTIAL
from tests.support.sdk import Sdk

NOW = 1_767_225_600.0
PATH = "/2016-08-15/services/default.LATEST/functions/echo/invocations"


@pytest.fixture
def desk() -> FunctionDesk:
    """One function that gives back what it gets, with a trigger."""
    made = FunctionDesk(ManualClock(NOW))
    echo = InProcessFunction(lambda event, _context: event).invoke
    made.deploy("echo", echo, triggers=[{"triggerName": "t", "triggerType": "timer"}], environment={"A": "b"})
    return made


def fc2(desk: FunctionDesk, *, sent_at: float = NOW, path: str = PATH, method: str = "POST", **more: str) -> Response:
    """An invocation as FC 2.0's clients sign it; header names with underscores for hyphens."""
    headers = {"date": formatdate(sent_at, usegmt=True), "content-type": "application/json"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    request = Request(method, path, "", headers, b"{}")
    secret = LOCAL_CREDENTIAL.access_key_secret.encode()
    digest = hmac.new(secret, signed_text(request).encode(), hashlib.sha256).digest()
    headers.setdefault("authorization", f"FC {LOCAL_CREDENTIAL.access_key_id}:{base64.b64encode(digest).decode()}")
    return Fc2Door(desk, ManualClock(NOW), [LOCAL_CREDENTIAL]).handle(request)


def code(response: Response) -> tuple[int, str]:
    """Status and error code."""
    return response.status, json.loads(response.body)["ErrorCode"]


def test_a_call_that_is_signed_rightly_is_made(desk: FunctionDesk) -> None:
    """With and without a tail of the log."""
    plain = fc2(desk)
    assert (plain.status, plain.body) == (200, b"{}")
    assert "x-fc-log-result" not in plain.headers
    assert "x-fc-log-result" in fc2(desk, x_fc_log_type="Tail").headers


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"sent_at": NOW - 901}, (403, "RequestTimeTooSkewed")),
        ({"sent_at": NOW + 901}, (403, "RequestTimeTooSkewed")),
        ({"date": "yesterday"}, (400, "MissingRequiredHeader")),
        ({"authorization": "FC local:AAAA"}, (403, "SignatureNotMatch")),
        ({"authorization": "FC nobody:AAAA"}, (403, "InvalidAccessKeyID")),
        ({"authorization": "LOG local:AAAA"}, (400, "MissingRequiredHeader")),
        ({"x_fc_security_token": "a token"}, (403, "InvalidSecurityToken")),
        ({"path": PATH.replace("default", "other")}, (404, "ServiceNotFound")),
        ({"path": PATH.replace("LATEST", "7")}, (404, "VersionNotFound")),
        ({"path": PATH.replace("echo", "other")}, (404, "FunctionNotFound")),
        ({"path": PATH.replace("invocations", "triggers")}, (400, "PathNotSupported")),
        ({"method": "GET"}, (400, "PathNotSupported")),
        ({"x_fc_invocation_type": "Later"}, (400, "InvalidArgument")),
        (
            {"x_fc_invocation_type": "Async", "x_fc_stateful_async_invocation_id": "7 not a name"},
            (400, "InvalidArgument"),
        ),
    ],
)
def test_fc2_refuses(desk: FunctionDesk, wrong: dict[str, Any], answer: tuple[int, str]) -> None:
    """Each with the documented code, or the one that the module's head names."""
    assert code(fc2(desk, **wrong)) == answer


def test_a_changed_header_breaks_the_signature(desk: FunctionDesk) -> None:
    """The `x-fc-*` headers are signed: one more after signing is refused."""
    signed = fc2(desk)
    assert signed.status == 200
    request = Request("POST", PATH, "", {"date": formatdate(NOW, usegmt=True)}, b"")
    digest = hmac.new(b"local-secret", signed_text(request).encode(), hashlib.sha256).digest()
    headers = {**request.headers, "authorization": f"FC local:{base64.b64encode(digest).decode()}"}
    door = Fc2Door(desk, ManualClock(NOW), [LOCAL_CREDENTIAL])
    assert door.handle(Request("POST", PATH, "", headers, b"")).status == 200
    assert code(door.handle(Request("POST", PATH, "", {**headers, "x-fc-log-type": "Tail"}, b"")))[0] == 403


@pytest.fixture
def client(desk: FunctionDesk) -> Iterator[Any]:
    """The official FC 3.0 client, pointed at a local cloud with that desk."""
    from alibabacloud_fc20230330.client import Client
    from alibabacloud_tea_openapi.utils_models import Config

    cloud = LocalCloud()
    door = Fc3Door(desk, SystemClock(), cloud.credentials)
    cloud.mount(door.serves, door)
    key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
    with cloud:
        yield Client(Config(access_key_id=key, access_key_secret=secret, protocol="http", endpoint=cloud.host))


def test_fc3_shows_a_function_and_its_triggers(client: Sdk) -> None:
    """GetFunction and ListTriggers through the official client."""
    from alibabacloud_fc20230330.models import GetFunctionRequest, ListTriggersRequest

    assert client.get_function("echo", GetFunctionRequest()).body.environment_variables == {"A": "b"}
    (trigger,) = client.list_triggers("echo", ListTriggersRequest()).body.triggers
    assert (trigger.trigger_name, trigger.trigger_type) == ("t", "timer")


def test_fc3_invokes_a_name_with_signs(client: Sdk, desk: FunctionDesk) -> None:
    """A name that must be escaped in the path is found, and the signature over the escaped path holds."""
    from alibabacloud_fc20230330.models import InvokeFunctionRequest

    desk.deploy("a b", InProcessFunction(lambda event, _context: event).invoke)
    assert client.invoke_function("a b", InvokeFunctionRequest(body=b"\x00\xff")).body.read() == b"\x00\xff"


def test_fc3_knows_no_other_operation(client: Sdk) -> None:
    """DeleteFunction is refused."""
    from alibabacloud_tea_openapi.exceptions import ClientException

    with pytest.raises(ClientException) as refused:
        client.delete_function("echo")
    assert refused.value.data["Code"] == "InvalidAction.NotFound"


def test_an_asynchronous_event_has_its_own_limit(desk: FunctionDesk) -> None:
    """128 KB, where a synchronous one may have 32 MB."""
    from localcloud.wire.http import ApiError

    large = b"x" * (128 * 1024 + 1)
    assert desk.invoke("echo", large, {}, "task").status == 200
    with pytest.raises(ApiError, match="EntityTooLarge"):
        desk.invoke("echo", large, {"x-fc-invocation-type": "Async"}, "task")
