"""The ledgers under test, one fixture for all: a further backend adds one entry to `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.redis import RedisLedger
from shared.ledger.redis_link import RedisLink
from shared.ledger.sqlite import SqliteLedger
from tests.support.clock import Clock
from tests.support.meddled_ledger import Closable
from tests.support.memory_ledger import Store, WholeMemoryLedger
from tests.support.redis_server import RedisServer
from tests.support.tablestore_server import TablestoreServer

Connect = Callable[[], Closable]
"""Opens a connection of its own each time."""


def memory(_folder: Path, clock: Clock) -> Connect:
    """Connects to the same store each time: the ledger of all other tests keeps what a ledger promises."""
    store = Store()
    return lambda: WholeMemoryLedger(clock, store)


def sqlite(folder: Path, clock: Clock) -> Connect:
    """Opens the same file anew each time."""
    return lambda: SqliteLedger(str(folder / "ledger.db"), clock)


def redis(server: RedisServer, clock: Clock) -> Connect:
    """Opens a connection of its own each time to the server, which is emptied first."""
    server.ask("FLUSHALL")
    address: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "tls": False, "database": 0}
    return lambda: RedisLedger(RedisLink(**address, user="", password="", remaining_s=lambda: 60.0), clock)


BACKENDS: dict[str, Callable[[Path, Clock], Connect]] = {"memory": memory, "sqlite": sqlite}


@dataclass
class Place:
    """One store, and how to connect to it."""

    backend: str
    folder: Path
    clock: Clock
    connect: Connect


@pytest.fixture
def clock() -> Clock:
    """The time that expiry is told by."""
    return Clock()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real server, one for each worker that needs it."""
    running = RedisServer(tmp_path_factory.mktemp("redis"))
    yield running
    running.stop()


@pytest.fixture
def tablestore_server() -> Iterator[TablestoreServer]:
    """A local Tablestore with the ledger's table."""
    running = TablestoreServer()
    try:
        running.set_up()
        yield running
    finally:  # also where it cannot be set up: its thread would keep the process from ending
        running.stop()


@pytest.fixture(params=[*sorted(BACKENDS), "redis", "tablestore"])
def place(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Place:
    """An empty store of each backend."""
    if request.param == "redis":
        connect: Connect = redis(request.getfixturevalue("redis_server"), clock)
    elif request.param == "tablestore":
        server = request.getfixturevalue("tablestore_server")
        connect = partial(server.ledger, clock)
    else:
        connect = BACKENDS[request.param](tmp_path, clock)
    return Place(request.param, tmp_path, clock, connect)


@pytest.fixture
def ledger(place: Place) -> Iterator[Closable]:
    """A connection to the empty store."""
    made = place.connect()
    yield made
    made.close()
