"""SQLite waits for the disk before it says that what has to outlive a power cut is saved, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

FULL, NORMAL = 2, 1
"""https://www.sqlite.org/pragma.html#pragma_synchronous."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    """In a file of its own."""
    with closing(SqliteLedger(str(tmp_path / "l.db"), SystemClock())) as made:
        yield made


def write(key: str, *, lasting: bool) -> Write:
    """A new document."""
    return Write(key=key, document=b"{}", expected=None, due_at=None, expires_at=None, lasting=lasting)


def modes(ledger: SqliteLedger, *saves: list[Write]) -> list[int]:
    """How each of these saves was committed."""
    db, committed = ledger._db, list[str]()
    db.set_trace_callback(lambda said: committed.append(said) if said == "COMMIT" else None)
    found = []
    for writes in saves:
        assert ledger.save(writes) == frozenset()
        found += db.execute("PRAGMA synchronous").fetchone()
    assert committed == ["COMMIT"] * len(saves)
    return found


def test_a_save_waits_if_anything_in_it_has_to_last(ledger: SqliteLedger) -> None:
    """One write is enough; what was saved before changes nothing."""
    saves = [
        [write("a", lasting=False)],
        [write("b", lasting=True)],
        [write("c", lasting=False), write("d", lasting=False)],
        [write("e", lasting=False), write("f", lasting=True)],
        [write("g", lasting=True)],
    ]
    assert modes(ledger, *saves) == [NORMAL, FULL, NORMAL, FULL, FULL]


def test_whoever_goes_on_with_an_open_file_trusts_nobody_before(tmp_path: Path) -> None:
    """The last save of one ledger did not wait: the first of the next does."""
    first = SqliteLedger(str(tmp_path / "l.db"), SystemClock(), keeps=True)
    assert modes(first, [write("a", lasting=False)]) == [NORMAL]
    first.close()
    with closing(SqliteLedger(str(tmp_path / "l.db"), SystemClock(), keeps=True)) as second:
        assert second._db is first._db
        assert modes(second, [write("b", lasting=True)]) == [FULL]
        second._keeps = False


def test_what_nobody_says_anything_of_lasts() -> None:
    """Not to wait has to be said."""
    assert Write(key="a", document=b"", expected=None, due_at=None, expires_at=None).lasting
