"""When SQLite forgets what has expired: with a ledger's first save, and then once a while."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from shared.ledger.sqlite import PURGE_S, SqliteLedger
from shared.ports import Write
from tests.support.clock import Clock


def write(key: str, expires_at: float | None = None) -> Write:
    """A new document."""
    return Write(key=key, document=b"1", expected=None, due_at=None, expires_at=expires_at)


def test_what_has_expired_goes_with_a_save_once_a_while(tmp_path: Path) -> None:
    """Looking for it takes as long as a small save, and a delivery saves three times in a moment."""
    clock = Clock()
    with closing(SqliteLedger(str(tmp_path / "l.db"), clock)) as ledger:
        now = clock.moment
        ledger.save([write("a"), write("over", now - 1)])
        assert set(ledger.load(["a", "over"])) == {"a"}
        ledger.save([write("soon", now)])
        clock.moment = now + PURGE_S - 1
        ledger.save([write("b")])
        assert set(ledger.load(["soon"])) == {"soon"}
        clock.moment = now + PURGE_S
        ledger.save([write("c")])
        assert set(ledger.load(["a", "b", "c", "soon"])) == {"a", "b", "c"}
