"""What comes in the place of a page of outcomes: too slowly, broken, from somebody else."""

from __future__ import annotations

import time
import traceback
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable
from tests.support.http_wire import Wire, say


def test_no_page_is_waited_for_without_end(log: OutcomeLog, wire: Wire) -> None:
    """However little comes at once: each byte is in time, the page is not."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with suppress(OSError):
            for _ in range(100):
                time.sleep(0.02)
                handler.wfile.write(b" ")

    wire.behave = behave
    with pytest.raises(OutcomesUnavailable, match="ReadTimeout"):
        replace(log, page_s=0.2).read(60.0, 120.0)
    assert len(wire.requests) == 1


def test_a_connection_that_breaks_again_and_again_takes_no_longer(log: OutcomeLog, wire: Wire) -> None:
    """The second try has what the first has left of the time."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        handler.close_connection = True

    wire.behave = behave
    with pytest.raises(OutcomesUnavailable, match="ReadTimeout"):
        replace(log, page_s=0.5).read(60.0, 120.0)
    assert len(wire.requests) == 2


def test_an_answer_of_somebody_else_is_no_night_without_outcomes(log: OutcomeLog, wire: Wire) -> None:
    """A portal's JSON may look like it."""
    wire.behave = lambda handler: say(handler, 200, b'{"data": []}')
    with pytest.raises(OutcomesUnavailable, match="is not Log Service"):
        log.read(60.0, 120.0)


def test_what_is_no_http_is_not_quoted(log: OutcomeLog, wire: Wire) -> None:
    """Whoever stands there may say what others told him."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"a neighbour's password\r\n\r\n")
        handler.close_connection = True

    wire.behave = behave
    with pytest.raises(OutcomesUnavailable) as caught:
        log.read(60.0, 120.0)
    assert "neighbour" not in "".join(traceback.format_exception(caught.value))
