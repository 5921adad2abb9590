"""Which calls are repeated, how long each may take, and what a request weighs."""

from __future__ import annotations

import math
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from msgspec.structs import replace

from shared.domain.errors import InputError, SinkUnavailable, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import LogRange
from shared.sls import Access, LogCallFailed, SlsSink, SlsSource
from shared.sls._client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S, Client
from shared.sls.batches import MAX_PUT_BYTES, batches, shortened
from tests.support.clock import Clock
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import REQUEST_ID, refusal
from tests.unit.sls.test_put import taken


def made(access: Access, wire: Wire, left_s: Callable[[], float]) -> SlsSink:
    """A sink with so much time left."""
    return SlsSink(replace(access, remaining_s=left_s), f"http://{wire.host}", "project", "outcomes", Clock(1_000.0))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_failed_is_asked_once_more(sink: SlsSink, wire: Wire, status: int) -> None:
    """Then the outcomes stay owed, under the bare status."""
    wire.behave = lambda handler: say(handler, status, b"quotes: SK-made-up", **REQUEST_ID)
    with pytest.raises(SinkUnavailable, match=f"HTTP {status}$") as raised:
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 2
    assert "SK-made-up" not in str(raised.value)


@pytest.mark.parametrize("status", [301, 302, 307, 399])
def test_a_redirect_is_not_followed_and_not_repeated(sink: SlsSink, wire: Wire, status: int) -> None:
    """Keys go nowhere else."""
    wire.behave = lambda handler: say(handler, status, b"", Location="http://127.0.0.1:1/", **REQUEST_ID)
    with pytest.raises(SinkUnavailable, match=f"HTTP {status}$"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 1


def test_the_second_try_may_succeed(sink: SlsSink, wire: Wire) -> None:
    """Written once more, under the same ids."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        (refusal("ServerBusy", 503) if len(wire.requests) == 1 else taken)(handler)

    wire.behave = behave
    sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 2


@pytest.mark.parametrize(("left_s", "asked"), [(1.0, 1), (0.99, 0)])
def test_nothing_is_asked_with_less_than_a_second_left(access: Access, wire: Wire, left_s: float, asked: int) -> None:
    """A call that is cut off in the middle says nothing."""
    wire.behave = refusal("Unauthorized", 401)
    with pytest.raises(SinkUnavailable, match="Unauthorized" if asked else "Deadline"):
        made(access, wire, lambda: left_s).put([{"outcome_id": "1"}])
    assert len(wire.requests) == asked


def test_the_second_try_wants_a_second_as_well(access: Access, wire: Wire) -> None:
    """Used up by the first: it stays at one request."""
    wire.behave = refusal("ServerBusy", 503)
    with pytest.raises(SinkUnavailable, match="Deadline"):
        made(access, wire, lambda: 0.5 if wire.requests else 60.0).put([{"outcome_id": "1"}])
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("left_s", "timeout"),
    [
        (60.0, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)),
        (math.inf, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)),
        (8.0, (3.0, 8.0)),
        (4.0, (2.0, 4.0)),
        (1.0, (0.5, 1.0)),
    ],
)
def test_a_call_takes_no_longer_than_there_is_time(
    access: Access, wire: Wire, left_s: float, timeout: tuple[float, float]
) -> None:
    """Half of it for the connection; 3 s and 10 s at most."""
    wire.behave = refusal("Unauthorized", 401)
    client = Client(replace(access, remaining_s=lambda: left_s), f"http://{wire.host}")
    with pytest.raises(LogCallFailed):
        client.put("project", "outcomes", 1_000, [{"outcome_id": "1"}])
    assert client._sdk.timeout == timeout
    assert client._sdk.total_s == min(left_s, TOTAL_TIMEOUT_S)


@pytest.mark.parametrize("code", ["InvalidCursor", "ParameterInvalid", "InvalidParameter"])
def test_a_range_that_nobody_can_have_sent_is_not_asked_for_again(
    source: SlsSource, wire: Wire, wanted: LogRange, code: str
) -> None:
    """The delivery was garbage: it must not come again."""
    wire.behave = refusal(code)
    with pytest.raises(InputError, match=code):
        list(source.pages(wanted, Progress(cursor="0")))
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("code", "requests"),
    [
        ("ReadQuotaExceed", 2),
        ("ShardReadQuotaExceed", 2),
        ("WriteQuotaExceed", 2),
        ("ShardWriteQuotaExceed", 2),
        ("ServerBusy", 2),
        ("Unauthorized", 1),
        ("LogStoreNotExist", 1),
    ],
)
def test_what_may_pass_is_asked_for_twice(
    source: SlsSource, wire: Wire, wanted: LogRange, code: str, requests: int
) -> None:
    """The error says what could not be read, with the service's code."""
    wire.behave = refusal(code, 403)
    with pytest.raises(SourceUnavailable, match=f"project/logs/0: {code}$"):
        list(source.pages(wanted, Progress(cursor="0")))
    assert len(wire.requests) == requests


def test_a_request_weighs_what_its_fields_weigh() -> None:
    """Names, values in UTF-8, and 16 bytes a field: as many as fit go together, and not one more."""
    value = "é" * 1_000
    weight = len("raw") + 2_000 + 16 + len("id") + 7 + 16
    most = MAX_PUT_BYTES // weight
    records = [{"id": f"{number:07}", "raw": value} for number in range(most + 1)]
    assert [len(batch) for batch in batches(records)] == [most, 1]
    exact = [{"a": "x" * (MAX_PUT_BYTES // 2 - 17)}] * 2
    assert [len(batch) for batch in batches(exact)] == [2]
    assert [len(batch) for batch in batches([*exact, {"a": ""}])] == [2, 1]


def test_the_largest_that_fits_stays_whole() -> None:
    """A byte more, and it is shortened."""
    fits = {"a": "x" * (MAX_PUT_BYTES - 17)}
    assert list(batches([fits])) == [[fits]]
    ((cut,),) = batches([{"a": "x" * (MAX_PUT_BYTES - 16)}])
    assert len(cut["a"].encode()) == 1_024


def test_many_fields_of_one_record_are_a_batch_of_their_own() -> None:
    """Shortened it is still too large: it goes alone, and no empty request goes before it."""
    wide = {f"field-{number:05}": "x" * 1_000 for number in range(5_000)}
    assert [len(batch) for batch in batches([wide, {"a": "1"}])] == [1, 1]


@pytest.mark.parametrize(("size", "whole"), [(1_024, True), (1_025, False)])
def test_a_value_of_a_kilobyte_is_not_cut(size: int, *, whole: bool) -> None:
    """A longer one ends in an ellipsis, within the kilobyte, and in no half of a character."""
    cut = shortened({"a": "x" * size})["a"]
    assert (cut == "x" * size) is whole
    assert len(cut.encode()) == 1_024
    assert shortened({"a": "é" * 600})["a"] == "é" * 510 + "…"


def test_a_refusal_needs_no_request_id(sink: SlsSink, wire: Wire) -> None:
    """Only of a yes it has to be known who gave it."""
    body = b'{"errorCode": "Unauthorized", "errorMessage": "no"}'
    wire.behave = lambda handler: say(handler, 401, body)
    with pytest.raises(SinkUnavailable, match="Unauthorized"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 1
