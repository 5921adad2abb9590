"""Reading outcomes back: which logs count, what is asked again, and what a refusal may show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest

from shared.sls import outcomes
from shared.sls.outcomes import PAGE, OutcomeLog, OutcomesUnavailable, Row, is_within, query_of
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import OUTCOME_SECRET as SECRET
from tests.unit.sls.conftest import OUTCOME_TOKEN as TOKEN
from tests.unit.sls.conftest import REQUEST_ID


def answers(wire: Wire, *pages: list[Row], progress: str = "Complete") -> None:
    """One after the other."""
    bodies = [json.dumps({"data": page, "meta": {"progress": progress}}).encode() for page in pages]
    wire.behave = lambda handler: say(handler, 200, bodies[min(len(wire.requests), len(bodies)) - 1], **REQUEST_ID)


@pytest.mark.parametrize(
    ("written", "within"),
    [
        ("99", False),
        ("100", True),
        ("149", True),
        ("150", False),
        ("", True),
        ("soon", True),
        ("9" * 19, False),
        ("9" * 20, True),
    ],
)
def test_an_outcome_counts_by_when_it_was_written(written: str, *, within: bool) -> None:
    """Whole seconds; what says no time, or what no time is, is left to who reads."""
    assert is_within({"__time__": written}, 100.9, 150.0) is within


def test_each_outcome_is_read_once_with_exactly_these_values(log: OutcomeLog, wire: Wire) -> None:
    """Of repeats the first; of what the search finds beside them nothing."""
    row = {"outcome_id": "1", "job_id": "7", "__time__": "100"}
    answers(wire, [row, {**row, "__time__": "101"}, {**row, "outcome_id": "2", "job_id": "77"}])
    assert log.read(60.0, 119.0, {"job_id": "7"}) == [row]
    (asked,) = (json.loads(request["body"]) for request in wire.requests)
    assert (asked["from"], asked["to"], asked["line"], asked["offset"]) == (60, 120, PAGE, 0)
    assert asked["query"] == query_of({"job_id": "7"}), "the service leaves out what it can"


def test_pages_are_asked_for_until_one_is_short(log: OutcomeLog, wire: Wire) -> None:
    """On one connection."""
    full = [{"outcome_id": str(number), "__time__": "70"} for number in range(PAGE)]
    answers(wire, full, [{"outcome_id": "last", "__time__": "70"}])
    assert len(log.read(60.0, 120.0)) == PAGE + 1
    assert [json.loads(request["body"])["offset"] for request in wire.requests] == [0, PAGE]
    assert len({request["peer"] for request in wire.requests}) == 1


def test_a_search_that_does_not_end_is_asked_for_three_times(log: OutcomeLog, wire: Wire) -> None:
    """Half of what there is would be told as all."""
    answers(wire, [], progress="Incomplete")
    with pytest.raises(OutcomesUnavailable, match="did not search everything"):
        log.read(60.0, 120.0)
    assert len(wire.requests) == 3


def test_more_than_can_be_read_is_said(log: OutcomeLog, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not left out."""
    monkeypatch.setattr(outcomes, "PAGES_MAX", 2)
    answers(wire, [{"outcome_id": "1", "__time__": "70"}] * PAGE)
    with pytest.raises(OutcomesUnavailable, match=f"more than {2 * PAGE} outcomes"):
        log.read(60.0, 120.0)


def test_an_answer_without_end_is_none(log: OutcomeLog, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not kept."""
    monkeypatch.setattr(outcomes, "ANSWER_BYTES_MAX", 20)
    wire.behave = lambda handler: say(handler, 200, b'{"data": []}'.ljust(20), **REQUEST_ID)
    assert log.read(60.0, 120.0) == []
    wire.behave = lambda handler: say(handler, 200, b" " * 21, **REQUEST_ID)
    with pytest.raises(OutcomesUnavailable, match="more than 20 bytes"):
        log.read(60.0, 120.0)
    assert len(wire.requests) == 2, "it would be as long once more"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"data": 1}', b"[" * 200_000])
def test_what_is_no_answer_is_none(log: OutcomeLog, wire: Wire, body: bytes) -> None:
    """Whoever gave it."""
    wire.behave = lambda handler: say(handler, 200, body, **REQUEST_ID)
    with pytest.raises(OutcomesUnavailable, match="no JSON with outcomes"):
        log.read(60.0, 120.0)


def test_values_that_an_index_made_numbers_of_are_text(log: OutcomeLog, wire: Wire) -> None:
    """As in every other row."""
    wire.behave = lambda handler: say(
        handler, 200, b'{"data": [{"outcome_id": "1", "attempt": 1, "__time__": 70}]}', **REQUEST_ID
    )
    assert log.read(60.0, 120.0) == [{"outcome_id": "1", "attempt": "1", "__time__": "70"}]


def test_a_refusal_shows_its_beginning_and_no_key(log: OutcomeLog, wire: Wire) -> None:
    """Who answers may quote what was sent; cut in the middle of a key it is still hidden."""
    quoted = f"x{'.' * 190} {TOKEN} {SECRET} AK-made-up %53TS-made-up"
    wire.behave = lambda handler: say(handler, 403, quoted.encode())
    with pytest.raises(OutcomesUnavailable, match="answered HTTP 403: x") as caught:
        log.read(60.0, 120.0)
    assert not any(part in str(caught.value) for part in ("STS", "SK-", "AK-"))
    assert not any(part in repr(log) for part in (TOKEN, SECRET))


def test_a_connection_that_was_closed_meanwhile_is_made_anew_once(log: OutcomeLog, wire: Wire) -> None:
    """Reading twice changes nothing."""
    full = json.dumps({"data": [{"outcome_id": "1", "__time__": "70"}] * PAGE}).encode()

    def behave(handler: object) -> None:
        if len(wire.requests) == 2:
            handler.close_connection = True  # type: ignore[attr-defined]  # the server's own
            return
        say(handler, 200, full if len(wire.requests) == 1 else b'{"data": []}', **REQUEST_ID)  # type: ignore[arg-type]  # as above

    wire.behave = behave
    assert len(log.read(60.0, 120.0)) == 1
    assert len(wire.requests) == 3


def test_a_page_that_does_not_come_is_asked_for_again_on_a_new_connection(
    log: OutcomeLog, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the old one still waits for would be in the way."""
    monkeypatch.setattr(outcomes, "TIMEOUT_S", 0.3)
    full = json.dumps({"data": [{"outcome_id": "1", "__time__": "70"}] * PAGE}).encode()

    def behave(handler: BaseHTTPRequestHandler) -> None:
        number = len(wire.requests)
        if number == 2:
            time.sleep(0.6)
        with suppress(OSError):
            say(handler, 200, full if number == 1 else b'{"data": []}', **REQUEST_ID)

    wire.behave = behave
    assert len(log.read(60.0, 120.0)) == 1
    assert len(wire.requests) == 3


def test_a_service_that_closes_every_connection_is_not_asked_for_ever(log: OutcomeLog, wire: Wire) -> None:
    """Once more, and then it is said."""
    full = json.dumps({"data": [{"outcome_id": "1", "__time__": "70"}] * PAGE}).encode()

    def behave(handler: object) -> None:
        if len(wire.requests) > 1:
            handler.close_connection = True  # type: ignore[attr-defined]  # the server's own
            return
        say(handler, 200, full, **REQUEST_ID)  # type: ignore[arg-type]  # as above

    wire.behave = behave
    with pytest.raises(OutcomesUnavailable, match="no answer from"):
        log.read(60.0, 120.0)
    assert len(wire.requests) == 3


@pytest.mark.parametrize("value", ['a" or job_id: *', "a\\", "a*", "a?", "a\nor 1", "a\u2028b", ""])
def test_what_could_end_a_value_is_not_searched_for(value: str) -> None:
    """It would widen the search, or break its line; the reader compares."""
    assert query_of({"job_id": value, "system": "ehpc"}) == 'schema: secondwind-outcome/1 and system: "ehpc"'


def test_a_request_is_signed_over_what_it_says(log: OutcomeLog, wire: Wire) -> None:
    """Version 1 of the signature: method, body, date, own headers in their order, resource."""
    answers(wire, [])
    log.read(60.0, 120.0)
    (request,) = wire.requests
    headers = {name.lower(): value for name, value in request["headers"].items()}
    digest = hashlib.md5(request["body"], usedforsecurity=False).hexdigest().upper()
    own = [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith(("x-log-", "x-acs-"))]
    signed = ["POST", digest, "application/json", headers["date"], *own, "/logstores/outcomes/logs"]
    mac = hmac.new(SECRET.encode(), "\n".join(signed).encode(), hashlib.sha1).digest()
    assert headers["authorization"] == f"LOG AK-made-up:{base64.b64encode(mac).decode()}"
    assert (headers["content-md5"], headers["host"]) == (digest, f"project.{wire.host}")
    assert headers["x-log-bodyrawsize"] == str(len(request["body"]))
    assert headers["x-acs-security-token"] == TOKEN
    assert headers["date"].endswith(" GMT"), "HTTP's one way to say it"


def test_a_refusal_that_is_no_text_is_shown_as_far_as_it_is(log: OutcomeLog, wire: Wire) -> None:
    """And no more of it than fits a line."""
    wire.behave = lambda handler: say(handler, 500, b"caf\xe9 " + b"y" * 300)
    with pytest.raises(OutcomesUnavailable) as caught:
        log.read(60.0, 120.0)
    assert str(caught.value).endswith("HTTP 500: caf\ufffd " + "y" * 195)


def test_a_page_further_on_and_the_other_way_round(log: OutcomeLog, wire: Wire) -> None:
    """As it was wanted; from whole minutes to whole minutes."""
    full = [{"outcome_id": "1", "__time__": "70"}] * PAGE
    answers(wire, full, [])
    assert [len(page) for page in log.pages(61.5, 120.5, offset=7, newest_first=True)] == [PAGE, 0]
    asked = [json.loads(request["body"]) for request in wire.requests]
    assert [(one["from"], one["to"], one["offset"], one["reverse"]) for one in asked] == [
        (60, 180, 7, True),
        (60, 180, 107, True),
    ]
    next(log.pages(60.0, 120.0))
    last = json.loads(wire.requests[-1]["body"])
    assert (last["offset"], last["reverse"]) == (0, False)


def test_an_outcome_may_have_no_more_than_what_is_asked_for(log: OutcomeLog, wire: Wire) -> None:
    """It is found all the same."""
    answers(wire, [{"job_id": "7"}])
    assert log.read(60.0, 120.0, {"job_id": "7"}) == [{"job_id": "7"}]


def test_a_key_without_a_token_sends_none(log: OutcomeLog, wire: Wire) -> None:
    """An empty one would be a wrong one."""
    answers(wire, [])
    given = {name: getattr(log, name) for name in ("endpoint", "project", "logstore", "access_key_id")}
    OutcomeLog(**given, access_key_secret=SECRET).read(60.0, 120.0)
    assert "x-acs-security-token" not in {name.lower() for name in wire.requests[0]["headers"]}


def test_only_what_was_written_in_the_time_is_read(log: OutcomeLog, wire: Wire) -> None:
    """The service gives whole minutes; the seconds before and after are somebody else's question."""
    answers(wire, [{"outcome_id": str(at), "__time__": str(at)} for at in (99, 100, 149, 150)])
    assert [row["outcome_id"] for row in log.read(100.0, 150.0)] == ["100", "149"]


@pytest.mark.usefixtures("md5_for_checksums_alone")
def test_outcomes_are_read_where_md5_is_forbidden_for_security(log: OutcomeLog, wire: Wire) -> None:
    """As under FIPS 140: here it is a checksum that the service wants."""
    answers(wire, [{"outcome_id": "1"}])
    assert log.read(60.0, 120.0) == [{"outcome_id": "1"}]
