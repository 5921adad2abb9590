"""What a request to Tablestore may cost, and what its failure says of the effect, without a service."""

from __future__ import annotations

import logging
import platform
from typing import Any

import pytest

from shared.http_answer import HttpAnswer
from shared.http_bounds import Bounds
from shared.kept_http import NoWholeAnswer, Snag
from shared.ledger import _tablestore_link
from shared.ledger._tablestore_link import (
    MOST_BYTES,
    NEVER_USED,
    Link,
    Place,
    TableCallFailed,
    TableFailure,
    failure_of,
    sdk,
)
from tests.support.tablestore_server import ROLE, credentials

PLACE = Place(endpoint="http://127.0.0.1:9/", instance="sw", table="ledger")
CODES = {
    "OTSConditionCheckFail": TableFailure.CONFLICT,
    **dict.fromkeys(
        (
            "OTSNotEnoughCapacityUnit",
            "OTSOperationConflict",
            "OTSOperationThrottled",
            "OTSPartitionUnavailable",
            "OTSRowOperationConflict",
            "OTSServerBusy",
            "OTSTableNotReady",
        ),
        TableFailure.BUSY,
    ),
    **dict.fromkeys(("OTSInternalServerError", "OTSServerUnavailable", "OTSTimeout"), TableFailure.UNKNOWN),
    **dict.fromkeys(("OTSAuthFailed", "OTSParameterInvalid", "never heard of"), TableFailure.REFUSED),
}


class Fails:
    """A request that fails so often with that, and then is answered."""

    def __init__(self, error: Exception, times: int = 99) -> None:
        self.error = error
        self.left = times
        self.sent = 0

    def __call__(self, _client: Any) -> str:
        self.sent += 1
        if self.left:
            self.left -= 1
            raise self.error
        return "answered"


def linked(left_s: float = 60.0, pauses: list[float] | None = None) -> Link:
    """A link that sends nothing by itself."""
    return Link(PLACE, credentials(), lambda: left_s, (pauses if pauses is not None else []).append)


def said(code: str, status: int = 403) -> Exception:
    """An error answer."""
    error: Exception = sdk().OTSServiceError(status, code, f"quoted {ROLE.access_key_secret}", "r-1")
    return error


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_whether_it_was_done(code: str) -> None:
    """Of a row as of a request; behind a gateway's 5xx nothing is sure but what the service itself has said."""
    assert failure_of(code) is failure_of(code, 499) is CODES[code]
    sure = CODES[code] if CODES[code] in {TableFailure.CONFLICT, TableFailure.BUSY} else TableFailure.UNKNOWN
    assert failure_of(code, 500) is failure_of(code, 503) is sure


@pytest.mark.parametrize(
    ("error", "code", "failure"),
    [
        (said("OTSServerBusy", 503), "OTSServerBusy", TableFailure.BUSY),
        (said("OTSAuthFailed"), "OTSAuthFailed", TableFailure.REFUSED),
        (said("OTSAuthFailed", 502), "OTSAuthFailed", TableFailure.UNKNOWN),
        (said("x" * 70), "x" * 64, TableFailure.REFUSED),
        *((NoWholeAnswer(one), one.value, TableFailure.UNKNOWN) for one in Snag if not one.never_left),
        *((NoWholeAnswer(one), one.value, TableFailure.BUSY) for one in Snag if one.never_left),
        (ValueError("quoted"), "ValueError", TableFailure.UNKNOWN),
    ],
)
def test_a_failure_has_a_code_and_nothing_that_was_quoted(error: Exception, code: str, failure: TableFailure) -> None:
    """What never left was not done; what nobody can name may have been. No text goes along, not even as its cause."""
    with pytest.raises(TableCallFailed) as caught:
        linked().call(Fails(error))
    assert (caught.value.code, caught.value.failure, str(caught.value)) == (code, failure, code)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (said("OTSServerBusy"), 3),
        (said("OTSTimeout", 503), 3),
        (said("OTSAuthFailed"), 1),
        (said("OTSConditionCheckFail"), 1),
    ],
)
def test_a_read_is_sent_again_where_that_may_help(error: Exception, sent: int) -> None:
    """Three times in all, after pauses; a write, in a `call`, never."""
    pauses: list[float] = []
    link, request = linked(pauses=pauses), Fails(error)
    with pytest.raises(TableCallFailed):
        link.repeating(request)
    assert (request.sent, pauses) == (sent, [0.1, 0.4][: sent - 1])
    assert link.repeating(Fails(said("OTSServerBusy"), times=2)) == "answered"
    once = Fails(error)
    with pytest.raises(TableCallFailed):
        link.call(once)
    assert once.sent == 1


@pytest.mark.parametrize(
    ("attempt", "left_s", "waits"),
    [(0, 0.6, True), (0, 0.59, False), (1, 0.9, True), (1, 0.89, False), (2, 60.0, False)],
)
def test_a_pause_leaves_time_for_what_follows(attempt: int, left_s: float, waits: bool) -> None:  # noqa: FBT001
    """Connecting and reading, a quarter of a second each at least; there is no third pause."""
    pauses: list[float] = []
    assert linked(left_s, pauses).pause(attempt) is waits
    assert pauses == ([[0.1, 0.4][attempt]] if waits else [])


def test_whether_there_is_time() -> None:
    """Just as much is enough."""
    assert [linked(10.0).has_time(seconds) for seconds in (9.0, 10.0, 10.1)] == [True, True, False]


@pytest.mark.parametrize(("left_s", "timeout_s"), [(60.0, 5.0), (10.0, 5.0), (8.0, 4.0), (0.5, 0.25), (0.49, None)])
def test_a_request_waits_for_half_of_what_is_left(left_s: float, timeout_s: float | None) -> None:
    """Five seconds at most; with less than a quarter nothing is sent."""
    link = linked(left_s)
    if timeout_s is None:
        with pytest.raises(TableCallFailed, match="no time left"):
            link.call(Fails(said("x"), times=0))
    else:
        assert link.call(lambda client: client.connection.timeout_s) == timeout_s


def test_what_is_closed_sends_nothing() -> None:
    """It says so, whatever time is left; to repeat would not help."""
    link, request = linked(), Fails(said("OTSServerBusy"), times=0)
    link.close()
    with pytest.raises(TableCallFailed, match="closed") as caught:
        link.repeating(request)
    assert (request.sent, caught.value.failure) == (0, TableFailure.REFUSED)


def test_one_request_is_one_post_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting, reading and the whole are bounded, and so is the answer's size."""
    asked: list[Any] = []

    def exchange(*arguments: Any) -> HttpAnswer:
        asked.append(arguments)
        return HttpAnswer(status=200, reason="OK", headers={"h": "v"}, body=b"answer", keeps=True)

    monkeypatch.setattr(_tablestore_link, "exchange", exchange)
    sent = linked(8.0).call(lambda client: client.connection.send_receive("/GetRow", {"a": "b"}, bytearray(b"body")))
    assert sent == (200, "OK", {"h": "v"}, b"answer")
    bounds = Bounds(connect_s=4.0, read_s=4.0, total_s=8.0, most_bytes=MOST_BYTES)
    assert asked == [("POST", "http://127.0.0.1:9/GetRow", {"a": "b"}, b"body", bounds)]


def test_the_sdk_is_given_the_key_and_no_wish_to_repeat() -> None:
    """It keeps its own client a key, which many links share; an empty token is none."""
    one, other = (linked().call(lambda client: client) for _ in range(2))
    assert one is not other
    assert one.protocol is other.protocol, "as costly to make as a request"
    assert isinstance(one.retry_policy, sdk().NoRetryPolicy)
    assert (one.max_connection, one.enable_native) == (1, False)
    nameless = Link(PLACE, credentials(token=""), lambda: 60.0, list[float]().append).call(lambda client: client)
    tokens = [client.credentials_provider.get_credentials().get_security_token() for client in (one, nameless)]
    assert tokens == [ROLE.security_token, None]


def test_the_sdk_is_loaded_quietly_and_without_what_it_does_not_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """No warning, no program started to learn of the machine; what was put in their place is taken away again."""
    put: list[str] = []
    monkeypatch.setattr(_tablestore_link, "put_off", lambda *names: put.extend(names))
    for name in ("quicken", "hasten", "spare"):
        monkeypatch.setattr(_tablestore_link, name, lambda module: put.append(module.__name__))
    usual = platform.architecture, platform.platform
    logging.getLogger("tablestore").setLevel(logging.NOTSET)
    assert sdk.__wrapped__().__name__ == "tablestore"
    assert put == [*NEVER_USED, "tablestore", "tablestore", "tablestore"]
    assert (platform.architecture, platform.platform) == usual
    assert not logging.getLogger("tablestore").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("shared.ledger.tablestore.sdk").isEnabledFor(logging.CRITICAL)
    assert not logging.getLogger("shared.ledger.tablestore.sdk").propagate
    with _tablestore_link._no_programs():
        assert platform.architecture("anything", bits="")[0] in {"64bit", "32bit"}
        assert platform.architecture()[0] == usual[0]()[0]
        assert platform.platform(aliased=True) == platform.system()
