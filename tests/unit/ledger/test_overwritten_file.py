"""A rested SQLite file that was written to by somebody else is opened anew, and no other is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import sleep

from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.unit.ledger.test_rested_file import made, rounds, saved, write

__all__ = ["rounds"]


def test_a_rested_file_may_be_overwritten_in_place(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """As `cp backup ledger.db` does: nobody goes on with what a connection remembers of it."""
    path, backup = tmp_path / "l.db", tmp_path / "backup"
    saved(path, "a")
    made(rounds)
    made(rounds)
    shutil.copy(path, backup)
    saved(path, "b")
    made(rounds)
    made(rounds)
    sleep(0.02)
    shutil.copyfile(backup, path)
    with closing(SqliteLedger(str(path), SystemClock(), keeps=True)) as one:
        assert one.load(["a", "b"]).keys() == {"a"}
        assert one.save([write("b"), write("c")]) == frozenset()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert {key for (key,) in db.execute("SELECT key FROM documents")} == {"a", "b", "c"}


def test_a_file_that_nobody_else_has_written_to_stays_open(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """Whether it has rested since or not, and though what stood beside it was brought in."""
    path = tmp_path / "l.db"
    first = saved(path, "a")
    assert saved(path, "b") is first
    made(rounds)
    made(rounds)
    assert saved(path, "c") is first
