"""A Log Service of one page after another on loopback, and the adapter pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from localcloud.sls.models import Log, LogGroup
from localcloud.sls.protobuf import compress, encode_group, encode_group_list
from shared.domain.credentials import Credentials
from shared.ports import LogRange
from shared.sls import Access, SlsSink, SlsSource
from shared.sls.outcomes import OutcomeLog
from tests.support.clock import Clock
from tests.support.http_wire import Wire, say

OUTCOME_SECRET, OUTCOME_TOKEN = "SK-made-up+/=", "STS-made-up"
REQUEST_ID = {"x_log_requestid": "0123456789ABCDEF"}
Behaviour = Callable[[BaseHTTPRequestHandler], None]


def refusal(code: str, status: int = 400) -> Behaviour:
    """An error answer of Log Service."""
    body = f'{{"errorCode": "{code}", "errorMessage": "quotes: SK-made-up"}}'.encode()
    return lambda handler: say(handler, status, body, **REQUEST_ID)


def page(groups: Sequence[LogGroup], cursor: str, **headers: str) -> Behaviour:
    """An answer to PullLogs; the next cursor behind it."""
    raw = encode_group_list([encode_group(group) for group in groups])
    about = {
        "x_log_count": str(len(groups)),
        "x_log_cursor": cursor,
        "x_log_bodyrawsize": str(len(raw)),
        "x_log_compresstype": "lz4",
        **REQUEST_ID,
        **headers,
    }
    return lambda handler: say(handler, 200, compress(raw) if raw else b"", **about)


def group(*logs: Mapping[str, str | bytes], topic: str = "") -> LogGroup:
    """A log group of these logs."""
    made = (
        Log(1_000, tuple((key, value.encode() if isinstance(value, str) else value) for key, value in one.items()))
        for one in logs
    )
    return LogGroup(logs=tuple(made), topic=topic)


def by_cursor(pages: Mapping[str, Behaviour]) -> Behaviour:
    """Each cursor has its answer."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        (cursor,) = parse_qs(urlsplit(handler.path).query)["cursor"]
        pages[cursor](handler)

    return behave


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def access() -> Access:
    """A key, and all the time in the world."""
    keys = Credentials(access_key_id="AK-made-up", access_key_secret="SK-made-up", security_token="STS")
    return Access(credentials=keys, remaining_s=lambda: 60.0)


@pytest.fixture
def source(access: Access) -> SlsSource:
    """Reads there."""
    return SlsSource(access)


@pytest.fixture
def sink(access: Access, wire: Wire) -> SlsSink:
    """Writes there."""
    return SlsSink(access, f"http://{wire.host}", "project", "outcomes", Clock(1_000.0))


@pytest.fixture
def wanted(wire: Wire) -> LogRange:
    """From cursor 0 to cursor 9."""
    about: dict[str, Any] = {"project": "project", "logstore": "logs", "shard": 0}
    return LogRange(endpoint=f"http://{wire.host}", begin_cursor="0", end_cursor="9", **about)


@pytest.fixture
def log(wire: Wire) -> OutcomeLog:
    """An outcome Logstore there."""
    return OutcomeLog(
        endpoint=f"http://{wire.host}",
        project="project",
        logstore="outcomes",
        access_key_id="AK-made-up",
        access_key_secret=OUTCOME_SECRET,
        security_token=OUTCOME_TOKEN,
    )
