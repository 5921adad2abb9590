"""The ledger and the outcome Logstore of the simulation, both behind the seam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from shared.documents import Document, encode
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.keys import Kind, kind_of
from shared.domain.limits import SharedLimit
from shared.domain.nodes import KnownNodes
from shared.domain.record import JobRecord
from shared.domain.watch import Watch
from shared.ledger._sizes import check
from shared.ports import Due, EarlyLoad, Stored, Write
from tests.proof.seam import Conflict, Fault, Trouble
from tests.proof.truth import Saved
from tests.support.memory_ledger import Kept, Store

if TYPE_CHECKING:
    from tests.proof.ground import Ground


class RememberingStore(Store):
    """The store of a history: it remembers every version, tells the ground of each save, and forgets nothing.

    What has expired may be forgotten, it need not be: laws that hold while it is there are asked for ever.
    """

    def __init__(self, world: Ground) -> None:
        super().__init__()
        self._world = world
        self.saved: list[Saved] = []

    def copy(self, world: Ground) -> RememberingStore:
        """The store of a copy of its world."""
        other = RememberingStore(world)
        other.kept, other.saved = dict(self.kept), list(self.saved)
        return other

    def keep(self, write: Write) -> bool:
        """One compare-and-set, whoever wants it: no step. False if it conflicts."""
        if not super().keep(write):
            return False
        world, who = self._world, self._world.current
        self.saved.append(Saved(world.clock.moment, who, write.key, write.document, write.due_at, write.expires_at))
        world.note("saved", who.label, who.dry_run, write.key, write.document, write.due_at, write.expires_at)
        return True

    def forget(self, now: float) -> None:
        """Nothing."""


_OTHERS: dict[Kind, Document] = {Kind.NODES: KnownNodes(), Kind.DISCOVER: Watch()}


class FakeLedger:
    """The way of an invocation to the store (`shared.ports.Ledger`): each call is a step, at which it may fail."""

    def __init__(self, world: Ground, store: RememberingStore) -> None:
        self._world = world
        self.store = store
        self.conflicts = 0
        self.document_bytes = 2 * 1024 * 1024
        """It has no room for a larger document, and says so before anything is sent, as the real ones do."""

    def copy(self, world: Ground) -> FakeLedger:
        """The ledger of a copy of its world."""
        other = type(self)(world, self.store.copy(world))
        other.conflicts, other.document_bytes = self.conflicts, self.document_bytes
        return other

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist."""
        fault = self._world.step("load", len(keys))
        self._raise_before(fault)
        found = self.store.load(keys)
        self._world.leave(fault)
        return found

    @property
    def load_early(self) -> EarlyLoad | None:
        """As Tablestore, whose batch is no atomic step either: what is answered is as it was when it was asked for."""
        return self._load_early

    def _load_early(self, keys: Sequence[str]) -> _Coming:
        fault = self._world.step("load early", len(keys))
        if fault is Fault.ERROR_BEFORE:
            self._world.leave(fault)
            return _Coming(self, keys, None)
        found = self.store.load(keys)
        self._world.leave(fault)
        return _Coming(self, keys, found)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Save what does not conflict, key by key; with the fault HALF only the first half of it."""
        check(writes, key_bytes=1024, document_bytes=self.document_bytes)
        fault = self._world.step("save", len(writes))
        assert len({write.key for write in writes}) == len(writes), "a key twice in one save"
        self._raise_before(fault)
        self._save_later(fault, writes)
        if isinstance(fault, Conflict):
            for place in fault.places:
                self._touch(writes[place].key)
        taken = writes[: (len(writes) + 1) // 2] if fault is Fault.HALF else writes
        conflicts = frozenset(write.key for write in taken if not self.store.keep(write))
        self.conflicts += len(conflicts)
        self._world.leave(fault)
        if fault in {Fault.ERROR_AFTER, Fault.HALF}:
            self._fail()
        return conflicts

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due, oldest first."""
        fault = self._world.step("due", 1)
        self._raise_before(fault)
        found = self.store.due(before, limit, after)
        self._world.leave(fault)
        return found

    def _touch(self, key: str) -> None:
        """Somebody else writes what is there already, or nothing of note: what it says and when it is due stay."""
        there = self.store.kept.get(key)
        nothing = SharedLimit() if kind_of(key).shared_limit else _OTHERS.get(kind_of(key), JobRecord())
        old = there or Kept(Stored(encode(nothing), 0), None, None)
        self.store.kept[key] = structs.replace(old, stored=Stored(old.stored.document, old.stored.version + 1))

    def _save_later(self, fault: Trouble | None, writes: Sequence[Write], *, whole: bool = False) -> None:
        if fault is Fault.ERROR_LATE:
            self._world.save_later(tuple(writes), whole=whole)
            self._world.leave(fault)
            self._fail()

    def _raise_before(self, fault: Trouble | None) -> None:
        if fault is Fault.ERROR_BEFORE:
            self._world.leave(fault)
            self._fail()

    def _fail(self) -> None:
        self._world.current.ledger_failed = True
        raise LedgerUnavailable("the ledger is out of reach")


class _Coming:
    """What was asked for early (`shared.ports.Coming`)."""

    def __init__(self, ledger: FakeLedger, keys: Sequence[str], found: Mapping[str, Stored] | None) -> None:
        self._ledger, self._keys, self._found = ledger, keys, found

    def documents(self) -> Mapping[str, Stored]:
        """As they were; if that was not answered, as they are."""
        return self._ledger.load(self._keys) if self._found is None else self._found

    def drop(self) -> None:
        """Nothing waits."""


class WholeLedger(FakeLedger):
    """The same where the ledger's batch can be one atomic step, and which is near: it is asked when it is needed."""

    load_early = None

    def save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        """Save all, or nothing if one conflicts."""
        check(writes, key_bytes=1024, document_bytes=self.document_bytes)
        fault = self._world.step("save whole", len(writes))
        self._raise_before(fault)
        self._save_later(fault, writes, whole=True)
        if isinstance(fault, Conflict):
            for place in fault.places:
                self._touch(writes[place].key)
        conflicts = self.store.conflicting(writes)
        for write in () if conflicts else writes:
            self.store.keep(write)
        self.conflicts += len(conflicts)
        self._world.leave(fault)
        if fault is Fault.ERROR_AFTER:
            self._fail()
        return conflicts


class FakeSink:
    """The outcome Logstore (`shared.ports.OutcomeSink`): keeps every row that it took."""

    def __init__(self, world: Ground) -> None:
        self._world = world
        self.rows: list[dict[str, str]] = []
        self._unique: dict[str, dict[str, str]] = {}
        self.down_until = 0.0
        self.largest_put = 0

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Take all records, or the first half, or none."""
        fault = self._world.step("put", len(records))
        self.largest_put = max(self.largest_put, len(records))
        down = self._world.clock.moment < self.down_until
        if fault is Fault.ERROR_BEFORE or down:
            self._world.leave(fault)
            raise SinkUnavailable("the Logstore is out of reach")
        taken = records[: (len(records) + 1) // 2] if fault is Fault.HALF else records
        for record in taken:
            self._keep(dict(record))
        self._world.leave(fault)
        if fault in {Fault.ERROR_AFTER, Fault.HALF}:
            raise SinkUnavailable("the answer was lost")

    def copy(self, world: Ground) -> FakeSink:
        """The Logstore of a copy of its world."""
        other = FakeSink(world)
        other.rows, other._unique = list(self.rows), dict(self._unique)
        other.down_until, other.largest_put = self.down_until, self.largest_put
        return other

    def unique(self) -> dict[str, dict[str, str]]:
        """The rows as a reader sees them: repeats dropped."""
        return self._unique

    @property
    def about_jobs(self) -> list[dict[str, str]]:
        """The rows without those that a breaker tells about itself."""
        return [row for row in self.rows if "event_id" in row]

    def _keep(self, row: dict[str, str]) -> None:
        """A repeat says nothing new; the same outcome in other words is noted."""
        self.rows.append(row)
        if self._unique.get(row["outcome_id"]) != row:
            self._unique[row["outcome_id"]] = row
            self._world.note("told", *row.items())
