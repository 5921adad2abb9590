"""Two invocations at once: all schedules with at most two preemptions, and with a fault on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proof.histories import Met
from tests.proof.meetings import MEETINGS, Meeting, faulty_interleavings, interleavings

SHARE = 499
"""`make test` runs each 499th history with a fault, `make histories` all. A prime: kinds of faults come
round in turn, and with a number that shares a factor with theirs some would never be met."""


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_no_interleaving_breaks_a_law(meeting: Meeting, record_property: Callable[[str, object], None]) -> None:
    """Laws 1 to 8 and 10 to 12 hold whoever is preempted where."""
    met = Met()
    interleavings(meeting, met)
    record_property("histories with every interleaving", met.histories)
    assert met.histories > 50
    assert met.words["preempted"] > met.histories / 3
    assert met.words["conflict"] or not meeting.contended, "the two never met"


@pytest.mark.timeout(0)
@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_no_interleaving_with_a_fault_breaks_a_law(
    meeting: Meeting, *, everything: bool, record_property: Callable[[str, object], None]
) -> None:
    """The same if one of the two, or what follows, meets a fault."""
    if meeting.long and not everything:
        pytest.skip("make histories runs them")
    met = Met()
    faulty_interleavings(meeting, met, 1 if everything else SHARE)
    record_property("histories with an interleaving and a fault", met.histories)
    assert met.histories > 50
    assert met.words["killed"]
