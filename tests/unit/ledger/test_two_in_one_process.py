"""Two ledgers of one process in one file: neither takes the other's locks away."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

LOOKS_IN = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(",".join(sorted(key for (key,) in db.execute("SELECT key FROM documents"))))
db.close()
"""


def _seen_by_another_process(path: str) -> str:
    done = subprocess.run([sys.executable, "-c", LOOKS_IN, path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _write(key: str) -> Write:
    return Write(key=key, document=b"{}", expected=None, due_at=None, expires_at=None)


def test_what_is_written_after_another_was_opened_is_seen_by_all(tmp_path: Path) -> None:
    """A process that closes any descriptor of a file gives up all its locks (https://www.sqlite.org/howtocorrupt.html).

    Without them another process takes itself for the last one, and removes the log that we go on to write into.
    """
    path = str(tmp_path / "ledger.db")
    with closing(SqliteLedger(path, SystemClock())) as first, closing(SqliteLedger(path, SystemClock())) as second:
        second.save([_write("one")])
        assert _seen_by_another_process(path) == "one"
        first.save([_write("two")])
        assert _seen_by_another_process(path) == "one,two"
        assert second.load(["one", "two"]).keys() == {"one", "two"}
