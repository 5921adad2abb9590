"""The ledgers under test, one fixture for all: a further backend adds one entry to `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.sqlite import SqliteLedger

START = 1_800_000_000.0


@dataclass
class Clock:
    """Stands still until told."""

    moment: float = START

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


def sqlite(folder: Path, clock: Clock) -> Callable[[], SqliteLedger]:
    """Opens the same file anew each time."""
    return lambda: SqliteLedger(str(folder / "ledger.db"), clock)


BACKENDS: dict[str, Callable[[Path, Clock], Callable[[], Any]]] = {"sqlite": sqlite}


@dataclass
class Place:
    """One store, and how to connect to it."""

    backend: str
    folder: Path
    clock: Clock
    connect: Callable[[], Any]


@pytest.fixture
def clock() -> Clock:
    """The time that expiry is told by."""
    return Clock()


@pytest.fixture(params=sorted(BACKENDS))
def place(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Place:
    """An empty store of each backend."""
    return Place(request.param, tmp_path, clock, BACKENDS[request.param](tmp_path, clock))


@pytest.fixture
def ledger(place: Place) -> Iterator[Any]:
    """A connection to the empty store."""
    made = place.connect()
    yield made
    made.close()
