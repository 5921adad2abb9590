"""The one ledger in memory: a store, and connections to it that do what every backend must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from msgspec import Struct

from shared.domain.errors import LedgerUnavailable
from shared.ports import Clock, Due, Ledger, Stored, Write


class Kept(Struct, frozen=True):
    """A document with what belongs to it."""

    stored: Stored
    due_at: float | None
    expires_at: float | None


class Store:
    """What is kept, for all connections."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        """The documents that exist."""
        return {key: self.kept[key].stored for key in keys if key in self.kept}

    def keep(self, write: Write) -> bool:
        """One compare-and-set. False if it conflicts."""
        there = self.kept.get(write.key)
        version = there.stored.version if there else None
        if version != write.expected:
            return False
        self.kept[write.key] = Kept(Stored(write.document, (version or 0) + 1), write.due_at, write.expires_at)
        return True

    def conflicting(self, writes: Sequence[Write]) -> frozenset[str]:
        """Keys of those whose expectation does not hold."""
        there = {key: stored.version for key, stored in self.load([write.key for write in writes]).items()}
        return frozenset(write.key for write in writes if there.get(write.key) != write.expected)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due by then, oldest first."""
        found = sorted(
            Due(one.due_at, key) for key, one in self.kept.items() if one.due_at is not None and one.due_at <= before
        )
        return [one for one in found if after is None or one > after][:limit]

    def forget(self, now: float) -> None:
        """Drop what has expired."""
        for key in [key for key, one in self.kept.items() if one.expires_at is not None and one.expires_at <= now]:
            del self.kept[key]


class MemoryLedger:
    """A connection to a store (`shared.ports.Ledger`); it forgets what has expired when it saves."""

    def __init__(self, clock: Clock, store: Store | None = None) -> None:
        self.store = store or Store()
        self._clock = clock
        self._closed = False

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist."""
        return self._open().load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Save what does not conflict."""
        store = self._open()
        assert len({write.key for write in writes}) == len(writes), "a key twice in one save"
        store.forget(self._clock.now())
        return frozenset(write.key for write in writes if not store.keep(write))

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due, oldest first."""
        return self._open().due(before, limit, after)

    def close(self) -> None:
        """From now on it is out of reach."""
        self._closed = True

    def _open(self) -> Store:
        if self._closed:
            raise LedgerUnavailable("closed")
        return self.store


class WholeMemoryLedger(MemoryLedger):
    """One whose batch can be one atomic step, as that of SQLite and Redis."""

    def save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        """All writes, or nothing if one conflicts."""
        self.store.forget(self._clock.now())
        return self._open().conflicting(writes) or self.save(writes)


def touch(ledger: Ledger, key: str) -> None:
    """Somebody else saves a document unchanged, an empty one if there is none: a new version all the same."""
    stored = ledger.load([key]).get(key, Stored(b"{}", 0))
    due_at = next((one.due_at for one in ledger.due(inf, 1_000_000) if one.key == key), None)
    write = Write(key=key, document=stored.document, expected=stored.version or None, due_at=due_at, expires_at=None)
    assert not ledger.save([write])
