"""A range of logs, handled in slices: read, healed and told before the next is read, so that no range is too large.

What was handled is remembered in the ledger as soon as a range does not end with its first slice. Where a delivery
fails or has no time left, the next one of that range goes on from there, and no page holds up its shard for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from shared.documents import decode_progress, progress_write
from shared.domain.errors import DeliveryError, GroupGarbled, LedgerUnavailable, RangeUnfinished
from shared.domain.failure import Intake, Trigger
from shared.domain.keys import range_key
from shared.domain.progress import Progress
from shared.heal import Healer, Report
from shared.intake.context import Context
from shared.intake.log import read_log
from shared.ports import Ledger, LogRange, LogSource

SLICE_RECORDS = 10_000
"""Records that are handled together, of which usual ones come near `SLICE_BYTES`: some 120 MB of a process. Each slice
looks anew, and of a storm in one cluster every look reads what stands before it in the list."""
SLICE_BYTES = 10_000_000
"""And no more than that of their values: some 200 where each is as large as can be."""
LOGS_A_LOOK = 5_000
"""After so many logs of a page it is seen whether there is time for more: a million bad ones take half a minute."""
ROOM_S = 10.0
"""With less time left than this no further slice or page is begun."""
_LOG = logging.getLogger(__name__)


class Slice(Struct, frozen=True):
    """A part of a range."""

    intake: Intake
    reached: Progress
    """Where the range has been handled to once this part is."""
    last: bool


def heal_range(healer: Healer, source: LogSource, wanted: LogRange, context: Context) -> Report:
    """Take the failures of a trigger's range through the corridor, from where an earlier delivery of it got to.

    Raises:
        SourceUnavailable: the source cannot be read on; what was read before has been handled. Of a log group that is
            garbled the deliveries are counted: after some the source passes over it.
        RangeUnfinished: no time was left; what was handled is remembered.
        LedgerUnavailable: as the corridor's.
        InputError: no trigger can have named such a range.
    """
    total = Report()
    if wanted.begin_cursor == wanted.end_cursor:
        return total

    def hurried() -> bool:
        return healer.clock.now() + ROOM_S > healer.invocation.hard_deadline

    book = _Book(healer.ledger, wanted)
    try:
        for part in _slices(source, wanted, context, book.progress, hurried):
            if not part.intake.empty:
                total.add(healer.handle(part.intake, Trigger.LOG))
            book.reach(part.reached, healer.clock.now(), last=part.last)
            if not part.last and hurried():
                raise RangeUnfinished(f"{part.reached.handled} logs of the range have been handled, the rest follows")
    except GroupGarbled:
        book.reach(replace(book.progress, garbled=book.progress.garbled + 1), healer.clock.now(), last=False)
        raise
    return total


def read_range(
    source: LogSource, wanted: LogRange, context: Context, intake: Intake, heal: Callable[[], object]
) -> None:
    """Add a range that a person named. Each time that makes a slice full `heal` takes what the intake has.

    A dry run is kept whole: what it would do is decided on what it would have done before.

    Raises:
        SourceUnavailable: it cannot be read on; what was read before has been handled.
        InputError: the service knows no such range.
    """
    size = 0
    try:
        for page in source.pages(wanted, Progress(cursor=wanted.begin_cursor)):
            intake.passed_over += page.foreign
            for entry in () if page.foreign else page.entries:
                kept = intake.kept
                read_log(entry, wanted, context, Trigger.MANUAL, intake)
                if intake.kept > kept:
                    size += sum(map(len, entry.fields.values()))
                if (intake.kept >= SLICE_RECORDS or size >= SLICE_BYTES) and not intake.dry_run:
                    heal()
                    intake.let_go()
                    size = 0
    except DeliveryError:
        if not intake.dry_run:
            heal()
        raise


def _slices(
    source: LogSource, wanted: LogRange, context: Context, begun: Progress, hurried: Callable[[], bool]
) -> Iterator[Slice]:
    """The parts of what is left of a range. What was read before the source failed is a part like any other."""
    intake, reached, size, kept = Intake(), begun, 0, 0
    try:
        for page in source.pages(wanted, begun):
            handled = page.ordinal + page.foreign
            intake.passed_over += max(0, handled - max(page.ordinal, begun.handled))
            for entry in () if page.foreign else page.entries:
                handled = entry.ordinal + 1
                if handled <= begun.handled:
                    continue
                announced = read_log(entry, wanted, context, Trigger.LOG, intake)
                late = handled % LOGS_A_LOOK == 0 and hurried()
                if not (announced or late):
                    continue
                if intake.kept > kept:
                    size += sum(map(len, entry.fields.values()))
                kept = intake.kept
                if late or kept >= SLICE_RECORDS or size >= SLICE_BYTES:
                    reached = Progress(cursor=page.cursor, ordinal=page.ordinal, handled=handled)
                    yield Slice(intake, reached, last=False)
                    intake, size, kept = _after(intake), 0, 0
            reached = Progress(cursor=page.next_cursor, ordinal=handled, handled=handled)
            if page.next_cursor != wanted.end_cursor and hurried():
                yield Slice(intake, reached, last=False)
                intake = _after(intake)
    except DeliveryError:
        yield Slice(intake, reached, last=False)
        raise
    yield Slice(intake, reached, last=True)


def _after(intake: Intake) -> Intake:
    return Intake(told_whole=intake.told_whole + len(intake.unreadable))


class _Book:
    """Where a range has been handled to, kept in the ledger once it matters."""

    def __init__(self, ledger: Ledger, wanted: LogRange) -> None:
        self._ledger = ledger
        self._key = range_key(wanted.project, wanted.logstore, wanted.shard, wanted.begin_cursor)
        self.progress = Progress(cursor=wanted.begin_cursor)
        stored = ledger.load([self._key]).get(self._key)
        self._version = stored.version if stored else None
        self._readable = True
        if stored is not None:
            try:
                self.progress = decode_progress(stored.document)
            except LedgerUnavailable as error:
                _LOG.error("%s is left as it is, and the range read from its beginning: %s", self._key, error)
                self._readable = False

    def reach(self, reached: Progress, now: float, *, last: bool) -> None:
        """Remember it. A range that ends with its first slice needs no document: most do."""
        first = self._version is None
        if not self._readable or reached == self.progress or (last and first):
            return
        write = progress_write(self._key, reached, self._version, now)
        if self._ledger.save([write]):
            # Another delivery of the same range is at work. Its book holds: at worst a log is handled twice.
            self._readable = False
            return
        self.progress, self._version = reached, (self._version or 0) + 1
