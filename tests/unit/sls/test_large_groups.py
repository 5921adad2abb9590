"""A log group that is too large for a function's memory is told, and its shard goes on behind it."""

from __future__ import annotations

import pytest

from shared.domain.errors import SourceUnavailable
from shared.ports import LogRange
from shared.sls import MOST_PAGE_BYTES, SlsSource, _client
from tests.support.http_wire import Wire, say
from tests.unit.sls.conftest import REQUEST_ID, by_cursor, group, page
from tests.unit.sls.test_pull import asked_groups, logs_of


def test_a_log_group_that_is_too_large_does_not_end_the_reading(
    source: SlsSource, wire: Wire, wanted: LogRange
) -> None:
    """Less than one nobody can ask for: it has its place in the range, and what is behind it is read."""
    too_large = page([group({"a": "1"})], "4", x_log_bodyrawsize=str(MOST_PAGE_BYTES + 1))
    wire.behave = by_cursor({"0": too_large, "4": page([group({"a": "2"})], "9")})
    unread, behind = logs_of(source, wanted)
    assert (unread.ordinal, unread.fields, behind.ordinal, behind.fields) == (0, {}, 1, {"a": "2"})
    assert unread.unread.endswith("is not read: pull one from cursor 0")
    assert asked_groups(wire) == [10, 5, 2, 1, 1]


def test_nor_does_one_that_is_too_long_as_it_comes(
    source: SlsSource, wire: Wire, wanted: LogRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its head says where to go on."""
    monkeypatch.setattr(_client, "MOST_PAGE_BYTES", 1_000)
    too_long = lambda handler: say(handler, 200, b"x" * 1_001, x_log_cursor="4", **REQUEST_ID)  # noqa: E731 - an answer
    wire.behave = by_cursor({"0": too_long, "4": page([group({"a": "2"})], "9")})
    assert [bool(entry.unread) for entry in logs_of(source, wanted)] == [True, False]


@pytest.mark.parametrize("following", ["", "0"])
def test_one_behind_which_nothing_is_told_ends_the_reading(
    source: SlsSource, wire: Wire, wanted: LogRange, following: str
) -> None:
    """Nobody knows where to go on."""
    wire.behave = page([group({"a": "1"})], following, x_log_bodyrawsize=str(MOST_PAGE_BYTES + 1))
    with pytest.raises(SourceUnavailable, match="PageTooLarge"):
        list(logs_of(source, wanted))
    assert asked_groups(wire) == [10, 5, 2, 1]
