"""Writing outcomes: what counts as written, and what is done where a request is too large."""

from __future__ import annotations

import re
import sys
import time
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from aliyun.log.proto import LogGroupRaw

from localcloud.sls.models import LogGroup
from localcloud.sls.protobuf import decode_group, decompress
from shared import meanwhile
from shared.domain.errors import SinkUnavailable
from shared.sls import Access, SlsSink, _client, connect
from shared.sls.batches import MAX_PUT_BYTES, MAX_PUT_LOGS, _weight, batches
from shared.sls.connect import NEVER_USED, OF_PULLS
from tests.support.http_wire import Wire, reset, say
from tests.unit.sls.conftest import REQUEST_ID, Behaviour, refusal


def put(wire: Wire, number: int) -> LogGroup:
    """What that PutLogs carried."""
    request = wire.requests[number]
    headers = {name.lower(): value for name, value in request["headers"].items()}
    return decode_group(decompress(request["body"], int(headers["x-log-bodyrawsize"])))


def taken(handler: BaseHTTPRequestHandler) -> None:
    """Log Service's empty yes."""
    say(handler, 200, b"", **REQUEST_ID)


def up_to(raw_bytes: int, wire: Wire) -> None:
    """It takes no larger request."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        fits = int(handler.headers["x-log-bodyrawsize"]) <= raw_bytes
        (taken if fits else refusal("PostBodyTooLarge"))(handler)

    wire.behave = behave


def test_all_records_are_in_one_request(sink: SlsSink, wire: Wire) -> None:
    """In order, at the clock's time, under the outcomes' topic; none asks nothing."""
    wire.behave = taken
    sink.put([])
    assert wire.requests == []
    sink.put([{"outcome_id": "1"}, {"outcome_id": "2", "raw": "\ud800"}])
    (request,) = wire.requests
    assert request["method"] == "POST"
    group = put(wire, 0)
    assert [(log.time, dict(log.contents)) for log in group.logs] == [
        (1_000, {"outcome_id": b"1"}),
        (1_000, {"outcome_id": b"2", "raw": b"?"}),
    ]
    assert (group.topic, group.source) == ("secondwind-outcome", "secondwind")


@pytest.mark.parametrize("body", [b"", b"<html>welcome to the airport</html>", b"{}"])
def test_an_answer_of_somebody_else_is_no_yes(sink: SlsSink, wire: Wire, body: bytes) -> None:
    """A proxy that says 200 has written nothing: the outcomes stay owed, if it says so twice."""
    wire.behave = lambda handler: say(handler, 200, body)
    with pytest.raises(SinkUnavailable, match="NotLogService"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 2


def test_a_request_that_is_too_large_is_halved(sink: SlsSink, wire: Wire) -> None:
    """Until it fits; each record is written once and in order."""
    up_to(1_000, wire)
    sink.put([{"outcome_id": str(number), "message": "x" * 300} for number in range(10)])
    written = [
        dict(log.contents)["outcome_id"].decode()
        for number, request in enumerate(wire.requests)
        if int(request["headers"]["x-log-bodyrawsize"]) <= 1_000
        for log in put(wire, number).logs
    ]
    assert written == [str(number) for number in range(10)]


def test_a_balancers_word_for_too_large_counts_as_well(sink: SlsSink, wire: Wire) -> None:
    """It knows no code of Log Service: its status says it."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if len(wire.requests) == 1:
            say(handler, 413, b"<html>413 Request Entity Too Large</html>")
        else:
            say(handler, 200, b"", **REQUEST_ID)

    wire.behave = behave
    sink.put([{"outcome_id": str(number)} for number in range(4)])
    assert len(wire.requests) == 3


def test_a_record_that_never_fits_is_shortened(sink: SlsSink, wire: Wire) -> None:
    """Its ids stay; what is long is cut, and its neighbours are whole."""
    up_to(8_000, wire)
    sink.put([{"outcome_id": "1", "message": "a"}, {"outcome_id": "2", "message": "é" * 9_000}])
    logs = [dict(log.contents) for log in (*put(wire, 1).logs, *put(wire, len(wire.requests) - 1).logs)]
    assert logs[0] == {"outcome_id": b"1", "message": b"a"}
    assert (logs[1]["outcome_id"], logs[1]["message"].decode()) == (b"2", "é" * 510 + "…")
    assert len(wire.requests) == 4


def test_what_fits_in_no_form_stays_owed(sink: SlsSink, wire: Wire) -> None:
    """No endless loop: whole, then shortened, then no more."""
    up_to(10, wire)
    with pytest.raises(SinkUnavailable, match="PostBodyTooLarge"):
        sink.put([{"outcome_id": "1", "message": "x" * 9_000}])
    assert len(wire.requests) == 2


def test_a_busy_service_is_asked_twice(sink: SlsSink, wire: Wire) -> None:
    """Then the outcomes stay owed."""
    wire.behave = refusal("WriteQuotaExceed", 403)
    with pytest.raises(SinkUnavailable, match="WriteQuotaExceed"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 2


@pytest.mark.parametrize(
    ("said", "code", "tries"),
    [
        (b'{"errorCode": "WriteQuotaExceed", "errorMessage": "m"}', "WriteQuotaExceed", 2),
        (b'{"errorCode": "Unauthorized", "errorMessage": "m"}', "Unauthorized", 1),
        (b'{"errorCode": ["a neighbour"]}', "UnreadableAnswer", 1),
        (b'{"errorCode": ""}', "UnreadableAnswer", 1),
    ],
)
def test_a_200_that_names_an_error_is_no_yes(sink: SlsSink, wire: Wire, said: bytes, code: str, tries: int) -> None:
    """With the header of the service: the outcomes stay owed."""
    wire.behave = lambda handler: say(handler, 200, said, **REQUEST_ID)
    with pytest.raises(SinkUnavailable, match=f": {code}$"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == tries


@pytest.mark.parametrize("said", [b"", b"{}", b"[]", b"7", b'"errorCode"', b'["errorCode"]', b'{"requestId": "r"}'])
def test_what_names_no_error_in_a_200_of_the_service_is_a_yes(sink: SlsSink, wire: Wire, said: bytes) -> None:
    """Whatever it says beside that: to write it for ever would be no better."""
    wire.behave = lambda handler: say(handler, 200, said, **REQUEST_ID)
    sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("behave", "code", "tries"),
    [(reset, "ConnectionBroken", 2), (lambda handler: say(handler, 200, b"x" * 101, **REQUEST_ID), "AnswerTooLong", 1)],
)
def test_what_is_not_answered_is_said_once_more_but_where_the_answer_is_too_long(
    sink: SlsSink, wire: Wire, monkeypatch: pytest.MonkeyPatch, behave: Behaviour, code: str, tries: int
) -> None:
    """Outcomes have ids: twice is better than never. Who answers at such a length does so again."""
    monkeypatch.setattr(_client, "MOST_PAGE_BYTES", 100)
    wire.behave = behave
    with pytest.raises(SinkUnavailable, match=code):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == tries


def test_a_refusal_is_not_repeated(sink: SlsSink, wire: Wire) -> None:
    """A missing right does not come about by asking."""
    wire.behave = refusal("Unauthorized", 401)
    with pytest.raises(SinkUnavailable, match=f"^Log Service at http://{wire.host} .*: Unauthorized$"):
        sink.put([{"outcome_id": "1"}])
    assert len(wire.requests) == 1


def test_batches_keep_the_limits() -> None:
    """At most 4,096 logs and 5 MB, as few as can be, nothing left out; one larger than any is shortened."""
    many = [{"id": str(number)} for number in range(MAX_PUT_LOGS + 1)]
    assert [len(batch) for batch in batches(many)] == [4_096, 1]
    large = [{"id": str(number), "raw": "é" * 500_000} for number in range(9)]
    assert [len(batch) for batch in batches(large)] == [4, 4, 1]
    assert MAX_PUT_BYTES <= 5_000_000
    ((only,),) = batches([{"id": "1", "raw": "x" * 6_000_000}])
    assert (only["id"], len(only["raw"].encode())) == ("1", 1_024)


def test_each_batch_may_be_as_large_as_the_first() -> None:
    """To the byte."""
    half = MAX_PUT_BYTES // 2
    record = {"id": "x" * (half - _weight({"id": ""}))}
    assert 2 * _weight(record) == MAX_PUT_BYTES
    assert [len(batch) for batch in batches([record] * 5)] == [2, 2, 1]


@pytest.mark.parametrize(("loaded", "waits"), [(False, NEVER_USED + OF_PULLS), (True, ())])
def test_what_the_sdk_never_uses_waits_unless_it_is_loaded_already(
    access: Access, wire: Wire, monkeypatch: pytest.MonkeyPatch, waits: tuple[str, ...], *, loaded: bool
) -> None:
    """Before: afterwards each name would be looked for once more, at every connection."""
    assert _client.__name__ == connect._SDK
    put_off: list[str] = []
    monkeypatch.setattr(connect, "put_off", lambda *names: put_off.extend(names))
    if not loaded:
        monkeypatch.setattr(connect, "_SDK", "nothing.that.was.loaded")
    connect._client_class.cache_clear()  # as in a process that has put nothing yet
    assert connect.connect(access, f"http://{wire.host}") is not None
    assert tuple(put_off) == waits


def test_the_token_of_a_role_goes_along(sink: SlsSink, wire: Wire) -> None:
    """Without it the key of a function's role is none."""
    wire.behave = taken
    sink.put([{"outcome_id": "1"}])
    headers = {name.lower(): value for name, value in wire.requests[0]["headers"].items()}
    assert headers["x-acs-security-token"] == "STS"


def test_a_put_leaves_the_locale_of_the_process_alone(
    sink: SlsSink, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK sets it with each request, for all threads; the date goes out in English all the same."""
    wire.behave = taken
    sink.put([{"outcome_id": "1"}])  # makes the client
    asked: list[object] = []
    monkeypatch.setattr("locale.setlocale", lambda *arguments: asked.append(arguments))
    sink.put([{"outcome_id": "2"}])
    headers = {name.lower(): value for name, value in wire.requests[1]["headers"].items()}
    assert asked == []
    assert headers["date"] == headers["x-log-date"]
    assert abs(parsedate_to_datetime(headers["date"]).timestamp() - time.time()) < 60
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", headers["date"])


def test_outcomes_of_one_second_keep_their_order(sink: SlsSink, wire: Wire) -> None:
    """Each has its part of the second."""
    wire.behave = taken
    sink.put([{"outcome_id": "1"}])
    (request,) = wire.requests
    headers = {name.lower(): value for name, value in request["headers"].items()}
    written = LogGroupRaw()
    written.ParseFromString(decompress(request["body"], int(headers["x-log-bodyrawsize"])))
    assert written.Logs[0].HasField("Time_ns")


def test_the_client_is_loaded_ahead_where_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has it loads nothing, and remembers nothing to be loaded."""
    monkeypatch.setattr(meanwhile, "_EXPECTED", {})
    connect.expected()
    assert meanwhile._EXPECTED == {}
    monkeypatch.delitem(sys.modules, _client.__name__)
    connect.expected()
    assert list(meanwhile._EXPECTED.items()) == [(_client.__name__, connect._client_class)]
