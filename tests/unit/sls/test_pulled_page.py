"""What a page's logs say, however the SDK gives them, and where a project's name stands."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.domain.progress import Progress
from shared.ports import LogEntry, LogRange
from shared.sls import SlsSource, _client
from tests.support.http_wire import Wire
from tests.unit.sls.conftest import group, page


def test_a_page_of_bytes_says_the_same_as_one_of_text() -> None:
    """A protobuf library that finds one value to be no text gives the others as bytes as well."""

    def told(*contents: tuple[Any, Any], topic: Any) -> Any:
        pairs = [SimpleNamespace(Key=key, Value=value) for key, value in contents]
        return SimpleNamespace(Topic=topic, Logs=[SimpleNamespace(Time=7, Contents=pairs)])

    as_bytes = told((b"a", b"1"), (b"b", b"\xff"), (b"a", b"2"), topic=b"t")
    as_text = told(("a", "1"), ("b", b"\xff"), ("a", "2"), topic="t")
    both = [list(_client.PulledPage([one], "9", 10, foreign=False).entries(3)) for one in (as_bytes, as_text)]
    assert both[0] == both[1] == [LogEntry(3, 7, {"a": "2", "b": b"\xff", "__topic__": "t"}, (("a", "1"),))]


def test_no_log_says_its_own_topic(source: SlsSource, wire: Wire, wanted: LogRange) -> None:
    """A policy trusts places by it: only the log group's counts, also where that has none."""
    wire.behave = page([group({"__topic__": "trusted"}), group({"__topic__": "x"}, topic="t")], "9")
    (one,) = source.pages(wanted, Progress(cursor="0"))
    assert [log.fields["__topic__"] for log in one.entries] == ["", "t"]


@pytest.mark.parametrize(
    ("endpoint", "is_address"),
    [
        ("http://127.0.0.1:8080", True),
        ("https://[::1]", True),
        ("localhost:80", True),
        ("cn-hangzhou.log.aliyuncs.com", False),
        ("http://log.localhost", False),
        ("http://", False),
    ],
)
def test_a_project_stands_before_a_name_and_not_before_an_address(endpoint: str, *, is_address: bool) -> None:
    """`project.127.0.0.1` is nobody."""
    assert _client._is_address(endpoint) is is_address
