"""Reading a range: pages, what may follow them, and a connection that stood idle meanwhile."""

from __future__ import annotations

import contextlib
import gc
import time
import weakref
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler

import pytest
from msgspec.structs import replace

from localcloud.sls.models import Log, LogGroup
from shared.domain.credentials import Credentials
from shared.domain.errors import InputError, SourceUnavailable
from shared.domain.progress import Progress
from shared.network import idle
from shared.ports import LogEntry, LogRange
from shared.sls import Access, SlsSource, _client
from shared.sls.calls import MOST_PAGE_BYTES
from shared.sls.source import PAGE_BYTES, _next_groups
from tests.support.http_wire import Dropping, Wire, say
from tests.unit.sls.conftest import REQUEST_ID, Behaviour, by_cursor, group, page, refusal

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


@pytest.mark.parametrize(
    ("weighed", "next_groups"),
    [(PAGE_BYTES + 1, 50), (PAGE_BYTES, 100), (PAGE_BYTES // 4, 100), (PAGE_BYTES // 4 - 1, 200)],
)
def test_a_page_just_as_heavy_as_may_be_changes_nothing(weighed: int, next_groups: int) -> None:
    """Only what is heavier, or lighter than a quarter."""
    assert _next_groups(100, weighed) == next_groups


def asked_groups(wire: Wire) -> list[int]:
    """How many log groups each request asked for."""
    return [int(request["query"]["count"]) for request in wire.requests]


def weighing(sizes: dict[int, int], last: int) -> Behaviour:
    """A page a cursor, cursors being numbers; each weighs so many bytes, or nothing to speak of."""
    return by_cursor(
        {
            str(number): page([group({"a": "x" * sizes.get(number, 1)})], "9" if number == last else str(number + 1))
            for number in [*range(9), *range(10, last + 1)]
        }
    )


def test_small_pages_grow_to_what_the_service_gives(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """A usual range costs a few requests more, a long one none to speak of."""
    wire.behave = weighing({}, 19)
    list(logs_of(source, replace(wanted, begin_cursor="10")))
    assert asked_groups(wire) == [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000]


def test_heavy_pages_shrink_and_others_stay(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """By what the last one weighed unpacked: down to one log group."""
    heavy = dict.fromkeys(range(1, 6), PAGE_BYTES) | {6: PAGE_BYTES // 4, 7: PAGE_BYTES // 5}
    wire.behave = weighing(heavy, 8)
    list(logs_of(source, wanted))
    assert asked_groups(wire) == [10, 20, 10, 5, 2, 1, 1, 1, 2]


def test_a_page_that_is_too_large_is_asked_for_again_with_half(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """It is not unpacked; nothing of it is left out."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        too_large = len(wire.requests) < 3
        claimed = {"x_log_bodyrawsize": str(MOST_PAGE_BYTES + 1)} if too_large else {}
        page([group({"a": "1"})], "9", **claimed)(handler)

    wire.behave = behave
    assert len(list(logs_of(source, wanted))) == 1
    assert asked_groups(wire) == [10, 5, 2]


def test_a_page_of_the_largest_size_is_taken(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte."""
    wire.behave = page([group({"a": "x" * 10_000})], "9")
    size = page_size(source, wanted)
    for most, times in ((size, 1), (size - 1, 4)):
        monkeypatch.setattr(_client, "MOST_PAGE_BYTES", most)
        before = len(wire.requests)
        with contextlib.suppress(SourceUnavailable):
            list(logs_of(source, wanted))
        assert len(wire.requests) - before == times


def page_size(source: SlsSource, wanted: LogRange) -> int:
    """What the first page weighs unpacked."""
    kept: list[int] = []
    asked = _client.Client.pull

    def seen(*arguments: object) -> _client.PulledPage:
        made = asked(*arguments)  # type: ignore[arg-type]  # as given
        kept.append(made.size)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_client.Client, "pull", seen)
        list(logs_of(source, wanted))
    return kept[0]


def test_no_project_stands_before_an_address_or_this_machine(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Whatever the port; elsewhere it is the first label of the host."""
    wire.behave = page([group({"a": "1"})], "9")
    port = wire.host.partition(":")[2]
    for host in ("127.0.0.1", "localhost"):
        assert len(list(logs_of(source, replace(wanted, endpoint=f"http://{host}:{port}")))) == 1
    elsewhere = replace(wanted, endpoint=f"http://nowhere.invalid:{port}")
    with pytest.raises(SourceUnavailable, match="NotResolved"):
        list(logs_of(source, elsewhere))
    assert len(wire.requests) == 2


def test_an_answer_that_is_too_long_is_asked_for_again_with_half(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also as it comes."""
    monkeypatch.setattr(_client, "MOST_PAGE_BYTES", 1_000)

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if len(wire.requests) == 1:
            say(handler, 200, b"x" * 1_001, **REQUEST_ID)
        else:
            page([group({"a": "1"})], "9")(handler)

    wire.behave = behave
    assert len(list(logs_of(source, wanted))) == 1
    assert asked_groups(wire) == [10, 5]


@pytest.mark.parametrize(
    "headers",
    [
        {"x_log_bodyrawsize": "4_000_000_000"},
        {"x_log_bodyrawsize": "9999999999"},
        {"x_log_bodyrawsize": "9" * 5_000},
        {"x_log_bodyrawsize": "1_0"},
        {"x_log_bodyrawsize": "+10"},
        {"x_log_bodyrawsize": "٣"},
        {"x_log_bodyrawsize": "²"},
        {"x_log_compresstype": "gzip"},
        {"x_log_compresstype": "deflate"},
        {"x_log_compresstype": "zstd"},
    ],
)
def test_nothing_is_unpacked_without_bounds(
    source: SlsSource, wire: Wire, wanted: LogRange, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor as anything that was not asked for: the SDK takes a kilobyte for gigabytes."""
    monkeypatch.setattr("aliyun.log.logclient.Compressor.decompress_response", lambda *_: pytest.fail("unpacked"))
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    wire.behave = page([group({"a": "1"})], "9", **headers)
    with contextlib.suppress(SourceUnavailable):
        assert not any(entry.fields for entry in logs_of(source, wanted))


def test_a_page_is_gone_when_the_next_is_asked_for(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once would be twice the memory."""
    kept: list[weakref.ref[object]] = []
    alive: list[int] = []
    pull = _client.Client.pull

    def watched(
        client: _client.Client, wanted: LogRange, cursor: str, groups: int, words: Sequence[str]
    ) -> _client.PulledPage:
        gc.collect()
        alive.append(sum(one() is not None for one in kept))
        made = pull(client, wanted, cursor, groups, words)
        kept.append(weakref.ref(made))
        return made

    monkeypatch.setattr(_client.Client, "pull", watched)
    wire.behave = weighing({}, 8)
    for _ in logs_of(source, wanted):
        pass
    assert alive == [0] * 9


@pytest.mark.parametrize("code", ["InvalidCursor", "ParameterInvalid"])
def test_a_cursor_of_the_service_s_own_that_it_knows_no_more_is_no_garbage(
    source: SlsSource, wire: Wire, wanted: LogRange, code: str
) -> None:
    """In the middle: what was read holds, and the delivery comes again. Where it goes on later that is the first."""
    wire.behave = by_cursor({"0": page([group({"a": "1"})], "4"), "4": refusal(code)})
    pages = source.pages(wanted, Progress(cursor="0"))
    assert next(pages).next_cursor == "4"
    with pytest.raises(SourceUnavailable, match=code):
        next(pages)
    with pytest.raises(InputError, match=code):
        next(source.pages(wanted, Progress(cursor="4")))


def test_without_a_token_none_is_sent(wire: Wire, wanted: LogRange) -> None:
    """A key of a user has none."""
    keys = Credentials(access_key_id="AK", access_key_secret="SK", security_token="")
    wire.behave = page([], "9")
    list(logs_of(SlsSource(Access(credentials=keys, remaining_s=lambda: 60.0)), wanted))
    assert "x-acs-security-token" not in {name.lower() for name in wire.requests[0]["headers"]}


def test_an_answer_that_names_no_next_cursor_is_none(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """Where it goes on is not known: the range is not taken for read."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        say(handler, 200, b"", x_log_count="0", x_log_bodyrawsize="0", **REQUEST_ID)

    wire.behave = behave
    with pytest.raises(SourceUnavailable, match="UnreadableAnswer"):
        list(logs_of(source, wanted))
