"""The ledger in one SQLite file: for one machine, many processes at once, and tests.

Inside Function Compute a file is per instance, so two instances would not see each other's reservations: the
composition root warns of that at each start. A save is one immediate transaction, so it is there whole or not at all
after a `kill -9` (https://www.sqlite.org/atomiccommit.html); WAL lets readers go on beside the one writer
(https://www.sqlite.org/wal.html). It waits for the disk, unless nothing in it has to outlive a power cut: what is saved
later in the same file then brings it there as well, so that what outlives one is always all up to some save
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import math
import os
import sqlite3
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import TracebackType

from shared.domain.errors import LedgerUnavailable
from shared.ledger._sizes import check
from shared.ledger._sqlite_kept import BUSY_TIMEOUT_S, given, taken, which_file
from shared.ports import Clock, Due, Stored, Write

VALUE_BYTES_MAX = 999_000_000
"""A row has at most 10⁹ bytes (https://www.sqlite.org/limits.html#max_length)."""
PURGE_S = 60.0
"""Between two looks for what has expired."""
IN_MEMORY = ":memory:"
"""SQLite's name for a database without a file."""
MODE = 0o600
"""Of the file and of those beside it."""
_KEYS_A_QUERY = 500
_FEW_KEYS = 8
_SWITCHES = 20
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY,
    document BLOB NOT NULL,
    version INTEGER NOT NULL,
    due_at REAL,
    expires_at REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_due ON documents (due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS documents_expired ON documents (expires_at) WHERE expires_at IS NOT NULL;
"""


class _Asked:
    """While SQLite is asked: its errors become ours. Written out, as a generator costs as much as a small query."""

    __slots__ = ("failed",)

    def __init__(self) -> None:
        self.failed = False
        """Whether it ever did."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            self.failed = True
            raise LedgerUnavailable(f"the SQLite ledger did not answer: {error}") from error


class SqliteLedger:
    """Implements `shared.ports.Ledger` over one file. Use from one thread at a time; `close` when done.

    Args:
        path: the file, made if it is not there; its folder must be.
        clock: tells which documents have expired.
        keeps: the process keeps the file open from one ledger to the next: opening it costs more than most saves.

    Raises:
        LedgerUnavailable: the file cannot be opened, or is no ledger.
    """

    def __init__(self, path: str, clock: Clock, *, keeps: bool = False) -> None:
        self._clock, self._path, self._keeps = clock, path, keeps
        self._waits: bool | None = None
        """Whether saves wait for the disk now; None: as whoever had the file before left it."""
        self._purge_at = -math.inf
        self._asked = _Asked()
        self._file, kept = taken(path) if keeps else (None, None)
        if kept is not None:
            self._db = kept
            return
        with _MAKING, self._asked:
            _kept_private(path)
            # One thread at a time has it, but not always the same one.
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            with self._asked:
                self._write_ahead()
                self._wait_for_disk(waits=True)
                self._db.executescript(_SCHEMA)
        except LedgerUnavailable:
            self._db.close()
            raise
        self._file = which_file(path) if keeps else None

    def close(self) -> None:
        """Let the file go, or keep it for the next ledger in it."""
        keeps = self._keeps and not self._asked.failed  # whatever is wrong with it, the next ledger opens it anew
        if not (keeps and given(self._path, self._file, self._db)):
            self._db.close()

    def _write_ahead(self) -> None:
        # Of two that open a new file at once, the one that loses the switch is refused at once, whatever the timeout
        # (https://www.sqlite.org/c3ref/busy_handler.html: a reader that wants to write is not made to wait). Waiting
        # for the writer's lock does honour the timeout, and behind it the switch has been made.
        for _ in range(_SWITCHES):
            if self._switched():
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("COMMIT")
        self._db.execute("PRAGMA journal_mode = WAL")

    def _switched(self) -> bool:
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            return False
        return True

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist, by key."""
        found: dict[str, Stored] = {}
        with self._asked:
            for start in range(0, len(keys), _KEYS_A_QUERY):
                some = keys[start : start + _KEYS_A_QUERY]
                for key, document, version in self._db.execute(_query_for(len(some)), some):
                    found[key] = Stored(document, version)
        return found

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """One transaction for all; the keys whose expectation did not hold come back."""
        return self._saved(writes, whole=False)

    def save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        """The same, or nothing if one expectation does not hold."""
        return self._saved(writes, whole=True)

    def _saved(self, writes: Sequence[Write], *, whole: bool) -> frozenset[str]:
        check(writes, key_bytes=VALUE_BYTES_MAX, document_bytes=VALUE_BYTES_MAX)
        with self._asked:
            self._wait_for_disk(waits=any(write.lasting for write in writes))
            self._db.execute("BEGIN IMMEDIATE")
            try:
                conflicts = frozenset([write.key for write in writes if not self._save(write)])
                self._purge()
                self._db.execute("ROLLBACK" if whole and conflicts else "COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk, for one, has ended it: the error is still to be told
                    self._db.execute("ROLLBACK")
                raise
        return conflicts

    def _purge(self) -> None:
        """Forget what has expired: with the first save, and from time to time."""
        now = self._clock.now()
        if now >= self._purge_at:
            self._db.execute("DELETE FROM documents WHERE expires_at < ?", (now,))
            self._purge_at = now + PURGE_S

    def _wait_for_disk(self, *, waits: bool) -> None:
        """An attempt that is lost in a power cut would be made again: of what has to outlive one a save waits."""
        if self._waits is not waits:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
            self._waits = waits

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """Due documents, oldest first."""
        since = (after.due_at, after.key) if after else (float("-inf"), "")
        query = (
            "SELECT due_at, key FROM documents WHERE due_at <= ? AND (due_at, key) > (?, ?)"
            " ORDER BY due_at, key LIMIT ?"
        )
        with self._asked:
            return [Due(due_at, key) for due_at, key in self._db.execute(query, (before, *since, limit))]

    def _save(self, write: Write) -> bool:
        if write.expected is None:
            query = (
                "INSERT INTO documents (key, document, version, due_at, expires_at)"
                " VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING"
            )
            values: tuple[object, ...] = (write.key, write.document, write.due_at, write.expires_at)
        else:
            query = (
                "UPDATE documents SET document = ?, version = version + 1, due_at = ?, expires_at = ?"
                " WHERE key = ? AND version = ?"
            )
            values = (write.document, write.due_at, write.expires_at, write.key, write.expected)
        return self._db.execute(query, values).rowcount == 1


@lru_cache(maxsize=_KEYS_A_QUERY)
def _query_for(keys: int) -> str:
    """Asks for so many. A list would first be put into a table of its own, which costs as much as a few questions."""
    asked = "SELECT key, document, version FROM documents WHERE key"
    if keys <= _FEW_KEYS:
        return " UNION ALL ".join([f"{asked} = ?"] * keys)
    return f"{asked} IN ({','.join('?' * keys)})"


_MAKING = Lock()
"""Between the making of a file and its closing no other thread may open it and have its locks taken away."""


def _kept_private(path: str) -> None:
    """Make the file for its owner alone, and take it back from others if it was made otherwise, with its companions.

    Messages of failed jobs stand in it, and whoever writes it approves reruns. SQLite gives `-wal` and `-shm` the mode
    of the file itself (https://www.sqlite.org/wal.html). What belongs to somebody else is left to them.
    """
    if path == IN_MEMORY:
        return
    # Only what is not there is opened: to close any descriptor of a file takes all the process's locks in it away, also
    # those of another ledger (https://www.sqlite.org/howtocorrupt.html, 2.2).
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE))
    real = os.path.realpath(path)  # SQLite keeps what is beside it at the file itself, not at a link to it
    for file in (Path(f"{real}{end}") for end in ("", "-wal", "-shm", "-journal")):
        with suppress(OSError):
            mode = file.stat().st_mode
            if stat.S_ISREG(mode) and stat.S_IMODE(mode) & ~MODE:
                file.chmod(MODE)
