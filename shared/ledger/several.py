"""A ledger for several threads: each use of it has one of its connections to itself.

Where one thread is at work, as nearly always, there is one connection. Another is opened when all are in use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from shared.ports import Coming, Due, EarlyLoad, Ledger, Stored, WholeSave, Write, early_load_of, whole_save_of


class OpenLedger(Ledger, Protocol):
    """A ledger that holds a file or connections."""

    def close(self) -> None:
        """Let them go."""
        ...


class SeveralLedgers:
    """Implements `shared.ports.Ledger`, from any thread; `close` when done and no use is left.

    Args:
        open_one: a ledger of its own each time, which one thread at a time may use.

    Raises:
        LedgerUnavailable: the first one, which is opened at once, cannot be.
    """

    def __init__(self, open_one: Callable[[], OpenLedger]) -> None:
        self._open_one = open_one
        self._free = [open_one()]
        self.save_whole: WholeSave | None = self._save_whole if whole_save_of(self._free[0]) else None
        """As the one that is used, where such ledgers have it."""
        self.load_early: EarlyLoad | None = early_load_of(self._free[0]) and self._load_early
        """As `save_whole`."""

    def close(self) -> None:
        """Let them all go; they answer no more."""
        for ledger in self._free:
            ledger.close()

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the one that is used."""
        ledger = self._taken()
        try:
            return ledger.load(keys)
        finally:
            self._free.append(ledger)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the one that is used."""
        ledger = self._taken()
        try:
            return ledger.save(writes)
        finally:
            self._free.append(ledger)

    def _save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        ledger = self._taken()
        try:
            return (whole_save_of(ledger) or ledger.save)(writes)
        finally:
            self._free.append(ledger)

    def _load_early(self, keys: Sequence[str]) -> Coming:
        ledger = self._taken()
        early = early_load_of(ledger)
        if early is None:
            raise TypeError("ledgers of one kind have the same ways")
        return _Lent(early(keys), lambda: self._free.append(ledger))

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the one that is used."""
        ledger = self._taken()
        try:
            return ledger.due(before, limit, after)
        finally:
            self._free.append(ledger)

    def _taken(self) -> OpenLedger:
        """One that is in nobody's use: to be put back."""
        try:
            return self._free.pop()  # a list's `pop` and `append` are each one step for all threads
        except IndexError:
            return self._open_one()


class _Lent:
    """Implements `shared.ports.Coming`: what comes on a ledger that is in use until it is there."""

    def __init__(self, coming: Coming, give_back: Callable[[], None]) -> None:
        self._coming, self._give_back = coming, give_back

    def documents(self) -> Mapping[str, Stored]:
        """As the one within."""
        try:
            return self._coming.documents()
        finally:
            self._give_back()

    def drop(self) -> None:
        """As the one within."""
        self._coming.drop()
        self._give_back()
