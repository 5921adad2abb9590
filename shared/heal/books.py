"""The ledger documents of one chunk between load and save: read once, changed in memory, written back together."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.limits import SharedLimit, decode_limit, encode_limit
from shared.domain.record import JobRecord, decode_record, encode_record
from shared.ports import Ledger, Stored, Write

KEPT_S = 30 * 86_400.0
"""How long a document outlives its last change: longer than any redelivery and every window."""


class Books:
    """Job records by key, with the versions that they were read at. Forgets nothing that was not saved."""

    def __init__(self, ledger: Ledger, now: float) -> None:
        self._ledger = ledger
        self._now = now
        self._records: dict[str, JobRecord] = {}
        self._read: dict[str, JobRecord] = {}
        self._versions: dict[str, int | None] = {}
        self._changed: dict[str, None] = {}

    def open(self, keys: Iterable[str]) -> dict[str, Stored]:
        """Read these documents anew, dropping unsaved changes to them; documents that are no job records come back."""
        wanted = list(dict.fromkeys(keys))
        found = self._ledger.load(wanted)
        others: dict[str, Stored] = {}
        for key in wanted:
            self._changed.pop(key, None)
            stored = found.get(key)
            if key.startswith(("breaker/", "pace/")):
                if stored is not None:
                    others[key] = stored
                continue
            self._read[key] = self._records[key] = decode_record(stored.document) if stored else JobRecord()
            self._versions[key] = stored.version if stored else None
        return others

    def record(self, key: str) -> JobRecord:
        """The record as read and since changed."""
        return self._records[key]

    def put(self, key: str, record: JobRecord) -> None:
        """Change it in memory."""
        if record != self._records[key]:
            self._records[key] = record
            self._changed[key] = None

    def revert(self) -> None:
        """Drop every change that is not saved."""
        for key in self._changed:
            self._records[key] = self._read[key]
        self._changed.clear()

    def changed(self, key: str) -> bool:
        """Whether there is a change that is not saved yet."""
        return key in self._changed

    def save(self) -> frozenset[str]:
        """Write every change in one round trip; the keys that conflicted come back: open them anew.

        Raises:
            LedgerUnavailable: it is not known what was saved.
        """
        keys = list(self._changed)
        if not keys:
            return frozenset()
        writes = [
            Write(
                key=key,
                document=encode_record(self._records[key]),
                expected=self._versions[key],
                due_at=self._records[key].due_at,
                expires_at=self._now + KEPT_S,
            )
            for key in keys
        ]
        conflicts = self._ledger.save(writes)
        self._changed.clear()
        for key in keys:
            if key not in conflicts:
                self._versions[key] = (self._versions[key] or 0) + 1
                self._read[key] = self._records[key]
        return conflicts


def limit_of(stored: Stored | None) -> SharedLimit:
    """A shared limit as read; one that does not exist yet is unused."""
    return decode_limit(stored.document) if stored else SharedLimit()


def limit_write(key: str, limit: SharedLimit, stored: Stored | None, now: float) -> Write:
    """The compare-and-set of a shared limit. An open breaker never expires: it never closes itself."""
    return Write(
        key=key,
        document=encode_limit(limit),
        expected=stored.version if stored else None,
        due_at=None,
        expires_at=None if limit.opened_at is not None else now + KEPT_S,
    )
