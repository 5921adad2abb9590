"""How a SQLite file is opened: of two at once who loses the switch to write-ahead tries again behind the other.

SQLite refuses it at once whatever the timeout (https://www.sqlite.org/c3ref/busy_handler.html), so the test does as it
would.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from tests.support.clock import Clock


def _refusing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Refuse so many switches of the connections opened from now on; what they were asked, and `closed`."""
    asked: list[str] = []
    connect = sqlite3.connect

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            asked.append(sql)
            if "journal_mode" in sql and sum("journal_mode" in one for one in asked) <= times:
                raise sqlite3.OperationalError("database is locked")
            return super().execute(sql, *values)

        def close(self) -> None:
            asked.append("closed")
            super().close()

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, factory=Connection, **options))
    return asked


def test_who_loses_the_switch_waits_for_the_writer_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for the writer's lock honours the timeout; the lock is let go, and the ledger works."""
    asked = _refusing(monkeypatch, 2)
    with closing(SqliteLedger(str(tmp_path / "ledger.db"), Clock())) as ledger:
        switch, wait = "PRAGMA journal_mode = WAL", ["BEGIN IMMEDIATE", "COMMIT"]
        assert asked[:7] == [switch, *wait, switch, *wait, switch]
        assert not ledger.save([Write(key="a", document=b"1", expected=None, due_at=None, expires_at=None)])
        assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_never_gets_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a bounded number of tries it is an error like any other of the ledger."""
    asked = _refusing(monkeypatch, 21)
    with pytest.raises(LedgerUnavailable, match="locked"):
        SqliteLedger(str(tmp_path / "ledger.db"), Clock())
    assert sum("journal_mode" in one for one in asked) == 21
    assert asked[-1] == "closed"


def test_each_save_waits_for_the_disk_whatever_sqlite_was_built_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some builds wait less (https://www.sqlite.org/compile.html#default_wal_synchronous); an attempt must stay."""
    connect = sqlite3.connect

    def careless(*args: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **options)
        db.execute("PRAGMA synchronous = NORMAL")
        return db

    monkeypatch.setattr(sqlite3, "connect", careless)
    with closing(SqliteLedger(str(tmp_path / "ledger.db"), Clock())) as ledger:
        assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)
