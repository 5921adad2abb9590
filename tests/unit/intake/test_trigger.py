"""A Log Service trigger's body → a range, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Unreadable
from shared.intake import Context, read_trigger
from shared.intake.trigger import MAX_SHARD
from shared.ports import LogRange

Encode = Callable[[Any], bytes]
GOOD: dict[str, Any] = {
    "endpoint": "http://cn-hangzhou-intranet.log.aliyuncs.com",
    "projectName": "demo-jobs",
    "logstoreName": "job_logs",
    "shardId": 0,
    "beginCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==",
    "endCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2NA==",
}


def test_the_range_is_taken_over_https(encode: Encode, context: Context) -> None:
    """The platform says http; the host is kept and the scheme is the setting's."""
    body = encode({"parameter": {}, "jobName": "j", "taskId": "t", "cursorTime": 1, "source": GOOD})
    assert read_trigger(body, context) == LogRange(
        endpoint="https://cn-hangzhou-intranet.log.aliyuncs.com",
        project="demo-jobs",
        logstore="job_logs",
        shard=0,
        begin_cursor=GOOD["beginCursor"],
        end_cursor=GOOD["endCursor"],
    )


@pytest.mark.parametrize(
    ("configured", "told", "used"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://sls.corp.example", "sls.corp.example", "https://sls.corp.example"),
        ("HTTP://SLS.corp.example", "https://sls.corp.example", "http://sls.corp.example"),
        ("sls.corp.example:8443", "http://sls.corp.example:8443", "https://sls.corp.example:8443"),
        (
            "http://x-intranet.log.aliyuncs.com",
            "https://x-intranet.log.aliyuncs.com",
            "http://x-intranet.log.aliyuncs.com",
        ),
        (
            "http://x-intranet.log.aliyuncs.com",
            "https://y-intranet.log.aliyuncs.com",
            "http://y-intranet.log.aliyuncs.com",
        ),
        ("http://127.0.0.1:8080", "http://x.log.aliyuncs.com", "https://x.log.aliyuncs.com"),
        ("http://sls.corp.example", "x.log.aliyuncs.com", "https://x.log.aliyuncs.com"),
        ("", "cn-beijing.log.aliyuncs.com", "https://cn-beijing.log.aliyuncs.com"),
    ],
)
def test_the_configured_endpoint_is_trusted(
    encode: Encode, context: Context, configured: str, told: str, used: str
) -> None:
    """The host and port of the setting are allowed, wherever they are, with the setting's scheme."""
    body = encode({"source": GOOD | {"endpoint": told}})
    got = read_trigger(body, replace(context, sls_endpoint=configured))
    assert isinstance(got, LogRange)
    assert got.endpoint == used


HOSTILE_ENDPOINTS = [
    "http://evil.example",
    "http://log.aliyuncs.com",
    "http://.log.aliyuncs.com",
    "http://evil.example/.log.aliyuncs.com",
    "http://evil.example#.log.aliyuncs.com",
    "http://evil.example?.log.aliyuncs.com",
    "http://evil.example\\.log.aliyuncs.com",
    "http://user@cn-hangzhou.log.aliyuncs.com",
    "http://cn-hangzhou.log.aliyuncs.com@evil.example",
    "http://cn-hangzhou.log.aliyuncs.com.evil.example",
    "http://cn-hangzhou.log.aliyuncs.com.",
    "http://cn-hangzhou.log.aliyuncs.com:80@evil.example",
    "http://cn-hangzhou.log.aliyuncs.com:8080",
    "http://cn-hangzhou.log.aliyuncs.com/",
    "http://CN-HANGZHOU.log.aliyuncs.com",
    "http://evil.\u217cog.aliyuncs.com",
    "http://evil.example。log.aliyuncs.com",
    "http://evil%2elog.aliyuncs.com",
    "http://evillog.aliyuncs.com",
    "http://evil.example\r\n.log.aliyuncs.com",
    "http://cn-hangzhou.log.aliyuncs.com\n",
    " http://cn-hangzhou.log.aliyuncs.com",
    "ftp://cn-hangzhou.log.aliyuncs.com",
    "//cn-hangzhou.log.aliyuncs.com",
    "http://127.0.0.1:8080",
    "http://[::1]",
    "",
    None,
    5,
    ["http://cn-hangzhou.log.aliyuncs.com"],
    "a." * 9999 + "log.aliyuncs.com",
]


@pytest.mark.parametrize("endpoint", HOSTILE_ENDPOINTS)
def test_no_event_chooses_who_gets_the_credentials(encode: Encode, context: Context, endpoint: Any) -> None:
    """Whatever is not plainly a Log Service host or the configured one is refused and hardly echoed."""
    got = read_trigger(encode({"source": GOOD | {"endpoint": endpoint}}), context)
    assert isinstance(got, Unreadable)
    (fault,) = got.faults
    assert fault.path == "$.source.endpoint"
    assert len(fault.problem) < 120


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("projectName", name)
            for name in ("ab", "-ab", "ab-", "a.b.c", "a/b", "Abc", "a_b", "a" * 64, "abc\n", None, 7)
        ),
        *(("logstoreName", name) for name in ("ab", "_ab", "ab_", "a/b", "../x", "Abc", "a" * 64, None)),
        ("shardId", -1),
        ("shardId", True),
        ("shardId", 1.0),
        ("shardId", "0"),
        ("shardId", None),
        ("shardId", 2**31),
        *(("beginCursor", cursor) for cursor in ("", "é", "a b=", "a", "x" * 260, None, 5, "MQ==\n")),
        ("endCursor", "&x=1"),
    ],
)
def test_each_part_of_the_source_is_checked(encode: Encode, context: Context, name: str, value: Any) -> None:
    """A name that is no name, a shard that is no number, a cursor that is no Base64: one fault, at its path."""
    got = read_trigger(encode({"source": GOOD | {name: value}}), context)
    assert isinstance(got, Unreadable)
    assert [fault.path for fault in got.faults] == [f"$.source.{name}"]


def test_every_fault_of_a_trigger_is_told(encode: Encode, context: Context) -> None:
    """All parts are reported at once; a body without a source is one fault."""
    got = read_trigger(encode({"source": {}}), context)
    assert isinstance(got, Unreadable)
    assert len(got.faults) == 6
    for body in (b"", b"[]", b"{}", b'{"source":NaN}', b'{"source":"x"}'):
        got = read_trigger(body, context)
        assert isinstance(got, Unreadable)
        assert len(got.faults) == 1
    assert isinstance(read_trigger(b'{"source":{},"source":{}}', context), Unreadable)


def test_a_cursor_an_endpoint_and_a_shard_reach_to_their_bounds(encode: Encode, context: Context) -> None:
    """One character more is a fault; a shard's number has its own bound."""
    longest = {
        "shardId": MAX_SHARD,
        "endpoint": ("a" * 55 + ".") * 4 + "b" * (256 - 4 * 56 - 17) + ".log.aliyuncs.com",
        "endCursor": "A" * 256,
    }
    assert isinstance(read_trigger(encode({"source": GOOD | longest}), context), LogRange)
    longer = {"endpoint": f"a{longest['endpoint']}", "endCursor": "A" * 260}
    got = read_trigger(encode({"source": GOOD | longer}), context)
    assert isinstance(got, Unreadable)
    assert [fault.path for fault in got.faults] == ["$.source.endpoint", "$.source.endCursor"]


def test_outcomes_are_no_source(encode: Encode, context: Context) -> None:
    """Reading the outcome Logstore would call the function for its own outcomes; another Logstore beside it is fine."""
    ours = GOOD | {"projectName": "demo-outcomes", "logstoreName": "outcomes"}
    got = read_trigger(encode({"source": ours}), context)
    assert isinstance(got, Unreadable)
    assert [fault.path for fault in got.faults] == ["$.source"]
    assert isinstance(read_trigger(encode({"source": ours | {"logstoreName": "job-logs"}}), context), LogRange)
