"""The small world that tells people, anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.policy.model import Action, Match, Rule
from tests.support.messages import TellingHouse
from tests.unit.heal.tricks import set_policy

HOLD = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TellingHouse]:
    """Holds what says `weigh`."""
    made = TellingHouse(tmp_path)
    set_policy(made, rules=(HOLD, *made.policy.rules), breaker=None)
    yield made
    made.ledger.close()
