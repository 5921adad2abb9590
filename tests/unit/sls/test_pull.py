"""Reading a range: pages, what may follow them, and a connection that stood idle meanwhile."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from shared import idle
from shared.ports import LogEntry, LogRange
from shared.sls import SlsSource
from tests.support.http_wire import Dropping, Wire
from tests.unit.sls.conftest import by_cursor, group, page

PAUSE_S = 0.2


def test_a_range_is_read_page_by_page(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Logs are counted over groups and pages; the topic is the group's."""
    wire.behave = by_cursor(
        {"0": page([group({"a": "1"}, {"a": "2"}, topic="t")], "2"), "2": page([group({"b": b"\xff"})], "9")}
    )
    assert list(source.pull(wanted)) == [
        LogEntry(0, 1_000, {"a": "1", "__topic__": "t"}),
        LogEntry(1, 1_000, {"a": "2", "__topic__": "t"}),
        LogEntry(2, 1_000, {"b": b"\xff"}),
    ]
    assert [request["query"]["cursor"] for request in wire.requests] == ["0", "2"]
    assert {request["query"]["end_cursor"] for request in wire.requests} == {"9"}


def test_an_empty_range_asks_nothing(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Begin is end."""
    assert list(source.pull(replace(wanted, end_cursor="0"))) == []
    assert wire.requests == []


@pytest.mark.parametrize("after", ["0", ""])
def test_a_cursor_that_stays_is_the_end(source: SlsSource, wire: Wire, wanted: LogRange, after: str) -> None:
    """A shard that has no more says so by the same cursor."""
    wire.behave = page([group({"a": "1"})], after)
    assert len(list(source.pull(wanted))) == 1
    assert len(wire.requests) == 1


def test_the_next_page_comes_on_no_idle_connection(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is handled meanwhile, and the peer has dropped the connection without a word."""
    monkeypatch.setattr(idle, "IDLE_S", PAUSE_S / 2)
    pages = by_cursor({"0": page([group({"a": "1"})], "1"), "1": page([group({"a": "2"})], "9")})
    peer = Dropping(wire, pages, pause_s=PAUSE_S)
    logs = source.pull(wanted)
    assert next(logs).ordinal == 0
    time.sleep(PAUSE_S * 1.5)
    assert next(logs).ordinal == 1
    assert (peer.unanswered, len(wire.requests)) == (0, 2)
