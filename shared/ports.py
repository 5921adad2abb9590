"""The small Protocols that the corridor is written against. Adapters implement them, tests fake them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from shared.domain.call import CallResult, Target
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.progress import Progress
from shared.domain.snapshot import Observation


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Unix seconds."""
        ...


class Chance(Protocol):
    """The only source of randomness."""

    def fraction(self) -> float:
        """A number in [0, 1), evenly spread."""
        ...


class JobSystem(Protocol):
    """One job system in one region: look and rerun. Never raises for what the service or network does."""

    batch_size: int
    """How many jobs one call may name."""

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Look at the named jobs in the fewest calls; one observation a failure, in the same order.

        Where it cannot look at all of them it looks at those that its service shows as failed, then at the first.
        """
        ...

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Rerun up to `batch_size` jobs of one scope; one result a target, in the same order.

        Never repeats a call whose effect could be unknown.
        """
        ...


class OutputPart(Struct, frozen=True):
    """What a job has printed, or of much its beginning and its end."""

    text: str
    """Bytes that are neither UTF-8 nor GBK are shown as escapes."""
    source: EvidenceFrom


@runtime_checkable
class OutputSource(Protocol):
    """A job system that can be asked what a job has printed. Never raises for what the service or network does."""

    def output(self, failure: Failure, seen: Observation, *, logged: bool = False) -> OutputPart | None:
        """Of a short one by one reading call, of a long one by as few as find its end; None if nothing can be had.

        Args:
            failure: whose job is meant.
            seen: the look that found it.
            logged: what the look has shown says too little: the log alone, of a system that has both.
        """
        ...


@runtime_checkable
class NodeSource(Protocol):
    """A job system that can be asked about its nodes. Never raises for what the service or the network does."""

    def withdrawn(self, scope: Scope, nodes: Collection[str]) -> frozenset[str]:
        """Those of the nodes that are certainly given no more jobs: drained, offline, down or stopped.

        A few reading calls; what cannot be told is not among them.

        Args:
            scope: whose nodes they are.
            nodes: names as `shared.domain.hosts` spells them.
        """
        ...


class Stored(Struct, frozen=True):
    """A document as the ledger has it."""

    document: bytes
    version: int


class Write(Struct, frozen=True, kw_only=True):
    """A compare-and-set of one document."""

    key: str
    document: bytes
    expected: int | None
    """Version that must be there now; None: the key must not exist."""
    due_at: float | None
    """Unix seconds at which the sweep should look at it; None: never."""
    expires_at: float | None
    """Unix seconds from which the store may forget it; None: never."""
    lasting: bool = True
    """Whether it has to outlive a power cut. What need not may be gone then, with all that was saved after it."""


class Due(Struct, frozen=True, order=True):
    """A key that the sweep should look at."""

    due_at: float
    key: str


class Ledger(Protocol):
    """A compare-and-set document store.

    Every method raises LedgerUnavailable if the store is out of reach, `save` also if it is not known whether a
    write was saved.
    """

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist, by key; strongly consistent."""
        ...

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Save each write whose expectation holds; the keys of those that conflicted come back.

        A new document gets version 1, every further save adds 1. No key twice in one call.

        Raises DocumentRefused, and saves nothing, if it can never keep one of them.
        """
        ...

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """At most `limit` keys due at or before that moment, oldest first, ties by key.

        With `after`, only what follows it in that order. A hint: may lag or be stale, so load and check again.
        """
        ...


WholeSave = Callable[[Sequence[Write]], frozenset[str]]
"""Saves all writes if every expectation holds, else none; the keys of those that conflicted come back.

For the rest as `Ledger.save`. A ledger whose batch is one atomic step has it as `save_whole`, others have none.
"""


def whole_save_of(ledger: Ledger) -> WholeSave | None:
    """How that ledger saves several documents as one; None where it cannot."""
    found: WholeSave | None = getattr(ledger, "save_whole", None)
    return found


class Coming(Protocol):
    """Documents that were asked for: `documents` or `drop`, once. The ledger may be used in between."""

    def documents(self) -> Mapping[str, Stored]:
        """As `Ledger.load`, each as it was at some moment since it was asked for."""
        ...

    def drop(self) -> None:
        """Nobody wants them any more."""
        ...


EarlyLoad = Callable[[Sequence[str]], Coming]
"""Asks for documents and does not wait for them. What fails is told by `documents`.

Raises LedgerUnavailable where there is not even somebody to be asked.

A ledger that is asked over a network, a round trip for each question, has it as `load_early`, others have none.
"""


def early_load_of(ledger: Ledger) -> EarlyLoad | None:
    """How that ledger is asked before the answer is needed; None where that saves nothing."""
    found: EarlyLoad | None = getattr(ledger, "load_early", None)
    return found


class OutcomeSink(Protocol):
    """Where outcomes go."""

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Write all records, in as few requests as the limits allow.

        Raises SinkUnavailable if it is not certain that every one was taken.
        """
        ...


class LogRange(Struct, frozen=True, kw_only=True):
    """`[begin_cursor, end_cursor)` of one shard, as a Log Service trigger names it."""

    endpoint: str
    """Host of the source's Log Service, or URL."""
    project: str
    logstore: str
    shard: int
    begin_cursor: str
    end_cursor: str


TOPIC = "__topic__"
"""The field in which a log's entry carries the topic of its log group."""


class LogEntry(Struct, frozen=True):
    """One log of a range."""

    ordinal: int
    """Place in the range, from 0: stable across redelivery of the same range."""
    time: int
    """Unix seconds."""
    fields: Mapping[str, str | bytes]
    """Contents; bytes where a value is no UTF-8. `__topic__` is the log group's, whatever the contents say."""
    earlier: Sequence[tuple[str, str | bytes]] = ()
    """Contents of a name that comes again behind them, for a log is a list of pairs: `fields` has the last of each."""
    unread: str = ""
    """Why what is at this place could not be read; it has no fields then."""


class LogPage(Struct, frozen=True):
    """What one request for logs brought."""

    cursor: str
    """Where it begins."""
    next_cursor: str
    """Where the next one begins; that of the range's end if there is none."""
    ordinal: int
    """Place in the range of its first log."""
    entries: Iterator[LogEntry]
    """Its logs in order, once."""
    foreign: int = 0
    """How many logs it has, where none of the words stands in any of them without which none is meant; else 0."""


class LogSource(Protocol):
    """Where a Log Service trigger's logs are."""

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        """The pages of `[since, end)` in the shard's order, each asked for when it is wanted.

        Raises SourceUnavailable, also in the middle; InputError if no trigger can have named such a range.
        """
        ...
