"""What leaves the adapter is an error of ours with a bare code: no text of neighbours' logs or keys."""

from __future__ import annotations

import traceback

import pytest
from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.errors import DeliveryError, InputError, SinkUnavailable
from shared.domain.progress import Progress
from shared.ports import LogRange
from shared.sls import Access, SlsSink, SlsSource
from tests.support.http_wire import Wire, reset, say
from tests.unit.sls.conftest import REQUEST_ID, Behaviour, refusal

NEIGHBOUR = b"a neighbour's log with its password"


def odd(status: int, body: bytes, **headers: str) -> Behaviour:
    """An answer that no document describes."""
    return lambda handler: say(handler, status, body, **{**REQUEST_ID, **headers})


GARBAGE = {
    "no headers": odd(200, NEIGHBOUR),
    "no protobuf": odd(200, NEIGHBOUR, x_log_count="1", x_log_cursor="9", x_log_bodyrawsize="99"),
    "a group that is none": odd(
        200,
        b"\x0a\x22" + NEIGHBOUR[:34],
        x_log_count="1",
        x_log_cursor="9",
        x_log_bodyrawsize="36",
        x_log_compresstype="",
    ),
    "a size that is none": odd(200, NEIGHBOUR, x_log_count="1", x_log_cursor="9", x_log_bodyrawsize="many"),
    "HTML": odd(404, b"<html>" + NEIGHBOUR),
    "a list": odd(400, b'["a neighbour"]'),
    "a code that is text": odd(400, b'{"errorCode": "a neighbour\'s log", "errorMessage": "x"}'),
    "a code that is long": odd(400, b'{"errorCode": "' + b"a" * 100_000 + b'", "errorMessage": "x"}'),
    "reset": reset,
    "a key in the text": refusal("Unauthorized", 401),
}


def read(source: SlsSource, wanted: LogRange) -> None:
    """All of it."""
    for page in source.pages(wanted, Progress(cursor="0")):
        list(page.entries)


def told(error: BaseException) -> str:
    """All that a log would show of it, its causes and what was being handled included."""
    assert error.__cause__ is None
    assert error.__context__ is None
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_reading(source: SlsSource, wire: Wire, wanted: LogRange, answer: Behaviour) -> None:
    """A page that cannot be read fails the delivery, and nothing else."""
    wire.behave = answer
    with pytest.raises(DeliveryError) as caught:
        read(source, wanted)
    assert_bare(caught.value)


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_writing(sink: SlsSink, wire: Wire, answer: Behaviour) -> None:
    """Outcomes stay owed unless the service said yes."""
    wire.behave = answer
    if answer in {
        GARBAGE[name] for name in ("no headers", "no protobuf", "a group that is none", "a size that is none")
    }:
        return  # a 200 of the service is a yes, whatever it carries
    with pytest.raises(SinkUnavailable) as caught:
        sink.put([{"outcome_id": "1"}])
    assert_bare(caught.value)


def test_a_cursor_that_nobody_knows(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """It is the delivery that was garbage; of the answer the code is kept."""
    wire.behave = refusal("InvalidCursor")
    with pytest.raises(InputError, match="InvalidCursor") as caught:
        list(source.pages(wanted, Progress(cursor="0")))
    assert_bare(caught.value)


def test_a_code_that_is_the_key(access: Access, wire: Wire, wanted: LogRange) -> None:
    """A name of letters and digits may be one of the service's codes, but not that one."""
    keys = Credentials(access_key_id="LTAI5tMadeUp", access_key_secret="SK", security_token="")
    wire.behave = refusal("LTAI5tMadeUp", 403)
    with pytest.raises(DeliveryError, match=r"UnreadableAnswer$"):
        read(SlsSource(replace(access, credentials=keys)), wanted)


def assert_bare(error: BaseException) -> None:
    """A code of the service's or of ours, a place and a number at most."""
    text = told(error)
    assert "neighbour" not in text
    assert "SK-made-up" not in text
    assert len(str(error)) < 200
