"""A save of several documents is not atomic: whichever of them conflict, nothing is lost and nothing has two ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import pytest

from shared.documents import decode_record, record_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import State
from shared.domain.keys import pending_key
from shared.domain.record import JobRecord
from shared.ports import Write
from tests.support.clock import START
from tests.support.house import House
from tests.support.meddled_ledger import Closable, MeddledLedger
from tests.unit.heal.tricks import BAD_LOOK, NO_LOOK, finals, quiet

HOME, WAITS = "ehpc/", "pending/"


class Conflicting(MeddledLedger):
    """A ledger in which, once or more often, others have just written the documents of a save whose keys begin so."""

    def __init__(self, inner: Closable, prefixes: Sequence[str], times: int = 1) -> None:
        super().__init__(inner)
        self._left = times
        self._prefixes = tuple(prefixes)
        self.met = 0

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, after others have written the same again."""
        touched = [write for write in writes if write.key.startswith(self._prefixes)] if self._left else []
        self._left -= bool(touched)
        for write in touched:
            there = self.inner.load([write.key]).get(write.key)
            record = decode_record(there.document) if there else JobRecord()
            again = record_write(write.key, record, there.version if there else None, START)
            assert not self.inner.save([again])
        self.met += len(touched)
        return super().save(writes)


def _ended(house: House) -> str:
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    return "ineligible"


def _refused(house: House) -> str:
    house.ehpc.look_fails = NO_LOOK
    return "refused"


@pytest.mark.parametrize("prefixes", [some for count in (1, 2) for some in combinations((HOME, WAITS), count)])
@pytest.mark.parametrize("then", [_ended, _refused])
def test_what_waited_ends_once_whatever_conflicts(
    house: House, prefixes: tuple[str, ...], then: Callable[[House], str]
) -> None:
    """The look had failed; the sweep ends the case while others write its documents: one final outcome all the same."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    verdict = then(house)
    house.ledger = others = Conflicting(house.ledger, prefixes)
    house.later(61)
    house.sweep()
    quiet(house, 3)
    assert others.met
    assert list(finals(house).values()) == [[verdict]]


@pytest.mark.parametrize("met", [False, True])
def test_what_ended_at_home_is_handed_over_at_once_or_by_the_next_sweep(house: House, *, met: bool) -> None:
    """Where others write the document in which it waited it stays due for one more sweep; then nothing is."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    _ended(house)
    house.ledger = Conflicting(house.ledger, (WAITS,), times=met)
    house.later(61)
    house.sweep()
    waits = pending_key(failure.scope, failure.telling_id)
    assert [due.key for due in house.ledger.due(house.clock.now(), 9)] == [waits] * met
    house.sweep()
    assert house.ledger.due(house.clock.now(), 9) == []
    assert list(finals(house).values()) == [["ineligible"]]


def test_outcomes_of_no_job_are_kept_whatever_conflicts(house: House) -> None:
    """The Logstore is down, and others write the document that shall keep them: they are told when it is back."""
    house.ledger = others = Conflicting(house.ledger, ("owed/",))
    house.sink.down = True
    house.deliver(house.failure(9))
    assert others.met
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert house.sink.told() == [("ineligible", "not_found")]


def test_a_delivery_comes_again_if_its_outcomes_cannot_be_kept(house: House) -> None:
    """Others write the document each time: it is not acknowledged as if they were kept."""
    house.ledger = Conflicting(house.ledger, ("owed/",), times=9)
    house.sink.down = True
    with pytest.raises(LedgerUnavailable):
        house.deliver(house.failure(9))
