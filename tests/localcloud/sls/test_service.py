"""What the SDK cannot send: requests made by hand against the local Log Service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.clock import ManualClock
from localcloud.sls import answers as sls_operations
from localcloud.sls import protobuf as sls_wire
from localcloud.sls import wire as sls_call
from localcloud.sls.errors import SlsError
from localcloud.sls.models import Log, LogGroup, log
from localcloud.sls.protobuf import compress, encode_group
from localcloud.sls.service import LogService
from localcloud.wire.http import Request, Response
from localcloud.wire.signing import Credential

NOW = 1_700_000_000.0
GROUP = encode_group(LogGroup((log(int(NOW), {"a": "b"}),)))


@pytest.fixture
def local() -> LogService:
    """A service whose clock stands still."""
    made = LogService(ManualClock(NOW), [Credential("AK", "secret")])
    made.create_logstore("proj", "logs", shards=1)
    return made


def send(
    service: LogService,
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/logstores/logs/shards/lb",
    query: str = "",
    host: str = "proj.127.0.0.1:8080",
    date: float = NOW,
    after: dict[str, str] | None = None,
    **extra: str,
) -> Response:
    """Sign with v1 and send; `extra` are headers, `after` those changed after signing, empty ones left out."""
    headers = {
        "host": host,
        "date": formatdate(date, usegmt=True),
        "x-log-apiversion": "0.6.0",
        "x-log-signaturemethod": "hmac-sha1",
    }
    if body:
        headers["content-md5"] = hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
        headers["content-type"] = "application/x-protobuf"
    headers |= {name.replace("_", "-"): value for name, value in extra.items()}
    headers = {name: value for name, value in headers.items() if value}
    signed = [f"{n}:{v}\n" for n, v in sorted(headers.items()) if n.startswith(("x-log-", "x-acs-"))]
    lines = [method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"]]
    text = "\n".join(lines) + "\n" + "".join(signed) + path + (f"?{query}" if query else "")
    digest = hmac.new(b"secret", text.encode(), hashlib.sha1).digest()
    headers["authorization"] = f"LOG AK:{base64.b64encode(digest).decode()}"
    return service.handle(Request(method, path, query, {**headers, **(after or {})}, body))


def code(response: Response) -> tuple[int, str]:
    """Status and errorCode."""
    return response.status, json.loads(response.body)["errorCode"] if response.body else ""


def put(service: LogService, body: bytes, **headers: Any) -> tuple[int, str]:
    """PutLogs of that body."""
    return code(send(service, body, **{"x_log_bodyrawsize": str(len(body)), **headers}))


def test_a_request_signed_by_hand_is_taken(local: LogService) -> None:
    """The helper of this file signs as the service wants, so that the refusals below mean something."""
    assert put(local, GROUP) == (200, "")
    assert put(local, compress(GROUP), x_log_bodyrawsize=str(len(GROUP)), x_log_compresstype="lz4") == (200, "")
    assert [row["a"] for row in local.rows("proj", "logs")] == ["b", "b"]


@pytest.mark.parametrize(
    ("body", "headers", "wanted"),
    [
        (GROUP, {"x_log_bodyrawsize": ""}, (400, "MissingBodyRawSize")),
        (GROUP, {"x_log_bodyrawsize": "1"}, (400, "InvalidBodyRawSize")),
        (GROUP, {"x_log_bodyrawsize": "-1"}, (400, "InvalidBodyRawSize")),
        (GROUP, {"x_log_bodyrawsize": "9" * 5000}, (400, "InvalidBodyRawSize")),
        (GROUP, {"x_log_bodyrawsize": str(30 * 2**20 + 1)}, (400, "PostBodyTooLarge")),
        (GROUP, {"x_log_compresstype": "zip"}, (400, "InvalidCompressType")),
        (GROUP, {"x_log_compresstype": "lz4"}, (400, "PostBodyUncompressError")),
        (compress(GROUP), {"x_log_bodyrawsize": "5", "x_log_compresstype": "lz4"}, (400, "PostBodyUncompressError")),
        (b"\xff\xff\xff", {}, (400, "PostBodyInvalid")),
        (GROUP, {"content_type": "text/plain"}, (415, "InvalidContentType")),
        (GROUP, {"content_type": ""}, (400, "MissingContentType")),
        (GROUP, {"x_log_apiversion": "0.4.0"}, (400, "InvalidAPIVersion")),
        (GROUP, {"x_log_signaturemethod": "md5"}, (400, "InvalidSignatureMethod")),
        (GROUP, {"content_md5": "0" * 32}, (400, "InvalidContentMD5")),
        (GROUP, {"x_acs_security_token": "t"}, (401, "Unauthorized")),
    ],
)
def test_bad_puts_are_refused(local: LogService, body: bytes, headers: dict[str, str], wanted: tuple[int, str]) -> None:
    """Each wrong header or body has its documented error, and nothing is written."""
    assert put(local, body, **headers) == wanted
    assert list(local.rows("proj", "logs")) == []


@pytest.mark.parametrize("name", ["x-log-bodyrawsize", "content-type", "content-md5", "date", "authorization"])
def test_what_is_signed_cannot_be_changed(local: LogService, name: str) -> None:
    """A header changed after signing breaks the signature."""
    response = send(local, GROUP, after={name: "x"}, x_log_bodyrawsize=str(len(GROUP)))
    assert response.status == 401


@pytest.mark.parametrize("off_s", [-901, 901])
def test_old_and_early_requests_are_refused(local: LogService, off_s: int) -> None:
    """A date more than 15 minutes from the service's is refused, though signed rightly."""
    assert code(send(local, date=NOW + off_s, path="/logstores/logs/shards", method="GET")) == (
        400,
        "RequestTimeExpired",
    )


def test_too_many_logs(local: LogService, monkeypatch: pytest.MonkeyPatch) -> None:
    """One log more than the limit is refused; the limit is the documented one."""
    assert sls_wire.LOGS_MAX == 512_000
    monkeypatch.setattr(sls_wire, "LOGS_MAX", 1000)
    one = encode_group(LogGroup((Log(1, ()),)))[:4]
    assert put(local, one * 1000) == (200, "")
    assert put(local, one * 1001) == (400, "PostBodyInvalid")


def test_values_that_are_no_utf8_come_back_as_bytes(local: LogService) -> None:
    """A group is handed out byte for byte as it came, unknown fields included."""
    group = encode_group(LogGroup((Log(1, (("a", b"\xff\xfe"),)),))) + b"\x7a\x01x"
    assert put(local, group) == (200, "")
    begin = local.cursor("proj", "logs", 0, "begin")
    response = send(
        local,
        method="GET",
        path="/logstores/logs/shards/0",
        query=f"count=1&cursor={begin}&type=log",
    )
    assert response.body == b"\x0a" + bytes([len(group)]) + group
    assert response.headers["x-log-count"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("DELETE", "/logstores/logs", ""),
        ("GET", "/logstores/logs/shards/0", "type=nothing"),
        ("POST", "/logstores/a/b/c/d/e", ""),
        ("GET", "/%ff%fe", ""),
    ],
)
def test_operations_that_are_not_here(local: LogService, method: str, path: str, query: str) -> None:
    """Anything else is a 404 that says so."""
    request = send(local, method=method, path=path, query=query)
    assert request.status in (401, 404)
    assert local.calls[-1].operation == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["from", "to", "line", "query", "keys", "logstoreName", "ttl"]), inner)
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=st.sampled_from(
        [
            ("POST", "/"),
            ("POST", "/logstores"),
            ("GET", "/logstores"),
            ("PUT", "/logstores/logs/index"),
            ("POST", "/logstores/logs/logs"),
            ("POST", "/logstores/logs/shards/route"),
            ("GET", "/logstores/logs/shards/0"),
        ]
    ),
    query=st.dictionaries(
        st.sampled_from(["type", "cursor", "end_cursor", "count", "from", "key", "offset", "size"]),
        st.sampled_from(["log", "cursor", "cursor_time", "begin", "0", "1", "-1", "MTIz"]) | st.text(max_size=8),
    ),
    body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20),
    size=st.text(max_size=3),
)
def test_any_request_has_an_answer(
    local: LogService, shape: tuple[str, str], query: dict[str, str], body: bytes, size: str
) -> None:
    """Whatever is in query, body and sizes, an operation answers or refuses, and what it answers can be sent."""
    method, path = shape
    headers = {"host": "proj", "content-type": "application/x-protobuf", "x-log-bodyrawsize": size}
    request = Request(method, path, urlencode(query), headers, body)
    call = sls_call.parse_call(request, now=NOW, region="cn-hangzhou", pull_bytes_max=1)
    if call.operation:
        try:
            assert sls_operations.perform(call, local._projects).status == 200
        except SlsError as error:
            assert 400 <= error.response().status < 500  # noqa: PT017 - either end is right


@pytest.mark.parametrize("shard", ["x", "-1", "9" * 40, "٣"])
def test_shard_ids_are_numbers(local: LogService, shard: str) -> None:
    """A shard id that is no small number is refused."""
    request = Request("GET", f"/logstores/logs/shards/{shard}", "type=cursor&from=end", {"host": "proj"}, b"")
    call = sls_call.parse_call(request, now=NOW, region="cn-hangzhou", pull_bytes_max=1)
    with pytest.raises(SlsError, match="ParameterInvalid"):
        sls_operations.perform(call, local._projects)


def test_appended_groups_are_like_put_ones(local: LogService) -> None:
    """What is written without a request is read like anything else, and cursors move with it."""
    begin = local.cursor("proj", "logs", 0, "end")
    local.append("proj", "logs", LogGroup((log(1, {"a": "1"}), log(2, {"a": "2"})), "t"))
    assert [row["a"] for row in local.rows("proj", "logs")] == ["1", "2"]
    assert local.cursor_after("proj", "logs", 0, begin, 5) == local.cursor("proj", "logs", 0, "end") != begin
    assert local.received_at("proj", "logs", 0, local.cursor("proj", "logs", 0, "end")) == NOW
