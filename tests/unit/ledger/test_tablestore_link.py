"""What a request to Tablestore may cost, and what its failure says of the effect, without a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.ledger import _tablestore_link
from shared.ledger._tablestore_cells import RowError
from shared.ledger._tablestore_link import MOST_BYTES, Link, Place, TableCallFailed, TableFailure, failure_of
from shared.ledger._tablestore_messages import MessageError
from shared.ledger._tablestore_signing import Doubt
from shared.network.http_answer import HttpAnswer
from shared.network.http_bounds import Bounds
from shared.network.kept_http import NoWholeAnswer, Snag
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


class Wire:
    """In the place of `begin`: what it was asked, and the answers that it gives in turn; the last one stays."""

    def __init__(self, *answers: HttpAnswer | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Any, ...]] = []

    def __call__(self, *asked: Any) -> Begun:
        self.asked.append(asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NoWholeAnswer) and answer.snag.never_left:
            raise answer
        return Begun(answer)


class Begun:
    """What was sent: its answer, or why there is none."""

    def __init__(self, came: HttpAnswer | Exception) -> None:
        self._came = came

    def answer(self) -> HttpAnswer:
        if isinstance(self._came, Exception):
            raise self._came
        return self._came


@pytest.fixture(name="wired")
def _wired(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Wire]:
    """Puts a wire in its place, and believes of answers what a test has made of them."""

    def wired(*answers: HttpAnswer | Exception, doubt: Doubt | None = None) -> Wire:
        wire = Wire(*answers)
        monkeypatch.setattr(_tablestore_link, "begin", wire)
        monkeypatch.setattr(_tablestore_link, "doubt_about", lambda *_, **__: doubt)
        return wire

    return wired


def linked(left_s: float = 60.0, pauses: list[float] | None = None) -> Link:
    """A link with so much time."""
    return Link(PLACE, credentials(), lambda: left_s, (pauses if pauses is not None else []).append)


def ask(link: Link) -> bytes:
    """One request, once."""
    return link.call("GetRow", b"body", bytes)


def said(code: str, status: int = 403) -> HttpAnswer:
    """An error answer."""
    told = f"quoted {ROLE.access_key_secret}".encode()
    body = b"\x0a" + bytes((len(code),)) + code.encode() + b"\x12" + bytes((len(told),)) + told
    return HttpAnswer(status, "", {}, body, keeps=True)


ANSWERED = HttpAnswer(200, "OK", {"h": "v"}, b"answer", keeps=True)


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_whether_it_was_done(code: str) -> None:
    """Of a row as of a request; behind a gateway's 5xx nothing is sure but what the service itself has said."""
    assert failure_of(code) is failure_of(code, 499) is CODES[code]
    sure = CODES[code] if CODES[code] in {TableFailure.CONFLICT, TableFailure.BUSY} else TableFailure.UNKNOWN
    assert failure_of(code, 500) is failure_of(code, 503) is sure


@pytest.mark.parametrize(
    ("answer", "code", "failure"),
    [
        (said("OTSServerBusy", 503), "OTSServerBusy", TableFailure.BUSY),
        (said("OTSAuthFailed"), "OTSAuthFailed", TableFailure.REFUSED),
        (said("OTSAuthFailed", 502), "OTSAuthFailed", TableFailure.UNKNOWN),
        (said("x" * 70), "AnswerUnreadable", TableFailure.UNKNOWN),
        (said("OTSUnheardOf"), "OTSUnheardOf", TableFailure.REFUSED),
        (HttpAnswer(403, "", {}, b"<html>denied</html>", keeps=True), "AnswerUnreadable", TableFailure.UNKNOWN),
        (HttpAnswer(199, "", {}, b"", keeps=True), "AnswerUnreadable", TableFailure.UNKNOWN),
        (HttpAnswer(300, "", {}, b"", keeps=True), "AnswerUnreadable", TableFailure.UNKNOWN),
        *((NoWholeAnswer(one), one.value, TableFailure.UNKNOWN) for one in Snag if not one.never_left),
        *((NoWholeAnswer(one), one.value, TableFailure.BUSY) for one in Snag if one.never_left),
    ],
)
def test_a_failure_has_a_code_and_nothing_that_was_quoted(
    wired: Callable[..., Wire], answer: Any, code: str, failure: TableFailure
) -> None:
    """What never left was not done; what nobody can name may have been. No text goes along, not even as its cause."""
    wired(answer)
    with pytest.raises(TableCallFailed) as caught:
        ask(linked())
    assert (caught.value.code, caught.value.failure, str(caught.value)) == (code, failure, code)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("doubt", Doubt)
def test_what_an_answer_does_not_show_makes_it_none(wired: Callable[..., Wire], doubt: Doubt) -> None:
    """Neither a success nor an error: the write may have been done. Who refuses the key cannot sign with it."""
    for answer in (ANSWERED, said("OTSConditionCheckFail")):
        wired(answer, doubt=doubt)
        with pytest.raises(TableCallFailed) as caught:
            ask(linked())
        assert (caught.value.code, caught.value.failure) == (doubt.value, TableFailure.UNKNOWN)
    wired(said("OTSAuthFailed"), doubt=doubt)
    with pytest.raises(TableCallFailed, match="OTSAuthFailed"):
        ask(linked())


def test_a_success_has_to_show_all_and_an_error_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands between may say 200 as well; the codes of errors are the service's own, which nobody invents."""
    monkeypatch.setattr(_tablestore_link, "begin", Wire(ANSWERED, said("OTSConditionCheckFail")))
    for code, failure in (("AnswerIncomplete", TableFailure.UNKNOWN), ("OTSConditionCheckFail", TableFailure.CONFLICT)):
        with pytest.raises(TableCallFailed) as caught:
            ask(linked())
        assert (caught.value.code, caught.value.failure) == (code, failure)


@pytest.mark.parametrize("error", [MessageError("m"), RowError("r")])
def test_an_answer_that_cannot_be_read_is_none(wired: Callable[..., Wire], error: Exception) -> None:
    """A write of it may have been done; a read of it is sent again."""

    def read(_body: bytes) -> bytes:
        raise error

    wire = wired(ANSWERED)
    with pytest.raises(TableCallFailed) as caught:
        linked().call("GetRow", b"", read)
    assert (caught.value.code, caught.value.failure) == ("AnswerUnreadable", TableFailure.UNKNOWN)
    assert (caught.value.__cause__, caught.value.__context__, len(wire.asked)) == (None, None, 1)
    with pytest.raises(TableCallFailed):
        linked().repeating("GetRow", b"", read)
    assert len(wire.asked) == 4


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (said("OTSServerBusy"), 3),
        (said("OTSTimeout", 503), 3),
        (said("OTSAuthFailed"), 1),
        (said("OTSConditionCheckFail"), 1),
    ],
)
def test_a_read_is_sent_again_where_that_may_help(wired: Callable[..., Wire], answer: HttpAnswer, sent: int) -> None:
    """Three times in all, after pauses; a write, in a `call`, never."""
    pauses: list[float] = []
    link, wire = linked(pauses=pauses), wired(answer)
    with pytest.raises(TableCallFailed):
        link.repeating("GetRow", b"", bytes)
    assert (len(wire.asked), pauses) == (sent, [0.1, 0.4][: sent - 1])
    wired(said("OTSServerBusy"), said("OTSServerBusy"), ANSWERED)
    assert link.repeating("GetRow", b"", bytes) == b"answer"
    once = wired(answer)
    with pytest.raises(TableCallFailed):
        ask(link)
    assert len(once.asked) == 1


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
def test_a_request_waits_for_half_of_what_is_left(
    wired: Callable[..., Wire], left_s: float, timeout_s: float | None
) -> None:
    """Five seconds at most; with less than a quarter nothing is sent. The whole and the answer's size are bounded."""
    wire, link = wired(ANSWERED), linked(left_s)
    if timeout_s is None:
        with pytest.raises(TableCallFailed, match="no time left"):
            ask(link)
        assert wire.asked == []
        return
    assert ask(link) == b"answer"
    ((method, url, headers, body, bounds),) = wire.asked
    assert (method, url, body) == ("POST", "http://127.0.0.1:9/GetRow", b"body")
    assert (headers["x-ots-instancename"], headers["x-ots-ststoken"]) == ("sw", ROLE.security_token)
    assert bounds == Bounds(connect_s=timeout_s, read_s=timeout_s, total_s=2 * timeout_s, most_bytes=MOST_BYTES)


def test_what_is_closed_sends_nothing(wired: Callable[..., Wire]) -> None:
    """It says so, whatever time is left; to repeat would not help."""
    link, wire = linked(), wired(ANSWERED)
    link.close()
    with pytest.raises(TableCallFailed, match="closed") as caught:
        link.repeating("GetRow", b"", bytes)
    assert (wire.asked, caught.value.failure) == ([], TableFailure.REFUSED)
