"""A log group that is too large for a function's memory, or garbled, is told, and its shard goes on behind it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

import pytest

from localcloud.sls.models import Log, LogGroup
from localcloud.sls.protobuf import compress
from shared.domain.errors import GroupGarbled, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import LogEntry, LogRange
from shared.sls import SlsSource, _client
from shared.sls.calls import MOST_PAGE_BYTES
from shared.sls.source import GARBLED_DELIVERIES
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import REQUEST_ID, Behaviour, by_cursor, group, page, refusal
from tests.unit.sls.test_pull import asked_groups, logs_of


def test_a_log_group_that_is_too_large_does_not_end_the_reading(
    source: SlsSource, wire: Wire, wanted: LogRange
) -> None:
    """Less than one nobody can ask for: it has its place in the range, and what is behind it is read."""
    too_large = page([group({"a": "1"})], "4", x_log_bodyrawsize=str(MOST_PAGE_BYTES + 1))
    wire.behave = by_cursor({"0": too_large, "4": page([group({"a": "2"})], "9")})
    unread, behind = logs_of(source, wanted)
    assert (unread.ordinal, unread.fields, behind.ordinal, behind.fields) == (0, {}, 1, {"a": "2"})
    assert unread.unread.endswith(f"is not read: pull one of shard {wanted.shard} from cursor 0")
    assert asked_groups(wire) == [10, 5, 2, 1, 1]


def test_nor_does_one_that_is_too_long_as_it_comes(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its head says where to go on."""
    monkeypatch.setattr(_client, "MOST_PAGE_BYTES", 1_000)
    too_long = lambda handler: say(handler, 200, b"x" * 1_001, x_log_cursor="4", **REQUEST_ID)  # noqa: E731 - an answer
    wire.behave = by_cursor({"0": too_long, "4": page([group({"a": "2"})], "9")})
    assert [bool(entry.unread) for entry in logs_of(source, wanted)] == [True, False]


@pytest.mark.parametrize(("pairs", "read"), [(8, True), (9, False)])
def test_nor_does_one_of_too_many_values(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch, pairs: int, *, read: bool
) -> None:
    """Each takes ten times its bytes, however short it is."""
    monkeypatch.setattr(_client, "MOST_PAIRS", 8)
    many = LogGroup(logs=(Log(1_000, tuple((f"a{place}", b"") for place in range(pairs))),))
    wire.behave = by_cursor({"0": page([many], "4"), "4": page([group({"a": "2"})], "9")})
    first, behind = logs_of(source, wanted)
    assert (len(first.fields), bool(first.unread), behind.fields) == (pairs if read else 0, not read, {"a": "2"})
    assert read or "values, which is not read" in first.unread
    assert asked_groups(wire) == ([10, 20] if read else [10, 5, 2, 1, 1])


@pytest.mark.parametrize("following", ["", "0"])
def test_one_behind_which_nothing_is_told_ends_the_reading(
    source: SlsSource, wire: Wire, wanted: LogRange, following: str
) -> None:
    """Nobody knows where to go on."""
    wire.behave = page([group({"a": "1"})], following, x_log_bodyrawsize=str(MOST_PAGE_BYTES + 1))
    with pytest.raises(SourceUnavailable, match="PageTooLarge"):
        list(logs_of(source, wanted))
    assert asked_groups(wire) == [10, 5, 2, 1]


def garbled(cursor: str, **headers: str) -> Behaviour:
    """An answer of the service whose log groups are none, or are packed as nobody can unpack them."""
    raw = b"\x0a\x02\xff\xff"
    about = {
        "x_log_count": "1",
        "x_log_cursor": cursor,
        "x_log_bodyrawsize": str(len(raw)),
        "x_log_compresstype": "lz4",
    }
    return lambda handler: say(handler, 200, compress(raw), **{**about, **REQUEST_ID, **headers})


@pytest.mark.parametrize("headers", [{}, {"x_log_bodyrawsize": "3"}, {"x_log_compresstype": "zstd"}])
def test_nor_does_a_garbled_one(source: SlsSource, wire: Wire, wanted: LogRange, headers: dict[str, str]) -> None:
    """Alone it is told, for the one behind it can be read: it is not the service that is ill."""
    wire.behave = by_cursor({"0": garbled("4", **headers), "4": page([group({"a": "2"})], "9")})
    unread, behind = logs_of(source, wanted)
    place = f"pull one of shard {wanted.shard} from cursor 0"
    why = f"is a log group that cannot be read, while the one behind it can: {place}"
    assert (unread, behind) == (LogEntry(0, 0, {}, unread=why), LogEntry(1, 1_000, {"a": "2"})), "its time is not known"
    assert asked_groups(wire) == [10, 5, 2, 1, 1, 1, 1, 1]


def test_what_was_garbled_on_its_way_is_read(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """A service that was ill is well between two calls: that the one behind comes whole proves no more than that."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        (garbled("4") if len(wire.requests) <= 4 else page([group({"a": "1"})], "4"))(handler)

    behind = page([group({"a": "2"})], "9")
    wire.behave = lambda handler: (behind if "cursor=4" in handler.path else behave)(handler)
    assert [entry.fields for entry in logs_of(source, wanted)] == [{"a": "1"}, {"a": "2"}]


def test_what_stands_behind_the_range_is_looked_at_as_well(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """The garbled one may be the last: what was written later proves the same."""
    wire.behave = by_cursor({"0": garbled("9"), "9": page([group({"a": "later"})], "10")})
    assert [bool(entry.unread) for entry in logs_of(source, wanted)] == [True]
    assert ["end_cursor" in request["query"] for request in wire.requests] == [*[True] * 4, False, True, False]


@pytest.mark.parametrize(
    "behind", [page([], "9"), garbled("9"), refusal("ReadQuotaExceed", 403)], ids=["nothing", "garbage", "a refusal"]
)
def test_garbage_all_over_is_read_another_time(
    source: SlsSource, wire: Wire, wanted: LogRange, behind: Behaviour
) -> None:
    """Whoever stands between may be at fault, and the same log group come whole a minute later."""
    wire.behave = by_cursor({"0": garbled("4"), "4": behind})
    for before in range(GARBLED_DELIVERIES - 1):
        with pytest.raises(GroupGarbled, match="BadResponse"):
            list(source.pages(wanted, Progress(cursor="0", garbled=before)))


def test_not_for_ever(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """After some deliveries it is told, and passed over; what comes behind has as many of its own."""
    wire.behave = by_cursor({"0": garbled("4"), "4": garbled("5"), "5": page([], "9")})
    pages = source.pages(wanted, Progress(cursor="0", ordinal=7, handled=7, garbled=GARBLED_DELIVERIES - 1))
    (told,) = next(pages).entries
    why = "is a log group that could not be read in 4 deliveries, nor could any behind it: pull one of shard"
    assert (told.ordinal, told.unread) == (7, f"{why} {wanted.shard} from cursor 0")
    with pytest.raises(GroupGarbled):
        next(pages)
    pages = source.pages(wanted, Progress(cursor="4", ordinal=8, handled=8, garbled=GARBLED_DELIVERIES - 1))
    assert [[entry.ordinal for entry in one.entries] for one in pages] == [[8], []]


@pytest.mark.parametrize("following", ["", "0"])
def test_garbage_behind_which_nothing_is_told_ends_the_reading(
    source: SlsSource, wire: Wire, wanted: LogRange, following: str
) -> None:
    """Nobody knows where to go on."""
    wire.behave = garbled(following)
    with pytest.raises(SourceUnavailable):
        list(logs_of(source, wanted))


def test_an_error_is_no_garbled_log_group(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Whatever code it has and whichever cursor: it may be over a minute later."""
    body = b'{"errorCode": "BadResponse", "errorMessage": "x"}'
    wire.behave = lambda handler: say(handler, 400, body, x_log_cursor="4", **REQUEST_ID)
    with pytest.raises(SourceUnavailable, match="BadResponse"):
        list(logs_of(source, wanted))
    assert asked_groups(wire) == [10]
