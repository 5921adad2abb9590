"""What the sweep finds owed and nothing else due is told whole, each outcome by itself."""

from __future__ import annotations

import pytest

from shared.documents import encode
from shared.domain.outcome import Outcome, rfc3339
from shared.domain.record import OWED_RETRY_S, JobRecord
from shared.ports import Write
from tests.support.clock import START
from tests.support.house import House


@pytest.mark.parametrize("others", [0, 1])
def test_two_outcomes_of_one_failure_are_both_told(house: House, others: int) -> None:
    """The later one is no other telling of the first; both are struck, so a folded one would be lost."""
    rows = [
        Outcome(
            outcome_id=f"o{number}",
            failure_id="f",
            final="false",
            at=rfc3339(START),
            verdict=verdict,
            reason="accepted",
        ).fields()
        for number, verdict in enumerate(("deferred", "rerun"))
    ]
    record = JobRecord(owed=tuple(rows), owed_at=START - OWED_RETRY_S)
    house.ledger.save([Write(key="ehpc/r/c/1", document=encode(record), expected=None, due_at=START, expires_at=None)])
    for number in range(others):
        house.deliver(house.hung(number + 2))
    told = len(house.sink.rows)
    house.sweep()
    assert [row["outcome_id"] for row in house.sink.rows[told:]] == ["o0", "o1"]
    assert house.unfinished() == []
