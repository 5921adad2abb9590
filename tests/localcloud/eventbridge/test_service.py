"""EventBridge on localhost: intake, rules, delivery at least once, PutEvents over a socket."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.eventbridge.models import EventError
from localcloud.eventbridge.retries import ErrorsTolerance, RetryStrategy, RunOptions
from localcloud.eventbridge.service import EventBridge, Transform
from localcloud.fc.models import InvocationResult
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential

FAILED = InvocationResult(b"{}", {"errorMessage": "m", "errorType": "T"}, "r", "")
DONE = InvocationResult(b"null", None, "r", "")
EVENT: dict[str, Any] = {
    "id": "1",
    "source": "my.emitter",
    "type": "job:failed",
    "specversion": "1.0",
    "data": {"system": "ehpc", "job_id": "1.scheduler"},
}
PATTERN = {"source": ["my.emitter"]}


class Function:
    """A target that notes its bodies and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.bodies: list[Any] = []
        self.failures = failures

    def __call__(self, body: bytes) -> InvocationResult:
        """One invocation."""
        self.bodies.append(json.loads(body))
        self.failures -= 1
        return FAILED if self.failures >= 0 else DONE


@pytest.fixture
def clock() -> ManualClock:
    """2023-11-14T22:13:20Z."""
    return ManualClock(1_700_000_000)


@pytest.fixture
def bridge(clock: ManualClock) -> EventBridge:
    """An EventBridge with one custom bus."""
    made = EventBridge(clock, credentials=[Credential("AK", "s", "t")], region="cn-beijing", account_id="42")
    made.create_bus("jobs")
    return made


def test_a_matching_event_arrives_with_its_envelope(bridge: EventBridge) -> None:
    """The target gets the event whole with the platform's attributes; other rules get nothing."""
    hit, miss = Function(), Function()
    bridge.add_rule("jobs", "hit", PATTERN, hit)
    bridge.add_rule("jobs", "miss", {"source": ["other"]}, miss)
    assert bridge.put("jobs", EVENT) == 1
    assert hit.bodies == []
    (delivery,) = bridge.deliver_due()
    assert (delivery.rule.name, delivery.result) == ("hit", DONE)
    assert hit.bodies == [
        {
            **EVENT,
            "aliyunaccountid": "42",
            "aliyunpublishtime": "2023-11-15T06:13:20.000PRC",
            "aliyuneventbusname": "jobs",
            "aliyunregionid": "cn-beijing",
            "aliyunpublishaddr": "127.0.0.1",
        }
    ]
    assert miss.bodies == []
    assert bridge.deliver_due() == []


def test_bare_data(bridge: EventBridge) -> None:
    """With `$.data` the target gets the data alone, and data that is text as that text."""
    function = Function()
    bridge.add_rule("jobs", "data", PATTERN, function, transform=Transform.DATA)
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "data": '{"as": "text"}'})
    bridge.deliver_due()
    assert function.bodies == [EVENT["data"], {"as": "text"}]


def test_back_off_then_dead_letter(bridge: EventBridge, clock: ManualClock) -> None:
    """A failing event is tried 3 times more, each 10 to 20 s later, and then kept as a dead letter."""
    function = Function(failures=99)
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.put("jobs", EVENT)
    for calls in range(1, 5):
        assert len(bridge.deliver_due()) == 1
        assert len(function.bodies) == calls
        assert bridge.deliver_due() == []
        if calls < 4:
            due = bridge.next_due()
            assert due is not None
            assert 10 <= due - clock.now() <= 20
            clock.advance(9.9)
            assert bridge.deliver_due() == []
            clock.advance(10.2)
    assert (bridge.waiting, bridge.next_due()) == (0, None)
    (dead,) = bridge.dead_letters
    assert (dead.event["id"], dead.failures, dead.result) == ("1", 4, FAILED)


def test_exponential_decay_then_discard(bridge: EventBridge, clock: ManualClock) -> None:
    """With the slow policy and no dead-letter queue an event is tried 177 times within a day, and then it is lost."""
    function, begun = Function(failures=999), clock.now()
    options = RunOptions(retry=RetryStrategy.EXPONENTIAL_DECAY, dead_letter_queue=False)
    bridge.add_rule("jobs", "r", PATTERN, function, options=options)
    bridge.put("jobs", EVENT)
    moments: list[float] = []
    while (due := bridge.next_due()) is not None:
        clock.advance(due - clock.now())
        assert len(bridge.deliver_due()) == 1
        moments.append(clock.now() - begun)
    assert moments[:5] == [0, 1, 3, 7, 15]
    assert (len(moments), moments[-1]) == (177, 86_015)
    assert (bridge.dead_letters, [one.failures for one in bridge.discarded]) == ([], [177])


def test_tolerance_none_blocks_the_rule(bridge: EventBridge, clock: ManualClock) -> None:
    """After the retries the rule delivers nothing, also of what comes later, until it is resumed; others go on."""
    stuck, fine = Function(failures=4), Function()
    bridge.add_rule("jobs", "stuck", PATTERN, stuck, options=RunOptions(tolerance=ErrorsTolerance.NONE))
    bridge.add_rule("jobs", "fine", PATTERN, fine)
    bridge.put("jobs", EVENT)
    for _ in range(4):
        bridge.deliver_due()
        clock.advance(20)
    bridge.put("jobs", {**EVENT, "id": "2"})
    assert [one.rule.name for one in bridge.deliver_due()] == ["fine"]
    assert (bridge.blocked, bridge.next_due(), bridge.waiting) == ([("jobs", "stuck")], None, 2)
    bridge.resume("jobs", "stuck")
    assert len(bridge.deliver_due()) == 2
    assert sorted(body["id"] for body in stuck.bodies) == ["1", "1", "1", "1", "1", "2"]
    assert (bridge.blocked, bridge.waiting, bridge.dead_letters) == ([], 0, [])
    with pytest.raises(KeyError):
        bridge.resume("jobs", "stuck")


def test_a_rule_blocked_in_a_step_delivers_no_more_in_it(bridge: EventBridge, clock: ManualClock) -> None:
    """What was due in the same step as the last failure waits, with all its retries."""
    function = Function(failures=4)
    bridge.add_rule("jobs", "r", PATTERN, function, options=RunOptions(tolerance=ErrorsTolerance.NONE))
    bridge.put("jobs", EVENT)
    for _ in range(3):
        bridge.deliver_due()
        clock.advance(20)
    bridge.put("jobs", {**EVENT, "id": "2"})
    bridge._waiting.sort(key=lambda one: one.event["id"])
    assert len(bridge.deliver_due()) == 1
    assert (bridge.waiting, [body["id"] for body in function.bodies]) == (2, ["1"] * 4)


def test_a_target_that_raises_loses_nothing(bridge: EventBridge) -> None:
    """If the callable itself raises, its event and the others of the step are delivered by the next one."""
    calls: list[bytes] = []

    def target(body: bytes) -> InvocationResult:
        calls.append(body)
        if len(calls) == 1:
            raise RuntimeError("no runtime")
        return DONE

    bridge.add_rule("jobs", "r", PATTERN, target)
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "id": "2"})
    with pytest.raises(RuntimeError, match="no runtime"):
        bridge.deliver_due()
    assert len(bridge.deliver_due()) == 2
    assert len(calls) == 3


def test_success_after_a_retry_is_the_end(bridge: EventBridge, clock: ManualClock) -> None:
    """Once the target succeeds nothing more comes."""
    function = Function(failures=1)
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.put("jobs", EVENT)
    bridge.deliver_due()
    clock.advance(20)
    assert [delivery.result for delivery in bridge.deliver_due()] == [DONE]
    clock.advance(100)
    assert bridge.deliver_due() == []
    assert bridge.dead_letters == []


def test_duplicates_on_demand(bridge: EventBridge) -> None:
    """The next matching event comes twice, the one after it once."""
    function = Function()
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.duplicate_next()
    bridge.put("jobs", {**EVENT, "source": "other"})
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "id": "2"})
    bridge.deliver_due()
    assert [body["id"] for body in function.bodies] == ["1", "1", "2"]


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
