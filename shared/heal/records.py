"""The ledger documents of one chunk between load and save: read once, changed in memory, written back together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from shared.documents import decode_limit, decode_record, encode
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import Kind, kind_of
from shared.domain.limits import SharedLimit
from shared.domain.record import JobRecord
from shared.ports import Ledger, Stored, Write

KEPT_S = 30 * 86_400.0
"""How long a document outlives its last change: longer than any redelivery and every window."""
_LOG = logging.getLogger(__name__)


class Records:
    """Job records by key, with the versions that they were read at. Forgets nothing that was not saved."""

    def __init__(self, ledger: Ledger, now: float) -> None:
        self._ledger = ledger
        self._now = now
        self._records: dict[str, JobRecord] = {}
        self._read: dict[str, JobRecord] = {}
        self._versions: dict[str, int | None] = {}
        self._changed: dict[str, None] = {}

    def open(self, keys: Iterable[str]) -> dict[str, Stored]:
        """Read these documents anew, dropping unsaved changes to them; documents that are no job records come back.

        One that is malformed is not `readable` afterwards: it stays as it is, and nothing may be decided on it.
        """
        wanted = list(dict.fromkeys(keys))
        found = self._ledger.load(wanted)
        others: dict[str, Stored] = {}
        for key in wanted:
            self._changed.pop(key, None)
            stored = found.get(key)
            if not kind_of(key).shared_limit:
                self._enter(key, stored)
            elif stored is not None:
                others[key] = stored
        return others

    def _enter(self, key: str, stored: Stored | None) -> None:
        try:
            record = decode_record(stored.document) if stored else JobRecord()
        except LedgerUnavailable as error:
            _LOG.error("%s is left as it is: %s", key, error)
            self._records.pop(key, None)
            return
        self._read[key] = self._records[key] = record
        self._versions[key] = stored.version if stored else None

    def readable(self, key: str) -> bool:
        """Whether that record was opened and is one of ours (or is not there yet)."""
        return key in self._records

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

    def save(self, also: Sequence[Write] = ()) -> frozenset[str]:
        """Write every change, and these, in one round trip; the keys that conflicted come back: open them anew.

        Raises:
            LedgerUnavailable: it is not known what was saved.
        """
        keys = list(self._changed)
        if not keys and not also:
            return frozenset()
        writes = [
            *also,
            *(
                Write(
                    key=key,
                    document=encode(self._records[key]),
                    expected=self._versions[key],
                    due_at=self._records[key].due_at,
                    expires_at=self._now + KEPT_S,
                )
                for key in keys
            ),
        ]
        conflicts = self._ledger.save(writes)
        self._changed.clear()
        for key in keys:
            if key not in conflicts:
                self._versions[key] = (self._versions[key] or 0) + 1
                self._read[key] = self._records[key]
        return conflicts


def limit_of(key: str, stored: Stored | None) -> SharedLimit | None:
    """A shared limit as read; one that does not exist yet is unused. None if it is malformed: that counts as a no."""
    if stored is None:
        return SharedLimit()
    try:
        return decode_limit(stored.document)
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return None


def limit_write(key: str, limit: SharedLimit, stored: Stored | None, now: float) -> Write:
    """The compare-and-set of a shared limit.

    A breaker that is open, or still owes, never expires: it never closes itself. Breakers alone can be due.
    """
    return Write(
        key=key,
        document=encode(limit),
        expected=stored.version if stored else None,
        due_at=limit.listed_at if kind_of(key) is Kind.BREAKER else None,
        expires_at=None if limit.opened_at is not None or limit.owed else now + KEPT_S,
    )
