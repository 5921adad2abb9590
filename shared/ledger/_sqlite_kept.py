"""The open SQLite files that nobody uses now: kept for the next ledger, and made whole as soon as they rest.

What is saved stands beside the file at first (https://www.sqlite.org/wal.html). To bring it in takes half of what the
ledger costs a delivery, and two waits for the disk: no answer waits for it, and a burst of deliveries pays once. Who
replaces, overwrites or copies a file that has rested for twice `REST_S` finds it as if it had been closed, unless
another process has it open as well and saved something in it last.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
from threading import Lock, Timer

from msgspec import Struct

BUSY_TIMEOUT_S = 10.0
REST_S = 0.5
"""Between two rounds: what no ledger has used since the round before has rested."""
_File = tuple[int, int]  # device and number
_State = tuple[int, int]
"""When a file was written to last (nanoseconds), and its length."""


class _Open(Struct):
    """An open file."""

    which: _File
    """Which one it was when it was opened."""
    state: _State
    """As it was left: a connection to one that was written to since may remember what is not in it any more."""
    db: sqlite3.Connection
    beside: bool = False
    """Whether something is written beside it."""
    rested: bool = False
    """Whether a round has met it here before."""


_KEPT: dict[str, _Open] = {}
"""By path, the one open file that nobody uses now."""
_LOCK = Lock()
"""Whoever has it may look at the kept ones and write to their files."""
_ROUNDS: list[Timer] = []
"""The next round, if one is to come."""


def taken(path: str) -> tuple[_File | None, sqlite3.Connection | None]:
    """The kept one, if the file at the path is still the same."""
    with _LOCK:
        kept = _KEPT.pop(path, None)
    if kept is None:
        return None, None
    if (kept.which, kept.state) != _seen(path):
        _let_go(kept)
        return None, None
    return kept.which, kept.db


def given(path: str, which: _File | None, db: sqlite3.Connection) -> bool:
    """Keep it, if that may be done; else, which is told by False, it is to be closed."""
    if which is None or db.in_transaction:
        return False
    now, state = _seen(path)
    beside = _bytes_beside(path) if which == now else None
    with _LOCK:
        kept = _KEPT.get(path)
        if kept is None:
            if beside is None and not _brought_in(db):
                return False
            kept = _KEPT[path] = _Open(which, state, db)
        if kept.db is db:
            kept.state = state
        kept.beside, kept.rested = bool(beside), False
        if beside and not _ROUNDS:
            _begin_round()
    return kept.db is db


def which_file(path: str) -> _File | None:
    """Which file is there now."""
    return _seen(path)[0]


def _seen(path: str) -> tuple[_File | None, _State]:
    """Which file is there now, and its state."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - a path object costs as much again
    except OSError:
        return None, (0, 0)
    return (seen.st_dev, seen.st_ino), (seen.st_mtime_ns, seen.st_size)


def _bytes_beside(path: str) -> int | None:
    """How much is written beside the file; None: nobody can tell, and whoever opens the file would not find it."""
    try:
        return os.stat(f"{path}-wal").st_size  # noqa: PTH116 - as above
    except OSError:
        return None


def _begin_round() -> None:
    timer = Timer(REST_S, _round)
    timer.daemon = True  # a process that ends does not wait for it
    try:
        timer.start()
    except RuntimeError:  # no thread is to be had
        _make_whole(rested=False)
    else:
        _ROUNDS.append(timer)


def _round() -> None:
    """Make whole what has rested; another round follows if something else is to be."""
    with _LOCK:
        _ROUNDS.clear()
        _make_whole(rested=True)
        if any(kept.beside for kept in _KEPT.values()):
            _begin_round()


def _make_whole(*, rested: bool) -> None:
    """Bring in what stands beside the kept files, be it of those alone that have rested."""
    for path, kept in list(_KEPT.items()):
        if kept.beside and (kept.rested or not rested):
            unchanged = kept.state == _seen(path)[1]
            kept.beside = not _brought_in(kept.db)
            if unchanged:  # else somebody wrote to it, and whoever takes it opens it anew
                kept.state = _seen(path)[1]
            if kept.beside:
                _KEPT.pop(path).db.close()
        kept.rested = True


def _brought_in(db: sqlite3.Connection) -> bool:
    """Bring what was written into the file, unless somebody is at it now: they and all others find it after a close."""
    try:
        db.execute("PRAGMA busy_timeout = 0")
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        db.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
    except sqlite3.Error:
        return False
    return not busy


def _let_go(kept: _Open) -> None:
    """Close it. SQLite itself brings nothing into a file that was replaced: what stands beside would be another's.

    Where nothing of ours does, it is another's already, and would go into the file that was replaced.
    """
    if kept.beside:
        _brought_in(kept.db)
    kept.db.close()


@atexit.register
def close_kept() -> None:
    """Close them all, each whole if nobody is at it."""
    with _LOCK:
        while _KEPT:
            _let_go(_KEPT.popitem()[1])


_INHERITED: list[_Open] = []
"""Files that a parent process has open: a child may neither use nor close them (https://www.sqlite.org/howtocorrupt.html,
"Carrying an open database file across a fork()")."""


def _begin_as_a_child() -> None:
    _INHERITED.extend(_KEPT.values())
    _KEPT.clear()
    _ROUNDS.clear()
    _LOCK.release()


os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_begin_as_a_child)
