"""What was saved gets into the SQLite file as soon as that rests, or its process ends; no answer waits for it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from time import monotonic, sleep

import pytest

from shared.ledger import _sqlite_kept
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Stored, Write
from shared.reality import SystemClock

PATIENCE_S = 20.0


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """The rounds that are to come, made by hand."""
    coming: list[Callable[[], None]] = []
    _sqlite_kept.close_kept()
    _sqlite_kept._ROUNDS.clear()
    monkeypatch.setattr(Timer, "start", lambda timer: coming.append(timer.function))
    yield coming
    _sqlite_kept.close_kept()
    _sqlite_kept._ROUNDS.clear()


def write(key: str) -> Write:
    """A new document."""
    return Write(key=key, document=b"1", expected=None, due_at=None, expires_at=None)


def saved(path: Path, key: str) -> sqlite3.Connection:
    """What a ledger leaves that has saved it and lets the file go."""
    one = SqliteLedger(str(path), SystemClock(), keeps=True)
    one.save([write(key)])
    one.close()
    return one._db


def beside(path: Path) -> int:
    """Bytes that stand beside the file."""
    return Path(f"{path}-wal").stat().st_size


def copied(path: Path) -> set[str]:
    """The keys in a copy of the file alone."""
    copy = path.with_suffix(".copy")
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as db:
        return {key for (key,) in db.execute("SELECT key FROM documents")}


def made(rounds: list[Callable[[], None]]) -> None:
    """The next round."""
    rounds.pop(0)()


def test_a_file_that_rests_is_whole(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """The second round finds it where the first has met it; then none is to come until something is saved."""
    path = tmp_path / "l.db"
    saved(path, "a")
    assert beside(path), "the answer did not wait for it"
    made(rounds)
    assert beside(path), "it may have been used until just now"
    made(rounds)
    assert (beside(path), copied(path), rounds) == (0, {"a"}, [])
    saved(path, "b")
    assert len(rounds) == 1
    made(rounds)
    made(rounds)
    assert (copied(path), rounds) == ({"a", "b"}, [])


def test_a_burst_is_brought_in_once_it_is_over(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """Whatever was used between two rounds has not rested, and one in use is nobody's to touch."""
    path = tmp_path / "l.db"
    for key in "abc":
        saved(path, key)
        assert len(rounds) == 1, "of all that is saved meanwhile"
        made(rounds)
    assert beside(path)
    used = SqliteLedger(str(path), SystemClock(), keeps=True)
    made(rounds)
    assert (beside(path) > 0, rounds) == (True, [])
    used.close()
    made(rounds)
    made(rounds)
    assert (copied(path), beside(path)) == ({"a", "b", "c"}, 0)


def test_what_another_ledger_has_saved_is_brought_in_as_well(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """One of two that were open at once is kept; what the other wrote stands beside the same file."""
    path = tmp_path / "l.db"
    SqliteLedger(str(path), SystemClock()).close()
    first, second = (SqliteLedger(str(path), SystemClock(), keeps=True) for _ in range(2))
    first.close()
    assert rounds == []
    _sqlite_kept._round()
    second.save([write("a")])
    second.close()
    made(rounds)
    assert beside(path), "it was used since"
    made(rounds)
    assert (copied(path), beside(path), len(_sqlite_kept._KEPT)) == ({"a"}, 0, 1)


def test_who_only_read_has_nothing_to_bring_in(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """So nothing is asked when it lets the file go, and no round is to come."""
    path = tmp_path / "l.db"
    db = saved(path, "a")
    made(rounds)
    made(rounds)
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    one = SqliteLedger(str(path), SystemClock(), keeps=True)
    assert one.load(["a"]) == {"a": Stored(b"1", 1)}
    one.close()
    _sqlite_kept._round()
    _sqlite_kept._round()
    assert (len(asked), rounds) == (1, [])


def test_a_file_that_somebody_reads_is_not_kept(tmp_path: Path, rounds: list[Callable[[], None]]) -> None:
    """What was written cannot be brought into the file while he reads: he and all others find it after the close."""
    path = tmp_path / "l.db"
    saved(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM documents").fetchall()
        asked = list[str]()
        saved(path, "b").set_trace_callback(asked.append)
        made(rounds)
        made(rounds)
        assert asked[0] == "PRAGMA busy_timeout = 0", "who holds up all others waits for nobody"
    assert (_sqlite_kept._KEPT, rounds) == ({}, [])
    second = SqliteLedger(str(path), SystemClock())
    assert second.load(["a", "b"]).keys() == {"a", "b"}
    second.close()


@pytest.mark.usefixtures("rounds")
@pytest.mark.parametrize("busy", [False, True])
def test_without_a_thread_the_file_is_whole_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, busy: bool
) -> None:
    """To let a file go never fails; one that is busy is closed."""

    def none_left(_: Timer) -> None:
        raise RuntimeError("can't start new thread")

    path = tmp_path / "l.db"
    SqliteLedger(str(path), SystemClock()).close()
    monkeypatch.setattr(Timer, "start", none_left)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        if busy:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM documents").fetchall()
        saved(path, "a")
        assert ((beside(path) > 0), len(_sqlite_kept._KEPT), _sqlite_kept._ROUNDS) == (busy, 1 - busy, [])
    assert SqliteLedger(str(path), SystemClock()).load(["a"])


@pytest.mark.parametrize("next_", ["a round", "a ledger", "its end"])
def test_a_file_that_was_replaced_before_it_rested_is_not_harmed(
    tmp_path: Path, rounds: list[Callable[[], None]], next_: str
) -> None:
    """What was written for the one before goes into that one: nothing of it stays beside the new one."""
    path, other = tmp_path / "l.db", tmp_path / "other.db"
    saved(path, "a")
    with closing(SqliteLedger(str(other), SystemClock())) as new:
        new.save([write("b")])
    other.rename(path)
    if next_ == "a round":
        made(rounds)
        made(rounds)
    elif next_ == "its end":
        _sqlite_kept.close_kept()
    with closing(SqliteLedger(str(path), SystemClock(), keeps=True)) as second:
        assert second.load(["a", "b"]).keys() == {"b"}


@pytest.mark.parametrize("way", ["a round", "its end"])
def test_a_process_leaves_the_file_whole(tmp_path: Path, way: str) -> None:
    """With its real rounds, and where it ends before there was one, for which it does not wait."""
    lives = "import sys; sys.stdin.read()" if way == "a round" else ""
    rests_s = _sqlite_kept.REST_S if way == "a round" else 2 * PATIENCE_S
    program = (
        "import sys\nfrom pathlib import Path\nfrom shared.ledger import _sqlite_kept\n"
        f"from tests.unit.ledger.test_rested_file import saved\n_sqlite_kept.REST_S = {rests_s}\n"
        f"saved(Path(sys.argv[1]), 'a')\nprint('saved', flush=True)\n{lives}"
    )
    path = tmp_path / "l.db"
    run = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with run:
        assert run.stdout is not None
        assert run.stdout.readline() == "saved\n"
        if way == "a round":
            until = monotonic() + PATIENCE_S
            while beside(path) and monotonic() < until:
                sleep(0.05)
            assert (beside(path), run.poll()) == (0, None)
        else:
            run.wait(PATIENCE_S)
        assert copied(path) == {"a"}


def test_what_others_saved_in_a_file_that_took_its_place_stays(
    tmp_path: Path, rounds: list[Callable[[], None]]
) -> None:
    """Nothing of ours stands beside it any more: what does is theirs, and would go into the file that was replaced."""
    path, other = tmp_path / "l.db", tmp_path / "other.db"
    saved(path, "a")
    made(rounds)
    made(rounds)
    shutil.copy(path, other)
    other.rename(path)
    theirs = f"""
import os
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock
one = SqliteLedger({str(path)!r}, SystemClock(), keeps=True)
one.save([Write(key="theirs", document=b"1", expected=None, due_at=None, expires_at=None)])
one.close()
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", theirs], check=True)
    assert beside(path), "it stands beside the file, as their process had no time to bring it in"
    with closing(SqliteLedger(str(path), SystemClock(), keeps=True)) as second:
        assert second.load(["a", "theirs"]).keys() == {"a", "theirs"}


def test_a_child_leaves_its_parents_file_alone(tmp_path: Path) -> None:
    """It opens one of its own, has rounds of its own, and nobody waits for a lock that is held elsewhere."""
    story = f"""
import os
from shared.ledger import _sqlite_kept
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

def saved(key):
    one = SqliteLedger({str(tmp_path / "l.db")!r}, SystemClock(), keeps=True)
    one.save([Write(key=key, document=b"1", expected=None, due_at=None, expires_at=None)])
    one.close()
    return one._db

mine = saved("a")
child = os.fork()
if not child:
    ok = saved("b") is not mine and len(_sqlite_kept._ROUNDS) == 1
    os._exit(0 if ok else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert saved("c") is mine
assert not _sqlite_kept._LOCK.locked()
"""
    subprocess.run([sys.executable, "-c", story], check=True, timeout=60)
    with closing(SqliteLedger(str(tmp_path / "l.db"), SystemClock())) as last:
        assert last.load(["a", "b", "c"]).keys() == {"a", "b", "c"}
