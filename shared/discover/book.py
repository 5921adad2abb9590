"""What a run knows of the places it looks through, in the ledger: taken before a look, written after each turn."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.documents import decode_watch, watch_write
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.watch import Watch
from shared.ports import Ledger

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Book:
    """The documents of one run. A dry run's stay in memory."""

    ledger: Ledger
    busy_until: float
    """Nobody else has a turn at what this run took before then, if it should die."""
    dry_run: bool
    _versions: dict[str, int | None] = field(default_factory=dict)
    _watches: dict[str, Watch] = field(default_factory=dict)

    def take(self, keys: Iterable[str], now: float) -> list[str]:
        """Those that nobody is at and whose time it is, who waits longest first; they are this run's until `put`.

        A document that is none of ours stays as it is, and its place is not looked through.
        """
        wanted = list(dict.fromkeys(keys))
        found = self.ledger.load(wanted)
        for key in wanted:
            stored = found.get(key)
            try:
                self._watches[key] = decode_watch(stored.document) if stored else Watch()
            except LedgerUnavailable as error:
                _LOG.error("%s is left as it is: %s", key, error)
                continue
            self._versions[key] = stored.version if stored else None
        free = [key for key in wanted if key in self._versions and self._is_free(key, now)]
        free.sort(key=lambda key: self._watches[key].turn_at)
        taken = [(key, replace(self._watches[key], busy_until=self.busy_until)) for key in free]
        lost = self._save(taken, now)
        return [key for key in free if key not in lost]

    def watch(self, key: str) -> Watch:
        """What is known of a place that was taken."""
        return self._watches[key]

    def put(self, key: str, watch: Watch, now: float) -> None:
        """Write down what a turn came to. If somebody else has it meanwhile theirs holds: it may be found twice."""
        self._save([(key, watch)], now)

    def release(self, keys: Iterable[str], now: float) -> None:
        """Give back what had no turn."""
        mine = [key for key in keys if self._watches[key].busy_until]
        self._save([(key, replace(self._watches[key], busy_until=0.0)) for key in mine], now)

    def _is_free(self, key: str, now: float) -> bool:
        watch = self._watches[key]
        return watch.busy_until <= now and watch.not_before <= now

    def _save(self, changed: list[tuple[str, Watch]], now: float) -> frozenset[str]:
        if not changed:
            return frozenset()
        writes = [watch_write(key, watch, self._versions[key], now) for key, watch in changed]
        try:
            lost = frozenset[str]() if self.dry_run else self.ledger.save(writes)
        except DocumentRefused as error:
            return self._save([(key, _without_memory(key, watch, error)) for key, watch in changed], now)
        for key, watch in changed:
            if key not in lost:
                self._watches[key] = watch
                self._versions[key] = (self._versions[key] or 0) + 1
        return lost


def _without_memory(key: str, watch: Watch, error: DocumentRefused) -> Watch:
    """What is saved instead of a document that is too large: its place is looked through anew, and no other waits.

    What was found there is known by the records of its jobs. Raises the error where memory is not what is too large.
    """
    if key not in error.keys:
        return watch
    if not watch.memory:
        raise error
    _LOG.error("%s: what is remembered is too large; it is looked through anew", key)
    return replace(watch, memory={})
