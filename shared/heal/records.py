"""The ledger documents of one chunk between load and save: read once, changed in memory, written back together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from shared.documents import decode_record, record_write
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.keys import kind_of
from shared.domain.record import Case, JobRecord
from shared.heal.item import Left, Origin
from shared.ports import Ledger, Stored, WholeSave, Write

_LOG = logging.getLogger(__name__)


class Records:
    """Job records by key, with the versions that they were read at. Forgets nothing that was not saved."""

    def __init__(self, ledger: Ledger, now: float, *, lasting: bool = True) -> None:
        """`lasting`: what is written here has to outlive a power cut."""
        self._ledger = ledger
        self._now = now
        self._lasting = lasting
        self._records: dict[str, JobRecord] = {}
        self._read: dict[str, JobRecord] = {}
        self._versions: dict[str, int | None] = {}
        self._changed: dict[str, None] = {}
        self.refused: frozenset[str] = frozenset()
        """Documents that the ledger had no room for at the last save: they are as they were."""

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
            if kind_of(key).is_record:
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

    def know(self, left: Mapping[str, Left]) -> None:
        """Take these as they were left, without reading them: if that is no longer so, they conflict."""
        for key, (record, version) in left.items():
            self._records[key] = self._read[key] = record
            self._versions[key] = version

    def left(self, keys: Iterable[str]) -> dict[str, Left]:
        """Those of them that were written or read here and have no unsaved change."""
        there = [(key, self._versions.get(key)) for key in keys if key in self._records and key not in self._changed]
        return {key: (self._records[key], version) for key, version in there if version is not None}

    def readable(self, key: str) -> bool:
        """Whether that record was opened and is one of ours (or is not there yet)."""
        return key in self._records

    def record(self, key: str) -> JobRecord:
        """The record as read and since changed."""
        return self._records[key]

    def attempted_beside(self, origin: Origin) -> tuple[Case, ...]:
        """The other cases of the same record that had an attempt; none where it cannot be read."""
        return self._records.get(origin.key, JobRecord()).attempted_beside(origin.case)

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

    @property
    def any_changed(self) -> bool:
        """Whether anything waits to be saved."""
        return bool(self._changed)

    def changed(self, key: str) -> bool:
        """Whether there is a change that is not saved yet."""
        return key in self._changed

    def save(self, also: Sequence[Write] = ()) -> frozenset[str]:
        """Write every change, and these, in one round trip; the keys that conflicted come back: open them anew.

        What the ledger can never keep is `refused` afterwards, the rest is saved.

        Raises:
            LedgerUnavailable: it is not known what was saved.
        """
        keys = list(self._changed)
        if not keys and not also:
            return frozenset()
        conflicts = self._save([*also, *self._writes()])
        for key in self.refused.intersection(keys):
            self._records[key] = self._read[key]
        self._saved(conflicts | self.refused)
        return conflicts

    def save_whole(self, whole: WholeSave, also: Sequence[Write]) -> bool:
        """Write every change, and these, as one. False: nothing was saved, and every change still waits.

        Raises:
            LedgerUnavailable: it is not known whether they were saved.
        """
        try:
            conflicts = whole([*also, *self._writes()])
        except DocumentRefused:
            return False  # which one costs nothing beside it is seen where each is saved by itself
        if not conflicts:
            self.refused = frozenset()
            self._saved(conflicts)
        return not conflicts

    def _writes(self) -> list[Write]:
        return [
            record_write(key, self._records[key], self._versions[key], self._now, lasting=self._lasting)
            for key in self._changed
        ]

    def _saved(self, but: frozenset[str]) -> None:
        """Every change is in the ledger now, but to these documents."""
        for key in self._changed:
            if key not in but:
                self._versions[key] = (self._versions[key] or 0) + 1
                self._read[key] = self._records[key]
        self._changed.clear()

    def _save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Save what the ledger has room for: what it has none for costs nothing beside it."""
        self.refused = frozenset()
        try:
            return self._ledger.save(writes)
        except DocumentRefused as error:
            _LOG.error("%s", error)
            self.refused = error.keys
        rest = [write for write in writes if write.key not in self.refused]
        return self._ledger.save(rest) if rest else frozenset()
