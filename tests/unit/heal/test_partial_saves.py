"""A save of several documents is not atomic: whichever of them conflict, nothing is lost and nothing has two ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest

from shared.documents import decode_record, record_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import State
from shared.domain.keys import pending_key
from shared.domain.record import JobRecord
from shared.ports import Due, Stored, Write
from tests.support.clock import START
from tests.unit.heal.tricks import BAD_LOOK, NO_LOOK, finals, quiet

HOME, WAITS = "ehpc/", "pending/"


class Conflicting:
    """A ledger in which, once or more often, others have just written the documents of a save whose keys begin so."""

    def __init__(self, ledger: Any, prefixes: Sequence[str], times: int = 1) -> None:
        self._ledger = ledger
        self._left = times
        self._prefixes = tuple(prefixes)
        self.met = 0

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the ledger does."""
        found: Mapping[str, Stored] = self._ledger.load(keys)
        return found

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, after others have written the same again."""
        touched = [write for write in writes if write.key.startswith(self._prefixes)] if self._left else []
        self._left -= bool(touched)
        for write in touched:
            there = self._ledger.load([write.key]).get(write.key)
            record = decode_record(there.document) if there else JobRecord()
            again = record_write(write.key, record, there.version if there else None, START)
            assert not self._ledger.save([again])
        self.met += len(touched)
        conflicts: frozenset[str] = self._ledger.save(writes)
        return conflicts

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the ledger does."""
        found: list[Due] = self._ledger.due(before, limit, after)
        return found

    def close(self) -> None:
        """As the ledger does."""
        self._ledger.close()


def _ended(house: Any) -> str:
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    return "ineligible"


def _refused(house: Any) -> str:
    house.ehpc.look_fails = NO_LOOK
    return "refused"


@pytest.mark.parametrize("prefixes", [some for count in (1, 2) for some in combinations((HOME, WAITS), count)])
@pytest.mark.parametrize("then", [_ended, _refused])
def test_what_waited_ends_once_whatever_conflicts(house: Any, prefixes: tuple[str, ...], then: Any) -> None:
    """The look had failed; the sweep ends the case while others write its documents: one final outcome all the same."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    verdict = then(house)
    house.ledger = Conflicting(house.ledger, prefixes)
    house.later(61)
    house.sweep()
    quiet(house, 3)
    assert house.ledger.met
    assert list(finals(house).values()) == [[verdict]]


def test_what_ended_at_home_is_handed_over_by_the_next_sweep(house: Any) -> None:
    """Between the two saves the document in which it waited stays due; after the second nothing is."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    _ended(house)
    house.later(61)
    house.sweep()
    assert [due.key for due in house.ledger.due(house.clock.now(), 9)] == [
        pending_key(failure.scope, failure.telling_id)
    ]
    house.sweep()
    assert house.ledger.due(house.clock.now(), 9) == []
    assert list(finals(house).values()) == [["ineligible"]]


def test_outcomes_of_no_job_are_kept_whatever_conflicts(house: Any) -> None:
    """The Logstore is down, and others write the document that shall keep them: they are told when it is back."""
    house.ledger = Conflicting(house.ledger, ("owed/",))
    house.sink.down = True
    house.deliver(house.failure(9))
    assert house.ledger.met
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert house.sink.told() == [("ineligible", "not_found")]


def test_a_delivery_comes_again_if_its_outcomes_cannot_be_kept(house: Any) -> None:
    """Others write the document each time: it is not acknowledged as if they were kept."""
    house.ledger = Conflicting(house.ledger, ("owed/",), times=9)
    house.sink.down = True
    with pytest.raises(LedgerUnavailable):
        house.deliver(house.failure(9))
