"""One SQLite file, many processes: no update is lost, and a killed writer leaves it whole."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Stored, Write
from tests.support.clock import Clock
from tests.support.processes import start

COUNT_UP = """
import sys
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

ledger = SqliteLedger(sys.argv[1], SystemClock())
done = 0
while done < int(sys.argv[2]):
    found = ledger.load(["count"]).get("count")
    count = int(found.document) if found else 0
    version = found.version if found else None
    text = str(count + 1).encode()
    write = Write(key="count", document=text, expected=version, due_at=None, expires_at=None)
    done += not ledger.save([write])
ledger.close()
"""
WRITE_PAIRS = """
import sys
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

ledger = SqliteLedger(sys.argv[1], SystemClock())
for number in range(10**6):
    version = number or None
    text = str(number + 1).encode()
    pair = [Write(key=key, document=text, expected=version, due_at=1.0, expires_at=None) for key in ("a", "b")]
    assert not ledger.save(pair)
    print(number + 1, flush=True)
"""


def test_two_processes_lose_no_update(tmp_path: Path, clock: Clock) -> None:
    """Two processes add 200 each by compare-and-set: 400, and as many versions."""
    path = str(tmp_path / "shared.db")
    writers = [start(COUNT_UP, path, "200") for _ in range(2)]
    for writer in writers:
        _, complaints = writer.communicate(timeout=100)
        assert (writer.returncode, complaints) == (0, "")
    ledger = SqliteLedger(path, clock)
    assert ledger.load(["count"])["count"] == Stored(b"400", 400)
    ledger.close()


OPEN = """
import sys
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock

sys.stdin.readline()
SqliteLedger(sys.argv[1], SystemClock()).close()
"""


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    """The switch to write-ahead logging refuses all but one of them at once: the others wait and go on."""
    for number in range(4):
        openers = [start(OPEN, str(tmp_path / f"new{number}.db")) for _ in range(6)]
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("\n")
            opener.stdin.flush()
        assert [opener.communicate(timeout=60)[1] for opener in openers] == [""] * 6


def test_a_writer_killed_in_the_middle_leaves_whole_saves(tmp_path: Path, clock: Clock) -> None:
    """After `kill -9` every save that was answered is there, both of its documents, and writing goes on."""
    path = str(tmp_path / "killed.db")
    writer = start(WRITE_PAIRS, path)
    assert writer.stdout is not None
    answered = 0
    for _ in range(20):
        answered = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()  # before communicate(), which would lose what the lines above have read ahead
    writer.communicate(timeout=20)
    answered = max([answered, *(int(line) for line in rest.split())])
    assert writer.returncode == -signal.SIGKILL
    ledger = SqliteLedger(path, clock)
    found = ledger.load(["a", "b"])
    assert found["a"] == found["b"]
    # One more than was answered may have been saved before its answer was printed.
    assert found["a"].version in {answered, answered + 1}
    further = Write(key="a", document=b"x", expected=found["a"].version, due_at=None, expires_at=None)
    assert ledger.save([further]) == frozenset()
    ledger.close()


@pytest.mark.parametrize("content", [b"this is no database, but long enough to be read as one" * 20, b"\x00" * 4096])
def test_a_file_that_is_no_database_is_out_of_reach(tmp_path: Path, clock: Clock, content: bytes) -> None:
    """Nothing is decided without a ledger, and the file is left alone."""
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(LedgerUnavailable):
        SqliteLedger(str(path), clock)
    assert path.read_bytes() == content


@pytest.mark.parametrize("path", ["missing/folder/ledger.db", "."])
def test_a_path_that_cannot_be_a_file_is_out_of_reach(tmp_path: Path, clock: Clock, path: str) -> None:
    """A missing folder, or a folder in the file's place."""
    with pytest.raises(LedgerUnavailable):
        SqliteLedger(str(tmp_path / path), clock)


def test_a_failed_save_leaves_the_ledger_usable(tmp_path: Path, clock: Clock) -> None:
    """A value that the store cannot take fails the whole save, leaves nothing of it behind, and the next one works."""
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    good = Write(key="good", document=b"{}", expected=None, due_at=None, expires_at=None)
    bad = Write(key="bad", document=b"{}", expected=None, due_at=object(), expires_at=None)  # type: ignore[arg-type]  # that is the fault
    with pytest.raises(LedgerUnavailable):
        ledger.save([good, bad])
    assert ledger.load(["good", "bad"]) == {}
    assert ledger.save([good]) == frozenset()
    ledger.close()
