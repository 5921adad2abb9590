"""What the Log Service SDK is spared when outcomes are put is what it would have made itself."""

from __future__ import annotations

import runpy
import time
from typing import Any

import pytest
from aliyun.log import LogClient
from aliyun.log.proto import LogGroupRaw
from aliyun.log.util import Util

from shared.domain.credentials import Credentials
from shared.sls import _client, _signing
from shared.sls._signing import LogGroup, date, signer

AT = 1_767_578_400
DATE = "Mon, 05 Jan 2026 02:00:00 GMT"
ENDPOINT = "cn-hangzhou.log.aliyuncs.com"
RECORDS: list[list[dict[str, str]]] = [
    [],
    [{}],
    [{"verdict": "rerun", "message": "中文 and é", "empty": ""}],
    [{"a": "x" * 127}, {"a": "x" * 128, "long": "y" * 70_000}, {"a": "lone \ud800 surrogate"}],
    [{f"name_{number}": "value" * number for number in range(40)}],
    [{"name": "v" * size} for size in range(115, 131)],  # where a size takes a second byte, of the value or the field
]


@pytest.mark.parametrize("records", RECORDS)
def test_a_log_group_is_the_message_that_protocol_buffers_write(
    records: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read back by the SDK's own type, and the same bytes."""
    monkeypatch.setattr(time, "time_ns", lambda: AT * 10**9 + 123_456_789)
    wanted: Any = LogGroupRaw(Topic="topic", Source="source")
    for record in records:
        contents = wanted.Logs.add(Time=AT, Time_ns=123_456_789).Contents
        for name, value in record.items():
            contents.add(Key=name, Value=value.encode("utf-8", "replace"))
    told = LogGroup("topic", "source", AT, records).SerializeToString()
    read: Any = LogGroupRaw()
    read.ParseFromString(told)
    assert read == wanted
    assert told == wanted.SerializeToString()


@pytest.mark.parametrize(("method", "body", "params"), [("POST", b"body", {}), ("GET", None, {"b": "1", "a": "2"})])
@pytest.mark.parametrize("token", ["", "a token"])
def test_a_request_is_signed_as_the_sdk_signs_it(
    method: str, body: bytes | None, params: dict[str, str], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put, with a short-lived key and without, and what is left to it."""
    monkeypatch.setattr("shared.sls._signing._date_of", lambda _: DATE)
    client: Any = LogClient(ENDPOINT, "key", "secret", securityToken=token, source="x")
    usual = client._auth
    usual._getGMT = lambda: DATE
    key = Credentials(access_key_id="key", access_key_secret="secret", security_token=token)
    ours = _client._sdk_client.__wrapped__(ENDPOINT, key)._auth
    headers = {"x-log-bodyrawsize": "4", "Content-Type": "application/x-protobuf", "Host": "p.h", "X-Log-Upper": "u"}
    for others in ({}, {"x-acs-more": "m", "x-log-apiversion": "0.6.0"}):
        wanted, told = {**headers, **others}, {**headers, **others}
        usual.sign_request(method, "/logstores/o/shards/lb", dict(params), wanted, body)
        ours.sign_request(method, "/logstores/o/shards/lb", dict(params), told, body)
        assert told == wanted
        assert told["Authorization"].startswith("LOG key:")


@pytest.mark.usefixtures("md5_for_checksums_alone")
def test_outcomes_are_put_where_md5_is_forbidden_for_security() -> None:
    """As under FIPS 140. The module has begun a checksum when it is loaded."""
    headers = {"x-log-bodyrawsize": "4"}
    runpy.run_path(_signing.__file__)["signer"](None, "key", "secret", "")("POST", "/l", {}, headers, b"body")
    assert headers["Content-MD5"] == "841A2D689AD86BD1611447453C22C6FC"


@pytest.mark.parametrize(
    ("secret", "body", "params", "hashed"),
    [("", b"b", {}, True), ("s", b"", {}, True), ("s", b"b", {"a": "1"}, True), ("s", b"b", {}, False)],
)
def test_what_is_no_plain_put_is_left_to_the_sdk(
    secret: str, body: bytes, params: dict[str, str], *, hashed: bool
) -> None:
    """All of it is handed on as it came."""
    asked: list[Any] = []

    def usual(*told: Any, **more: Any) -> None:
        asked.append((*told, more))

    signer(usual, "key", secret, "")("POST", "/r", params, {}, body, compute_content_hash=hashed)
    assert asked == [("POST", "/r", params, {}, body, {"compute_content_hash": hashed})]


def test_the_date_is_the_one_of_this_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second later it is another."""
    told = []
    for moment in (AT + 0.0, AT + 0.9, AT + 1.0):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        told.append(date())
    assert told == [DATE, DATE, "Mon, 05 Jan 2026 02:00:01 GMT"]


@pytest.mark.parametrize(
    ("method", "body", "params", "ours"),
    [("POST", b"x", {}, True), ("PUT", b"x", {}, False), ("POST", b"", {}, False), ("POST", b"x", {"a": "b"}, False)],
)
def test_only_what_carries_outcomes_is_signed_here(method: str, body: bytes, params: Any, *, ours: bool) -> None:
    """A POST with a body and no parameters; everything else by the SDK itself."""
    asked: list[str] = []
    sign = signer(lambda method, *_, **__: asked.append(method), "AK", "SK", "")
    headers: dict[str, str] = {}
    sign(method, "/logstores/a", params, headers, body)
    assert (not asked, "Authorization" in headers) == (ours, ours)


@pytest.mark.parametrize(
    ("told", "read"), [(None, None), (b"\xc3\xa9", "é"), ({b"a": [b"b", None, 1]}, {"a": ["b", None, 1]}), ("x", "x")]
)
def test_an_answer_becomes_text_as_ever(told: Any, read: Any) -> None:
    """A put is answered with nothing, which the SDK need not look through."""
    assert vars(_signing)["_usual_text"] is not Util.convert_unicode_to_str
    assert Util.convert_unicode_to_str(told) == read
