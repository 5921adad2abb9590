"""A process keeps its SQLite file open from one invocation to the next, as long as it is the same file.

When what was written there gets into the file itself is in `test_rested_file.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _sqlite_kept
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Stored, Write
from shared.reality import SystemClock

ONE = Write(key="a", document=b"1", expected=None, due_at=None, expires_at=None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files that were opened."""
    paths: list[str] = []
    connect = sqlite3.connect

    def counted(path: str, **options: bool) -> sqlite3.Connection:
        paths.append(path)
        return connect(path, **options)  # type: ignore[call-overload, no-any-return] # as it was called

    monkeypatch.setattr(sqlite3, "connect", counted)
    yield paths
    _sqlite_kept.close_kept()


def ledger(path: Path, *, keeps: bool = True) -> SqliteLedger:
    """A ledger in that file."""
    return SqliteLedger(str(path), SystemClock(), keeps=keeps)


def is_closed(db: sqlite3.Connection) -> bool:
    """Whether it holds the file no more."""
    try:
        return db.total_changes < 0
    except sqlite3.ProgrammingError:
        return True


def test_the_next_ledger_goes_on_with_the_open_file(tmp_path: Path, opened: list[str]) -> None:
    """Two at once have one each; who does not keep opens and closes, and sees what was written."""
    first = ledger(tmp_path / "l.db")
    assert first.save([ONE]) == frozenset()
    first.close()
    second, third = ledger(tmp_path / "l.db"), ledger(tmp_path / "l.db")
    assert second.load(["a"]) == third.load(["a"]) == {"a": Stored(b"1", 1)}
    second.close()
    db = third._db
    third.close()
    assert is_closed(db), "one a file is kept"
    assert len(opened) == 2
    plain = ledger(tmp_path / "l.db", keeps=False)
    assert plain.load(["a"]) == {"a": Stored(b"1", 1)}
    plain.close()
    assert len(opened) == 3


@pytest.mark.parametrize("anew", [True, False])
def test_another_file_at_the_same_path_is_opened(tmp_path: Path, opened: list[str], *, anew: bool) -> None:
    """One that was deleted or replaced is not written to any more: nobody would ever read it."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    db = first._db
    first.close()
    (tmp_path / "l.db").unlink()
    if anew:
        ledger(tmp_path / "other.db", keeps=False).close()
        (tmp_path / "other.db").rename(tmp_path / "l.db")
    second = ledger(tmp_path / "l.db")
    assert is_closed(db)
    assert second.load(["a"]) == {}
    assert second.save([ONE]) == frozenset()
    second.close()
    assert opened.count(str(tmp_path / "l.db")) == 2


@pytest.mark.usefixtures("opened")
def test_a_file_that_was_replaced_while_a_ledger_was_open_is_the_next_ledgers(tmp_path: Path) -> None:
    """What is kept is known by the file that it opened, not by the one that has come in its place meanwhile."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    other = ledger(tmp_path / "other.db", keeps=False)
    other.save([Write(key="b", document=b"2", expected=None, due_at=None, expires_at=None)])
    other.close()
    (tmp_path / "other.db").rename(tmp_path / "l.db")
    first.close()
    assert not (tmp_path / "l.db-wal").stat().st_size, "whoever opens the new one would take it for its own"
    second = ledger(tmp_path / "l.db")
    assert second.load(["a", "b"]) == {"b": Stored(b"2", 1)}
    second.close()


@pytest.mark.usefixtures("opened")
def test_another_thread_may_go_on_with_the_open_file(tmp_path: Path) -> None:
    """One at a time has it; a server hands its requests to whichever thread is free."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    first.close()

    def reads() -> set[str]:
        second = ledger(tmp_path / "l.db")
        found = second.load(["a"])
        second.close()
        return set(found)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(reads).result() == {"a"}


@pytest.mark.usefixtures("opened")
def test_a_log_that_somebody_has_deleted_is_brought_in_all_the_same(tmp_path: Path) -> None:
    """The open file still has it; nobody else would ever find it again."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    (tmp_path / "l.db-wal").unlink()
    first.close()
    with closing(sqlite3.connect(tmp_path / "l.db")) as other:
        assert other.execute("SELECT key FROM documents").fetchall() == [("a",)]


def test_a_file_that_was_deleted_meanwhile_is_not_kept(tmp_path: Path, opened: list[str]) -> None:
    """Nobody would ever read what is written to it."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    (tmp_path / "l.db").unlink()
    first.close()
    second = ledger(tmp_path / "l.db")
    assert second.save([ONE]) == frozenset()
    second.close()
    assert ((tmp_path / "l.db").exists(), len(opened)) == (True, 2)


def test_a_file_that_was_gone_as_soon_as_it_was_open_is_not_kept(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which one it was nobody knows, so nobody could tell that the next ledger's is another."""
    with monkeypatch.context() as gone:
        gone.setattr("shared.ledger.sqlite.which_file", lambda _: None)
        gone.setattr(_sqlite_kept, "which_file", lambda _: None)
        first = ledger(tmp_path / "l.db")
        first.save([ONE])
        first.close()
        ledger(tmp_path / "l.db").close()
    assert len(opened) == 2


def test_what_has_failed_is_not_kept(tmp_path: Path, opened: list[str]) -> None:
    """The next ledger opens the file anew."""
    first = ledger(tmp_path / "l.db")
    first._db.execute("DROP TABLE documents")
    with pytest.raises(LedgerUnavailable):
        first.load(["a"])
    first.close()
    second = ledger(tmp_path / "l.db")
    assert second.load(["a"]) == {}
    second.close()
    assert len(opened) == 2


@pytest.mark.usefixtures("opened")
def test_a_kept_file_is_waited_for_as_long_as_before(tmp_path: Path) -> None:
    """Only the look whether somebody is at it does not wait."""
    one = ledger(tmp_path / "l.db")
    one.save([ONE])
    (tmp_path / "l.db-wal").unlink()
    one.close()
    (kept,) = _sqlite_kept._KEPT.values()
    assert kept.db.execute("PRAGMA busy_timeout").fetchone() == (10_000,)


def test_what_cannot_be_brought_into_the_file_is_not_kept(tmp_path: Path, opened: list[str]) -> None:
    """To close never fails, whatever is wrong with the file; the next ledger opens it anew."""
    first = ledger(tmp_path / "l.db")
    first.save([ONE])
    (tmp_path / "l.db-wal").unlink()
    db = first._db
    db.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)
    first.close()
    assert is_closed(db)
    assert not _sqlite_kept._KEPT
    second = ledger(tmp_path / "l.db")
    second._db.execute("BEGIN IMMEDIATE")
    second.close()
    assert not _sqlite_kept._KEPT
    third = ledger(tmp_path / "l.db")
    assert third.save([]) == frozenset()
    third.close()
    assert len(opened) == 3
