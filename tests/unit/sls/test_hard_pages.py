"""Pages that come too slowly, and pages of which a part is missing."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler

import pytest

from localcloud.sls.protobuf import compress, encode_group, encode_group_list
from shared.domain.errors import SourceUnavailable
from shared.ports import LogRange
from shared.sls import SlsSource, _client
from shared.sls.source import _fewer
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import REQUEST_ID, Behaviour, group, page
from tests.unit.sls.test_pull import asked_groups, logs_of


def test_whoever_is_too_slow_for_many_is_asked_for_one(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same page again would end as it did, in each delivery: its shard would stand for ever."""
    monkeypatch.setattr(_client, "TOTAL_TIMEOUT_S", 0.3)

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if asked_groups(wire)[-1] > 1:
            time.sleep(0.4)
        page([group({"a": "1"})], "9")(handler)

    wire.behave = behave
    assert len(list(logs_of(source, wanted))) == 1
    assert asked_groups(wire) == [10, 1]


def test_whoever_is_too_slow_for_one_is_asked_no_more(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing less to ask for."""
    monkeypatch.setattr(_client, "TOTAL_TIMEOUT_S", 0.1)
    wire.behave = lambda _handler: time.sleep(0.3)
    with pytest.raises(SourceUnavailable, match="ReadTimeout"):
        list(logs_of(source, wanted))
    assert asked_groups(wire) == [10, 1]


@pytest.mark.parametrize(
    ("code", "groups", "following", "fewer"),
    [
        ("ReadTimeout", 2, "", 1),
        ("ReadTimeout", 1, "", 0),
        ("PageTooLarge", 3, "", 1),
        ("AnswerTooLong", 1, "4", 0),
        ("BadResponse", 10, "4", 5),
        ("BadResponse", 10, "", 0),
        ("ConnectionBroken", 10, "4", 0),
    ],
)
def test_fewer_are_asked_for_only_where_that_may_help(code: str, groups: int, following: str, fewer: int) -> None:
    """A connection that broke says nothing of what it carried, and half of garbage without an end is garbage."""
    assert _fewer(code, groups, following) == fewer


def cut_to_its_first(lz4: str, *, said: bool) -> Behaviour:
    """Of two log groups one comes, and nothing beside the size tells it: one group is as good protobuf as two."""
    whole = encode_group_list([encode_group(group({"a": number})) for number in "12"])
    raw = whole[: len(whole) // 2]
    about = {"x_log_count": "2", "x_log_cursor": "9", "x_log_compresstype": lz4, **REQUEST_ID}
    sizes = {"x_log_bodyrawsize": str(len(whole) if said else 0)}
    return lambda handler: say(handler, 200, compress(raw) if lz4 else raw, **about, **sizes)


@pytest.mark.parametrize(("lz4", "said"), [("lz4", True), ("", True), ("lz4", False)])
def test_half_a_page_is_none(source: SlsSource, wire: Wire, wanted: LogRange, lz4: str, *, said: bool) -> None:
    """The failures in the other half would be lost: the delivery comes again."""
    wire.behave = cut_to_its_first(lz4, said=said)
    with pytest.raises(SourceUnavailable, match="UnreadableAnswer"):
        list(logs_of(source, wanted))
    assert asked_groups(wire) == [10, 5, 2, 1, 1], "each time fewer, and then what is behind it"
