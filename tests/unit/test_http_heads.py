"""Heads of answers: as long as they may be, and nothing is kept of long ones."""

from __future__ import annotations

import pytest

from shared.network import http_answer
from shared.network.http_bounds import Bounded, Bounds, Incoming, TooLong

HEAD_BYTES = 65_536


def test_nothing_is_kept_of_long_heads() -> None:
    """They are remembered by their text, and strangers write it."""
    short, long = b"HTTP/1.1 200 %b\r\nx-%b: 1\r\ncontent-length: 0\r\n\r\n", 4_000
    for remembered in (http_answer._short_status, http_answer._short_lower_name):
        remembered.cache_clear()
    for size in (100, long):
        text = b"a" * size
        answer = http_answer._at_once(short % (text, text), 10)
        assert answer is not None
        assert (len(answer.reason), f"x-{'a' * size}" in answer.headers) == (size, True)
    assert http_answer._short_status.cache_info().currsize == 1
    assert http_answer._short_lower_name.cache_info().currsize == 2


class Sends:
    """A socket on which so much comes, in parts of 16 KB."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def gettimeout(self) -> float:
        """Whatever was set."""
        return 1.0

    def settimeout(self, seconds: float) -> None:
        """As asked."""

    def recv(self, most: int) -> bytes:
        """The next part."""
        part, self.data = self.data[:most], self.data[most:]
        return part


@pytest.mark.parametrize("size", [HEAD_BYTES, 200_000])
def test_a_line_is_no_longer_than_a_head_may_be(size: int) -> None:
    """However much an answer may have."""
    bounds = Bounds(connect_s=1, read_s=1, total_s=10, most_bytes=10_000_000)
    came = Incoming(Sends(b"O" * (size - 1) + b"\n"), Bounded(bounds))
    if size <= HEAD_BYTES:
        assert came.line() == b"O" * (size - 1)
        return
    with pytest.raises(TooLong):
        came.line()
