"""Reading a range: pages, what may follow them, and a connection that stood idle meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from localcloud.sls.models import Log, LogGroup
from shared import idle
from shared.domain.progress import Progress
from shared.ports import LogEntry, LogRange
from shared.sls import SlsSource
from tests.support.http_wire import Dropping, Wire
from tests.unit.sls.conftest import by_cursor, group, page

PAUSE_S = 0.2


def logs_of(source: SlsSource, wanted: LogRange) -> Iterator[LogEntry]:
    """Every log of the range."""
    for one in source.pages(wanted, Progress(cursor=wanted.begin_cursor)):
        yield from one.entries


def test_a_range_is_read_page_by_page(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Logs are counted over groups and pages; the topic is the group's."""
    wire.behave = by_cursor(
        {"0": page([group({"a": "1"}, {"a": "2"}, topic="t")], "2"), "2": page([group({"b": b"\xff"})], "9")}
    )
    assert list(logs_of(source, wanted)) == [
        LogEntry(0, 1_000, {"a": "1", "__topic__": "t"}),
        LogEntry(1, 1_000, {"a": "2", "__topic__": "t"}),
        LogEntry(2, 1_000, {"b": b"\xff"}),
    ]
    assert [request["query"]["cursor"] for request in wire.requests] == ["0", "2"]
    assert {request["query"]["end_cursor"] for request in wire.requests} == {"9"}


def test_contents_of_one_name_are_all_read(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """A log is a list of pairs: what a dictionary would drop is there beside it, in its order."""
    contents = (("a", b"1"), ("b", b"2"), ("a", b"\xff"), ("a", b"3"))
    wire.behave = by_cursor({"0": page([LogGroup(logs=(Log(1_000, contents),))], "9")})
    (log,) = logs_of(source, wanted)
    assert (log.fields, log.earlier) == ({"a": "3", "b": "2"}, (("a", "1"), ("a", b"\xff")))


def test_an_empty_range_asks_nothing(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Begin is end."""
    assert list(logs_of(source, replace(wanted, end_cursor="0"))) == []
    assert wire.requests == []


@pytest.mark.parametrize("after", ["0", ""])
def test_a_cursor_that_stays_is_the_end(source: SlsSource, wire: Wire, wanted: LogRange, after: str) -> None:
    """A shard that has no more says so by the same cursor."""
    wire.behave = page([group({"a": "1"})], after)
    assert len(list(logs_of(source, wanted))) == 1
    assert len(wire.requests) == 1


def test_the_next_page_comes_on_no_idle_connection(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is handled meanwhile, and the peer has dropped the connection without a word."""
    monkeypatch.setattr(idle, "IDLE_S", PAUSE_S / 2)
    pages = by_cursor({"0": page([group({"a": "1"})], "1"), "1": page([group({"a": "2"})], "9")})
    peer = Dropping(wire, pages, pause_s=PAUSE_S)
    logs = logs_of(source, wanted)
    assert next(logs).ordinal == 0
    time.sleep(PAUSE_S * 1.5)
    assert next(logs).ordinal == 1
    assert (peer.unanswered, len(wire.requests)) == (0, 2)


def test_reading_goes_on_from_where_it_was_left(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """From a page's cursor; places are counted from the range's first log on."""
    wire.behave = by_cursor({"4": page([group({"a": "1"}, {"a": "2"}), group({"a": "3"})], "6"), "6": page([], "6")})
    first, second = ((one, list(one.entries)) for one in source.pages(wanted, Progress(cursor="4", ordinal=10)))
    assert [entry.ordinal for entry in first[1]] == [10, 11, 12]
    assert (first[0].cursor, first[0].next_cursor, first[0].ordinal) == ("4", "6", 10)
    assert (second[0].next_cursor, second[0].ordinal, second[1]) == ("9", 13, [])
