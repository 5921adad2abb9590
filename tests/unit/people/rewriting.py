"""Somebody else's change of a document."""

from __future__ import annotations

from shared.documents import encode
from shared.domain.record import JobRecord
from shared.ports import Ledger, Write
from tests.support.clock import START

NOW = START + 60


def rewrite(ledger: Ledger, key: str, record: JobRecord) -> None:
    """Somebody else's change."""
    stored = ledger.load([key])[key]
    write = Write(key=key, document=encode(record), expected=stored.version, due_at=record.due_at, expires_at=None)
    assert not ledger.save([write])
