"""A disk without room: the ledger says so, loses nothing, and goes on when there is room again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock


def _write(key: str, size: int) -> Write:
    return Write(key=key, document=b"x" * size, expected=None, due_at=None, expires_at=None)


def test_a_save_without_room_is_told_as_what_it_is(tmp_path: Path) -> None:
    """SQLite has ended it by then (https://www.sqlite.org/lang_transaction.html): nothing is left to undo."""
    with closing(SqliteLedger(str(tmp_path / "ledger.db"), SystemClock())) as ledger:
        ledger.save([_write("before", 10)])
        ledger._db.execute("PRAGMA max_page_count = 8")
        with pytest.raises(LedgerUnavailable, match="full"):
            ledger.save([_write("one", 10), _write("large", 300_000)])
        assert ledger.load(["before", "one", "large"]).keys() == {"before"}
        ledger._db.execute("PRAGMA max_page_count = 1000")
        assert not ledger.save([_write("one", 10), _write("large", 300_000)])
        assert ledger.load(["before", "one", "large"]).keys() == {"before", "one", "large"}
