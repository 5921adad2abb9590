"""What goes out is what the official SDK would send, and what comes back is read as it would read it."""

from __future__ import annotations

import random
from typing import Any

import lz4.block
import pytest
from aliyun.log import LogClient, LogItem, PutLogsRequest
from aliyun.log.log_logs_raw_pb2 import LogGroupListRaw, LogGroupRaw
from msgspec.structs import replace

from shared.ports import LogRange
from shared.sls import Access
from shared.sls.protobuf import encoded, groups
from shared.sls.wire import LogWire
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import REQUEST_ID, group, page

RECORDS = [
    {"outcome_id": "1", "message": "任务 lost\n\x00 é" * 40, "empty": ""},
    {"k" * 200: "v" * 20_000},
    {},
]
OWN = {"user-agent", "date", "x-log-date", "authorization", "content-md5", "content-length", "x-log-bodyrawsize"}
"""What differs: who it is, the moment, and the nanoseconds that the SDK adds to each log."""
HTTP = {"accept", "accept-encoding", "connection"}
"""Of a PutLogs, whose answer is empty."""


def headers(seen: dict[str, Any], besides: set[str]) -> dict[str, str]:
    """Names in lower case, without those."""
    named = {name.lower(): value for name, value in seen["headers"].items()}
    return {name: value for name, value in named.items() if name not in OWN | besides}


def inflated(seen: dict[str, Any]) -> Any:
    """The log group that was sent."""
    size = int({name.lower(): value for name, value in seen["headers"].items()}["x-log-bodyrawsize"])
    sent = LogGroupRaw()
    sent.ParseFromString(lz4.block.decompress(seen["body"], uncompressed_size=size))
    for log in sent.Logs:
        log.ClearField("Time_ns")
    return sent


@pytest.mark.parametrize("token", ["", "STS+token/up="])
def test_both_calls_have_the_sdks_form(wire: Wire, access: Access, wanted: LogRange, token: str) -> None:
    """Method, query, body and every header that is not the SDK's own affair."""
    keys = replace(access.credentials, security_token=token)
    sdk: Any = LogClient(
        f"http://{wire.host}", "AK-made-up", "SK-made-up", securityToken=token or None, source="secondwind"
    )
    sdk._isRowIp = True
    ours = LogWire(replace(access, credentials=keys), f"http://{wire.host}")
    wire.behave = lambda handler: say(handler, 200, b"", **REQUEST_ID)
    ours.put("project", "outcomes", 1_700_000_000, RECORDS)
    items: list[Any] = [LogItem(1_700_000_000, contents=list(record.items())) for record in RECORDS]
    sdk.put_logs(PutLogsRequest("project", "outcomes", "secondwind-outcome", logitems=items))
    wire.behave = page([group({"a": "1"})], "9")
    ours.pull(wanted, "MTQ+/=", 1_000)
    sdk.pull_logs("project", "logs", 0, "MTQ+/=", 1_000, end_cursor="9")
    put, sdk_put, pull, sdk_pull = wire.requests
    assert inflated(put) == inflated(sdk_put)
    assert headers(put, HTTP) == headers(sdk_put, HTTP)
    assert [pull[part] for part in ("method", "query", "body")] == [
        sdk_pull[part] for part in ("method", "query", "body")
    ]
    assert headers(pull, {"connection"}) == headers(sdk_pull, {"connection"})


@pytest.mark.parametrize("token", ["", "STS+token/up="])
def test_a_call_is_signed_as_the_sdk_signs_it(access: Access, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """The SDK's own signature of the very headers, parameters and body that go out."""
    date = "Sat, 28 Nov 2026 22:12:37 GMT"
    keys = replace(access.credentials, security_token=token)
    sdk: Any = LogClient("http://127.0.0.1", "AK-made-up", "SK-made-up", securityToken=token or None, source="x")
    monkeypatch.setattr(sdk._auth, "_getGMT", lambda: date)
    told = {"type": "log", "cursor": "MTQ+/=", "count": "5"}
    for method, body, about in (("GET", b"", {}), ("POST", b"body", {"Content-Type": "application/x-protobuf"})):
        first = {"Host": "h", "x-log-bodyrawsize": "4", **about}
        ours = LogWire(replace(access, credentials=keys), "http://127.0.0.1")._signed(
            method, "/r", first, told, body, date
        )
        theirs = {**first, "x-log-apiversion": "0.6.0"}
        sdk._auth.sign_request(method, "/r", dict(told), theirs, body)
        assert dict(ours) == theirs


def test_groups_are_read_as_protobuf_reads_them() -> None:
    """Keys, values, topics and times of any size, with fields that nobody asked for between them."""
    chance = random.Random(5)
    listed = LogGroupListRaw()
    for _ in range(40):
        made = listed.LogGroups.add()
        made.Topic, made.Source = chance.choice(["", "t" * 300]), "s"
        tag = made.LogTags.add()
        tag.Key, tag.Value = "k", "v"
        for _ in range(chance.randrange(4)):
            log = made.Logs.add()
            log.Time = chance.randrange(1 << 32)
            if chance.random() < 0.5:
                log.Time_ns = 7
            for _ in range(chance.randrange(4)):
                content = log.Contents.add()
                content.Key = "k" * chance.choice([0, 1, 127, 128, 20_000])
                content.Value = chance.randbytes(chance.choice([0, 1, 127, 128, 20_000]))
    read = groups(listed.SerializeToString())
    wanted = [
        (one.Topic, [(log.Time, [(content.Key, content.Value) for content in log.Contents]) for log in one.Logs])
        for one in listed.LogGroups
    ]
    found = [
        (one.topic.decode(), [(log.time, [(key.decode(), value) for key, value in log.contents]) for log in one.logs()])
        for one in read
    ]
    assert found == wanted


def test_bytes_that_are_no_message_are_a_value_error_and_nothing_else() -> None:
    """Cut, longer than they say, of unknown kinds: whatever comes, reading ends, and says so."""
    chance = random.Random(6)
    whole = encoded(1, "topic", "source", RECORDS)
    whole = b"\n" + bytes([len(whole) & 0x7F | 0x80, len(whole) >> 7 & 0x7F | 0x80, len(whole) >> 14]) + whole
    assert [len(list(one.logs())) for one in groups(whole)] == [3]
    for _ in range(400):
        bent = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(4)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        try:
            for one in groups(bytes(bent)):
                list(one.logs())
        except ValueError:
            continue
