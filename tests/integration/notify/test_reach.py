"""Where a message may go: names are looked up within a time, and no record of a name leads to a machine's own keys."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from shared.domain.address import parse_address
from shared.domain.call import Effect
from shared.reality import SystemClock
from shared.robots.wire import post


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    def getaddrinfo(host: str, port: Any, **about: Any) -> list[Any]:
        del host, port, about
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "address",
    ["100.100.100.200", "169.254.169.254", "fe80::1%eth0", "::ffff:100.100.100.200", "127.0.0.1", "::1", "240.0.0.1"],
)
def test_a_name_that_leads_where_no_receiver_is_gets_nothing(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Whoever changed its record later, also beside a good address: refused for good, and nobody is connected to."""
    named(monkeypatch, "203.0.113.5", address)
    connected: list[Any] = []
    monkeypatch.setattr("socket.create_connection", lambda *place, **_: connected.append(place))
    ending = post(parse_address("https://hooks.example.com/in?token=t"), b"{}", {})
    assert (ending.effect, ending.code) == (Effect.NOT_DONE_USELESS, "address_refused")  # type: ignore[union-attr]  # no answer
    assert connected == []


def test_a_look_up_that_hangs_costs_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that never answers: nothing was told, and it is tried again later."""
    ended = threading.Event()
    monkeypatch.setattr("shared.robots.reach.LOOK_UP_S", 0.1)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [ended.wait(10)][:0])
    begun = SystemClock().now()
    ending = post(parse_address("https://hooks.example.com/in"), b"{}", {})
    assert SystemClock().now() - begun < 2
    assert (ending.effect, ending.code) == (Effect.NOT_DONE_LATER, "TimeoutError")  # type: ignore[union-attr]  # no answer
    ended.set()


def test_a_host_of_many_silent_addresses_costs_two_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many a name has."""
    named(monkeypatch, *(f"203.0.113.{number}" for number in range(1, 17)))
    tried: list[Any] = []

    def silent(place: tuple[str, int], **_: Any) -> None:
        tried.append(place)
        raise TimeoutError

    monkeypatch.setattr("socket.create_connection", silent)
    ending = post(parse_address("https://hooks.example.com/in"), b"{}", {})
    assert (ending.effect, len(tried)) == (Effect.NOT_DONE_LATER, 2)  # type: ignore[union-attr]  # no answer


def test_the_address_that_was_judged_is_the_one_that_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up, which may answer otherwise, is never made."""
    named(monkeypatch, "203.0.113.5")
    tried: list[Any] = []

    def refused(place: tuple[str, int], **_: Any) -> None:
        tried.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", refused)
    post(parse_address("https://hooks.example.com/in"), b"{}", {})
    assert tried == [("203.0.113.5", 443)]
