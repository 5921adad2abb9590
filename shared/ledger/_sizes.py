"""What no ledger can keep is refused before anything is sent, so that it costs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.errors import DocumentRefused
from shared.ports import Write


def check(writes: Sequence[Write], *, key_bytes: int, document_bytes: int) -> None:
    """Raise DocumentRefused, which names each write whose key or document is larger than that."""
    too_large = {
        write.key: len(write.document)
        for write in writes
        if len(write.document) > document_bytes or len(write.key.encode()) > key_bytes
    }
    if too_large:
        raise DocumentRefused(too_large)
