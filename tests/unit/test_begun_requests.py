"""A request whose answer is read later: what is done meanwhile meets neither its connection nor its answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from msgspec.structs import replace

from shared import meanwhile
from shared.network import kept_http
from shared.network.http_bounds import Bounds
from shared.network.idle import IDLE_S
from shared.network.kept_http import NoWholeAnswer, Snag, begin, drop_connections, exchange
from tests.support.http_wire import Wire, say

BOUNDS = Bounds(connect_s=2, read_s=2, total_s=10, most_bytes=1_000)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    drop_connections()
    server = Wire()
    yield server
    server.close()


def peers(wire: Wire) -> int:
    """How many connections brought requests."""
    return len({request["peer"] for request in wire.requests})


def test_a_request_that_was_begun_has_its_connection_to_itself(wire: Wire) -> None:
    """Until its answer is read: what is asked meanwhile goes another way, and each gets the answer to its own."""
    wire.behave = lambda handler: say(handler, 200, handler.path.encode())
    first = begin("GET", f"http://{wire.host}/first", {}, b"", BOUNDS)
    second = begin("GET", f"http://{wire.host}/second", {}, b"", BOUNDS)
    third = exchange("GET", f"http://{wire.host}/third", {}, b"", BOUNDS)
    assert [second.answer().body, third.body, first.answer().body] == [b"/second", b"/third", b"/first"]
    assert peers(wire) == 3
    assert [exchange("GET", f"http://{wire.host}/", {}, b"", BOUNDS).status, peers(wire)] == [200, 3]


def test_what_nobody_waits_for_takes_its_connection_with_it(wire: Wire) -> None:
    """The answer to it would be the next one's."""
    begun = begin("GET", f"http://{wire.host}/dropped", {}, b"", BOUNDS)
    begun.drop()
    assert begun._line._sock is None
    assert not any(kept_http._KEPT.values())
    with pytest.raises(NoWholeAnswer):
        begun.answer()


def test_a_connection_is_as_fresh_as_its_last_answer(wire: Wire) -> None:
    """What was done before that was read does not count as a pause."""
    begun = begin("GET", f"http://{wire.host}/", {}, b"", BOUNDS)
    begun._line._last_use._steady -= 2 * IDLE_S
    assert begun._line.stale
    assert begun.answer().status == 200
    assert exchange("GET", f"http://{wire.host}/", {}, b"", BOUNDS).status == 200
    assert peers(wire) == 1


def test_an_answer_that_is_read_too_late_is_none(wire: Wire) -> None:
    """The time of a request goes on, whatever is done meanwhile."""
    moments = iter([0.0, 0.0, 10.0])
    late = begin("GET", f"http://{wire.host}/", {}, b"", replace(BOUNDS, now=lambda: next(moments)))
    with pytest.raises(NoWholeAnswer) as caught:
        late.answer()
    assert caught.value.snag is Snag.READ_TIMEOUT


def test_what_is_expected_is_made_while_an_answer_is_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, in order, of one name the last; what fails costs nothing beside it. The answer is there all the same."""
    monkeypatch.setattr(meanwhile, "_EXPECTED", {})
    made: list[str] = []
    all_made = threading.Event()

    def behave(handler: BaseHTTPRequestHandler) -> None:
        made.append("asked")
        all_made.wait(5)
        made.append("told")
        say(handler, 200, b"")

    wire.behave = behave
    meanwhile.expect("patterns", lambda: made.append("an older policy's"))
    meanwhile.expect("client", lambda: 1 / 0)

    def make_last() -> None:
        made.append("last")
        all_made.set()

    meanwhile.expect("last", make_last)
    meanwhile.expect("patterns", lambda: made.append("patterns"))
    for _ in range(2):
        assert exchange("GET", f"http://{wire.host}/", {}, b"", BOUNDS).status == 200
    assert sorted(made[:3]) == ["asked", "last", "patterns"]
    assert made[3:] == ["told", "asked", "told"]
    assert made.index("patterns") < made.index("last")
