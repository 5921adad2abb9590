"""What is known of the client's questions without loading what answers them is what that answers."""

from __future__ import annotations

import inspect
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial, wraps
from typing import Any

import pytest
from redis.connection import Connection
from redis.driver_info import DriverInfo, resolve_driver_info

from shared.domain.errors import LedgerUnavailable
from shared.ledger.redis_link import _KNOWN, Argument, RedisLink, _packed


def _plain() -> None: ...


async def _coroutine() -> None: ...


def _generator() -> Iterator[int]:
    yield 1


async def _both() -> AsyncIterator[int]:
    yield 1


@wraps(_coroutine)
def _around() -> None: ...


def _marked() -> None: ...


vars(_marked)["_is_coroutine_marker"] = getattr(inspect, "_is_coroutine_mark", inspect)


@pytest.mark.parametrize("one", [_plain, _coroutine, _generator, _both, _around])
def test_which_functions_are_of_coroutines_is_known(one: Any) -> None:
    """Each kind that a decorator of the client may meet."""
    assert _KNOWN["inspect.iscoroutinefunction"](one) is inspect.iscoroutinefunction(one)


@pytest.mark.parametrize("one", [_marked, partial(_coroutine), RedisLink, RedisLink.close.__get__(_plain), len])
def test_of_everything_else_python_is_asked(one: Any) -> None:
    """It may be marked, or hide another."""
    assert _KNOWN["inspect.iscoroutinefunction"](one) is NotImplemented


def test_that_nothing_is_told_of_the_client_is_known() -> None:
    """What would be told is asked of the client."""
    resolve = _KNOWN["redis.driver_info.resolve_driver_info"]
    assert resolve(None, "name", "1") is resolve_driver_info(None, "name", "1") is None
    assert resolve(DriverInfo()) is NotImplemented


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_error_names_the_host_as_people_do(host: str) -> None:
    """Not as bytes, which it is looked up by."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        link = RedisLink(host=host, port=port, tls=False, database=0, user="", password="", remaining_s=lambda: 4.0)
        with pytest.raises(LedgerUnavailable, match=rf"ConnectionError: Error \S+ connecting to {host}:{port}\."):
            link.ask("PING")


@pytest.mark.parametrize(
    "command",
    [
        (b"EVALSHA", b"0" * 40, b"%d" % 2, b"{secondwind}:due", b"\x00\r\n\xff", b""),
        (b"EVALSHA", b"0" * 40, b"0", 1_767_225_600.25, 1e300, 7, "", "\u4e2d"),
        ("CONFIG", "GET", "appendonly"),
        (b"EVAL", "return 1", b"0", b"x" * 7_000, b"y", b"z" * 6_001),
    ],
)
def test_a_command_goes_out_as_the_client_packs_it(command: tuple[Argument, ...]) -> None:
    """Whatever kinds its arguments are of, and however long they are."""
    client: Any = Connection
    assert _packed(command) == b"".join(client().pack_command(*command))
