"""A page in which none of the words stands without which no log is meant is told as foreign, and can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from shared.domain.progress import Progress
from shared.ports import LogPage, LogRange
from shared.sls import Access, SlsSource
from tests.support.http_wire import Wire
from tests.unit.sls.conftest import by_cursor, group, page


def _read(access: Access, wanted: LogRange, words: Sequence[str] = ("ehpc", "job-failure")) -> list[LogPage]:
    return list(SlsSource(access, words).pages(wanted, Progress(cursor=wanted.begin_cursor)))


def test_logs_without_any_of_the_words_are_foreign(access: Access, wire: Wire, wanted: LogRange) -> None:
    """All of the page: it says how many, of all its groups."""
    wire.behave = by_cursor({"0": page([group({"content": "EHPC"}, {"a": b"\xff"}), group({"job": "failure"})], "9")})
    ((one),) = _read(access, wanted)
    assert (one.foreign, len(list(one.entries))) == (3, 3)


@pytest.mark.parametrize("meant", [{"system": "ehpc"}, {"content": b'\xff {"schema": "job-failure/1"}'}, {"ehpc": ""}])
def test_a_page_with_one_log_that_may_be_meant_is_not(
    access: Access, wire: Wire, wanted: LogRange, meant: Mapping[str, str | bytes]
) -> None:
    """Wherever on the page it stands; other pages stay what they are."""
    first, second = page([group({"a": "1"}), group({"b": "2"}, meant)], "1"), page([group({"a": "1"})], "9")
    wire.behave = by_cursor({"0": first, "1": second})
    assert [one.foreign for one in _read(access, wanted)] == [0, 1]


def test_who_names_no_words_has_every_log_read(access: Access, wire: Wire, wanted: LogRange) -> None:
    """Nothing is foreign then; nor is a page without logs."""
    pages = {"0": page([group({"a": "1"})], "1"), "1": page([], "9")}
    wire.behave = by_cursor(pages)
    assert [one.foreign for one in _read(access, wanted, ())] == [0, 0]
    assert [one.foreign for one in _read(access, wanted)] == [1, 0]
