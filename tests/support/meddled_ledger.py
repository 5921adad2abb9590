"""A ledger at whose doors somebody else gets in first, and which the platform kills between two saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from shared.ports import Coming, Due, EarlyLoad, Ledger, Stored, WholeSave, Write, whole_save_of


class Killed(BaseException):
    """The platform ends the process."""


class Closable(Ledger, Protocol):
    """A ledger that a test closes at its end."""

    def close(self) -> None:
        """Give back what it holds."""
        ...


def nothing() -> None:
    """Nobody gets in."""


class Answered:
    """What was asked for early."""

    def __init__(self, keys: Sequence[str], found: Mapping[str, Stored]) -> None:
        self.keys, self._found = list(keys), found
        self.ended = ""
        """What became of it."""

    def documents(self) -> Mapping[str, Stored]:
        """As they were when they were asked for."""
        assert not self.ended, "asked twice"
        self.ended = "read"
        return self._found

    def drop(self) -> None:
        """Nobody wants them."""
        assert not self.ended, "dropped after its end"
        self.ended = "dropped"


class MeddledLedger:
    """The ledger within, with others before and after each save, and a record of what was asked.

    What they do to the ledger while they are at it goes through untouched: they meet nobody.
    """

    def __init__(self, inner: Closable) -> None:
        self.inner = inner
        self.loads: list[list[str]] = []
        """Keys of each load."""
        self.saves: list[list[str]] = []
        """Keys of each save."""
        self.whole = False
        """Whether several documents may be saved as one, if the ledger within can."""
        self.early = False
        """Whether it can be asked early: it is answered as it is at that moment."""
        self.coming: list[Answered] = []
        """What was asked for so."""
        self.before_save: Callable[[], None] = nothing
        self.after_save: Callable[[], None] = nothing
        self._meddling = False

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the ledger does."""
        self.loads.append(list(keys))
        return self.inner.load(keys)

    @property
    def load_early(self) -> EarlyLoad | None:
        """If it can be asked early."""
        return self._asked if self.early else None

    def _asked(self, keys: Sequence[str]) -> Coming:
        self.coming.append(Answered(keys, self.inner.load(keys)))
        return self.coming[-1]

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, with others before and after."""
        return self._saved(writes, self.inner.save)

    @property
    def save_whole(self) -> WholeSave | None:
        """As the ledger's, with others before and after."""
        inner = whole_save_of(self.inner) if self.whole else None
        return None if inner is None else lambda writes: self._saved(writes, inner)

    def _saved(self, writes: Sequence[Write], save: WholeSave) -> frozenset[str]:
        self._let(self.before_save)
        conflicts = save(writes)
        self.saves.append([write.key for write in writes])
        self._let(self.after_save)
        return conflicts

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the ledger does."""
        return self.inner.due(before, limit, after)

    def close(self) -> None:
        """As the ledger does."""
        self.inner.close()

    def die_before(self, save: int, error: BaseException | None = None) -> None:
        """At the n-th save from now, counted from 1, raise that error, or be killed, before it is made; once."""
        self.before_save = _at(save, error or Killed())

    def die_after(self, save: int, error: BaseException | None = None) -> None:
        """The same when it has been made: its answer is lost."""
        self.after_save = _at(save, error or Killed())

    def leave_alone(self) -> None:
        """Nobody gets in any more."""
        self.before_save = self.after_save = nothing

    def _let(self, other: Callable[[], None]) -> None:
        if self._meddling:
            return
        self._meddling = True
        try:
            other()
        finally:
            self._meddling = False


def _at(save: int, error: BaseException) -> Callable[[], None]:
    left = [save]

    def die() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise error

    return die
