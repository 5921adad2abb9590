"""EventBridge on localhost: which events are taken, in the process and by PutEvents over a socket."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from typing import Any

import pytest

from localcloud.eventbridge.models import EventError
from localcloud.eventbridge.service import EventBridge
from localcloud.wire.server import HttpServer
from tests.localcloud.eventbridge.conftest import EVENT, PATTERN, Function


@pytest.mark.parametrize(
    ("bus", "change", "code"),
    [
        ("nothing", {}, "EventBusNotExist"),
        ("jobs", {"id": ""}, "InvalidArgument"),
        ("jobs", {"source": 3}, "InvalidArgument"),
        ("jobs", {"type": "x" * 1025}, "InvalidArgument"),
        ("jobs", {"specversion": "0.3"}, "InvalidArgument"),
        ("jobs", {"data": float("nan")}, "InvalidArgument"),
        ("jobs", {"data": "x" * 65_536}, "EntityTooLarge"),
    ],
)
def test_events_that_are_not_taken(bridge: EventBridge, bus: str, change: dict[str, Any], code: str) -> None:
    """Each fault has its code, and nothing is delivered."""
    bridge.add_rule("jobs", "all", {}, Function())
    with pytest.raises(EventError) as caught:
        bridge.put(bus, {**EVENT, **change})
    assert caught.value.code == code
    assert bridge.waiting == 0


class Sender:
    """PutEvents over a socket, signed by hand as the SDK signs."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(
        self,
        body: bytes,
        *,
        key_id: str = "AK",
        secret: str = "s",  # noqa: S107 - made up
        token: str = "t",  # noqa: S107 - made up
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        kind, date = "application/cloudevents-batch+json; charset=utf-8", "Tue, 14 Nov 2023 22:13:20 GMT"
        acs = {
            "x-acs-security-token": token,
            "x-acs-signature-method": "HMAC-SHA1",
            "x-acs-signature-nonce": "n",
            "x-acs-signature-version": "1.0",
        }
        lines = ["POST", "", kind, date, *(f"{k}:{v}" for k, v in sorted(acs.items())), "/openapi/putEvents"]
        digest = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha1).digest()
        headers = {**acs, "content-type": kind, "date": date}
        headers["authorization"] = f"acs:{key_id}:{base64.b64encode(digest).decode()}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("POST", "/openapi/putEvents", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


@pytest.fixture
def sender(bridge: EventBridge) -> Any:
    """The bridge behind a socket."""
    with HttpServer() as server:
        for predicate, handler in bridge.routes():
            server.mount(predicate, handler)
        yield Sender(server.port)
    assert list(server.errors) == []


def test_put_events(bridge: EventBridge, sender: Sender) -> None:
    """Good events of a batch are taken, each bad one is told in its place."""
    function = Function()
    bridge.add_rule("jobs", "r", PATTERN, function)
    named = {**EVENT, "aliyuneventbusname": "jobs"}
    status, answer = sender(json.dumps([named, {**named, "id": None}, {**EVENT}, 7]).encode())
    assert (status, answer["FailedEntryCount"]) == (200, 3)
    assert [entry.get("ErrorCode", entry.get("EventId")) for entry in answer["EntryList"]] == [
        "1",
        "InvalidArgument",
        "EventBusNotExist",
        "InvalidArgument",
    ]
    bridge.deliver_due()
    assert [body["id"] for body in function.bodies] == ["1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key_id": "other"}, "InvalidAccessKeyId"),
        ({"secret": "other"}, "SignatureNotMatch"),
        ({"token": "other"}, "InvalidSecurityToken"),
    ],
)
def test_wrong_keys_are_refused(bridge: EventBridge, sender: Sender, change: dict[str, str], code: str) -> None:
    """A wrong key, secret or token is 403 and nothing is taken."""
    bridge.add_rule("jobs", "all", {}, Function())
    status, answer = sender(json.dumps([{**EVENT, "aliyuneventbusname": "jobs"}]).encode(), **change)
    assert (status, answer["code"]) == (403, code)
    assert bridge.waiting == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (json.dumps([EVENT] * 17).encode(), 400),
        (b" " * (256 * 1024 + 1), 413),
    ],
)
def test_bad_bodies(sender: Sender, body: bytes, status: int) -> None:
    """A body that is no list of 1 to 16 events, or too large, is refused."""
    assert sender(body)[0] == status
