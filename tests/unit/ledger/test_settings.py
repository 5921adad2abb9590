"""How a backend sets up what it talks to: waiting for a lock, opening a new file at once, a server's settings."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger import redis
from shared.ledger._redis_scripts import SAVE
from shared.ledger._sqlite_kept import BUSY_TIMEOUT_S
from shared.ledger.redis import RedisLedger, open_redis
from shared.ledger.redis_link import AnswerLost
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from tests.support.clock import Clock

GOOD = {"maxmemory-policy": "noeviction", "appendonly": "yes"}


def test_a_writer_waits_for_the_others_lock(tmp_path: Path) -> None:
    """For ten seconds, and not as long as the library would by itself."""
    with closing(SqliteLedger(str(tmp_path / "ledger.db"), Clock())) as ledger:
        ((milliseconds,),) = ledger._db.execute("PRAGMA busy_timeout")
        assert milliseconds == BUSY_TIMEOUT_S * 1000


class Refusing:
    """A connection whose switch to a log ahead of the file is refused so often."""

    def __init__(self, inner: sqlite3.Connection, times: int) -> None:
        self.inner, self.times, self.waited = inner, times, 0

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self.waited += statement == "BEGIN IMMEDIATE"
        if "journal_mode" in statement and self.times:
            self.times -= 1
            raise sqlite3.OperationalError("database is locked")
        return self.inner.execute(statement, *values)


def test_who_loses_the_switch_waits_for_the_lock_and_switches_again(tmp_path: Path) -> None:
    """Of two that open a new file at once one is refused, whatever the timeout."""
    with closing(SqliteLedger(str(tmp_path / "ledger.db"), Clock())) as ledger:
        db = ledger._db
        db.execute("PRAGMA journal_mode = DELETE")
        refusing: Any = Refusing(db, 2)
        ledger._db = refusing
        ledger._write_ahead()
        ledger._db = db
        assert (refusing.waited, db.execute("PRAGMA journal_mode").fetchone()[0]) == (2, "wal")


class Server:
    """A link that knows of a server's settings alone."""

    def __init__(self, place: str, settings: Mapping[str, str] | None) -> None:
        self.place, self.settings = place, settings
        self.asked: list[str] = []

    def ask(self, *command: str) -> list[bytes]:
        self.asked.append(command[-1])
        if self.settings is None:
            raise LedgerUnavailable("NOPERM")
        name = command[-1]
        return [name.encode(), self.settings[name].encode()] if name in self.settings else []


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        (GOOD, []),
        ({**GOOD, "maxmemory-policy": "volatile-lru"}, ["maxmemory-policy is volatile-lru, it should be noeviction"]),
        ({**GOOD, "appendonly": "no"}, ["appendonly is no, it should be yes"]),
        ({"appendonly": "yes"}, ["maxmemory-policy is not told, it should be noeviction"]),
        (None, ["cannot check that maxmemory-policy is noeviction"]),
    ],
)
def test_settings_under_which_documents_get_lost_are_warned_of(
    caplog: pytest.LogCaptureFixture, settings: Mapping[str, str] | None, warned: list[str]
) -> None:
    """Each by its name; a server that shows none is one warning."""
    link: Any = Server("here", settings)
    with caplog.at_level(logging.WARNING):
        RedisLedger(link, Clock()).check_server()
    assert len(caplog.messages) == len(warned)
    assert all(part in message for part, message in zip(warned, caplog.messages, strict=True))


def test_a_server_is_asked_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place for itself."""
    monkeypatch.setattr(redis, "_checked", set())
    links: list[Any] = [Server(place, GOOD) for place in ("here", "here", "there")]
    for link in links:
        open_redis(link, Clock())
    assert [len(link.asked) for link in links] == [2, 0, 2]


class Losing:
    """A link whose answer to a save is lost; then it shows whose the documents are, one sign each: ours, or not."""

    place = "here"

    def __init__(self, whose: str) -> None:
        self.whose, self.owner = whose, b""

    def run(self, script: str, _keys: list[str], arguments: list[Any]) -> list[Any]:
        if script == SAVE:
            self.owner = arguments[0].split()[1]
            raise AnswerLost("gone")
        owners = {"o": self.owner, "x": b"another"}
        return [None if one == "-" else b"1 %b {}" % owners[one] for one in self.whose]


@pytest.mark.parametrize(("whose", "saved"), [("oo", True), ("ox", False), ("xx", False), ("o-", False), ("--", False)])
def test_a_save_whose_answer_is_lost_was_made_if_all_of_it_is_ours(whose: str, *, saved: bool) -> None:
    """A part of it proves nothing."""
    link: Any = Losing(whose)
    ledger = RedisLedger(link, Clock())
    writes = [Write(key=key, document=b"{}", expected=None, due_at=None, expires_at=None) for key in "ab"]
    if saved:
        assert ledger.save(writes) == frozenset()
        return
    with pytest.raises(AnswerLost):
        ledger.save(writes)
