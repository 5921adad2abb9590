"""However many names a flood has put into a ledger, sweeps come to every other one in a bounded number of runs."""

from __future__ import annotations

import math

import pytest

from shared import sweep_turns
from shared.domain.keys import pending_key
from shared.ports import Write
from shared.sweep_turns import Turns
from tests.support.meddled_ledger import Closable
from tests.support.systems import CLUSTER, GROUP
from tests.unit.ledger.conftest import Place


@pytest.mark.parametrize("apart_s", [0.0, 1.0])
def test_a_name_behind_a_flood_that_nothing_moves_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, ledger: Closable, place: Place, apart_s: float
) -> None:
    """Another cluster's, due since later than seven hundred of a group, all due at one moment or one after another.

    Also where each run dies over what it has asked for.
    """
    monkeypatch.setattr(sweep_turns, "MAX_HINTS", 10)
    now, hidden = place.clock.now(), pending_key(CLUSTER, "hidden")
    names = [pending_key(GROUP, f"{number:04}") for number in range(700)]
    moments = [now - 800 + apart_s * number for number in range(700)]
    writes = [
        Write(key=key, document=b"{}", expected=None, due_at=at, expires_at=None)
        for key, at in zip([*names, hidden], [*moments, now], strict=True)
    ]
    for start in range(0, len(writes), 100):
        assert ledger.save(writes[start : start + 100]) == frozenset()
    asked = set[str]()
    for _ in range(math.ceil(651 / 50)):
        assert hidden not in asked
        asked |= set(Turns(ledger, place.clock, now + 100).keys())
    assert asked == {*names, hidden}
