"""A redis-server a worker, and ledgers over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.redis import RedisLedger
from shared.ledger.redis_link import RedisLink
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer
from tests.support.tcp_proxy import TcpProxy


@pytest.fixture
def clock() -> Clock:
    """The time by which documents expire."""
    return Clock()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all tests that do not harm it."""
    running = RedisServer(tmp_path_factory.mktemp("redis"))
    yield running
    running.stop()


@pytest.fixture
def server(shared_server: RedisServer) -> RedisServer:
    """The same, emptied."""
    shared_server.ask("FLUSHALL")
    return shared_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Starts a server that the test may stop, kill or lock."""
    made: list[RedisServer] = []

    def make(*options: str) -> RedisServer:
        made.append(RedisServer(tmp_path / f"redis-{len(made)}", *options))
        return made[-1]

    yield make
    for running in made:
        running.stop()


@pytest.fixture
def connect(clock: Clock) -> Iterator[Callable[..., RedisLedger]]:
    """A ledger over that port; with a password, another database or less time if they are given."""
    made: list[RedisLedger] = []

    def make(port: int, *, remaining_s: float = 60.0, **rest: Any) -> RedisLedger:
        address = {"host": "127.0.0.1", "tls": False, "database": 0, "user": "", "password": "", **rest}
        made.append(RedisLedger(RedisLink(port=port, remaining_s=lambda: remaining_s, **address), clock))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def proxy(server: RedisServer) -> Iterator[TcpProxy]:
    """A wire to the server that can fail."""
    running = TcpProxy(server.port)
    yield running
    running.close()
