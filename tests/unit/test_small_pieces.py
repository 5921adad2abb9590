"""An answer in pieces takes the memory of its body, whatever the size of a piece."""

from __future__ import annotations

import io
import tracemalloc
from types import SimpleNamespace

from shared.network.http_answer import read_answer
from shared.network.http_bounds import Bounded, Bounds, Incoming


def test_a_body_in_the_smallest_pieces_takes_no_more_memory() -> None:
    """A list of them takes ten times theirs: of a page of logs more than a function has."""
    came = io.BytesIO(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 50_000 + b"0\r\n\r\n")
    peer = SimpleNamespace(gettimeout=lambda: None, settimeout=lambda _: None, recv=came.read)
    bounds = Bounds(connect_s=5.0, read_s=10.0, total_s=60.0, most_bytes=1_000_000)
    tracemalloc.start()
    try:
        body = read_answer(Incoming(peer, Bounded(bounds)), bounds.most_bytes).body
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body == b"ab" * 50_000
    assert peak < 1_000_000, "what came, and the body"
