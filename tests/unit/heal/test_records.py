"""The documents of one chunk between load and save: nothing is overwritten that was not read, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.documents import KEPT_S, decode_record, encode
from shared.domain.errors import DocumentRefused
from shared.domain.record import JobRecord
from shared.heal.records import Records
from shared.ports import Stored, Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger, touch

A, B, RATE = "ehpc/cn-hangzhou/c/1", "ehpc/cn-hangzhou/c/2", "rate/ehpc/cn-hangzhou/c"


class Narrow(MemoryLedger):
    """A ledger that has no room for some documents, and counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.narrow: set[str] = set()
        self.asked: list[list[str]] = []
        self.saved: list[list[str]] = []

    def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        """As the ledger does."""
        self.asked.append(list(keys))
        return dict(super().load(keys))

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Nothing at all while one of them is too large."""
        self.saved.append([write.key for write in writes])
        refused = {write.key: len(write.document) for write in writes if write.key in self.narrow}
        if refused:
            raise DocumentRefused(refused)
        return super().save(writes)


@pytest.fixture
def ledger() -> Narrow:
    """Empty."""
    return Narrow()


def since(not_before: float) -> JobRecord:
    """Records that can be told apart."""
    return JobRecord(not_before=not_before)


def kept(ledger: MemoryLedger, key: str) -> float | None:
    """Which of them the ledger has; None: none."""
    stored = ledger.load([key]).get(key)
    return decode_record(stored.document).not_before if stored else None


def opened(ledger: MemoryLedger, *keys: str) -> Records:
    """Those records, read."""
    records = Records(ledger, START)
    records.open(keys)
    return records


def test_what_was_saved_can_be_changed_and_saved_again(ledger: Narrow) -> None:
    """A reservation and its result are two saves of one reading; a document is kept for a month from each."""
    records = opened(ledger, A, B)
    for moment in (1.0, 2.0, 3.0):
        records.put(A, since(moment))
        assert records.changed(A)
        assert not records.changed(B)
        assert records.save() == frozenset()
        assert not records.changed(A)
        assert kept(ledger, A) == moment
    assert ledger.saved == [[A], [A], [A]]
    assert ledger.store.kept[A].expires_at == START + KEPT_S


def test_who_conflicted_overwrites_nothing_before_it_has_read_anew(ledger: Narrow) -> None:
    """However often it tries, and whatever it saves beside that."""
    records = opened(ledger, A, B)
    assert not opened_and_saved(ledger, A, 7.0)
    records.put(A, since(1.0))
    records.put(B, since(1.0))
    assert records.save() == {A}
    assert (kept(ledger, A), kept(ledger, B)) == (7.0, 1.0)
    for moment in (2.0, 3.0):
        records.put(A, since(moment))
        assert records.save() == {A}
        assert kept(ledger, A) == 7.0
        touch(ledger, A)
    records.open([A])
    assert records.record(A) == since(7.0)
    records.put(A, since(2.0))
    assert records.save() == frozenset()
    assert kept(ledger, A) == 2.0


def opened_and_saved(ledger: MemoryLedger, key: str, moment: float) -> frozenset[str]:
    """Somebody else reads and writes it."""
    records = opened(ledger, key)
    records.put(key, since(moment))
    return records.save()


def test_what_the_ledger_has_no_room_for_costs_nothing_beside_it(ledger: Narrow) -> None:
    """It is as it was read, can be changed again, and is saved as soon as there is room."""
    opened_and_saved(ledger, A, 5.0)
    records = opened(ledger, A, B)
    ledger.narrow = {A}
    records.put(A, since(1.0))
    records.put(B, since(1.0))
    assert records.save() == frozenset()
    assert records.refused == {A}
    assert records.record(A) == since(5.0)
    assert not records.changed(A)
    assert (kept(ledger, A), kept(ledger, B)) == (5.0, 1.0)
    ledger.narrow = set()
    records.put(A, since(2.0))
    records.put(B, since(2.0))
    assert records.save() == frozenset()
    assert records.refused == frozenset()
    assert (kept(ledger, A), kept(ledger, B)) == (2.0, 2.0)


def test_a_save_of_what_has_no_room_at_all_is_one_round_trip(ledger: Narrow) -> None:
    """Nothing is left to save; and nothing that was not changed is saved."""
    records = opened(ledger, A)
    assert records.save() == frozenset()
    assert ledger.saved == []
    ledger.narrow = {A}
    records.put(A, since(1.0))
    assert records.save() == frozenset()
    assert ledger.saved == [[A]]


def test_others_documents_are_saved_beside_and_alone(ledger: Narrow) -> None:
    """In one round trip; who conflicts is named."""
    records = opened(ledger, A)
    beside = Write(key=RATE, document=b"{}", expected=None, due_at=None, expires_at=None)
    assert records.save([beside]) == frozenset()
    assert records.save([beside]) == {RATE}
    records.put(A, since(1.0))
    assert records.save([beside]) == {RATE}
    assert kept(ledger, A) == 1.0
    assert ledger.saved[-1] == [RATE, A]


def test_to_read_anew_drops_what_was_not_saved(ledger: Narrow) -> None:
    """Each document is asked for once, and only those that are no records come back."""
    opened_and_saved(ledger, A, 5.0)
    ledger.save([Write(key=RATE, document=b"{}", expected=None, due_at=None, expires_at=None)])
    records = opened(ledger, A, B)
    records.put(A, since(1.0))
    records.put(B, since(1.0))
    ledger.asked.clear()
    assert records.open([A, RATE, A, "rate/none"]) == {RATE: Stored(b"{}", 1)}
    assert ledger.asked == [[A, RATE, "rate/none"]]
    assert (records.record(A), records.changed(A), records.changed(B)) == (since(5.0), False, True)
    assert (records.readable(A), records.readable(B), records.readable(RATE)) == (True, True, False)


def test_what_is_dropped_is_as_it_was_read(ledger: Narrow) -> None:
    """And what was put back as it was is no change."""
    opened_and_saved(ledger, A, 5.0)
    records = opened(ledger, A)
    records.put(A, since(5.0))
    assert not records.changed(A)
    records.put(A, since(1.0))
    records.revert()
    assert (records.record(A), records.changed(A)) == (since(5.0), False)
    records.put(A, since(6.0))
    records.save()
    records.put(A, since(7.0))
    records.revert()
    assert records.record(A) == since(6.0)


def test_a_malformed_record_is_no_longer_readable_until_it_is_mended(ledger: Narrow) -> None:
    """Whatever was known of it before; beside it others are read."""
    records = opened(ledger, A, B)
    ledger.save([Write(key=A, document=b"{", expected=None, due_at=None, expires_at=None)])
    records.open([A, B])
    assert (records.readable(A), records.readable(B)) == (False, True)
    ledger.save([Write(key=A, document=encode(since(5.0)), expected=1, due_at=None, expires_at=None)])
    records.open([A])
    assert (records.readable(A), records.record(A)) == (True, since(5.0))


def test_as_it_was_left_is_what_the_ledger_has(ledger: Narrow) -> None:
    """What was saved or read here; not what waits to be saved, is not there, or was never opened."""
    opened_and_saved(ledger, A, 5.0)
    records = opened(ledger, A, B)
    assert records.left([A, B, "ehpc/cn-hangzhou/c/3"]) == {A: (since(5.0), 1)}
    records.put(A, since(6.0))
    assert records.left([A]) == {}
    records.save()
    assert records.left([A]) == {A: (since(6.0), 2)}
