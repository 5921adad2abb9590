"""Two invocations at once: all schedules with at most two preemptions, and with a fault on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proof.meetings import MEETINGS, Meeting, interleavings
from tests.support.depth import deep

SHARE = deep(499, 251)
"""`make test` and `make thorough` run each of so many histories with a fault, `make histories` all. Primes: kinds of
faults come round in turn, and with a number that shares a factor with theirs some would never be met."""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_no_interleaving_breaks_a_law(
    meeting: Meeting, *, everything: bool, record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold whoever is preempted where, also if one of the two, or what follows, meets a fault.

    With a fault a meeting of many steps is left to `make histories`.
    """
    with_a_fault = everything or not meeting.long
    calm, faulty = interleavings(meeting, (1 if everything else SHARE) if with_a_fault else 0)
    record_property("histories with every interleaving", calm.histories)
    record_property("histories with an interleaving and a fault", faulty.histories)
    assert calm.histories > 30
    assert calm.words["preempted"] > calm.histories / 3
    assert calm.words["conflict"] or not meeting.contended, "the two never met"
    assert not with_a_fault or (faulty.histories > 10 and faulty.words["killed"])
