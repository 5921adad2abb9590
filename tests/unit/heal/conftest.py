"""The small world, anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House
from tests.unit.heal.printed import Output


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The small world."""
    made = House(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def output(house: House) -> Output:
    """The cluster's jobs have logs."""
    made = Output(house)
    house.ehpc.output = made  # type: ignore[attr-defined]  # a world that has logs, too
    return made
