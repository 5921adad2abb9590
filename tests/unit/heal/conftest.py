"""The small world, anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The small world."""
    made = House(tmp_path)
    yield made
    made.ledger.close()
