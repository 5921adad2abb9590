"""A range whose next log group cannot be read: how often is kept with how far it was handled."""

from __future__ import annotations

import pytest

from shared.domain.errors import GroupGarbled, SourceUnavailable
from shared.domain.progress import Progress
from tests.unit.heal.test_range_slices import _Healer, _Source


def test_deliveries_that_end_at_a_garbled_log_group_are_counted() -> None:
    """From the first on, whatever was read before it; where the range goes on nothing is counted any more."""
    healer = _Healer()
    garbled = _Source([1], GroupGarbled("garbage"), [2])
    for times in range(1, 4):
        with pytest.raises(GroupGarbled):
            healer.heal(garbled)
        assert healer.book is not None
        assert healer.book[0] == Progress(cursor="1", ordinal=1, handled=1, garbled=times)
    assert [since.garbled for since in garbled.asked] == [0, 1, 2]
    with pytest.raises(SourceUnavailable):
        healer.heal(_Source([1], SourceUnavailable("away")))
    assert healer.book == (Progress(cursor="1", ordinal=1, handled=1, garbled=3), 4), (
        "another reason counts for nothing"
    )
    healer.heal(_Source([1], [2]))
    assert healer.book == (Progress(cursor="9", ordinal=2, handled=2), 5)
    assert [jobs for jobs in healer.jobs if jobs] == [["1"], ["2"]]
    first = _Healer()
    with pytest.raises(GroupGarbled):
        first.heal(_Source(GroupGarbled("garbage")))
    assert first.book == (Progress(cursor="0", garbled=1), 1)
