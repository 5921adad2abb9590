"""A local Tablestore with the ledger's table, and the ledger that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.tablestore.service import Tablestore
from shared.ledger.tablestore import TablestoreLedger
from tests.support.tablestore_server import TablestoreServer

START = 1_800_000_000.0


@pytest.fixture
def clock() -> ManualClock:
    """The ledger's time; the service has the real one."""
    return ManualClock(START)


@pytest.fixture
def server() -> Iterator[TablestoreServer]:
    """Set up, and nothing asked yet."""
    running = TablestoreServer()
    try:
        running.set_up()
        yield running
    finally:  # also where it cannot be set up: its thread would keep the process from ending
        running.stop()


@pytest.fixture
def service(server: TablestoreServer) -> Tablestore:
    """What answers."""
    return server.service


@pytest.fixture
def ledger(server: TablestoreServer, clock: ManualClock) -> Iterator[TablestoreLedger]:
    """A connection to the empty store."""
    made = server.ledger(clock)
    yield made
    made.close()


@pytest.fixture
def raw(server: TablestoreServer) -> Any:
    """The official SDK's client, for what no ledger would write."""
    return server.client()
